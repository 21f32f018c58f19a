"""How sure it is that the archive holds an answer: two grounds, from 0 to 1, and the bars for each.

    covered      whether the question's content words were said at all, by somebody, in one place
    attributed   whether the person who is asked about said them, or only others did

Retrieval scores cannot tell a question about something that somebody *else* did; attribution can. Their
product orders questions by how sure an answer is; an answer is given where each passes a bar of its own,
because a weak attribution says little about whether a thing was ever mentioned. The bars were chosen on the
invented chats in tests/memory/dev and the dev halves of benchmarks/claims (benchmarks/declining.py), on
nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from afterself.memory.bm25 import Statistics
from afterself.memory.features import term_weights
from afterself.memory.question import Question
from afterself.memory.ranking import Ranked
from afterself.memory.stop_words import ENGLISH, word_set
from afterself.memory.sums import asks_for_a_sum
from afterself.memory.words import language_of, stems_of, words_of

LOOKED_AT = 10  # best records whose coverage counts
NEIGHBOUR_COVERS = 0.7  # a content word that only the record before or after holds
MARGIN_MIDPOINT = -0.3  # attribution is one half where others' best record leads by this much
MARGIN_WIDTH = 0.15
OFF_DATE = 0.7  # a date was named and no record looked at is from it
DATE_ALONE = (
    0.5  # the question holds a date and no content word: records of then exist, what they answer is open
)
HALF_NAMED = 0.6  # “favourite colour” where no record looked at holds both
COVERED_FROM = 0.35  # below it: “Nothing about that was found …”
COVERED_OF_NOBODY_FROM = 0.4  # of a question that means nobody of the archive: mostly one about the world
COVERED_ELSEWHERE_FROM = 0.2  # in other languages than English no word is known by its other forms
ATTRIBUTED_FROM = 0.2
_US = word_set("we us our ours")
_MODIFIERS = frozenset(stems_of(word_set("favourite favorite first last middle maiden best worst")))
_FOR_FAVOURITE = frozenset(stems_of(word_set("favourite favorite like love best prefer enjoy")))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for an answer; `bar` is what `covered` has to reach."""

    covered: float
    attributed: float
    bar: float

    @property
    def answerable(self) -> float:
        """How sure an answer is, from 0 to 1."""
        return self.covered * self.attributed

    @property
    def enough(self) -> bool:
        """Whether an answer is given at all."""
        return self.covered >= self.bar and self.attributed >= ATTRIBUTED_FROM


def grounds(question: Question, ranked: Sequence[Ranked], statistics: Statistics) -> Grounds:
    """What speaks for an answer; `covered` is 0 when no content word is shared."""
    return Grounds(_covered(question, ranked, statistics), attribution(question, ranked), _bar(question))


def grounds_of_a_time(question: Question) -> Grounds:
    """What speaks for records that tell of the time that is asked for, where nothing else is."""
    return Grounds(DATE_ALONE, 1.0, _bar(question))


def _covered(question: Question, ranked: Sequence[Ranked], statistics: Statistics) -> float:
    if asks_for_a_sum(question.text):
        return 0.0
    best = ranked[:LOOKED_AT]
    on_date = any(hit.on_date for hit in best)
    if not question.content:
        return DATE_ALONE if on_date else 0.0
    covered = coverage(question, best, statistics)
    if question.dates.any and not on_date:
        covered *= OFF_DATE
    return covered * HALF_NAMED if _half_named(question, best) else covered


def _bar(question: Question) -> float:
    words = words_of(question.text)
    if language_of(words) is not ENGLISH or ENGLISH.function_words.isdisjoint(words):
        return COVERED_ELSEWHERE_FROM
    addressed = not (ENGLISH.you | ENGLISH.me | _US).isdisjoint(words)
    return COVERED_FROM if question.naming.persons or addressed else COVERED_OF_NOBODY_FROM


def _half_named(question: Question, ranked: Sequence[Ranked]) -> bool:
    """Whether a thing is asked for by a word like “favourite” and no record holds that and the thing."""
    content = set(question.content)
    for modifier, thing in pairwise(stems_of(words_of(question.text))):
        if modifier not in _MODIFIERS or thing not in content or modifier == thing:
            continue
        alike = _FOR_FAVOURITE if modifier in _FOR_FAVOURITE else {modifier}
        if not any(thing in held and alike & held for held in (hit.own | hit.near for hit in ranked)):
            return True
    return False


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

    A question that the named person was asked counts as theirs: the answer need not repeat its words. So
    does what the owner tells of them. 1 when nobody, or more than one person, is named.
    """
    if not question.naming.only:
        return 1.0
    best = {True: 0.0, False: 0.0}
    for hit in ranked:
        theirs = hit.by_named or hit.asked_named or hit.tells_of_named
        best[theirs] = max(best[theirs], hit.unattributed)
    margin = best[True] - best[False]
    return 1 / (1 + math.exp(-(margin - MARGIN_MIDPOINT) / MARGIN_WIDTH))
