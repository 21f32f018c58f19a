"""“When did we move to the new house?” -> records that tell of such an event, in whatever words it is told.

A few events of every life are told in words of their own: who moved says “the last box is up”, who married
says “ours was the town hall”. The question's other words must be held, but for those that the event implies.
"""

from __future__ import annotations

import re

from afterself.memory.personal.kinship import WORDS
from afterself.memory.stop_words import ENGLISH, FRAME_WORDS, word_set
from afterself.memory.words import stems_of, words_of

_VERBS = {
    "move": r"move(?: in| house| home)?",
    "marry": r"marry|get married|wed",
    "die": r"die|pass away",
    "buy": r"buy|get",
    "leave": r"quit|leave|retire|resign|stop working|give up",
    "meet": r"(?:first )?meet",
}
_TOLD = {
    "move": r"\b(?:i|we)(?:'ve| have)? moved\b|\bmoved (?:in|out|house|into)\b|\blast box\b"
    r"|\bmoving (?:day|van|house)\b|\bgot the keys\b|\bremoval (?:men|van)\b|\bunpack(?:ed|ing)\b",
    "marry": r"\bmarried\b|\bwedding\b|\bours was\b|\bour \d+(?:th|st|nd|rd)\b"
    r"|\bsaid (?:yes|i (?:do|will))\b",
    "die": r"\b(?:died|dead)\b|\bpassed away\b|\b(?:is|has) gone\b|\bfuneral\b|\bburied\b",
    "buy": r"\bbought\b|\btook (?:the|our) offer\b|\b(?:i|we) own\b|\bpaid (?:for|£|\$|€)"
    r"|\bgot (?:a|the) new\b",
    "leave": r"\b(?:handed|hand|gave|give) in (?:my|your) notice\b|\bmy notice\b|\bretired?\b|\bresigned\b"
    r"|\b(?:i|i've) quit\b|\bmy last (?:day|shift)\b|\bi left (?:the|my)\b",
    "meet": r"\b(?:i|we|and i|you) (?:first )?met\b|\bfirst time (?:i|we|he|she)\b|\bhow .{1,20} met\b"
    r"|\b(?:you two|you both|you and \w+) .{0,20}\bmeet\b",
}
_IMPLIED = {
    "move": word_set("house home flat place apartment new here there in into old our this"),
    "marry": word_set("married each other"),
    "die": frozenset[str](),
    "buy": word_set("new our this"),
    "leave": word_set("job work working your my from"),
    "meet": word_set("each other first"),
}
_SHAPES = {
    event: re.compile(
        r"(?:when|how|where|what (?:year|day)|in what year) did "
        rf"(?P<who>.{{1,30}}?) (?:{verb})(?: (?P<rest>.+))?"
    )
    for event, verb in _VERBS.items()
}
_TELLS = {event: re.compile(told, re.I) for event, told in _TOLD.items()}


def event_asked(text: str) -> tuple[str, str, frozenset[str]] | None:
    """The event that folded words ask for, who it happened to, and the stems that must be held; or None."""
    for event, shape in _SHAPES.items():
        found = shape.fullmatch(text)
        if found is not None:
            left_out = ENGLISH.function_words | FRAME_WORDS | _IMPLIED[event]
            left_out |= WORDS if event in ("meet", "marry") else frozenset()
            objects = [word for word in words_of(found["rest"] or "") if word not in left_out]
            return event, found["who"], frozenset(stems_of(objects))
    return None


def tells_of(event: str, text: str) -> bool:
    """Whether a text tells of such an event."""
    return _TELLS[event].search(text) is not None


def words_of_event(event: str) -> list[str]:
    """Words by which records that may tell of it are fetched."""
    return _WORDS[event].split()


_WORDS = {
    "move": "moved moving box boxes keys unpacked removal",
    "marry": "married wedding ours anniversary",
    "die": "died dead gone funeral buried",
    "buy": "bought offer own paid",
    "leave": "notice retired retire resigned quit left last",
    "meet": "met first meet",
}
