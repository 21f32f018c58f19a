"""A claim and the records it is said to rest on -> supported or not, how surely, and why.

No language model judges: what the claim says is held against the records word by word (coverage with
synonyms), number by number, date by date, name by name, with negations and the speaker. A logistic sum
weighs the doubts; its constants (`constants.py`) were fitted on conversations written for it
(benchmarks/support_fit.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from afterself.memory.support.constants import BIAS, MEANS, SPREADS, WEIGHTS
from afterself.memory.support.evidence import Cast, Evidence
from afterself.memory.support.features import BARE, FEATURES, features_of
from afterself.memory.support.near import Nearness

KEPT_FROM = 0.5
"""Score from which a claim counts as supported.

Chosen on the dev half of benchmarks/claims, see its results.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` is from 0 to 1; `reason` names what speaks most against the claim, "" when nothing does."""

    supported: bool
    score: float
    reason: str


_REASONS = {
    "thin": "most of what it says does not stand there",
    "bare": "nothing of what it says stands there",
    "rival": "the record names another thing",
    "number_missing": "a number does not stand there",
    "number_derived": "a number would have to be reckoned out",
    "number_far": "a number stands elsewhere",
    "date_missing": "the date is another",
    "name_missing": "a name does not stand there",
    "name_far": "a name stands elsewhere",
    "name_frame": "a name is only that of somebody who took part",
    "turned": "the record says the opposite",
    "denies": "the claim denies what the record does not",
    "denied": "the record denies it",
    "speaker_wrong": "somebody else said it",
    "speaker_other": "the record speaks of somebody else",
    "speaker_told": "somebody else told it of them",
    "swapped": "in the record somebody else does it",
    "date_reckoned": "a date would have to be reckoned out",
    "unlike": "the record is about something else",
    "foreign": "words of it are far from anything that stands there",
    "turned_close": "the record says the opposite",
    "denial_close": "only one of the two denies it",
    "alien": "most of it is far from anything that stands there",
    "together": "its words stand far apart",
}


def check(claim: str, evidence: Sequence[Evidence], cast: Cast, near: Nearness | None = None) -> Verdict:
    """Whether the records carry the claim.

    `near` tells how near two stems are in meaning, if something knows. A claim without records is not
    supported.
    """
    if not evidence or not claim.strip():
        return Verdict(False, 0.0, "there is no record of it")
    values = features_of(claim, evidence, cast, near)
    parts = [
        weight * (value - mean) / spread
        for weight, value, mean, spread in zip(WEIGHTS, values, MEANS, SPREADS, strict=True)
    ]
    score = 1 / (1 + math.exp(-max(-60.0, min(60.0, BIAS + sum(parts)))))
    # Whatever else fits: of what is hardly covered at all, nothing is known.
    score *= 1 - values[FEATURES.index("bare")] / BARE
    worst = min(range(len(parts)), key=parts.__getitem__)
    reason = _REASONS.get(FEATURES[worst], "") if parts[worst] < -0.1 else ""
    return Verdict(score >= KEPT_FROM, score, "" if score >= KEPT_FROM else reason or _REASONS["thin"])
