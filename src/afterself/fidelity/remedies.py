"""A likeness that fell short -> a sentence on what the person can do about it, for terminal and page."""

from __future__ import annotations

from afterself.fidelity.gate import Gate
from afterself.fidelity.intervals import Estimate
from afterself.fidelity.likeness import Reading
from afterself.fidelity.typicality import Typicality


def against_weak_reading(found: Reading) -> str:
    """For weights that read the person worse than the base or than counting does; else empty."""
    saved = (found.saved_over_base, found.saved_over_witten_bell)
    if not any(isinstance(one, Estimate) and one.high < 0 for one in saved):
        return ""
    return (
        "Import more of what they wrote and train again (afterself train), or take a base that knows their "
        "language: afterself base tells which it knows."
    )


def against_copying(gate: Gate) -> str:
    """For weights that give their training back; else empty."""
    if gate.verdict != "fail":
        return ""
    return (
        "Train again with fewer passes (afterself train --epochs 1), or import more first; until then show "
        "nobody what it writes."
    )


def against_unnaturalness(found: Typicality) -> str:
    """For weights that write babble, or too smoothly; else empty."""
    if found.verdict != "fail" or not isinstance(found.gap, Estimate):
        return ""
    if found.gap.value < 0:
        return (
            "Train again on a base that was never tuned to follow instructions: those that were "
            "write smoother than people do. The command: afterself train --base FOLDER"
        )
    return (
        "A larger base makes up fewer words (afterself train --base FOLDER), and more messages help. Quotes "
        "need no weights: afterself talk --answers recorded"
    )
