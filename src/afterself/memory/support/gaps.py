"""The words of a claim that nothing in its records stands for.

A telling word (“churchyard”) that is nowhere says more than a pale one (“come”), and two say more than one:
what was never said shows in them, while a loose paraphrase leaves pale words open.
"""

from __future__ import annotations

from collections.abc import Sequence

from afterself.memory.support.align import Match
from afterself.memory.support.near import Nearness
from afterself.memory.support.reading import Word

_SEEN_FROM = 0.3
"""Cosine from which a word that is near in meaning fills a part of a gap."""


def gaps(
    matches: Sequence[Match], windows: Sequence[Word], near: Nearness | None
) -> tuple[float, float, float]:
    """How telling the three most telling words are that nothing stands for, from 0 to 1 each."""
    around = {word.stem for word in windows if word.weight > 0}
    lost = [0.0, 0.0, 0.0]
    for match in matches:
        stem = match.word.stem
        nearest = max((near.cosine(stem, other) for other in around), default=0.0) if near else 0.0
        found = max(match.strength, nearest if nearest > _SEEN_FROM else 0.0)
        lost.append(match.word.weight * (near.weight(stem) if near else 1.0) * max(0.0, 1 - found))
    first, second, third = sorted(lost, reverse=True)[:3]
    return first, second, third
