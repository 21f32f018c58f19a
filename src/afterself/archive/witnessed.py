"""What audit.log says was decided and the archive does not know: an older archive.db was put back.

Both are written one after the other, the archive first. So a revocation or a forgetting that only the log
tells of was undone by whoever restored the file, mostly without meaning to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from afterself.archive.consents import ConsentEntry, read_consents
from afterself.archive.keys import microseconds
from afterself.home.audit import audited
from afterself.home.keys import Keys

_NEAR = 600_000_000
"""Microseconds between a decision and its line, where the line does not tell the entry itself."""

_GIVEN, _REVOKED, _FORGOTTEN = "consent given", "consent revoked", "forgotten"


@dataclass(frozen=True, slots=True)
class Undone:
    """What the archive lost: revocations of consent, and when something was forgotten (microseconds)."""

    revoked: tuple[ConsentEntry, ...]
    forgotten: tuple[int, ...]


def undone(db: apsw.Connection, log: Path, keys: Keys | None) -> Undone:
    """What audit.log tells of and this archive does not; a later decision about the purpose settles it."""
    lines = audited(log, keys, (_GIVEN, _REVOKED, _FORGOTTEN)) if log.exists() else []
    if not lines:
        return Undone((), ())
    rows: Any = db.execute("SELECT DISTINCT at FROM change_log WHERE action LIKE '%forgotten'")
    buried = [at for (at,) in rows]
    known = read_consents(db)
    revoked: dict[str, ConsentEntry] = {}
    forgotten: list[int] = []
    for line in lines:
        at = _moment(line.get("at"))
        if at is None:
            continue
        if line["event"] == _FORGOTTEN:
            if line.get("records") and not any(abs(one - at) <= _NEAR for one in buried):
                forgotten.append(at)
            continue
        purpose, told = str(line.get("purpose")), line.get("entry")
        at = told if isinstance(told, int) else at
        if any(_is(entry, line, at) or (entry.purpose == purpose and entry.at > at) for entry in known):
            revoked.pop(purpose, None)
        elif line["event"] == _REVOKED:
            since, until = _moment(line.get("since")), _moment(line.get("until"))
            revoked[purpose] = ConsentEntry(at, purpose, False, at if since is None else since, until)
    return Undone(tuple(revoked.values()), tuple(forgotten))


def _is(entry: ConsentEntry, line: dict[str, Any], at: int) -> bool:
    """Whether an entry of the archive is the one that a line of the log witnesses."""
    if entry.purpose != line.get("purpose") or entry.given != (line["event"] == _GIVEN):
        return False
    return entry.at == at if "entry" in line else abs(entry.at - at) <= _NEAR


def _moment(told: object) -> int | None:
    try:
        return microseconds(datetime.fromisoformat(str(told)))
    except (ValueError, TypeError):
        return None
