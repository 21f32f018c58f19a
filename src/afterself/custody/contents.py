"""What of a self and beside it goes into a bundle, and under which names.

`self/…` are its files as they lie (so those of an encrypted self stay sealed), `records/…` what was said, as
JSON Lines for readers of a day when nobody knows the tables any more, `base/…` public base models that the
weights pin. Checkpoints of a training that is under way stay behind: they are of this machine.
"""

from __future__ import annotations

import fnmatch
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from afterself.archive.ledger import list_artifacts
from afterself.custody.members import fits
from afterself.errors import AfterselfError
from afterself.home.folder import TRAINING_LOCK, WRITER_LOCK, Self
from afterself.models.bases import EMBEDDED, FILES_OF_A_BASE, Base, resolve_base
from afterself.policy import open_view
from afterself.policy.record_json import record_json, revision_json
from afterself.training.weights import KIND, read_weights

SELF, RECORDS, BASE, ABOUT = "self/", "records/", "base/", "bundle.json"
_NEVER = (WRITER_LOCK, TRAINING_LOCK, "archive.db-shm")
"""What says only who is at work just now."""
_PIECE = 4 << 20
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Content:
    """One file that goes into a bundle under `name`."""

    name: str
    path: Path


def files_of(self_: Self) -> tuple[list[Content], list[str]]:
    """The files of a self, and the places of what stays behind: links, hidden files, odd names."""
    taken, left = [], []
    for folder, below, names in os.walk(self_.path):
        for name in [*below, *names]:
            path = Path(folder) / name
            place = path.relative_to(self_.path).as_posix()
            inside = path.is_dir() and not path.is_symlink()
            if place in _NEVER or (inside and not name.startswith(".")):
                continue
            if path.is_symlink() or not path.is_file() or not fits(SELF + place):
                left.append(place)
            else:
                taken.append(Content(SELF + place, path))
        below[:] = sorted(name for name in below if not name.startswith("."))
    return sorted(taken, key=lambda one: one.name), sorted(left)


def record_files(self_: Self) -> Iterator[tuple[str, bytes, int]]:
    """Every record as JSON Lines, gzipped, in pieces of some MiB: (name, content, how many records)."""
    if not self_.archive_path.exists():
        return
    lines, size, number = list[bytes](), 0, 0
    for line in _lines(self_):
        lines.append(line)
        size += len(line)
        if size >= _PIECE:
            number += 1
            yield _piece(number, lines)
            lines, size = [], 0
    if lines:
        yield _piece(number + 1, lines)


def _piece(number: int, lines: list[bytes]) -> tuple[str, bytes, int]:
    return f"{RECORDS}{number:06}.jsonl.gz", gzip.compress(b"".join(lines), 6, mtime=0), len(lines)


def _lines(self_: Self) -> Iterator[bytes]:
    with open_view(self_, "list") as view:
        for record in view.records():
            facts = record_json(record)
            if record.revision > 1 and not record.deleted:
                facts["revisions"] = [revision_json(one) for one in view.history.revisions(record.id)]
            yield json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@dataclass(frozen=True, slots=True)
class PinnedBase:
    """A base that current weights stand on. `base` is None where it stays behind, and `why` says why."""

    id: str
    sha256: str
    base: Base | None
    why: str = ""

    @property
    def folder(self) -> str:
        """Under which name its files stand in a bundle."""
        return f"{BASE}{self.sha256[:_DIGITS]}/"

    def files(self) -> list[Content]:
        """The files that make it."""
        there = sorted(self.base.path.iterdir()) if self.base is not None else []
        return [
            Content(self.folder + path.name, path)
            for path in there
            if path.is_file() and is_of_a_base(path.name) and fits(self.folder + path.name)
        ]


def is_of_a_base(name: str) -> bool:
    """Whether a file of a base model's folder is one that it needs."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in FILES_OF_A_BASE)


def pinned_bases(self_: Self, *, take: bool) -> list[PinnedBase]:
    """The bases of the current weights, but for the embedded one, which every installation has."""
    found: dict[str, PinnedBase] = {}
    for artifact in list_artifacts(self_, KIND):
        if artifact.state != "current" or not (self_.path / artifact.path).is_dir():
            continue
        try:
            weights = read_weights(self_.path / artifact.path, self_.files)
        except AfterselfError:
            continue  # `verify` has told of it
        if weights.base_sha256 not in found:
            found[weights.base_sha256] = _found(weights.base, weights.base_sha256, take=take)
    return [one for one in found.values() if one.id != EMBEDDED or one.why]


def _found(id: str, sha256: str, *, take: bool) -> PinnedBase:
    try:
        base = resolve_base(id, sha256=sha256)
    except AfterselfError as error:
        return PinnedBase(id, sha256, None, error.message)
    if base.sha256 != sha256:
        return PinnedBase(id, sha256, None, f"another version of {id} is on this machine")
    if base.kind == EMBEDDED:
        return PinnedBase(id, sha256, None)
    return PinnedBase(id, sha256, base) if take else PinnedBase(id, sha256, None, "--without-base")
