"""The words of a claim that nothing in its records stands for, and the senses that are turned round.

A telling word (“churchyard”) that is nowhere says more than a pale one (“come”), and two say more than one:
what was never said shows in them, while a loose paraphrase leaves pale words open.
"""

from __future__ import annotations

from collections.abc import Sequence

from afterself.memory.support.align import Match
from afterself.memory.support.near import Nearness
from afterself.memory.support.reading import Word

_SURE = 0.6
_NEAR, _MIDDLE = 2, 5


def gaps(
    matches: Sequence[Match], windows: Sequence[Word], near: Nearness | None
) -> tuple[float, float, float, float]:
    """How telling the three most telling words are that nothing stands for, and the share of all such."""
    around = {word.stem for word in windows if word.weight > 0}
    lost: list[float] = []
    total = 0.0
    for match in matches:
        weight = match.word.weight * (near.weight(match.word.stem) if near else 1.0)
        nearest = max((near.cosine(match.word.stem, stem) for stem in around), default=0.0) if near else 0.0
        total += weight
        lost.append(weight * (1 - max(match.strength, nearest if nearest > 0.3 else 0.0)))
    first, second, third = (*sorted(lost, reverse=True)[:3], 0.0, 0.0, 0.0)[:3]
    return first, second, third, sum(lost) / total if total else 0.0


def turned_by(matches: Sequence[Match]) -> tuple[float, float]:
    """Whether a word right behind a negation, or near it, is denied on one side alone."""
    first = close = 0.0
    for match in matches:
        if match.by is None or match.strength < _SURE:
            continue
        if (match.word.negated != match.by.negated) != match.turned:
            reach = max(match.word.reach, match.by.reach)
            if reach <= _NEAR:
                first = max(first, match.word.weight)
            elif reach <= _MIDDLE:
                close = max(close, match.word.weight)
    return first, close
