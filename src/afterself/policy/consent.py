"""Whether the owner's consent to a purpose is in force: as declared at first, and as the log has it since.

What was declared in self.toml never changes; `afterself consent` adds to the log in the archive. A self that
was declared as research can never be given what may only be measured.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import apsw

from afterself.archive.consents import ConsentEntry, in_force, read_consents
from afterself.archive.database import archive_errors, open_archive
from afterself.archive.keys import moment
from afterself.archive.witnessed import undone
from afterself.errors import NotAllowed
from afterself.home.declaration import MEASURED_ONLY
from afterself.home.folder import PURPOSES, Self


@dataclass(frozen=True, slots=True)
class Consent:
    """How it stands with one purpose: in force now, declared at first, and what was decided since.

    `undone` is a revocation that only audit.log knows, because an older archive was put back. It counts until
    somebody decides anew.
    """

    purpose: str
    in_force: bool
    declared: bool
    entries: tuple[ConsentEntry, ...]
    undone: ConsentEntry | None = None


def consents(self_: Self, at: int | None = None) -> list[Consent]:
    """How it stands with every purpose, at a moment in microseconds (by default now)."""
    log = _log(self_)
    return [_standing(self_, purpose, log, at) for purpose in PURPOSES]


def consented(self_: Self, purpose: str) -> bool:
    """Whether the consent to a purpose is in force now."""
    return _standing(self_, purpose, _log(self_), None).in_force


def require_consent(self_: Self, purpose: str, db: apsw.Connection | None = None) -> None:
    """NotAllowed, with why and what to do, unless the consent to `purpose` is in force now.

    `db` is the self's archive, if it is open already.
    """
    standing = _standing(self_, purpose, _log(self_) if db is None else _read(self_, db), None)
    if standing.in_force:
        return
    require_possible(self_, purpose)
    if standing.undone is not None:
        raise NotAllowed(
            f"The consent to “{purpose}” is not in force: {undone_words(standing.undone)}.",
            remedy="Put the newer archive.db back, or write it down again: "
            f"afterself consent revoke {purpose}. If the person agrees now: afterself consent give {purpose}",
        )
    if not standing.entries:
        self_.require(purpose)
    raise NotAllowed(
        f"The consent to “{purpose}” is not in force: {_last(standing.entries)}.",
        remedy=f"If the person agrees: afterself consent give {purpose}",
    )


def undone_words(entry: ConsentEntry) -> str:
    """What a person is told of a revocation that the archive lost."""
    return (
        f"audit.log says that it was revoked on {moment(entry.since):%Y-%m-%d}, and archive.db, "
        "which seems to be an older copy, does not know it"
    )


def require_possible(self_: Self, purpose: str) -> None:
    """NotAllowed if this purpose can never be consented to for this self."""
    if self_.declaration.right == "research" and purpose in MEASURED_ONLY:
        self_.require(purpose)


_Log = tuple[list[ConsentEntry], tuple[ConsentEntry, ...]]
"""The entries of the archive, and the revocations that only audit.log knows."""


def _standing(self_: Self, purpose: str, log: _Log, at: int | None) -> Consent:
    declared = self_.allows(purpose)
    of_purpose = tuple(entry for entry in log[0] if entry.purpose == purpose)
    lost = next((entry for entry in log[1] if entry.purpose == purpose), None)
    now = time.time_ns() // 1000 if at is None else at
    decided = of_purpose if lost is None else (*of_purpose, lost)
    return Consent(purpose, in_force(decided, purpose, declared, now), declared, of_purpose, lost)


def _log(self_: Self) -> _Log:
    path = self_.archive_path
    if not path.exists():
        return [], ()
    with archive_errors(path), contextlib.closing(open_archive(path, self_.keys, read_only=True)) as db:
        return _read(self_, db)


def _read(self_: Self, db: apsw.Connection) -> _Log:
    return read_consents(db), undone(db, self_.audit_path, self_.keys).revoked


def _last(entries: tuple[ConsentEntry, ...]) -> str:
    last = entries[-1]
    if not last.given:
        until = "" if last.until is None else f" until {moment(last.until):%Y-%m-%d}"
        return f"it was revoked on {moment(last.since):%Y-%m-%d}{until}"
    if last.until is not None and last.until <= time.time_ns() // 1000:
        return f"it was given until {moment(last.until):%Y-%m-%d}"
    return f"it is given from {moment(last.since):%Y-%m-%d} on"
