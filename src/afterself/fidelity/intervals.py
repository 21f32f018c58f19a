"""Measured replies -> an estimate with its 95 % interval, or the number that was too small to measure.

Replies of one conversation resemble each other, so whole conversations are drawn, not replies. With
few of them the percentile interval is too narrow; it is expanded as Hesterberg (2015, What Teachers
Should Know About the Bootstrap, section 4.3) proposes. What the replies are is unknown here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np

from afterself.home.counting import counted

LEAST_REPLIES = 20
LEAST_CONVERSATIONS = 5
"""With fewer, four or less to draw from, even the expanded interval covers too seldom to be called one."""

RESAMPLES = 10_000
_SEED = 20_261_121

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure between `low` and `high`, the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """The JSON of it, to five digits."""
        return {name: round(getattr(self, name), 5) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TooFew:
    """Nothing can be said: `replies` in `conversations` are not enough, at least `least` replies are."""

    replies: int
    conversations: int
    least: int = field(default=LEAST_REPLIES, compare=False)

    def __str__(self) -> str:
        return f"not measurable with {_replies(self.replies, self.conversations)}"

    @property
    def needs(self) -> str:
        """What would be enough."""
        return f"needs at least {_replies(self.least, LEAST_CONVERSATIONS)}"


def _replies(replies: int, conversations: int) -> str:
    return f"{counted(replies, 'reply', 'replies')} in {counted(conversations, 'conversation')}"


Measured = Estimate | TooFew


class Draws:
    """Conversations drawn with replacement, the same ones for everything measured on the same replies."""

    def __init__(self, conversations: Sequence[str], resamples: int = RESAMPLES) -> None:
        """`conversations` names the conversation that each reply stands in."""
        names, index = np.unique(np.array(conversations, dtype=object).astype(str), return_inverse=True)
        self.replies = len(conversations)
        self.conversations = len(names)
        self.index = index
        self._seed = _SEED
        self._resamples = resamples

    @property
    def enough(self) -> bool:
        """Whether there is anything to measure on."""
        return self.replies >= LEAST_REPLIES and self.conversations >= LEAST_CONVERSATIONS

    def too_few(self) -> TooFew:
        """What stands in place of an estimate."""
        return TooFew(self.replies, self.conversations)

    def drawn(self, resamples: int | None = None) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Numbers of conversations, a row for each resample."""
        random = np.random.default_rng(self._seed)
        return random.integers(self.conversations, size=(resamples or self._resamples, self.conversations))

    def ratio(self, upper: Floats, lower: Floats) -> Measured:
        """The sum of `upper` over the sum of `lower`, both a number for each reply."""
        if not self.enough or not lower.sum():
            return self.too_few()
        above, below = (np.bincount(self.index, part, self.conversations) for part in (upper, lower))
        drawn = self.drawn()
        ratios = above[drawn].sum(1) / np.maximum(below[drawn].sum(1), 1e-9)
        return self.estimate(float(upper.sum() / lower.sum()), ratios)

    def estimate(self, value: float, resampled: Floats) -> Estimate:
        """The value with the interval that its resampled values give."""
        tail = expanded_tail(self.conversations)
        low, high = np.quantile(resampled, (tail, 1 - tail))
        return Estimate(value, float(low), float(high))


def expanded_tail(drawn_from: int) -> float:
    """The share to leave out on each side: .025 of many conversations, less of few."""
    wider = math.sqrt(drawn_from / (drawn_from - 1)) * _t_quantile(drawn_from - 1)
    return NormalDist().cdf(-wider)


def _t_quantile(freedom: int) -> float:
    """The .975 quantile of Student's t (Cornish-Fisher expansion; Abramowitz and Stegun 26.7.5)."""
    z: float = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom ** (n + 1) for n, term in enumerate(terms))
