"""Whether every file of a self is what was written: each byte is read once, and nothing is changed.

Looks at the database (SQLite's own check, foreign keys, the lexical index against the texts, its sum), at
every blob's hash, the chain of audit.log, the ledger's files, and the sums of the rest. A finding names
a file, what is wrong with it and what to do, never a text.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from afterself.archive.blobs import Blobs
from afterself.archive.database import archive_errors, check_lexical, open_archive
from afterself.archive.health import examine
from afterself.archive.keys import moment
from afterself.archive.ledger import list_artifacts
from afterself.archive.witnessed import undone
from afterself.errors import AfterselfError, SelfError
from afterself.home.audit import broken_audit_lines
from afterself.home.checksums import Flaw, database_flaw, flaws, has_sums, was_closed
from afterself.home.folder import Self
from afterself.home.key_header import COPY, both_headers_fit, header_has_its_copy
from afterself.home.key_header import NAME as HEADER

_RESTORE = "Put it back from a backup of the self."
_MAKE_AGAIN = "Make it again (afterself train, afterself evaluate), or put it back from a backup."
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`file` is the place in the self. With `note` nothing is broken: something is left over or unknown."""

    file: str
    what: str
    remedy: str
    note: bool = False


def verify(self_: Self) -> Iterator[Finding]:
    """Everything that is not as it was written. SelfError if another command is writing just now."""
    yield from _looked("keys.json", _header, self_)  # before the lock, under which a damaged one is mended
    with contextlib.ExitStack() as held:
        with contextlib.suppress(SelfError) if _read_only(self_.path) else contextlib.nullcontext():
            held.enter_context(self_.writer_lock())
        for file, look in (
            ("archive.db", _database),
            ("blobs", _blobs),
            ("audit.log", _audit),
            ("archive.db", _undone),
            ("archive.db", _artifacts),
            ("the folder", _files),
        ):
            yield from _looked(file, look, self_)


def _looked(file: str, look: Callable[[Self], Iterator[Finding]], self_: Self) -> Iterator[Finding]:
    try:
        yield from look(self_)
    except AfterselfError as error:
        yield Finding(file, error.message, error.remedy or _RESTORE)
    except OSError as error:
        yield Finding(file, f"it cannot be read ({error.strerror})", "Check the disk and its permissions.")


def _read_only(path: Path) -> bool:
    return not os.access(path, os.W_OK)


def _database(self_: Self) -> Iterator[Finding]:
    flaw = database_flaw(self_.path) if self_.archive_path.exists() else None
    if flaw is not None:
        yield Finding(flaw.place, flaw.what, _RESTORE)
    health = examine(self_)
    if health is None:
        return
    for problem in health.problems:
        yield Finding("archive.db", problem, _RESTORE)
    if health.version > health.latest:
        yield Finding(
            "archive.db", "a newer Afterself has written it, so its search index was not compared",
            "Verify it with that version.", note=True,
        )  # fmt: skip
    elif flaw is None and not health.problems and not _read_only(self_.path):
        with archive_errors(self_.archive_path):
            if not check_lexical(self_.archive_path, self_.keys):
                yield Finding("archive.db", "the search index does not fit the texts", _RESTORE)
    if not was_closed(self_.path):
        yield Finding(
            "archive.db", "a command was killed while it had it open, so its sum is not known",
            "The next command that writes closes it. Nothing that was stored is lost.", note=True,
        )  # fmt: skip
    if health.unfinished_forgetting:
        yield Finding(
            "archive.db", "files of a forgetting are still to be cleared",
            "The next command that writes does it.", note=True,
        )  # fmt: skip


def _blobs(self_: Self) -> Iterator[Finding]:
    if not self_.archive_path.exists():
        return
    with (
        archive_errors(self_.archive_path),
        contextlib.closing(open_archive(self_.archive_path, self_.keys, read_only=True)) as db,
    ):
        kept: dict[str, int] = dict(db.execute("SELECT sha256, size FROM blob"))
    blobs = Blobs(self_.blobs_dir, self_.files)
    known: set[Path] = set()
    for sha256, size in kept.items():
        path = blobs.path(sha256)
        known.add(path)
        place = path.relative_to(self_.path).as_posix()
        if not path.is_file():
            yield Finding(place, "a kept file of an export is missing", _RESTORE)
        elif _damaged(self_, path, sha256, size):
            yield Finding(place, "its content is not what was stored", _RESTORE)
    for path in sorted(self_.blobs_dir.rglob("*")):
        if path.is_file() and path not in known:
            place = path.relative_to(self_.path).as_posix()
            yield Finding(place, "no record needs it", "The next import removes it.", note=True)


def _damaged(self_: Self, path: Path, sha256: str, size: int) -> bool:
    digest, read = hashlib.sha256(), 0
    try:
        with self_.files.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                read += len(chunk)
    except SelfError:
        return True
    return digest.hexdigest() != sha256 or read != size


def _audit(self_: Self) -> Iterator[Finding]:
    if not self_.audit_path.is_file():
        yield Finding("audit.log", "it is missing", _RESTORE)
        return
    lines = broken_audit_lines(self_.audit_path, self_.keys)
    if lines:
        first = ", ".join(map(str, lines[:5]))
        yield Finding("audit.log", f"its chain breaks at line {first}", "Compare it with a backup.")


def _undone(self_: Self) -> Iterator[Finding]:
    """What was decided, as audit.log says, and is not in the archive any more."""
    if not self_.archive_path.exists():
        return
    with (
        archive_errors(self_.archive_path),
        contextlib.closing(open_archive(self_.archive_path, self_.keys, read_only=True)) as db,
    ):
        lost = undone(db, self_.audit_path, self_.keys)
    for entry in lost.revoked:
        yield Finding(
            "archive.db",
            f"it does not know that the consent to “{entry.purpose}” was revoked on "
            f"{moment(entry.since):%Y-%m-%d}, as audit.log says: it seems to be an older copy",
            f"Put the newer one back, or write it down again: afterself consent revoke {entry.purpose}",
        )
    for at in lost.forgotten:
        yield Finding(
            "archive.db",
            f"it does not know what was forgotten on {moment(at):%Y-%m-%d}, as audit.log says: it seems "
            "to be an older copy, and holds what was to be gone",
            "Put the newer one back, or forget it again: afterself forget",
        )


def _header(self_: Self) -> Iterator[Finding]:
    if self_.keys is None or header_has_its_copy(self_.path):
        return
    if both_headers_fit(self_.path, self_.keys):
        yield Finding(
            HEADER,
            f"a change of the passphrase or the recovery words was broken off before it reached {COPY}",
            "The next command that writes ends it.",
            note=True,
        )
        return
    yield Finding(
        HEADER,
        f"it and its copy {COPY} are not the same",
        "The next command that writes mends the damaged one.",
    )


def _artifacts(self_: Self) -> Iterator[Finding]:
    current = {one.path for one in list_artifacts(self_) if one.state == "current"}
    for place in sorted(current):
        if not (self_.path / place).exists() and ".run" not in Path(place).parts:
            yield Finding(place, "the ledger has it as current, and it is missing", _MAKE_AGAIN)
    for path in sorted(self_.weights_dir.iterdir()) if self_.weights_dir.is_dir() else ():
        place = path.relative_to(self_.path).as_posix()
        if place not in current and path.name != ".run":
            yield Finding(
                place, "the ledger does not know it", "It is never used; training removes it.", note=True
            )


def _files(self_: Self) -> Iterator[Finding]:
    if not has_sums(self_.path):
        yield Finding(
            "checksums.json", "there is none yet: an older version made this self",
            "The next command that writes makes it.", note=True,
        )  # fmt: skip
        return
    removed = [one.path for one in list_artifacts(self_) if one.state != "current"]
    for flaw in flaws(self_.path):
        if not was_closed(self_.path) and _of_the_killed(flaw, removed):
            yield Finding(
                flaw.place, f"{flaw.what}: a command was killed before it noted that",
                "The next command that writes does.", note=True,
            )  # fmt: skip
            continue
        if flaw.place == "checksums.json":
            remedy = "Remove it: the next command that writes makes it anew."
        elif flaw.unknown:
            remedy = (
                "If you put it there, better keep it elsewhere; else the next command that writes knows it."
            )
        elif flaw.place == "self.toml":
            remedy = f"If you edited it yourself, the next command that writes takes it so. Else: {_RESTORE}"
        else:
            remedy = _MAKE_AGAIN if flaw.place.startswith(("weights/", "reports/")) else _RESTORE
        yield Finding(flaw.place, flaw.what, remedy, note=flaw.unknown)
    if self_.encrypted:
        yield from _sealed(self_)


def _of_the_killed(flaw: Flaw, removed: Sequence[str]) -> bool:
    """Whether a command that was killed did this: it wrote the file anew, or removed what the ledger has
    given up. Weights are never written anew."""
    if flaw.rewritten:
        return not flaw.place.startswith("weights/")
    return any(flaw.place == one or flaw.place.startswith(f"{one}/") for one in removed)


def _sealed(self_: Self) -> Iterator[Finding]:
    """Files whose seal does not open, where the sums may not cover them: checkpoints of a training."""
    for path in sorted((self_.weights_dir / ".run").glob("*.pt")):
        try:
            with self_.files.open(path) as file:
                while file.read(_CHUNK):
                    pass
        except SelfError as error:
            yield Finding(
                path.relative_to(self_.path).as_posix(), error.message, "Train anew: afterself train --fresh"
            )
