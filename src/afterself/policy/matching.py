"""An FTS5 query -> the ids of the records that match it and that the view sees, best first.

Where nothing is hidden only the best matches of the index are asked whether they are seen; elsewhere all
are. A text that is no FTS5 query is searched for its words. Reached as `View.match`.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import apsw

from afterself.policy.postings import LEXICAL, Postings
from afterself.policy.sayings import repeats
from afterself.policy.seen import FROM_RECORDS, Seen

_JOINED = FROM_RECORDS.replace("FROM record ", "")
_WORDS = re.compile(r"\w+")
_MOST_WORDS = 64
LARGE = 200_000  # rows from which on FTS5 does not weigh every match
_SPARE = 2  # matches looked at for each that is wanted: some repeat what another source has
Match = tuple[int, str, float]
"""A record by its row and its id, and its bm25 score: higher is better."""


class Matches:
    """The matches that a view sees; `seen` is its condition, with its last moment."""

    def __init__(self, db: apsw.Connection, of: Seen, seen: str) -> None:
        self._db, self._of, self._seen, self._repeats = db, of, seen, repeats(seen)
        self._postings: Postings | None = None

    def best(self, query: str, limit: int, *, once: bool, table: str) -> list[Match]:
        """At most `limit` matches, best first; `once`: without those that repeat what another source has."""
        single = f"AND NOT {self._repeats}" if once else ""
        try:
            return self._match(query, max(0, limit), single, table)
        except apsw.SQLError:
            words = dict.fromkeys(_WORDS.findall(query))
            plain = " OR ".join(f'"{word}"' for word in itertools.islice(words, _MOST_WORDS))
            return self._match(plain, max(0, limit), single, table) if plain else []

    def _match(self, query: str, limit: int, single: str, table: str) -> list[Match]:
        if not self._of.narrows(self._db):
            found = self._first(query, limit, single, table)
            if found is not None:
                return found
        rows = self._db.execute(
            f"""
            SELECT record.row, record.id, bm25({table}) FROM {table}
            JOIN record ON record.row = {table}.rowid {_JOINED}
            WHERE {self._seen} AND {table} MATCH :query {single}
            ORDER BY bm25({table}), record.row LIMIT :limit
            """,
            {**self._of.values, "query": query, "limit": limit},
        )
        return [(row, id, -score) for row, id, score in rows]

    def _first(self, query: str, limit: int, single: str, table: str) -> list[Match] | None:
        """The same where nothing is hidden; None if too many of the best repeat others or are left out."""
        most = _SPARE * limit
        best = self._weighed(query, most, table)
        found: list[Match] = []
        for start in range(0, len(best), max(1, limit)):
            part = best[start : start + limit]
            rows = self._db.execute(
                f"SELECT record.row, record.id FROM record {_JOINED} WHERE {self._seen} {single} "
                "AND record.row IN (SELECT value FROM json_each(:rows))",
                {**self._of.values, "rows": json.dumps([row for row, _ in part])},
            )
            ids: dict[int, str] = dict(rows)
            found += [(row, ids[row], -score) for row, score in part if row in ids]
            if len(found) >= limit:
                return found[:limit]
        return found if len(best) < most else None

    def _weighed(self, query: str, most: int, table: str) -> list[tuple[int, float]]:
        """The best rows of the index, seen or not, with bm25: lower is better."""
        last: Any = self._db.execute("SELECT max(id) FROM lexical_docsize").get
        if table == LEXICAL and (last or 0) >= LARGE:
            self._postings = self._postings or Postings(self._db)
            best = self._postings.best(query, most)
            if best is not None:
                return best
        weighed: Any = self._db.execute(
            f"SELECT rowid, bm25({table}) FROM {table} WHERE {table} MATCH ? "
            f"ORDER BY bm25({table}), rowid LIMIT ?",
            (query, most),
        ).fetchall()
        return list(weighed)
