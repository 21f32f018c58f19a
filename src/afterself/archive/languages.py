"""The languages of the owner's own words, as the archive keeps them: what is known, and what is not yet.

A revision's `language` is that of its author's own words as a whole; where foreign spans stand between them,
each stretch of own words has a span `own` with its language. No row means as ever: own, if no other span
covers it. Which language a text is in, `importers.languages` finds out.
"""

from __future__ import annotations

import itertools
import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.archive.summaries import Sums

NO_WORDS = "zxx"
"""ISO 639-2: no linguistic content, such as a number, a link or a row of pictures."""

_BATCH = 500
_OWN = (
    "FROM record JOIN revision ON revision.row = record.revision WHERE record.is_owner = 1 "
    "AND record.deleted = 0 AND record.forwarded_from IS NULL "
    "AND record.kind IN (SELECT value FROM json_each(:kinds)) "
)


@dataclass(frozen=True, slots=True)
class OwnText:
    """The latest text of a record of the owner, with its foreign spans (begin, end, kind)."""

    revision: int
    text: str
    spans: Sequence[tuple[int, int, str]]


class Languages:
    """Reads and writes the languages of what the owner wrote; `kinds` are those of their own words."""

    def __init__(self, db: apsw.Connection, kinds: Collection[str]) -> None:
        self._db = db
        self._values: dict[str, Any] = {"kinds": json.dumps(sorted(kinds))}
        self._sums = Sums()

    def known(self, thread: int | None = None) -> dict[str, int]:
        """How many texts are in which language, in the archive or in one thread."""
        here = "" if thread is None else "AND record.thread = :thread "
        rows: Any = self._db.execute(
            f"SELECT language, count(*) {_OWN} {here} AND language IS NOT NULL AND language != '{NO_WORDS}' "
            "GROUP BY language",
            {**self._values, "thread": thread},
        ).fetchall()
        return dict(rows)

    def unknown(self) -> dict[int, array[int]]:
        """Rows of revisions without a language, in the order of their threads, by thread."""
        rows: Any = self._db.execute(
            f"SELECT record.thread, revision.row {_OWN} AND language IS NULL AND text != '' "
            "ORDER BY record.thread, record.order_at, record.position",
            self._values,
        )
        found: dict[int, array[int]] = {}
        for thread, revision in rows:
            found.setdefault(thread, array("q")).append(revision)
        return found

    def texts(self, revisions: Iterable[int]) -> Iterator[OwnText]:
        """What these revisions hold."""
        for batch in _batches(revisions):
            rows: Any = self._db.execute(
                "SELECT row, text, spans FROM revision WHERE row IN (SELECT value FROM json_each(?)) "
                "ORDER BY row",
                (json.dumps(batch),),
            ).fetchall()
            for row, text, spans in rows:
                yield OwnText(row, text, self._spans(row) if spans else ())

    def write(self, one: OwnText, language: str, own: Iterable[tuple[int, int, str]] = ()) -> None:
        """Keep what was found: the language of a text that had none, and of each stretch of its own words."""
        self._db.execute("UPDATE revision SET language = ? WHERE row = ?", (language, one.revision))
        self._sums.told(one.text, language)
        for begin, end, spoken in own:
            self._db.execute(
                "INSERT OR REPLACE INTO span VALUES (?, ?, ?, 'own', ?)", (one.revision, begin, end, spoken)
            )

    def enter(self) -> None:
        """Bring the archive's sums in step with what was written; before each commit."""
        self._sums.enter(self._db)

    def _spans(self, revision: int) -> list[tuple[int, int, str]]:
        found: Any = self._db.execute(
            "SELECT begins, ends, kind FROM span WHERE revision = ? AND kind != 'own'", (revision,)
        )
        return list(found)


def _batches(rows: Iterable[int]) -> Iterator[list[int]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, _BATCH)):
        yield batch
