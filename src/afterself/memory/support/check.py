"""A claim and the records it is said to rest on -> supported, a guess or refused, how surely, and why.

No language model judges: what the claim says is held against the records word by word (coverage with
synonyms), number by number, date by date, name by name, with negations and the speaker. A false claim is
either a true one with something *changed*, which lies close to its record, or *invented*, which does not: the
two are weighed apart. The weights (`constants.py`) were fitted on claims written for it
(benchmarks/support_fit.py).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from afterself.memory.support.constants import CHANGED, CHANGED_BIAS, INVENTED, INVENTED_BIAS
from afterself.memory.support.evidence import Cast, Evidence
from afterself.memory.support.features import FEATURES, features_of
from afterself.memory.support.near import Nearness

KEPT_FROM, GUESSED_FROM = 0.65, 0.35
"""Scores from which a claim counts as supported, and from which it is no more than a guess.

Chosen on claims of the dev half of benchmarks/claims that the weights had not seen, where 4 % of the false
count as supported: stricter than it seems, since that half was read while the check was made.
"""
Standing = Literal["supported", "guess", "refused"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` is from 0 to 1; `reason` names what speaks most against the claim, "" where it is supported."""

    standing: Standing
    score: float
    reason: str

    @property
    def supported(self) -> bool:
        """Whether the records carry the claim."""
        return self.standing == "supported"


_THIN = "most of what it says does not stand there"
_REASONS = {
    "bare": "nothing of what it says stands there",
    "rival": "the record names another thing",
    "number_missing": "a number does not stand there",
    "number_derived": "a number would have to be reckoned out",
    "number_far": "a number stands elsewhere",
    "number_other": "another number stands there",
    "date_missing": "the date is another",
    "name_missing": "a name does not stand there",
    "name_absent": "a name does not stand there",
    "name_framed": "a name stands elsewhere",
    "turned": "the record says the opposite",
    "denied": "the record denies it",
    "turned_close": "the record says the opposite",
    "denial_close": "only one of the two denies it",
    "speaker_wrong": "somebody else said it",
    "speaker_other": "the record speaks of somebody else",
    "speaker_told": "somebody else told it of them",
    "swapped": "in the record somebody else does it",
    "unlike": "the record is about something else",
}


def check(claim: str, evidence: Sequence[Evidence], cast: Cast, near: Nearness | None = None) -> Verdict:
    """Whether the records carry the claim.

    `near` tells how near two stems are in meaning, if something knows. A claim without records is refused.
    """
    if not evidence or not claim.strip():
        return Verdict("refused", 0.0, "there is no record of it")
    values = dict(zip(FEATURES, features_of(claim, evidence, cast, near), strict=True))
    changed, by_change = _weighed(values, CHANGED, CHANGED_BIAS)
    invented, by_invention = _weighed(values, INVENTED, INVENTED_BIAS)
    score = 1 / (1 + math.exp(changed) + math.exp(invented))
    if score >= KEPT_FROM:
        return Verdict("supported", score, "")
    reason = by_change if changed >= invented else by_invention
    return Verdict("guess" if score >= GUESSED_FROM else "refused", score, reason)


def _weighed(values: Mapping[str, float], weights: Mapping[str, float], bias: float) -> tuple[float, str]:
    """The log odds against being true, and the reason that adds most to them."""
    parts = {name: weight * values[name] for name, weight in weights.items()}
    reasons: dict[str, float] = defaultdict(float)
    for name, part in parts.items():
        if name != "unconfirmed":
            reasons[_REASONS.get(name, name)] += part
    worst = max(reasons, key=reasons.__getitem__)
    found = worst if worst in _REASONS.values() and reasons[worst] > 0 else _THIN
    return max(-30.0, min(30.0, bias + sum(parts.values()))), found
