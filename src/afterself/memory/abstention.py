"""How sure it is that the archive holds an answer, from 0 (nothing recorded) to 1.

    answerable = coverage x attribution x dated

Coverage asks whether the question's content words were said at all; attribution whether the person
who is asked about said them, or only others did (retrieval scores alone cannot tell a question about
something that somebody *else* did). The constants and the threshold were chosen on the invented chats in
tests/memory/dev, on nothing else; benchmarks/ measures them there and on conversations not used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from afterself.memory.bm25 import Statistics
from afterself.memory.features import term_weights
from afterself.memory.question import Question
from afterself.memory.ranking import Ranked

LOOKED_AT = 10  # best records whose coverage counts
NEIGHBOUR_COVERS = 0.7  # a content word that only the record before or after holds
MARGIN_MIDPOINT = -0.3  # attribution is one half where others' best record leads by this much
MARGIN_WIDTH = 0.15
OFF_DATE = 0.7  # a date was named and no record looked at is from it
DATE_ALONE = (
    0.5  # the question holds a date and no content word: records of then exist, what they answer is open
)
THRESHOLD = 0.2  # below it: “Nothing recorded about that.”


def answerable(question: Question, ranked: Sequence[Ranked], statistics: Statistics) -> float:
    """Between 0 and 1; grows with coverage and the named person's lead, 0 when no content word is shared."""
    on_date = any(hit.on_date for hit in ranked[:LOOKED_AT])
    if not question.content:
        covered = DATE_ALONE if on_date else 0.0
    else:
        covered = coverage(question, ranked[:LOOKED_AT], statistics)
        if question.dates.any and not on_date:
            covered *= OFF_DATE
    return covered * attribution(question, ranked)


def coverage(question: Question, ranked: Sequence[Ranked], statistics: Statistics) -> float:
    """The share of the question's content, weighted by idf, that the best covering record holds.

    A word that no record holds weighs most, so a topic that was never mentioned covers little.
    """
    weights = term_weights(question, statistics)
    total = sum(weights.values())
    return max(
        (
            sum(
                weight * (1.0 if stem in hit.own else NEIGHBOUR_COVERS if stem in hit.near else 0.0)
                for stem, weight in weights.items()
            )
            / total
            for hit in ranked
        ),
        default=0.0,
    )


def attribution(question: Question, ranked: Sequence[Ranked]) -> float:
    """How far the lead of the named person's best record over everyone else's speaks for them.

    A question that the named person was asked counts as theirs: the answer need not repeat its words.
    1 when nobody, or more than one person, is named.
    """
    if not question.naming.only:
        return 1.0
    best = {True: 0.0, False: 0.0}
    for hit in ranked:
        theirs = hit.by_named or hit.asked_named
        best[theirs] = max(best[theirs], hit.unattributed)
    margin = best[True] - best[False]
    return 1 / (1 + math.exp(-(margin - MARGIN_MIDPOINT) / MARGIN_WIDTH))
