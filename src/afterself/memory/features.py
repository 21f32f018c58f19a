"""A candidate for a question -> the numbers that the ranker weighs.

Each is between 0 and about 1 and says one thing that an engineer can check by hand: how much of the question
the record holds, how near it is in meaning, what its neighbours and its sitting hold, who said it, whether it
could be the kind of answer that is wanted. What each is worth was learned (`ranker`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from afterself.memory.bm25 import Statistics
from afterself.memory.cues import Cues
from afterself.memory.meaning import Nearness
from afterself.memory.question import Question
from afterself.memory.words import is_pair

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


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one candidate before the ranker."""

    rule: float
    lexical: float
    nearness: Nearness
    before: Nearness
    after: Nearness
    own: frozenset[str]
    near: frozenset[str]
    stems: Sequence[str]
    length: int
    cues: Cues
    asks: bool
    by_named: bool
    by_other: bool
    on_date: bool
    sitting: float


def term_weights(question: Question, statistics: Statistics) -> dict[str, float]:
    """The idf of each content term; a word that no record holds weighs more than any other.

    A pair of characters that none holds is mostly the seam of two words, and weighs little.
    """
    never = {stem: 1.0 if statistics.frequency.get(stem) else _never_said(stem) for stem in question.content}
    return {stem: statistics.idf(stem) * never[stem] for stem in question.content}


def _never_said(stem: str) -> float:
    return SEAM_WEIGHS if is_pair(stem) else NEVER_SAID_WEIGHS


def soft(cosine: float) -> float:
    """How far a word stands for another, 0 to 1, by the cosine of their vectors."""
    return min(1.0, max(0.0, (cosine - SOFT_FROM) / (SOFT_FULL - SOFT_FROM)))


def features(
    question: Question, wanted: frozenset[str], weights: Mapping[str, float], facts: Facts
) -> list[float]:
    """The features of one candidate, in the order of `NAMES`."""
    total = sum(weights.values()) or 1.0
    own = sum(weight for stem, weight in weights.items() if stem in facts.own) / total
    near = sum(weight for stem, weight in weights.items() if stem in facts.own or stem in facts.near) / total
    softly = soft_near = 0.0
    for stem, weight in weights.items():
        here = 1.0 if stem in facts.own else soft(facts.nearness.of_term.get(stem, 0.0))
        beside = max(facts.before.of_term.get(stem, 0.0), facts.after.of_term.get(stem, 0.0))
        softly += weight * here / total
        soft_near += weight * max(here, 1.0 if stem in facts.near else soft(beside)) / total
    rarest = max(weights, key=lambda stem: (weights[stem], stem), default="")
    gives = [kind in wanted and getattr(facts.cues, kind) for kind in KINDS]
    lacks = [kind in wanted and not getattr(facts.cues, kind) for kind in KINDS]
    return [
        facts.rule, facts.lexical, max(0.0, facts.nearness.whole), max(0.0, facts.before.whole),
        max(0.0, facts.after.whole), own, near, softly, soft_near, phrase(question.content, facts.stems),
        float(rarest in facts.own), *map(float, gives), *map(float, lacks), float(facts.asks),
        min(1.0, math.log1p(facts.length) / 4), float(facts.length < 4), float(facts.by_named),
        float(facts.by_other), float(facts.on_date), facts.sitting, float(facts.cues.me),
    ]  # fmt: skip


def phrase(asked: Sequence[str], stems: Sequence[str]) -> float:
    """The share of neighbouring terms of a question that stand together, one word between them at most."""
    if len(asked) < 2:
        return 0.0
    places = {stem: [n for n, found in enumerate(stems) if found == stem] for stem in asked}
    together = sum(
        any(0 < abs(b - a) <= 2 for a in places[first] for b in places[second])
        for first, second in pairwise(asked)
    )
    return together / (len(asked) - 1)
