"""Okapi BM25 over stems, with the statistics handed in.

k1 and b are lower than FTS5's fixed 1.2 and 0.75: chat messages are short, so a
repeated word and a long message say less than in documents. The index only
fetches candidates; they are scored here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

K1 = 0.6
B = 0.3


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 knows of the whole archive.

    How many records it has, how many content words they hold on average, how many hold a stem.
    """

    records: int
    mean_length: float
    frequency: Mapping[str, int]

    def idf(self, stem: str) -> float:
        """Inverse document frequency, never negative; a stem that no record holds weighs most."""
        held_by = min(self.frequency.get(stem, 0), self.records)
        return math.log(1 + (self.records - held_by + 0.5) / (held_by + 0.5))


def bm25(stems: list[str], length: int, idf: Mapping[str, float], mean_length: float) -> float:
    """BM25 of one record, `length` content words long, for distinct query terms; 0.0 when it shares none.

    `idf` holds that of each term, `mean_length` is the archive's. Source: S. Robertson, H. Zaragoza, The
    Probabilistic Relevance Framework (2009), with the idf of Lucene (one is added inside the logarithm).
    """
    score = 0.0
    norm = K1 * (1 - B + B * length / max(mean_length, 1.0))
    for term, weight in idf.items():
        count = stems.count(term)
        if count:
            score += weight * count * (K1 + 1) / (count + norm)
    return score
