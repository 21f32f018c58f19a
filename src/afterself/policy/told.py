"""What was told with `afterself remember`, as far as a view sees it: which records were put right by which.

Everything here is a condition of SQL over what the view sees; `View.told` tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import apsw

from afterself.archive.database import archive_errors
from afterself.archive.drafts import TOLD_SOURCE
from afterself.policy.seen import FROM_RECORDS, Values


class ToldReads:
    """The part of a view that tells of corrections: `View.told`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, seen: str, values: Values) -> None:
        self._db, self._archive_path, self._seen, self._values = db, archive_path, seen, values

    def corrections(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The ids of what puts these records right, the latest first; no entry where nothing does."""
        found: dict[str, list[str]] = {}
        with archive_errors(self._archive_path):
            for corrected, id in self._db.execute(
                f"""
                SELECT record.reply_to, record.id {FROM_RECORDS}
                WHERE thread.source = '{TOLD_SOURCE}' AND record.deleted = 0 AND {self._seen}
                    AND record.reply_to IN (SELECT value FROM json_each(:asked))
                ORDER BY record.order_at DESC, record.row DESC
                """,
                {**self._values, "asked": json.dumps(list(ids))},
            ):
                found.setdefault(corrected, []).append(id)
        return {id: tuple(corrections) for id, corrections in found.items()}

    def corrected(self) -> list[tuple[str, str]]:
        """Every pair of a correction and the record that it puts right, both seen, the latest first."""
        with archive_errors(self._archive_path):
            pairs = self._db.execute(
                f"""
                SELECT record.id, record.reply_to {FROM_RECORDS}
                WHERE thread.source = '{TOLD_SOURCE}' AND record.deleted = 0 AND {self._seen}
                    AND record.reply_to IN (SELECT record.id {FROM_RECORDS} WHERE {self._seen})
                ORDER BY record.order_at DESC, record.row DESC
                """,
                self._values,
            )
            return [(id, corrected) for id, corrected in pairs]
