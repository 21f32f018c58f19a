"""How near in meaning each candidate is to a question: as a whole, and word by word.

As a whole it is the cosine of the two sums of word vectors. Word by word, each of the question's terms looks
for its nearest word in the record (“late interaction”, Khattab and Zaharia, 2020, with static vectors): “pet”
finds “dog” though the rest of the message is about a garden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from afterself.memory.embedding import StaticEmbedder, unit


@dataclass(frozen=True, slots=True)
class Nearness:
    """`whole`: cosine, -1 to 1. `of_term`: for each term of the question, the cosine of its nearest word."""

    whole: float
    of_term: Mapping[str, float]


FAR = Nearness(0.0, {})


def nearness(
    embedder: StaticEmbedder, terms: Sequence[str], texts: Mapping[str, Sequence[str]]
) -> dict[str, Nearness]:
    """The nearness of texts, given as content stems by id, to a question's stems; unknown words are far."""
    import numpy as np

    known = [term for term in terms if embedder.rows_of([term])]
    asked = embedder.rows_of(known)
    rows = {id: found for id, stems in texts.items() if (found := embedder.rows_of(stems))}
    if not asked or not rows:
        return {}
    ids = np.fromiter((row for found in rows.values() for row in found), dtype=np.int64)
    starts = [0, *accumulate(len(found) for found in rows.values())][:-1]
    sums = np.add.reduceat(embedder.rows[ids], starts, axis=0)
    whole = unit(sums) @ unit(embedder.rows[asked].sum(axis=0, keepdims=True))[0]
    alike = embedder.directions @ embedder.directions[asked].T
    nearest = np.maximum.reduceat(alike[ids], starts, axis=0)
    return {
        id: Nearness(float(whole[n]), dict(zip(known, nearest[n].tolist(), strict=True)))
        for n, id in enumerate(rows)
    }
