"""What retrieval asks of a view besides records: how many hold a word, a sample, who stands beside whom.

Reached as `View.retrieval`. Counts and texts keep to what the view may see; where nothing is hidden from
it, the archive is counted without asking of each record whether it is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from afterself.archive.database import archive_errors
from afterself.policy.seen import FROM_RECORDS, Seen, Values

if TYPE_CHECKING:
    from afterself.policy.view import ViewRecord

_BESIDE = "SELECT id FROM record WHERE thread = ?1 AND {key} {sign} {marks} ORDER BY {order} LIMIT {limit}"
# Within a thread either all records have an order time or none has.
_SIDES = {
    timed: [
        _BESIDE.format(
            key=key, sign=sign, marks=marks, order=f"order_at {order}, position {order}", limit=limit
        )
        for sign, order in (("<", "DESC"), (">", "ASC"))
    ]
    for timed, key, marks, limit in (
        (True, "(order_at, position)", "(?2, ?3)", "?4"),
        (False, "(position)", "(?2)", "?3"),
    )
}


class RetrievalReads:
    """The part of a view that counts, samples and tells neighbours: `View.retrieval`."""

    def __init__(
        self,
        db: apsw.Connection,
        archive_path: Path,
        seen: Seen,
        many: Callable[[Sequence[str]], dict[str, ViewRecord]],
    ) -> None:
        self._db, self._archive_path, self._seen, self._many = db, archive_path, seen, many
        self._from = f"{FROM_RECORDS} WHERE {seen.record}"

    def count(self) -> int:
        """How many records that were not deleted it sees."""
        if not self._seen.narrows(self._db):
            return self._number("SELECT count(*) FROM record WHERE deleted = 0", {})
        return self._number(f"SELECT count(*) {self._from} AND record.deleted = 0", self._seen.values)

    def count_holding(self, fts_queries: Sequence[str]) -> list[int]:
        """For each FTS5 query, how many of the records that it sees match it."""
        matching = "SELECT count(*) FROM lexical WHERE lexical MATCH :query"
        if self._seen.narrows(self._db):
            matching = (
                "SELECT count(*) FROM lexical JOIN record ON record.row = lexical.rowid "
                f"{self._from.replace('FROM record ', '', 1)} AND lexical MATCH :query"
            )
        return [self._number(matching, {**self._seen.values, "query": query}) for query in fts_queries]

    def _number(self, sql: str, values: Values) -> int:
        with archive_errors(self._archive_path):
            row = self._db.execute(sql, values).fetchone()
        return int(row[0]) if row else 0

    def sample(self, size: int) -> list[ViewRecord]:
        """Up to `size` records spread evenly over those that it sees, the same ones each time.

        Ids are keyed hashes, so that the first ones in their order are a fair draw.
        """
        with archive_errors(self._archive_path):
            rows = self._db.execute(
                f"SELECT record.id {self._from} ORDER BY record.id LIMIT :size",
                {**self._seen.values, "size": size},
            )
            ids = [id for (id,) in rows]
        return list(self._many(ids).values())

    def around(self, ids: Sequence[str], before: int, after: int) -> list[list[ViewRecord]]:
        """Each of these records between its neighbours in its thread, in order; those unseen are left out."""
        windows: list[list[str]] = []
        seen = self._many(ids)
        with archive_errors(self._archive_path):
            for id in seen:
                place = self._db.execute(
                    "SELECT thread, order_at, position FROM record WHERE id = ?", (id,)
                ).fetchone()
                if place is None:
                    continue
                timed = place[1] is not None
                values = place if timed else (place[0], place[2])
                earlier, later = (
                    [found for (found,) in self._db.execute(sql, (*values, limit))]
                    for sql, limit in zip(_SIDES[timed], (before, after), strict=True)
                )
                windows.append([*reversed(earlier), id, *later])
        shown = self._many(list(dict.fromkeys(id for window in windows for id in window)))
        return [[shown[id] for id in window if id in shown] for window in windows]
