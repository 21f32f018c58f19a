"""What was told with `afterself remember`, as a view sees it: what puts what right, of which time it tells.

Everything here is a condition of SQL over what the view sees; `View.told` tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import apsw

from afterself.archive.database import archive_errors
from afterself.archive.drafts import TOLD_SOURCE
from afterself.archive.keys import moment
from afterself.policy.seen import FROM_RECORDS, Values

_TOLD = f"record.thread IN (SELECT told.row FROM thread AS told WHERE told.source = '{TOLD_SOURCE}')"
"""By its threads, of which there are few: an index leads to their records."""


class ToldReads:
    """The part of a view that tells of corrections and of given times: `View.told`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, seen: str, values: Values) -> None:
        self._db, self._archive_path, self._seen, self._values = db, archive_path, seen, values

    def corrections(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The ids of what puts these records right, the latest first; no entry where nothing does.

        Who puts right a copy in another source puts right the saying.
        """
        found: dict[str, list[str]] = {}
        with archive_errors(self._archive_path):
            said_in = self._copies(ids)
            for corrected, id in self._db.execute(
                f"""
                SELECT record.reply_to, record.id {FROM_RECORDS}
                WHERE {_TOLD} AND record.deleted = 0 AND {self._seen}
                    AND record.reply_to IN (SELECT value FROM json_each(:asked))
                ORDER BY record.order_at DESC, record.row DESC
                """,
                {**self._values, "asked": json.dumps(list(said_in))},
            ):
                for asked in said_in[corrected]:
                    found.setdefault(asked, []).append(id)
        return {id: tuple(corrections) for id, corrections in found.items()}

    def _copies(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of these records and of their copies in other sources, each with those it is a copy of."""
        stands_for = {id: [id] for id in dict.fromkeys(ids)}
        for asked, copy in self._db.execute(
            "SELECT one.id, other.id FROM record AS one JOIN same_as AS mine ON mine.record = one.row "
            "JOIN same_as AS twin ON twin.said = mine.said AND twin.record != mine.record "
            "JOIN record AS other ON other.row = twin.record "
            "WHERE one.id IN (SELECT value FROM json_each(?)) ORDER BY other.row",
            (json.dumps(list(ids)),),
        ):
            stands_for.setdefault(copy, []).append(asked)
        return stands_for

    def about(self) -> dict[str, tuple[datetime, datetime]]:
        """The time that records tell of, where it was given: [from, until), aware UTC."""
        with archive_errors(self._archive_path):
            rows = self._db.execute(
                f"""
                SELECT record.id, record.about_from, record.about_to {FROM_RECORDS}
                WHERE {_TOLD} AND record.about_from IS NOT NULL AND {self._seen}
                """,
                self._values,
            )
            return {id: (moment(begins), moment(ends)) for id, begins, ends in rows}
