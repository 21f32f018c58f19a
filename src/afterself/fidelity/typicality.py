"""Written and real replies to the same contexts -> how much odder or smoother the written ones are.

A judge who knows nothing of the weights reads both: a Witten-Bell model of one half of the held-out
conversations, mixed with the contacts' words, reads the other half, and the other way round. Babble
costs it more bits per byte than the person's own words, a timid style (a low temperature) fewer: both
are faults. A gap of 0 is a necessary condition, never a score: a copier has it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from afterself.fidelity.intervals import Draws, Estimate, Floats, Measured
from afterself.models.ngram import WittenBell, bits

WIDEST_GAP = 0.05
"""Bits per byte, from the project's measurements: a character 8-gram at temperature .6 lies at -.16."""

SHARP_ENOUGH = 0.10
"""Half the widest interval that may still pass: a timid style would show in it."""

Verdict = Literal["pass", "fail", "undecided", "not measurable"]


@dataclass(frozen=True, slots=True)
class Typicality:
    """Bits per byte of both under the judge, and the gap: written less real."""

    verdict: Verdict
    gap: Measured
    written: float | None
    real: float | None
    replies: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON of it, but for the gap, which the caller writes as it writes all measured figures."""
        return {
            "verdict": self.verdict,
            "written_bits_per_byte": self.written and round(self.written, 5),
            "real_bits_per_byte": self.real and round(self.real, 5),
            "written_replies": self.replies,
            "widest_gap": WIDEST_GAP,
        }


def typicality(
    real: Sequence[str],
    written: Sequence[Sequence[str]],
    conversations: Sequence[str],
    background: WittenBell,
) -> Typicality:
    """`written[n]` are what the weights wrote where the person wrote `real[n]`, maybe nothing."""
    asked = [n for n, replies in enumerate(written) if replies]
    draws = Draws([conversations[n] for n in asked])
    count = sum(len(written[n]) for n in asked)
    if not draws.enough:
        return Typicality("not measurable", draws.too_few(), None, None, count)
    ours = np.zeros((2, len(asked)))
    theirs = np.zeros((2, len(asked)))
    halves = _halves(draws)
    for half in (0, 1):
        learned = [real[n] for n, side in zip(asked, halves, strict=True) if side == half]
        judge = (WittenBell(learned), background) if background.bytes else (WittenBell(learned),)
        read = np.flatnonzero(halves != half)
        ours[:, read] = _cost(judge, [written[asked[k]] for k in read])
        theirs[:, read] = _cost(judge, [[real[asked[k]]] for k in read])
    gap = _gap(ours, theirs, draws)
    mine, real_ones = (float(side[0].sum() / side[1].sum()) for side in (ours, theirs))
    return Typicality(_verdict(gap), gap, mine, real_ones, count)


def _halves(draws: Draws) -> np.ndarray[Any, np.dtype[np.int64]]:
    """0 or 1 for each reply: whole conversations, so dealt that both sides have about as many replies."""
    sizes = np.bincount(draws.index)
    side = np.zeros(len(sizes), np.int64)
    totals = [0, 0]
    for n in np.argsort(-sizes, kind="stable"):
        side[n] = int(totals[1] < totals[0])
        totals[side[n]] += int(sizes[n])
    return side[draws.index]


def _cost(judge: Sequence[WittenBell], replies: Sequence[Sequence[str]]) -> Floats:
    """Bits and bytes of the texts at each place."""
    flat = [text for texts in replies for text in texts]
    owner = np.repeat(np.arange(len(replies)), [len(texts) for texts in replies])
    size = np.array([len(text.encode("utf-8", "replace")) + 1 for text in flat], dtype=float)
    paid = bits(judge, flat)
    return np.stack([np.bincount(owner, values, len(replies)) for values in (paid, size)])


def _gap(ours: Floats, theirs: Floats, draws: Draws) -> Estimate:
    parts = [np.bincount(draws.index, row) for row in (*ours, *theirs)]
    drawn = draws.drawn()
    a, b, c, d = (part[drawn].sum(1) for part in parts)
    value = ours[0].sum() / ours[1].sum() - theirs[0].sum() / theirs[1].sum()
    return draws.estimate(float(value), a / b - c / d)


def _verdict(gap: Estimate) -> Verdict:
    if gap.low > WIDEST_GAP or gap.high < -WIDEST_GAP:
        return "fail"
    sharp = (gap.high - gap.low) / 2 <= SHARP_ENOUGH
    return "pass" if sharp and abs(gap.value) <= WIDEST_GAP else "undecided"
