"""A record and what a question asks of a life -> how well its shape answers, from 0 to 1.

What the owner says of themselves in the first person counts most, what is said to them (“happy
birthday, 85!”) less. From `ANSWERS` on a record stands before those that only share the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from afterself.memory.personal.asking import Personal
from afterself.memory.personal.events import tells_of
from afterself.memory.personal.kinship import RELATIONS, SPOUSE, any_of, words_for
from afterself.memory.personal.recipes import tells_how
from afterself.memory.personal.shapes import (
    ASKS_FOR_WORK,
    BARE_AGE,
    FIRST_WORK,
    MARRIED,
    OCCUPATION,
    ORIGIN,
    OWN_AGE,
    OWN_BIRTHDAY,
    OWN_HOME,
    OWN_WORK,
    PAST_AGE,
    PAST_HOME,
    WISHES,
    YOUR_AGE,
)
from afterself.memory.stop_words import word_set
from afterself.memory.words import document_stems

ANSWERS = 0.5
"""From here on a record answers by its shape."""
AT_LENGTH = 12
"""Words from which on the owner tells of what they were asked for, and does not only reply."""


@dataclass(frozen=True, slots=True)
class Told:
    """One record as it is looked at: with straight apostrophes.

    `before`: what somebody else said right before it. `to_one`: in a talk of two, with the owner. `calls`:
    the words of kin by which the owner is addressed in it. `partner_is`: what the other of a talk of two is
    to the owner, "" if unknown. `of_meant`: said by, or in a talk of two with, the person meant;
    `on_birthday`: on a day on which the owner was wished a happy birthday.
    """

    text: str
    by_owner: bool
    before: str = ""
    to_one: bool = False
    calls: bool = False
    partner_is: str = ""
    by_meant: bool = False
    to_meant: bool = False
    on_birthday: bool = False


def fit(asked: Personal, told: Told) -> float:
    """How well a record answers by its shape; 0 where it does not."""
    if asked.kind == "who":
        return _who(asked, told)
    if asked.kind == "kin":
        return _kin(asked, told)
    if asked.kind == "event":
        return _event(asked, told)
    if asked.kind == "recipe":
        return _recipe(asked, told)
    if not asked.of_owner:
        return _of_another(asked, told)
    if told.by_owner:
        return _OWN[asked.kind](asked, told)
    return _said_to_owner(asked, told)


def _own_age(asked: Personal, told: Told) -> float:
    if asked.past and PAST_AGE.search(told.text):
        return 1.0
    if OWN_AGE.search(told.text):
        return 1.0
    return 0.95 if told.on_birthday and BARE_AGE.search(told.text) else 0.0


def _own_birthday(asked: Personal, told: Told) -> float:
    if OWN_BIRTHDAY.search(told.text):
        return 1.0
    return (
        0.9
        if WISHES.search(told.before)
        else 0.85
        if told.on_birthday and BARE_AGE.search(told.text)
        else 0.0
    )


def _own_home(asked: Personal, told: Told) -> float:
    if asked.past:
        return 1.0 if PAST_HOME.search(told.text) else 0.0
    return 1.0 if OWN_HOME.search(told.text) else 0.0


def _own_origin(asked: Personal, told: Told) -> float:
    return 1.0 if ORIGIN.search(told.text) else 0.0


def _own_work(asked: Personal, told: Told) -> float:
    first = FIRST_WORK.search(told.text) or FIRST_WORK.search(told.before)
    if asked.first:
        return 1.0 if first else 0.0
    if OWN_WORK.search(told.text):
        return 1.0
    return 0.8 if ASKS_FOR_WORK.search(told.before) or first else 0.0


_OWN = {
    "age": _own_age,
    "birthday": _own_birthday,
    "home": _own_home,
    "origin": _own_origin,
    "work": _own_work,
}


def _said_to_owner(asked: Personal, told: Told) -> float:
    """What somebody else says to the owner of the owner; in a group it may be meant for anybody."""
    if not (told.to_one or told.calls):
        return 0.0
    if asked.kind == "age":
        return 0.7 if YOUR_AGE.search(told.text) else 0.0
    if asked.kind == "birthday":
        return 0.7 if WISHES.search(told.text) else 0.0
    return 0.0


@lru_cache(maxsize=64)
def _subject(asked: Personal) -> re.Pattern[str]:
    """The person meant, by the name or the words of the relation."""
    words = words_for(asked.relations) if asked.relations else frozenset({asked.name.removeprefix("the ")})
    return re.compile(rf"\b{any_of(words)}\b", re.I)


def _of_another(asked: Personal, told: Told) -> float:
    """Age, birthday, home or work of somebody else, who says it, is told it, or is named with it."""
    if told.by_meant:
        own = Told(told.text, True, told.before, to_one=told.to_one)
        if asked.kind in _OWN and _OWN[asked.kind](asked, own) >= 1.0:
            return 1.0
    if told.by_owner and told.to_meant and asked.kind == "age":
        return 0.9 if YOUR_AGE.search(told.text) or BARE_AGE.search(told.text) else 0.0
    if told.by_owner and told.to_meant and asked.kind == "birthday":
        return 0.9 if WISHES.search(told.text) or BARE_AGE.search(told.text) else 0.0
    meant = _subject(asked).pattern
    shapes = {
        "age": rf"{meant}\b.{{0,30}}\b(?:is|was|turned|aged) (?:\w+ )?\d\d\b|{meant}.{{0,60}}, \d\d\b",
        "birthday": rf"{meant}.{{0,25}}\b(?:birthday|born)\b|\bborn\b.{{0,30}}{meant}",
        "home": rf"{meant} (?:now |still )?lives\b|{meant} is (?:in|at) [A-Z]",
        "work": rf"{meant}.{{0,60}}{OCCUPATION.pattern}",
    }
    shape = shapes.get(asked.kind)
    return 0.8 if shape and re.search(shape, told.text, re.I) else 0.0


def _kin(asked: Personal, told: Told) -> float:
    words = any_of(words_for(asked.relations))
    if not told.by_owner:
        if told.calls and told.partner_is in asked.relations:
            return 0.65
        said = _pets(asked, told) or (told.to_one and _has(rf"\byour (?:\w+ ){{0,2}}{words}\b", told.text))
        return 0.5 if said else 0.0
    best = max((worth for worth, found in _own_kin(asked, told, words) if found), default=0.0)
    if best == 0.0 and _spoken_of_as_theirs(asked, told):
        best = 0.7 if _NAMES.search(told.text) else 0.55
    return best


_NAMES = re.compile(r"(?<=[^.!?…\s] )[A-Z][a-z]+")


def _has(shape: str, text: str) -> bool:
    return re.search(shape, text, re.I | re.M) is not None


def _own_kin(asked: Personal, told: Told, words: str) -> Iterator[tuple[float, bool]]:
    """What the owner says of their people, each shape with its worth."""
    text = told.text
    mine = _has(rf"\b(?:my|our) (?:\w+ ){{0,2}}{words}\b(?!'s)", text) or _has(
        r"\b(?:i|we)(?:'ve(?: got)?| have(?: got)?|'d| had| got) (?:an? |one |two |three |\d )"
        rf"(?:\w+ )?{words}\b",
        text,
    )
    name = r"(?-i:[A-Z][a-z]+)"
    yield 1.0, _has(rf"(?:^|[.:;!?] ?){words}: {name}|\bmy {words}(?: is|,|'s name is)? {name}", text)
    yield (0.7 if asked.called else 1.0), mine
    yield (
        0.95,
        _has(
            rf"\b(?:the|a|my) {words} (?:is|was) (?:called|named)\b|\b(?:called|named) (?:the|our) {words}\b",
            text,
        ),
    )
    asks_for_theirs = _has(rf"\byour (?:\w+ )?{words}\b", told.before)
    yield (
        0.95,
        asks_for_theirs and _has(rf"^(?:that|he|she|it)(?: was|'s| is) {name}|^{name} (?-i:[a-z]+)", text),
    )
    yield 0.6, asks_for_theirs and _NAMES.search(text) is not None
    yield (
        0.8,
        told.to_one
        and _has(rf"\b(?:you|dear|hi|hello|thanks|night|sorry) (?:\w+ )?{words}(?:[.,!?]|$)", text),
    )
    yield 0.6, _pets(asked, told)
    yield 0.6, told.partner_is in asked.relations and _has(rf"\b{words}\b", text)
    if asked.relations & {"husband", "wife"}:
        yield (0.3 if asked.called else 0.9), MARRIED.search(text) is not None


def _pets(asked: Personal, told: Told) -> bool:
    """Whether it speaks, or answers somebody who speaks, of the pet of the house: “the dog”."""
    pets = any_of(words_for(asked.relations & {"dog", "cat", "pet"}))
    told_of = (told.text, told.before) if told.by_owner else (told.text,)
    return told.to_one and any(_has(rf"\b(?:the|our|that|my) {pets}\b", text) for text in told_of)


def _spoken_of_as_theirs(asked: Personal, told: Told) -> bool:
    """Whether the owner speaks of the one asked for as a parent of a child of theirs: “your grandad”."""
    if told.partner_is not in ("child", "grandchild"):
        return False
    theirs = frozenset(one for relation in asked.relations for one in SPOUSE.get(relation, ()))
    return _has(rf"\byour {any_of(words_for(theirs))}\b", told.text)


def _who(asked: Personal, told: Told) -> float:
    text, before = told.text, told.before
    shapes = _who_shapes(asked.name) if asked.name.split()[-1] in text.casefold() else ()
    best = max((worth for worth, shape in shapes if shape.search(text)), default=0.0)
    if best == 0.0 and told.by_meant and told.calls:
        best = 0.9 if _has(r"\bit'?s me\b|\bit is me\b", text) else 0.55
    if best == 0.0 and _has(r"\b(?:called|names?|who)\b", before) and _subject(asked).search(text):
        best = 0.7
    return min(1.0, best + 0.05 * told.by_owner) if best else 0.0


@lru_cache(maxsize=16)
def _who_shapes(asked_name: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """How people say who somebody is, each shape with its worth."""
    whole = asked_name.removeprefix("the ")
    name, kin = rf"(?:{re.escape(whole)}|{re.escape(whole.split()[-1])})(?!'s)", any_of(_PEOPLE | _ROLES)
    theirs = r"(?:my|our|your|his|her|their)"
    shapes = (
        (0.95, rf"\b{kin} {name}\b|\b{name},? (?:{theirs}|the) (?:\w+ )?{kin}\b"),
        (0.95, rf"\b{theirs} (?:\w+ ){{0,2}}{kin}(?: is)?[,.:]? {name}\b"),
        (0.9, rf"\b{name} (?:is|was) (?:an?|the|one of|{theirs})\b|\b(?:called|named) {name}\b"),
        (0.9, rf"(?:^|[.!?]\s+)(?:this is|it'?s|i'?m|my name is)(?: \w+)? {name}\b|\bits {name}\b"),
        (0.85, rf"\b{name}(?: (?-i:[A-Z])\w+)?, (?:\d\d|born|who|aged|ex-|the|an?)\b"),
        (0.85, rf"\b{_FELLOW}\b[^.!?]{{0,30}}\b{name}\b"),
        (0.6, rf"\b{name}\b[^.!?]{{0,40}}\b{kin}\b|\b{kin}\b[^.!?]{{0,25}}[.,] {name}\b"),
    )
    return tuple((worth, re.compile(shape, re.I)) for worth, shape in shapes)


def _event(asked: Personal, told: Told) -> float:
    """Whether a record tells of an event, of whom it is asked for, and holds what the question names."""
    if asked.relations or asked.name:
        if not (told.by_meant or _subject(asked).search(told.text)):
            return 0.0
    elif not told.by_owner:
        return 0.0
    text = f"{told.before} {told.text}" if told.by_owner else told.text
    if not tells_of(asked.event, text) or not asked.objects <= set(document_stems(text)[0]):
        return 0.0
    if tells_of(asked.event, told.before) and len(told.text.split()) >= AT_LENGTH:
        return 0.9
    return 0.8 if tells_of(asked.event, told.text) else 0.6


def _recipe(asked: Personal, told: Told) -> float:
    """Whether the owner says in a record how the thing is made that is asked for, or asked for before it."""
    if not told.by_owner or not tells_how(told.text):
        return 0.0
    if asked.objects <= set(document_stems(told.text)[0]):
        return 1.0
    return 0.8 if asked.objects <= set(document_stems(f"{told.before} {told.text}")[0]) else 0.0


_FELLOW = "(?:fellow|man|woman|lady|girl|lad|boy|chap|guy|foreman|boss|neighbour|friend)"
_ROLES = word_set(
    "friend neighbour neighbor boss colleague teacher vicar priest doctor nurse foreman landlord chemist "
    "pharmacist conductor midwife"
)
_PEOPLE = words_for(frozenset(RELATIONS) - {"pet"})
