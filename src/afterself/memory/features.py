"""The numbers about a candidate that the ranker weighs: their names, and how single ones are reckoned.

Each is between 0 and about 1 and says one thing that an engineer can check by hand: how much of the question
the record holds, how near it is in meaning, what its neighbours and its sitting hold, who said it, whether it
could be the kind of answer that is wanted. What each is worth was learned (`ranker`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from afterself.memory.bm25 import Statistics
from afterself.memory.question import Question
from afterself.memory.words import is_pair

if TYPE_CHECKING:
    from afterself.memory.embedding import Vectors

NEVER_SAID_WEIGHS = 1.5  # times its idf: a word that no record holds
SEAM_WEIGHS = 0.2  # times its idf: a pair of characters that no record holds
KINDS = ("time", "number", "name", "place", "reason", "liking")
NAMES = (
    "rule", "lexical", "meaning", "meaning_before", "meaning_after", "coverage", "coverage_near",
    "soft_coverage", "soft_near", "phrase", "rarest", *(f"gives_{kind}" for kind in KINDS),
    *(f"lacks_{kind}" for kind in KINDS), "asks", "length", "short", "by_named", "by_other", "on_date",
    "sitting", "speaks_of_me",
)  # fmt: skip
SOFT_FROM = 0.35  # cosine of two words up to which they count as unrelated
SOFT_FULL = 0.85  # from here on one is as good as the other


def term_weights(question: Question, statistics: Statistics) -> dict[str, float]:
    """The idf of each content term; a word that no record holds weighs more than any other.

    A pair of characters that none holds is mostly the seam of two words, and weighs little.
    """
    never = {stem: 1.0 if statistics.frequency.get(stem) else _never_said(stem) for stem in question.content}
    return {stem: statistics.idf(stem) * never[stem] for stem in question.content}


def _never_said(stem: str) -> float:
    return SEAM_WEIGHS if is_pair(stem) else NEVER_SAID_WEIGHS


def soft(cosines: Vectors) -> Vectors:
    """How far words stand for others, 0 to 1, by the cosines of their vectors."""
    import numpy as np

    likeness: Vectors = np.clip((cosines - SOFT_FROM) / (SOFT_FULL - SOFT_FROM), 0.0, 1.0)
    return likeness


def phrase(asked: Sequence[str], stems: Sequence[str]) -> float:
    """The share of neighbouring terms of a question that stand together, one word between them at most."""
    held = set(asked).intersection(stems) if len(asked) > 1 else ()
    if len(held) < 2:
        return 0.0
    places: dict[str, list[int]] = {stem: [] for stem in asked}
    for n, stem in enumerate(stems):
        if stem in held:
            places[stem].append(n)
    together = sum(
        any(0 < abs(b - a) <= 2 for a in places[first] for b in places[second])
        for first, second in pairwise(asked)
    )
    return together / (len(asked) - 1)
