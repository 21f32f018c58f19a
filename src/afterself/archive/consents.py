"""The owner's consent, purpose by purpose: an append-only log of what was given and revoked, from when on.

What was declared when the self was made stands first, in self.toml; this log is what came after it.
Taking back the consent to training takes the weights with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.ledger import Ledger
from afterself.archive.objections import OF_TRAINING


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One entry. All times are microseconds since 1970 UTC; `at` is when it was written.

    Given: from `since` on, and with `until` no longer than that. Revoked: from `since` on, and with `until`
    only up to then, when what was before holds again.
    """

    at: int
    purpose: str
    given: bool
    since: int
    until: int | None


def read_consents(db: apsw.Connection) -> list[ConsentEntry]:
    """Every entry of an open archive, oldest first."""
    rows: Any = db.execute("SELECT at, purpose, given, since, until FROM consent ORDER BY n").fetchall()
    return [ConsentEntry(at, purpose, bool(given), since, until) for at, purpose, given, since, until in rows]


def in_force(entries: Iterable[ConsentEntry], purpose: str, declared: bool, at: int) -> bool:
    """Whether there is consent at a moment: as the latest entry that speaks of it says, or as declared."""
    for entry in reversed(list(entries)):
        if entry.purpose != purpose or at < entry.since:
            continue
        if entry.given:
            return entry.until is None or at < entry.until
        if entry.until is None or at < entry.until:
            return False
    return declared


class Consents:
    """The consent log of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, changes: ChangeLog, ledger: Ledger) -> None:
        self._db, self._changes, self._ledger = db, changes, ledger

    def entries(self) -> list[ConsentEntry]:
        """Every entry, oldest first."""
        return read_consents(self._db)

    def add(self, purpose: str, given: bool, since: int | None = None, until: int | None = None) -> int:
        """Write down that consent is given or revoked, by default from now on; gives the entry's `at`."""
        now = time.time_ns() // 1000
        self._db.execute(
            "INSERT INTO consent (at, purpose, given, since, until) VALUES (?, ?, ?, ?, ?)",
            (now, purpose, given, now if since is None else since, until),
        )
        action = "consent given" if given else "consent revoked"
        self._changes.append(action, purpose=purpose, since=since, until=until)
        return now

    def drop_training(self) -> int:
        """Enter as stale all that training made; gives how many weights that were."""
        dropped = 0
        for artifact in self._ledger.artifacts():
            if artifact.state == "current" and artifact.kind in OF_TRAINING:
                self._ledger.make_stale(artifact.id)
                dropped += artifact.kind == "weights"
        return dropped
