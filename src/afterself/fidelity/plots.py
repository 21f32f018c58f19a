"""Figures with their intervals -> inline SVG strips that stretch to any width and need no script.

A strip is one row: a line for the interval, a dot for the value, on a scale that the rows of a plot
share. The SVG carries no text, so that nothing becomes unreadable on a phone: words and figures
stand beside it in HTML. Colours come from the page's style sheet by class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from afterself.fidelity.intervals import Estimate


@dataclass(frozen=True, slots=True)
class Scale:
    """What a plot runs from and to, with where its ticks are."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Percent of the width at which a value stands."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, share)), 2)


def scale(estimates: Sequence[Estimate], also: Sequence[float] = ()) -> Scale:
    """A scale with round ends that holds all intervals and the values in `also`."""
    ends = [*(e.low for e in estimates), *(e.high for e in estimates), *also]
    low, high = min(ends), max(ends)
    step = _round_step((high - low) / 4 or 0.1)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(n * step, 6) for n in range(first, max(last, first + 1) + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _round_step(wanted: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(wanted))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= wanted - 1e-12)


def strip(estimate: Estimate, on: Scale, colour: str, marks: Sequence[float] = (), says: str = "") -> str:
    """One row as SVG. `colour` is a class of the style sheet; `marks` are values with a line of their own."""
    low, high, at = on.place(estimate.low), on.place(estimate.high), on.place(estimate.value)
    lines = [_line("rail", 0, 100), *(_tick("tick", on.place(t)) for t in on.ticks)]
    lines += [
        *(_tick("mark", on.place(value)) for value in marks),
        _line(f"range {colour}", low, high),
        _line(f"dot {colour}", at, at),
    ]
    return (
        f'<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(says)}">{"".join(lines)}</svg>'
    )


def axis(on: Scale, digits: int, *, percent: bool = False) -> str:
    """The ticks' figures, to stand below the strips."""
    shown = []
    for n, tick in enumerate(on.ticks):
        text = f"{100 * tick:.0f} %" if percent else f"{tick:.{digits}f}".replace("-", "−")
        anchor = "start" if n == 0 else "end" if n == len(on.ticks) - 1 else "middle"
        shown.append(f'<span class="{anchor}">{text}</span>')
    return f'<div class="axis" aria-hidden="true">{"".join(shown)}</div>'


def _line(kind: str, start: float, end: float) -> str:
    return f'<line class="{kind}" x1="{start}" x2="{end}" y1="5" y2="5"/>'


def _tick(kind: str, at: float) -> str:
    return f'<line class="{kind}" x1="{at}" x2="{at}" y1="0" y2="10"/>'
