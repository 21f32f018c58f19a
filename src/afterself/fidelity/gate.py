"""What was copied in written replies and in real ones -> pass, fail, or not measurable.

A gate, never a score: passing it says only that the weights do not give training back word for word.
Its bars stand on what the person's own later words repeat of their earlier ones, so that a person of
set phrases is not held against their weights. They are those of the project's measurements on real
persons: copying lies at 1.0 and .92, a character 8-gram at .01 and .07, real later words at .00 and .00.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from afterself.fidelity.copying import SHORTEST_RUN, Copied

Verdict = Literal["pass", "fail", "not measurable"]

EXACT_ABOVE_REAL = 0.01
MOST_COV30 = 0.01
MOST_P95 = 30

LEAST_MESSAGES = 50
"""Messages on each side below which a 95th percentile and a share of one in a hundred say nothing."""


LEAST_LONG = 20
"""Messages long enough to be called a copy, below which none found says nothing: who writes only short ones
cannot be caught."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The most that written replies may show; one whole message more than real ones is chance."""

    exact: float
    cov30: float
    p95: int


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict, what it stands on, and why it failed or could not be given."""

    verdict: Verdict
    written: Copied
    real: Copied
    bars: Bars
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of it."""
        bars = {"exact": self.bars.exact, "cov30": self.bars.cov30, "p95": self.bars.p95}
        return {
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "written": _shares(self.written),
            "real": _shares(self.real),
            "bars": {name: round(value, 5) for name, value in bars.items()},
        }


def enough(found: Copied) -> bool:
    """Whether there are messages enough on this side to hold them against the other."""
    return found.messages >= LEAST_MESSAGES and found.long >= LEAST_LONG


def judge(written: Copied, real: Copied) -> Gate:
    """Hold what weights wrote against what the person really wrote later."""
    bars = Bars(
        exact=real.exact + max(EXACT_ABOVE_REAL, 1 / max(1, written.long)),
        cov30=max(MOST_COV30, real.cov30),
        p95=max(MOST_P95, real.p95),
    )
    for whose, found in (("real", real), ("written", written)):
        if not enough(found):
            return Gate("not measurable", written, real, bars, (_too_few(found, whose),))
    reasons = []
    if written.exact > bars.exact:
        reasons.append(f"{written.whole} of {written.long} written messages stand whole in training")
    if written.cov30 > bars.cov30:
        reasons.append(f"{100 * written.cov30:.1f} % of the characters stand in long verbatim runs")
    if written.p95 > bars.p95:
        reasons.append(f"one message in twenty repeats more than {bars.p95} characters of training in a row")
    return Gate("fail" if reasons else "pass", written, real, bars, tuple(reasons))


def _too_few(found: Copied, whose: str) -> str:
    count, of, least = found.messages, "", LEAST_MESSAGES
    if count >= LEAST_MESSAGES:
        count, of, least = found.long, f" of at least {SHORTEST_RUN} letters", LEAST_LONG
    are = "message" if count == 1 else "messages"
    return f"{count} {whose} {are}{of} {'is' if count == 1 else 'are'} fewer than the {least} that are needed"


def _shares(found: Copied) -> dict[str, float | int]:
    return {
        "messages": found.messages,
        "long": found.long,
        "whole": found.whole,
        "exact": round(found.exact, 5),
        "cov30": round(found.cov30, 5),
        "p95": found.p95,
    }
