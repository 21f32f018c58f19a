"""The words of a claim that nothing in its records stands for.

A telling word (“churchyard”) that is nowhere says more than a pale one (“come”), and two say more than one:
what was never said shows in them, while a loose paraphrase leaves pale words open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from afterself.memory.support.align import Match
from afterself.memory.support.near import Nearness
from afterself.memory.support.reading import Word
from afterself.memory.support.speaker import KIN, SECOND, THIRD
from afterself.memory.words import stems_of

_PEOPLE = """
man woman boy girl lady gentleman child person friend neighbour doctor nurse teacher farmer vicar priest boss
widow widower baby owner visitor patient customer lad lass engineer judge driver guest pupil student
colleague sibling relative couple family wife husband
"""
_DESCRIBED = 0.4
"""What it says that such a word is nowhere where a name or “she” may stand for it."""
_SEEN_FROM = 0.3
"""Cosine from which a word that is near in meaning fills a part of a gap."""


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    return frozenset(stems_of([*_PEOPLE.split(), *sorted(KIN)]))


def gaps(
    matches: Sequence[Match], windows: Sequence[Word], near: Nearness | None
) -> tuple[float, float, float]:
    """How telling the three most telling words are that nothing stands for, from 0 to 1 each."""
    told_of = any(word.folded in THIRD | SECOND or (word.capital and not word.first) for word in windows)
    around = {word.stem for word in windows if word.weight > 0}
    lost = [0.0, 0.0, 0.0]
    for match in matches:
        stem = match.word.stem
        nearest = max((near.cosine(stem, other) for other in around), default=0.0) if near else 0.0
        found = max(match.strength, nearest if nearest > _SEEN_FROM else 0.0)
        pale = _DESCRIBED if told_of and stem in _people() else 1.0
        lost.append(pale * match.word.weight * (near.weight(stem) if near else 1.0) * max(0.0, 1 - found))
    first, second, third = sorted(lost, reverse=True)[:3]
    return first, second, third
