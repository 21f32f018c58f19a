"""Two heaps of counted words -> which of them one heap holds more of than chance would give it.

What is frequent everywhere says nothing, and what is rare is not trusted on one mention: each word starts
from its share in both heaps together, as if so much had been seen before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

PRIOR = 1000
"""Words that the shares of both heaps together count for in each of them; never more than the heap holds."""
TELLING = 1.96
"""A standard score from which on a word is taken to set a heap apart."""


def log_odds(here: Mapping[str, int], both: Mapping[str, int]) -> dict[str, float]:
    """For each word of `here` the standard score of its log-odds against the rest of `both`.

    `both` holds the counts of `here` too. Source: B. Monroe, M. Colaresi, K. Quinn, Fightin' Words (2008),
    equation 22: log-odds ratio with an informative Dirichlet prior, here both heaps.
    """
    all_here, everything = sum(here.values()), sum(both.values())
    rest = everything - all_here
    seen = min(PRIOR, all_here)
    if len(both) < 2:  # a heap of one word holds no more of it than the other does
        return dict.fromkeys(here, 0.0)
    scores: dict[str, float] = {}
    for word, count in here.items():
        elsewhere = both[word] - count
        prior = seen * both[word] / everything
        mine = math.log((count + prior) / (all_here + seen - count - prior))
        theirs = math.log((elsewhere + prior) / (rest + seen - elsewhere - prior))
        scores[word] = (mine - theirs) / math.sqrt(1 / (count + prior) + 1 / (elsewhere + prior))
    return scores
