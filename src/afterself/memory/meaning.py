"""How near in meaning each candidate is to a question: as a whole, and word by word.

As a whole it is the cosine of the two sums of word vectors. Word by word, each of the question's terms looks
for its nearest word in the record (“late interaction”, Khattab and Zaharia, 2020, with static vectors): “pet”
finds “dog” though the rest of the message is about a garden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from afterself.memory.embedding import StaticEmbedder, unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterself.memory.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Nearness:
    """`row` is that of each text by id, the last one that of no text, which is far from everything.

    `whole`: cosine, -1 to 1, float32 [rows]. `of_term`: for each term of the question the cosine of its
    nearest word, float32 [rows, terms]. Where nothing is known of a text or a term it is 0.
    """

    row: Mapping[str, int]
    whole: Vectors
    of_term: Vectors

    def rows(self, ids: Sequence[str | None]) -> NDArray[np.int64]:
        """The rows of texts, that of no text for an unknown id."""
        import numpy as np

        none = len(self.whole) - 1
        return np.array([none if id is None else self.row.get(id, none) for id in ids], dtype=np.int64)


def nearness(embedder: StaticEmbedder, terms: Sequence[str], texts: Mapping[str, Sequence[str]]) -> Nearness:
    """The nearness of texts, given as content stems by id, to a question's stems."""
    import numpy as np

    row = {id: n for n, id in enumerate(texts)}
    whole = np.zeros(len(row) + 1, dtype=np.float32)
    of_term = np.zeros((len(row) + 1, len(terms)), dtype=np.float32)
    known = np.array([n for n, term in enumerate(terms) if embedder.rows_of([term])], dtype=np.int64)
    asked = embedder.rows_of([terms[n] for n in known.tolist()])
    found = embedder.places(chain.from_iterable(texts.values()))
    text_of = np.repeat(np.arange(len(row)), np.fromiter(map(len, texts.values()), dtype=np.int64))
    ids, text_of = found[found >= 0], text_of[found >= 0]
    if asked and len(ids):
        told, starts, lengths = np.unique(text_of, return_index=True, return_counts=True)
        sums = _sums(embedder.rows, ids, starts, lengths)
        whole[told] = unit(sums) @ unit(embedder.rows[asked].sum(axis=0, keepdims=True))[0]
        held, place = np.unique(ids, return_inverse=True)
        alike = embedder.directions[held] @ embedder.directions[asked].T
        of_term[np.ix_(told, known)] = np.maximum.reduceat(alike[place], starts, axis=0)
    return Nearness(row, whole, of_term)


def _sums(
    rows: Vectors, ids: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Vectors:
    """The sums of stretches of `rows[ids]`, float32 [stretches, dimensions]: step by step.

    In a third of the time of `np.add.reduceat`, which goes through each stretch column by column.
    """
    import numpy as np

    longest_first = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[longest_first], lengths[longest_first]
    sums = rows[ids[starts]]
    for step in range(1, int(lengths[0])):
        left = int(np.searchsorted(-lengths, -step))  # so many are longer
        sums[:left] += rows[ids[starts[:left] + step]]
    placed = np.empty_like(sums)
    placed[longest_first] = sums
    return placed
