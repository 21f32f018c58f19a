"""What replies cost under the weights of several selves -> how often their own self is found by it.

A group of replies is ascribed to the self whose weights read it with the fewest bits. Groups are drawn
at random from the held-out replies; the interval is over conversations, and no narrower at its end than
as many independent groups could show. Chance is one in the number of selves. Whose weights and replies
these are, and on which base, is the business of the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from afterself.fidelity.intervals import LEAST_REPLIES, Draws, Estimate, Floats, Measured, TooFew

SIZES = (1, 5, 20)
"""Replies in a group."""

LEAST_GROUPS = 3
"""A group size is measured where at least this many groups without a common reply are possible."""

_GROUPS, _RESAMPLES, _SEED = 1_000, 1_000, 7


@dataclass(frozen=True, slots=True)
class Identification:
    """`accuracy` by group size; `swap` is, for each other self, its bits per byte less the own ones."""

    accuracy: dict[int, Measured]
    chance: float
    swap: dict[str, Measured]


def identify(own: Floats, others: Mapping[str, Floats], sizes: Floats, draws: Draws) -> Identification:
    """`own` and `others` are bits for each reply under each self's weights, `sizes` its bytes."""
    gains = np.stack([bits - own for bits in others.values()])
    return Identification(
        accuracy={size: _accuracy(gains, size, draws) for size in SIZES},
        chance=1 / (len(others) + 1),
        swap={name: draws.ratio(bits - own, sizes) for name, bits in others.items()},
    )


def _accuracy(gains: Floats, size: int, draws: Draws) -> Measured:
    """How often a random group of `size` costs every other self more than the own one."""
    if not draws.enough or draws.replies < LEAST_GROUPS * size:
        return TooFew(draws.replies, draws.conversations, max(LEAST_REPLIES, LEAST_GROUPS * size))
    random = np.random.default_rng(_SEED)
    members = [np.flatnonzero(draws.index == n) for n in range(draws.conversations)]
    everyone = np.arange(draws.replies)
    found = [
        _share(gains, np.concatenate([members[n] for n in drawn]), size, random)
        for drawn in draws.drawn(_RESAMPLES)
    ]
    value = _share(gains, everyone, size, random, groups=20 * _GROUPS)
    made: Estimate = draws.estimate(value, np.array(found))
    lowest, highest = _ends(min(draws.conversations, draws.replies // size))
    return Estimate(value, min(made.low, value, highest), max(made.high, value, lowest))


def _ends(groups: int) -> tuple[float, float]:
    """Where the 95 % interval around 0 ends at least, and the one around 1 begins at most.

    Where every group is right, drawing again finds every group right: the bootstrap would give [1, 1].
    The exact interval (Clopper and Pearson 1934) of `groups` out of `groups` begins at .025 ** (1 / groups).
    """
    highest: float = 0.025 ** (1 / groups)
    return 1 - highest, highest


def _share(
    gains: Floats, among: np.ndarray, size: int, random: np.random.Generator, groups: int = _GROUPS
) -> float:
    if size == 1:
        return float((gains[:, among] > 0).all(0).mean())
    drawn = among[random.integers(len(among), size=(groups, size))]
    return float((gains[:, drawn].sum(2) > 0).all(0).mean())
