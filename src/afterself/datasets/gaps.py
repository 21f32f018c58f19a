"""The times of a thread -> the silence that ends a talk in it.

People answer each other within minutes, and talks lie hours or days apart: over the logarithm of the
silences stands a hump for each, farther left for a couple than for colleagues. The lowest place of
the valley between them is where a talk ends. A thread that shows no such valley between `SHORTEST`
and `LONGEST` keeps the general `GAP`. Nothing here is random.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

GAP = timedelta(hours=8)
"""Where nothing can be learned: a night ends a talk, a working day's meeting does not."""

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=3)

FEWEST = 60
"""Silences from which something can be learned."""

LEAST_SHARE = 0.04
"""What must lie on each side of the valley, of all silences."""

DEPTH = 0.8
"""The valley must be lower than this share of the lower hump."""

STEP, WIDTH = 0.1, 0.35
"""Bins of the curve, and the spread of the bell that smooths it, both in natural logarithms of seconds."""

_FIRST, _BINS = math.log(30), 120  # from 30 seconds, with what is shorter, to some 50 days


def learned_gap(times: Iterable[datetime | None]) -> timedelta:
    """The silence that ends a talk among messages said at these times, in order; `GAP` if none shows."""
    known = [at for at in times if at is not None]
    silences = [(after - before).total_seconds() for before, after in pairwise(known) if after >= before]
    if len(silences) < FEWEST:
        return GAP
    curve = _smooth(_counts(silences))
    first, last = (_bin(border.total_seconds()) for border in (SHORTEST, LONGEST))
    heights = {n: _share_of_humps(curve, n) for n in range(first, last + 1)}
    lowest = [n for n, height in heights.items() if height == min(heights.values())]
    valley = lowest[len(lowest) // 2]
    beyond = sum(silence > _seconds(valley) for silence in silences) / len(silences)
    if heights[valley] > DEPTH or not LEAST_SHARE <= beyond <= 1 - LEAST_SHARE:
        return GAP
    return min(max(timedelta(seconds=round(_seconds(valley))), SHORTEST), LONGEST)


def _share_of_humps(curve: Sequence[float], n: int) -> float:
    """How high the curve is at `n` beside the lower of the two highest places left and right of it."""
    lower = min(max(curve[: n + 1]), max(curve[n:]))
    return curve[n] / lower if lower > 0 else 1.0


def _counts(silences: Iterable[float]) -> list[int]:
    counts = [0] * _BINS
    for silence in silences:
        counts[_bin(silence)] += 1
    return counts


def _smooth(counts: Sequence[int]) -> list[float]:
    reach = round(3 * WIDTH / STEP)
    bell = {k: math.exp(-0.5 * (k * STEP / WIDTH) ** 2) for k in range(-reach, reach + 1)}
    return [
        sum(weight * counts[n + k] for k, weight in bell.items() if 0 <= n + k < len(counts))
        for n in range(len(counts))
    ]


def _bin(seconds: float) -> int:
    return min(_BINS - 1, max(0, int((math.log(max(seconds, 1.0)) - _FIRST) / STEP)))


def _seconds(n: int) -> float:
    """The middle of a bin."""
    return math.exp(_FIRST + (n + 0.5) * STEP)
