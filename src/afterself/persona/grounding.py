"""What the weights wrote -> each sentence that claims a fact, with the record that carries it, or as a guess.

A sentence claims a fact when it tells of somebody or something (“I had”, “she has”, “Ben is”, a name, a
number, a past tense); a greeting, a question or a wish does not. The rule leans to yes. Whether a record
carries it is `memory.support`'s judgement; records are only looked up and compared, so that an order inside
one is a text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from afterself.memory.stop_words import ENGLISH, word_set
from afterself.memory.support import check
from afterself.memory.support.reading import read
from afterself.memory.words import stems_of, words_of

if TYPE_CHECKING:
    from afterself.memory.ask import Hit, Memory
    from afterself.memory.support.near import Nearness
    from afterself.memory.support.witness import Witness
    from afterself.policy import View

Mode = Literal["recorded", "grounded", "free"]
"""Quotes alone; facts as quotes and generated words checked; generated words checked, facts included."""

CITED_FROM = 0.7
"""Score of the check from which a record is cited: higher than for a record that is given, since the best
of several that were looked up always comes somewhat near. Besides, the record has to hold every word of
content: a citation that is wrong is worse than none.
"""
LEAST_WORDS = 2
"""Words of content in a sentence below which no record can be said to carry it."""
LOOKED_UP = 4
"""Records that a sentence is held against."""
_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_FIRST = word_set("i we my our me us mine")
_PAST = word_set(
    "was were had did went came got said told saw made took gave knew thought left bought lived used"
)
_OTHERS = word_set("he she they him them his her hers their theirs")
_PRESENT = word_set("is are has have lives live")
_TELLING = _FIRST | _OTHERS | _PAST
_WISHES = re.compile(
    r"^\W*(?:let me|let us|let's|thank|please"
    r"|i (?:hope|wish|think so|will see|would like|love you|am (?:fine|well|glad|sorry|here))"
    r"|good (?:morning|night|evening|day)|sleep well|take care|see you|mind )",
    re.I,
)
_LEAST_CONTENT = 1.0
_MOST_SENTENCES = 12
"""Of a longer burst the rest counts as guesses."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that claims a fact.

    `by` is the record that carries it; None makes it a guess, for a `reason`.
    """

    sentence: str
    by: Hit | None
    reason: str = ""


def claims_a_fact(sentence: str) -> bool:
    """Whether a sentence says that something is or was so, of the speaker or of somebody else."""
    if sentence.rstrip(" \"'”’)").endswith("?") or _WISHES.match(sentence):
        return False
    words = read(sentence)
    if sum(word.weight for word in words) < _LEAST_CONTENT:
        return False
    if any(a.first and a.weight > 0 and b.folded in _PRESENT for a, b in pairwise(words)):
        return True
    return any(
        word.folded in _TELLING
        or (word.folded.endswith("ed") and len(word.folded) > 4)
        or word.folded[:1].isdigit()
        or (word.capital and not word.first)
        for word in words
    )


def sentences_of(messages: Iterable[str]) -> list[str]:
    """The sentences of a burst of messages, in order."""
    return [part.strip() for message in messages for part in _END.split(message) if part.strip()]


def _holds_every_word(record: str, sentence: str) -> bool:
    """Whether all words of content in a sentence, and not too few, stand in a record in some form."""
    wanted = set(stems_of(word for word in words_of(sentence) if word not in ENGLISH.function_words))
    return len(wanted) >= LEAST_WORDS and wanted <= set(stems_of(words_of(record)))


class Grounding:
    """Checks generated sentences against one view's records."""

    def __init__(self, view: View, memory: Memory) -> None:
        self._view, self._memory = view, memory

    def check(self, messages: Iterable[str]) -> tuple[Checked, ...]:
        """The sentences among `messages` that claim a fact, each with what carries it."""
        factual = [sentence for sentence in sentences_of(messages) if claims_a_fact(sentence)]
        looked_up = [self._one(sentence) for sentence in factual[:_MOST_SENTENCES]]
        left = [Checked(sentence, None, "it was not looked up") for sentence in factual[_MOST_SENTENCES:]]
        return (*looked_up, *left)

    def _one(self, sentence: str) -> Checked:
        hits = {hit.id: hit for hit in self._memory.ask(sentence, LOOKED_UP).hits}
        evidence = self._witness.evidence(list(hits))
        verdicts = [check(sentence, [record], self._witness.cast, self._near) for record in evidence]
        best = max(range(len(verdicts)), key=lambda n: verdicts[n].score, default=None)
        if best is None:
            return Checked(sentence, None, "nothing recorded is like it")
        if verdicts[best].score >= CITED_FROM and _holds_every_word(evidence[best].text, sentence):
            return Checked(sentence, hits[evidence[best].id])
        return Checked(sentence, None, verdicts[best].reason or "a record only comes near")

    @cached_property
    def _witness(self) -> Witness:
        from afterself.memory.support.witness import Witness

        return Witness(self._view)

    @cached_property
    def _near(self) -> Nearness:
        from afterself.memory.support.near import static_nearness

        return static_nearness()
