"""The best matches of any of some words, as FTS5's bm25 orders them, without weighing every match.

FTS5 weighs each match by itself, in about a microsecond: a word that stands in every tenth of a million
records takes a tenth of a second. Here the places of each word are read at once, and only what can still come
among the best is weighed, by the same formula: rows, scores and order are those of FTS5. Whether a match is
seen is the business of `matching`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import apsw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]

LEXICAL = "lexical"
K1, B = 1.2, 0.75  # those of FTS5
LEAST_IDF = 1e-6  # what FTS5 gives a word that stands in more than half of the records
FEW = 0.2  # of all lengths: more than that are read sooner with all the others
_ROUNDING = 1e-9  # a sum of bounds may be so much below the sum that it bounds
_ANY = re.compile(r'"[^"]*"(?: OR "[^"]*")*')
_TOKENIZER = ("porter", ["unicode61", "remove_diacritics", "2"])
"""That of the table `lexical` (archive.migrations)."""


class Postings:
    """The places of words in the table `lexical`, read through one connection."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._lengths: Numbers | None = None
        self._version = (-1, -1)
        self._tokenize = db.fts5_tokenizer(*_TOKENIZER)
        db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.lexical_place USING fts5vocab(main, lexical, instance)"
        )

    def best(self, query: str, most: int) -> list[tuple[int, float]] | None:
        """The rows that match a query best, at most so many, with FTS5's bm25 scores: lower is better.

        None if it is no query for any of some single words: FTS5 has to be asked.
        """
        words = self._words(query)
        if words is None:
            return None
        records, mean = corpus_size(self._db)
        held = {word: self._places(word) for word in dict.fromkeys(words)}
        found = [word for word in words if len(held[word][0])]
        if not found or most <= 0:
            return []
        idf = {word: _idf(records, len(held[word][0])) for word in held}
        in_all: Any = self._db.execute("SELECT max(id) FROM lexical_docsize").get
        last = max(in_all or 0, *(int(held[word][0][-1]) for word in found))
        return self._weighed([(*held[word], idf[word]) for word in found], last + 1, mean, most)

    def _weighed(
        self, held: Sequence[tuple[Rows, Numbers, float]], size: int, mean: float, most: int
    ) -> list[tuple[int, float]]:
        """The best of rows below `size`, given where and how often each phrase stands, and its weight."""
        import numpy as np

        bounds = np.zeros(size)
        for rows, times, idf in held:
            bounds[rows] += idf * _saturation(times, times, mean)  # nothing is shorter than what it holds
        rows = np.flatnonzero(bounds)
        if len(rows) > most:
            first = rows[np.argpartition(-bounds[rows], most - 1)[:most]]
            least = self._scores(first, held, size, mean).min()
            rows = rows[bounds[rows] >= least - _ROUNDING]
        scores = self._scores(rows, held, size, mean)
        order = np.lexsort((rows, -scores))[:most]
        return list(zip(rows[order].tolist(), (-scores[order]).tolist(), strict=True))

    def _scores(
        self, rows: Rows, held: Iterable[tuple[Rows, Numbers, float]], size: int, mean: float
    ) -> Numbers:
        """What these rows score; 0 for one that was taken out of the index meanwhile."""
        import numpy as np

        lengths = self._lengths_of(rows, size)
        scores, often = np.zeros(len(rows)), np.zeros(size)
        for places, times, idf in held:
            often[places] = times
            scores += idf * _saturation(often[rows], lengths, mean)
            often[places] = 0
        return scores

    def _words(self, query: str) -> list[str] | None:
        """The indexed words of a query for any of some phrases, each as often as it is asked for."""
        if not _ANY.fullmatch(query):
            return None
        words: list[str] = []
        for phrase in query.split(" OR "):
            asked: Any = self._tokenize(
                phrase.encode(),
                apsw.FTS5_TOKENIZE_QUERY,
                None,
                include_offsets=False,
                include_colocated=False,
            )
            if len(asked) > 1:
                return None
            words += asked
        return words

    def _places(self, word: str) -> tuple[Rows, Numbers]:
        """The rows where a word stands, ascending, and how often it does in each."""
        import numpy as np

        listed: Any = self._db.execute(
            "SELECT json_group_array(doc) FROM temp.lexical_place WHERE term = ?", (word,)
        ).get
        places = _numbers(listed)
        first = np.flatnonzero(np.diff(places, prepend=-1))
        return places[first], np.diff(first, append=len(places)).astype(np.float64)

    def _lengths_of(self, rows: Rows, size: int) -> Numbers:
        """How many words each of these rows below `size` has; what is not there any more is endless.

        They are kept until something is written to the archive: a talk asks for the same ones often.
        """
        import numpy as np

        version = int(self._db.pragma("data_version")), self._db.total_changes()
        if self._lengths is None or version != self._version or len(self._lengths) < size:
            self._lengths, self._version = np.zeros(size), version
        unknown = rows[self._lengths[rows] == 0]
        if len(unknown):
            few = len(unknown) < size * FEW
            only = " WHERE id IN (SELECT value FROM json_each(?))" if few else " WHERE id < ?"
            found: Any = self._db.execute(
                f"SELECT json_group_array(id), group_concat(hex(sz), '') FROM lexical_docsize{only}",
                (str(unknown.tolist()) if few else size,),
            ).fetchone()
            listed, sizes = found
            self._lengths[unknown] = np.inf
            self._lengths[_numbers(listed)] = varints(bytes.fromhex(sizes or ""))
        return self._lengths[rows]


def corpus_size(db: apsw.Connection) -> tuple[int, float]:
    """How many texts the index has, and how many words they have on average: FTS5's own record of it."""
    block: Any = db.execute("SELECT block FROM lexical_data WHERE id = 1").get
    records, words = (*varints(block or b"").tolist(), 0, 0)[:2]
    return records, words / records if records else 1.0


def varints(block: bytes) -> Rows:
    """SQLite's integers of variable length, as long as each has at most eight bytes.

    Source: “Database File Format”, sqlite.org/fileformat2.html.
    """
    import numpy as np

    numbers = np.frombuffer(block, dtype=np.uint8)
    last = np.flatnonzero(numbers < 0x80)
    lengths = np.diff(last, prepend=-1)
    after = np.repeat(last, lengths) - np.arange(len(numbers))  # bytes of the same integer
    parts = (numbers & 0x7F).astype(np.int64) << 7 * after
    values: Rows = np.add.reduceat(parts, last - lengths + 1) if len(last) else parts
    return values


def _numbers(listed: str) -> Rows:
    """The integers of a JSON array."""
    import numpy as np

    return np.fromstring(listed[1:-1], dtype=np.int64, sep=",")


def _idf(records: int, held_by: int) -> float:
    weight = math.log((records - held_by + 0.5) / (held_by + 0.5))
    return weight if weight > 0 else LEAST_IDF


def _saturation(times: Numbers, lengths: Numbers, mean: float) -> Numbers:
    """What a word that stands so often in a text of so many words counts, of its weight."""
    counted: Numbers = (times * (K1 + 1)) / (times + K1 * (1 - B + B * lengths / mean))
    return counted
