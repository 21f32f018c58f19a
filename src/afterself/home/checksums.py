"""SHA-256 sums of a self's files, so that `verify` finds a bit that flipped on the disk.

`checksums.json` covers what does not witness for itself: declaration, weights, reports. (Blobs are known by
their hash, lines of audit.log carry their own, the key header has a copy.) `archive.db.sha256` is the sum of
the database while nobody writes: it goes before a writer begins and comes back when it has ended, so after a
kill there is none. Neither holds a secret: they tell of the bytes as they lie on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from afterself.home.atomic import sync_folder, write_atomic

NAME = "checksums.json"
DATABASE, DATABASE_SUM = "archive.db", "archive.db.sha256"
_OWN_FORMS = ("audit.log", "keys.json", "keys-copy.json")
_FORMAT = 1

Sums = dict[str, tuple[str, int, int]]
"""Place in the self -> SHA-256, size, time of the last change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A file (its place in the self) that is not as it was written, is missing, or is `unknown`.

    `rewritten`: by its time of change somebody wrote it, it did not rot.
    """

    place: str
    what: str
    unknown: bool = False
    rewritten: bool = False


# -- the files --------------------------------------------------------------------------------


def renew_sums(folder: Path) -> None:
    """Enter what is new and take out what is gone, under the writer lock.

    Weights are never rewritten, so their sums stay; of other files a later time of change tells that
    somebody wrote them. What cannot be written is left: the sums are a witness, not a part of the work.
    """
    with contextlib.suppress(OSError):
        old = _read(folder)
        sums: Sums = {}
        for place, path in _covered(folder):
            status = path.stat()
            known = (old or {}).get(place)
            same = known is not None and known[1:] == (status.st_size, status.st_mtime_ns)
            if known is not None and (same or place.startswith("weights/")):
                sums[place] = known
            else:
                sums[place] = (_sum(path), status.st_size, status.st_mtime_ns)
        if sums != old:
            write_atomic(folder / NAME, _serialised(sums))


def settle_sums(folder: Path) -> None:
    """After all files were copied as they were: their sums stay, with the times that the copies have."""
    copies = dict(_covered(folder))
    sums = {place: known for place, known in (_read(folder) or {}).items() if place in copies}
    for place, (sha256, _, _) in sums.items():
        status = copies[place].stat()
        sums[place] = (sha256, status.st_size, status.st_mtime_ns)
    if sums:
        write_atomic(folder / NAME, _serialised(sums))


def forget_sums(folder: Path) -> None:
    """Take the sums away, before every file is rewritten in another form."""
    for name in (NAME, DATABASE_SUM):
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


def has_sums(folder: Path) -> bool:
    """Whether sums of the files were ever written (older versions wrote none)."""
    return (folder / NAME).exists()


def flaws(folder: Path) -> Iterator[Flaw]:
    """What is not as its sum says. OSError if something cannot be read."""
    sums = _read(folder)
    if sums is None:
        yield Flaw(NAME, "it is damaged")
        return
    there = dict(_covered(folder))
    for place, (sha256, *looked) in sums.items():
        if place not in there:
            yield Flaw(place, "it is missing")
        elif _sum(there[place]) != sha256:
            status = there[place].stat()
            rewritten = [status.st_size, status.st_mtime_ns] != looked
            yield Flaw(place, "its content changed", rewritten=rewritten)
    for place in there.keys() - sums.keys():
        yield Flaw(place, "nothing says what made it", unknown=True)


def _covered(folder: Path) -> Iterator[tuple[str, Path]]:
    for top in sorted(folder.iterdir()):
        if top.name in _OWN_FORMS or top.name.startswith((".", DATABASE)) or top.is_symlink():
            continue
        if top.name in (NAME, "blobs") or top.suffix == ".lock":
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            parts = path.relative_to(folder).parts
            if path.is_file() and not path.is_symlink() and not any(one.startswith(".") for one in parts):
                yield "/".join(parts), path


def _serialised(sums: Sums) -> bytes:
    body = json.dumps({"format": _FORMAT, "files": sums}, indent=0, sort_keys=True).encode("ascii")
    return body + b"\n" + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n"


def _read(folder: Path) -> Sums | None:
    """What `renew_sums` wrote; {} if it never did, None if it is damaged."""
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return {}
    try:
        facts = json.loads(content.rsplit(b"\n", 2)[0])
        sums = {str(place): (str(s), int(size), int(at)) for place, (s, size, at) in facts["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return sums if _serialised(sums) == content else None


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- the database -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The sum of the database before a writer began, and what its file looked like then."""

    recorded: bytes | None
    looked: tuple[int, int] | None


def before_writing(folder: Path) -> DatabaseState:
    """Look at the database before a writer opens it."""
    with contextlib.suppress(OSError):
        return DatabaseState((folder / DATABASE_SUM).read_bytes(), _look(folder))
    return DatabaseState(None, None)


def drop_database_sum(database: Path) -> None:
    """Take the sum away, durable when this returns: from now on the database may change."""
    path = database.with_name(database.name + ".sha256")
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def after_writing(folder: Path, before: DatabaseState) -> None:
    """Put the sum back after a writer has closed the database, the same one if nothing was written.

    Else the file is read once, 0.8 CPU-seconds a gigabyte: what a bit that flips later is found by.
    """
    with contextlib.suppress(OSError):
        if _journal(folder):
            return
        if before.recorded is not None and before.looked == _look(folder):
            write_atomic(folder / DATABASE_SUM, before.recorded)
        else:
            write_atomic(folder / DATABASE_SUM, _line(folder))


def database_flaw(folder: Path) -> Flaw | None:
    """Whether the database is not as the last writer left it; None also where that is not known."""
    try:
        recorded = (folder / DATABASE_SUM).read_bytes()
    except FileNotFoundError:
        return None
    if recorded == _line(folder):
        return None
    return Flaw(DATABASE, f"its content changed since it was last written (or {DATABASE_SUM} did)")


def was_closed(folder: Path) -> bool:
    """Whether the last writer ended well, so that the sum of the database is known."""
    return (folder / DATABASE_SUM).exists() or not (folder / DATABASE).exists()


def _line(folder: Path) -> bytes:
    return f"{_sum(folder / DATABASE)}  {DATABASE}\n".encode("ascii")


def _look(folder: Path) -> tuple[int, int]:
    status = (folder / DATABASE).stat()
    return status.st_size, status.st_mtime_ns


def _journal(folder: Path) -> bool:
    journal = folder / f"{DATABASE}-wal"
    return journal.exists() and journal.stat().st_size > 0
