"""What retrieval asks of a view besides records: how many hold a word, a sample, who stands beside whom.

Reached as `View.retrieval`. Counts and texts keep to what the view may see; where nothing is hidden from
it, the archive is counted without asking of each record whether it is seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

from afterself.archive.database import archive_errors
from afterself.archive.keys import keyed_id, moment
from afterself.archive.vectors import BLOCK, embedder_folder, embedder_of, rows_between, signs_of
from afterself.policy.seen import FROM_RECORDS, Seen, Values

if TYPE_CHECKING:
    from afterself.policy.view import ViewRecord


def _beside(key: str, mine: str, which: str) -> str:
    """SQL: for each of the rows ?1 at most ?2 rows before and ?3 after it in its thread, the nearest first.

    `key` orders a thread, `mine` is that of the record that is asked for, and `which` of them are meant.
    """

    def side(sign: str, order: str, most: str) -> str:
        found = f"SELECT row FROM record WHERE thread = here.thread AND ({key}) {sign} ({mine})"
        by = f"ORDER BY order_at {order}, position {order}"
        return f"(SELECT json_group_array(row) FROM ({found} {by} LIMIT {most}))"

    before, after = side("<", "DESC", "?2"), side(">", "ASC", "?3")
    return f"""SELECT here.row, {before}, {after}
        FROM json_each(?1) AS asked CROSS JOIN record AS here ON here.row = asked.value WHERE {which}"""


_BESIDE = (
    _beside("order_at, position", "here.order_at, here.position", "here.order_at IS NOT NULL"),
    _beside("position", "here.position", "here.order_at IS NULL"),
)
"""Within a thread either all records have an order time or none has."""
_NONE: Mapping[str, ViewRecord] = {}


def lexical_table(pairs: bool) -> str:
    """The index of words, or that of pairs of characters for scripts that write no blanks."""
    return "lexical_pairs" if pairs else "lexical"


class RetrievalReads:
    """The part of a view that counts, samples and tells neighbours: `View.retrieval`."""

    def __init__(
        self,
        db: apsw.Connection,
        archive_path: Path,
        seen: Seen,
        until_then: str,
        many: Callable[[Sequence[str]], dict[str, ViewRecord]],
        by_rows: Callable[[Sequence[int]], list[ViewRecord]],
    ) -> None:
        """`until_then` is the condition of what is seen up to the view's last moment."""
        self._db, self._archive_path, self._seen = db, archive_path, seen
        self._until_then = until_then
        self._many, self._by_rows = many, by_rows
        self._from = f"{FROM_RECORDS} WHERE {seen.record}"

    def count(self) -> int:
        """How many records that were not deleted it sees; where nothing is hidden, those that hold words."""
        if not self._seen.narrows(self._db):
            return self._number("SELECT count(*) FROM lexical_docsize", {})  # a row for each indexed text
        return self._number(f"SELECT count(*) {self._from} AND record.deleted = 0", self._seen.values)

    def latest(self) -> datetime | None:
        """When the last of the records that it sees was said (aware UTC)."""
        with archive_errors(self._archive_path):
            seen = f"{FROM_RECORDS} WHERE {self._until_then}"
            last: Any = self._db.execute(f"SELECT max(record.said_at) {seen}", self._seen.values).get
        return None if last is None else moment(last)

    def count_holding(self, fts_queries: Sequence[str], *, pairs: bool = False) -> list[int]:
        """For each FTS5 query, how many of the records that it sees match it; `pairs` as in `View.match`."""
        table = lexical_table(pairs)
        matching = f"SELECT count(*) FROM {table} WHERE {table} MATCH :query"
        if self._seen.narrows(self._db):
            matching = (
                f"SELECT count(*) FROM {table} JOIN record ON record.row = {table}.rowid "
                f"{self._from.replace('FROM record ', '', 1)} AND {table} MATCH :query"
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

    def known_as(self, source_keys: Sequence[str]) -> dict[str, ViewRecord]:
        """The records that it sees of these source keys, by source key."""
        with archive_errors(self._archive_path):
            secret: Any = self._db.execute("SELECT value FROM meta WHERE name = 'secret'").get
        ids = {keyed_id(secret, key): key for key in source_keys}
        return {ids[id]: record for id, record in self._many(list(ids)).items()}

    def kept_back(self, source_keys: Sequence[str]) -> set[str]:
        """Which of these source keys are those of records that are there and that it does not see."""
        if not self._seen.narrows(self._db):
            return set()
        with archive_errors(self._archive_path):
            secret: Any = self._db.execute("SELECT value FROM meta WHERE name = 'secret'").get
            keys = {keyed_id(secret, key): key for key in source_keys}
            there = self._db.execute(
                "SELECT id FROM record WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            ).fetchall()
        return {keys[str(id)] for (id,) in there} - self.known_as(source_keys).keys()

    def embedder_folder(self) -> str | None:
        """Where the embedder lies that the owner chose; None for the one that comes along."""
        with archive_errors(self._archive_path):
            return embedder_folder(self._db)

    def signs(self, embedder: str) -> tuple[bytes, bytes]:
        """The ids (int64) and signs (bits) of the vectors that this embedder made; empty if another did.

        Signs alone tell no words; `vector_rows` gives only what it sees.
        """
        with archive_errors(self._archive_path):
            if embedder_of(self._db) != embedder:
                return b"", b""
            last = self._number("SELECT coalesce(max(id), -1) FROM vector", {})
            kept = {
                block: (ids, signs)
                for block, ids, signs in self._db.execute("SELECT block, ids, signs FROM vector_signs")
            }
            parts = [
                kept[block]
                if block in kept
                else signs_of(rows_between(self._db, block * BLOCK, (block + 1) * BLOCK))
                for block in range(last // BLOCK + 1)
            ]
        return b"".join(ids for ids, _ in parts), b"".join(signs for _, signs in parts)

    def vector_rows(self, embedder: str, ids: Sequence[int]) -> list[tuple[int, bytes]]:
        """(id, int8 row) of these vectors, as far as it may see whose they are: `holders` tells."""
        with archive_errors(self._archive_path):
            if embedder_of(self._db) != embedder:
                return []
            if self._seen.narrows(self._db):
                ids = list(self.holders(ids))
            return list(
                self._db.execute(
                    "SELECT id, row FROM vector WHERE row IS NOT NULL "
                    "AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
                    (json.dumps(list(ids)),),
                )
            )

    def holders(self, vectors: Sequence[int]) -> dict[int, str]:
        """The ids of the records that these vectors are of, those that it sees in their latest revision."""
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute(
                f"SELECT vector.id, record.id {FROM_RECORDS} "
                "JOIN vector ON vector.revision = record.revision "
                f"WHERE {self._seen.record} AND record.deleted = 0 "
                "AND vector.id IN (SELECT value FROM json_each(:vectors))",
                {**self._seen.values, "vectors": json.dumps(list(vectors))},
            )
            return dict(rows)

    def around(
        self, ids: Sequence[str], before: int, after: int, known: Mapping[str, ViewRecord] = _NONE
    ) -> list[list[ViewRecord]]:
        """Each of these records between its neighbours in its thread, in order; those unseen are left out.

        Of the `known` records, which this view gave before, none is read again.
        """
        asked = dict.fromkeys(ids)
        found = {**known, **self._many([id for id in asked if id not in known])}
        centres = [found[id].row for id in asked if id in found]
        windows: dict[int, list[int]] = {}
        with archive_errors(self._archive_path):
            for sql in _BESIDE:
                left = [row for row in centres if row not in windows]
                for row, earlier, later in self._db.execute(sql, (json.dumps(left), before, after)):
                    windows[row] = [*reversed(json.loads(earlier)), row, *json.loads(later)]
        shown = {record.row: record for record in found.values()}
        new = dict.fromkeys(row for window in windows.values() for row in window if row not in shown)
        shown.update((record.row, record) for record in self._by_rows(list(new)))
        return [[shown[one] for one in windows[row] if one in shown] for row in centres]
