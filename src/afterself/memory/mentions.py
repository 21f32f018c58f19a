"""A text -> the people and things that it mentions, each as it is written and where it stands.

A person is somebody of the archive by name, any word inside a sentence that has a capital, or “your father”;
a thing is a noun behind an article (“the chapel window”). Rules of spelling for short questions, in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from afterself.memory.dates import MONTH_NUMBERS
from afterself.memory.names import TITLES, NameBook
from afterself.memory.personal.kinship import WORDS, any_of, relations_of
from afterself.memory.stop_words import ENGLISH, FRAME_WORDS, word_set
from afterself.memory.words import fold, language_of, words_of

_WORD = re.compile(r"[^\W_]+")
_KIN = re.compile(
    rf"\b(?P<whose>your|my|our|the) (?:\w+ )?{any_of(WORDS - {'married', 'spouse'})}\b"
    rf"|\b(?:an?|any|some|many|got|have|no) (?P<some>{any_of(WORDS - {'married', 'spouse'})})\b",
    re.I,
)
_THING = re.compile(r"\b(?:your|my|our|the|an?) ((?:[^\W_]+[ -]?){1,3})", re.I)
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_NO_NOUN = word_set(
    "called named like look looked cost get got make made go went come came start started end ended work "
    "worked born first last same time times way lot bit most best again now then today"
)
_MEN = word_set("husband father son brother grandson grandfather uncle nephew")
_WOMEN = word_set("wife mother daughter sister granddaughter grandmother aunt niece")
HE, SHE, THEY, IT = "he", "she", "they", "it"


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: its words, where they begin and end (code points), and the pronouns that may mean it."""

    words: str
    begins: int
    ends: int
    pronouns: frozenset[str]

    @property
    def of_person(self) -> bool:
        """Whether it is somebody, not something."""
        return bool(self.pronouns & {HE, SHE})


def mentions(text: str, names: NameBook) -> list[Mention]:
    """All people and things that a text mentions, in order; none stands inside another."""
    found = [*_named(text, names), *_kin(text), *_things(text)]
    apart: list[Mention] = []
    for one in found:
        if not any(one.begins < other.ends and other.begins < one.ends for other in apart):
            apart.append(one)
    return sorted(apart, key=lambda one: one.begins)


def _named(text: str, names: NameBook) -> list[Mention]:
    of_people = names.named_in(text, language_of(words_of(text))).words
    spans: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        if not _is_name(word, text, of_people):
            continue
        if spans and text[spans[-1][1] : word.start()] in (" ", "-", ". "):
            spans[-1] = (spans[-1][0], word.end())
        else:
            spans.append(word.span())
    return [
        Mention(text[begins:ends], begins, ends, frozenset({HE, SHE, THEY}))
        for begins, ends in spans
        if fold(text[begins:ends]) not in TITLES
    ]


def _is_name(word: re.Match[str], text: str, of_people: frozenset[str]) -> bool:
    plain = fold(word.group())
    if plain in of_people:
        return True
    inside = bool(text[: word.start()].strip(" \"'“‘(")) and text[: word.start()].rstrip()[-1:] not in ".!?…"
    no_name = ENGLISH.function_words | FRAME_WORDS | _DAYS | WORDS
    return word.group()[0].isupper() and inside and plain not in no_name and plain not in MONTH_NUMBERS


def _kin(text: str) -> list[Mention]:
    """“Your dog”; “a dog” and “any children”, too, which are asked for of the owner."""
    return [
        Mention(one.group(), *one.span(), _for_kin(one.group()))
        if one["whose"]
        else Mention(f"your {one['some']}", *one.span("some"), _for_kin(one["some"]))
        for one in _KIN.finditer(text)
    ]


def _for_kin(words: str) -> frozenset[str]:
    """The pronouns for somebody of a life: “your daughter” is no “he”."""
    word = words.split()[-1].lower()
    relations = relations_of(word)
    if relations & {"dog", "cat", "pet"}:
        return frozenset({HE, SHE, THEY, IT})
    may_be = (
        {HE} if relations and relations <= _MEN else {SHE} if relations and relations <= _WOMEN else {HE, SHE}
    )
    return frozenset({*may_be, THEY})


def _things(text: str) -> list[Mention]:
    found = []
    for one in _THING.finditer(text):
        kept = one.start(1)
        for word in _WORD.finditer(text, one.start(1), one.end(1)):
            if fold(word.group()) in ENGLISH.function_words | FRAME_WORDS | _NO_NOUN:
                break
            kept = word.end()
        if kept > one.start(1):
            found.append(Mention(text[one.start() : kept], one.start(), kept, frozenset({IT, THEY})))
    return found
