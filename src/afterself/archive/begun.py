"""The row of one import: begun, stored piece by piece, ended; and found again where a kill cut it off.

A large source is stored in several transactions. Until the last one its row has no `finished_at` and
`progress` says how it began; the same import begun once more goes on with that row. What was stored is
then met again by its ids, so that nothing doubles, and what waits for the end of an import (threads in
order, whose words they are, what is the same elsewhere) is done for all of it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import apsw

from afterself.archive.reparsing import REPARSE_OF

Outcome = Literal["new", "same", "changed", "forgotten"]
"""What came of one draft."""


class Begun:
    """An import's row. `resumed`: an earlier run of it was cut off, which began at row `first_record`."""

    def __init__(
        self,
        db: apsw.Connection,
        *,
        source: str,
        account: str,
        importer: str,
        version: str,
        outer_name: str,
        options: Mapping[str, Any],
        size: int,
        next_record: int,
    ) -> None:
        self._db, self._size = db, size
        self._before: Counter[str] = Counter()
        self.first_record = next_record
        told = json.dumps(dict(options), sort_keys=True)
        found: Any = None
        if REPARSE_OF not in options:
            found = db.execute(
                "SELECT id, progress FROM import WHERE source = ? AND account = ? AND importer = ? "
                "AND outer_name = ? AND finished_at IS NULL AND progress ->> 'size' = ?",
                (source, account, importer, outer_name, size),
            ).fetchone()
        self.resumed = found is not None
        if found is not None:
            progress = json.loads(found[1])
            self.id, self.first_record = int(found[0]), int(progress["first_record"])
            self._before.update(progress["counts"])
            db.execute("UPDATE import SET version = ?, options = ? WHERE id = ?", (version, told, self.id))
            return
        db.execute(
            "INSERT INTO import (source, account, importer, version, outer_name, options, started_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source, account, importer, version, outer_name, told, time.time_ns() // 1000),
        )
        self.id = int(db.last_insert_rowid())

    def note(self, counts: Counter[Outcome]) -> None:
        """Enter how far it is, in the transaction that stores a piece."""
        progress = {
            "size": self._size,
            "first_record": self.first_record,
            "counts": {name: self._all(counts)[name] for name in ("new", "changed")},
        }
        self._db.execute("UPDATE import SET progress = ? WHERE id = ?", (json.dumps(progress), self.id))

    @property
    def changed_before(self) -> bool:
        """Whether an earlier run of it gave records other words."""
        return self._before["changed"] > 0

    def end(self, counts: Counter[Outcome]) -> bool:
        """Close the row, or take it away if the archive had it all; whether it brought anything."""
        every = self._all(counts)
        if not every["new"] and not every["changed"]:
            self._db.execute("DELETE FROM import WHERE id = ?", (self.id,))
            return False
        self._db.execute(
            "UPDATE import SET finished_at = ?, counts = ?, progress = NULL WHERE id = ?",
            (time.time_ns() // 1000, json.dumps(every, sort_keys=True), self.id),
        )
        return True

    def _all(self, counts: Counter[Outcome]) -> Counter[str]:
        """The counts of the whole import: what earlier runs stored is no more the same, but new."""
        every: Counter[str] = Counter({str(name): count for name, count in counts.items()})
        if self.resumed:
            earlier = self._before["new"] + self._before["changed"]
            every.update(self._before)
            every["same"] = max(0, counts["same"] - earlier)
        return +every
