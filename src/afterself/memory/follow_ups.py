"""A question that leans on the one before -> as it is meant: “How old is he?” after “Who is Jonas?”.

A pronoun stands for who or what was named last, in the words of the question or, where it asked who, in the
first quote; “And the cat?” asks the same of another; “When was that?” asks when what was asked for happened.
A question without a pronoun that is whole is never touched. English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterself.memory.mentions import HE, IT, SHE, THEY, Mention, mentions
from afterself.memory.personal.asking import personal
from afterself.memory.stop_words import ENGLISH
from afterself.memory.words import fold

if TYPE_CHECKING:
    from afterself.memory.ask import Answer
    from afterself.memory.names import NameBook

_LEAD = r"(?:(?:and|but|so|well|ok|okay|oh|then)\b\W*)*"
_OF_PEOPLE = {"he": HE, "him": HE, "his": HE, "she": SHE, "her": SHE, "hers": SHE,
              "they": THEY, "them": THEY, "their": THEY, "theirs": THEY}  # fmt: skip
_OF_THINGS = {"it": IT, "its": IT, "they": THEY, "them": THEY, "their": THEY}
_ALWAYS_OWNS = frozenset({"his", "hers", "their", "theirs", "its"})
_NO_SUBJECT = re.compile(
    r"\bit (?:(?:ever|really|often) )?(?:true|rain\w*|snow\w*|like to|possible|\w+ (?:to|that|when|if)\b)"
    r"|\bhow (?:is|was|are) it\b|\b(?:what|which) (?:time|day|date|year) (?:is|was) it\b"
    r"|\b(?:is|was) it (?:very |so |too )?(?:hot|cold|warm|dark|late|early|wet|dry|sunny|windy)\b",
    re.I,
)
"""“It” that stands for nothing: “Was it raining?”."""
_AND = re.compile(rf"^\W*(?:{_LEAD}(?:what|how) about |(?:and|but) )(.+?)\W*$", re.I)
_WHEN = re.compile(
    rf"^\W*{_LEAD}(?P<asks>when|where|why|how come|what year|(?:in )?which year|how long ago)(?: exactly)?"
    r"(?: (?:(?:was|were) (?:that|this)|(?:did|does) (?:that|this|it) (?:happen|take place)))?"
    r"(?: exactly)?\W*$",
    re.I,
)
_ASKS = re.compile(
    rf"^\W*{_LEAD}(?:(?:please )?tell (?:me|us)(?: more| something)? (?:about|of)\b"
    r"|(?:who|what|when|where|why|which \w+|how (?:old|long|many|much|often)|how come|how)\b)\s*",
    re.I,
)  # fmt: skip

_WHO = re.compile(rf"^\W*{_LEAD}(?:who|whom|whose)\b", re.I)
_FIRST = re.compile(r"(?:^|[.!?…\n]\s+)([A-Z][^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Meant:
    """A question as it is meant. `of_nothing`: it leans on something, and there is nothing recorded there."""

    question: str
    of_nothing: bool = False


class FollowUps:
    """What the words so far have left to lean on; kept in memory for one conversation."""

    def __init__(self) -> None:
        self._question = ""
        self._recorded = False
        self._person: Mention | None = None
        self._thing: Mention | None = None

    def meant(self, text: str, names: NameBook) -> Meant:
        """`text` as it is meant after what was said; the same words where it leans on nothing."""
        when = _WHEN.match(text)
        if when is not None and self._question:
            rest = _ASKS.sub("", self._question.strip())
            return Meant(f"{when['asks'].capitalize()} {rest}", of_nothing=not self._recorded)
        whole = self._resolved(text, names)
        again = _AND.match(whole)
        if again is not None and self._question:
            whole = self._same_of(again[1], names) or whole
        return Meant(whole, of_nothing=whole == text and _leans_alone(text, mentions(text, names)))

    def asked(self, meant: str, answer: Answer, names: NameBook) -> None:
        """A question was put to memory, as it was meant, and this came of it."""
        self._question, self._recorded = meant, answer.recorded
        self._notice(meant, names)
        if answer.recorded and _WHO.match(meant) and not any(one.of_person for one in mentions(meant, names)):
            self._person = _only_one(answer.hits[0].text, names)

    def heard(self, text: str, names: NameBook) -> None:
        """Something was said that memory was not asked about."""
        self._question, self._recorded = "", False
        self._notice(text, names)

    def _notice(self, text: str, names: NameBook) -> None:
        for one in mentions(text, names):
            if one.of_person:
                self._person = one
            if IT in one.pronouns:
                self._thing = one

    def _resolved(self, text: str, names: NameBook) -> str:
        """Each pronoun by what it stands for, unless the question itself says that."""
        own = mentions(text, names)
        for subject, pronouns in ((self._person, _OF_PEOPLE), (self._thing, _OF_THINGS)):
            if subject is None or (pronouns is _OF_THINGS and _NO_SUBJECT.search(text)):
                continue
            if any(one.of_person if pronouns is _OF_PEOPLE else IT in one.pronouns for one in own):
                continue
            means = {word for word, what in pronouns.items() if what in subject.pronouns}
            found = re.search(rf"\b(?:{'|'.join(sorted(means, key=len, reverse=True))})\b", text, re.I)
            if found is not None:
                return _put(subject.words, found.group().lower(), text)
        return text

    def _same_of(self, what: str, names: NameBook) -> str | None:
        """The last question asked of somebody or something else, which is all that `what` says."""
        if fold(what) == "you":
            return self._instead(what, of_person=True, names=names)
        whole = [one for one in mentions(f"and {what}", names) if one.words == what]
        if len(whole) != 1:
            return None
        return self._instead(what, of_person=whole[0].of_person, names=names)

    def _instead(self, what: str, *, of_person: bool, names: NameBook) -> str | None:
        of_before = mentions(self._question, names)
        places = [one for one in of_before if one.of_person == of_person] or ([] if of_person else of_before)
        if places:
            last = places[-1]
            return self._question[: last.begins] + what + self._question[last.ends :]
        if not of_person:
            return None
        for word, instead in (("you", what), ("your", f"{what}'s")):
            found = re.search(rf"\b{word}\b", self._question, re.I)
            if found is not None:
                return self._question[: found.start()] + instead + self._question[found.end() :]
        return None


def _only_one(text: str, names: NameBook) -> Mention | None:
    """The one person whom a record names; None if it may be several: first words have a capital."""
    people = {one.words: one for one in mentions(text, names) if one.of_person}
    first = {word for word in _FIRST.findall(text) if fold(word) not in ENGLISH.function_words}
    return next(iter(people.values())) if len({*people, *first}) == 1 and people else None


def _put(words: str, pronoun: str, text: str) -> str:
    """`text` with `words` for a pronoun, in the form in which it stands there."""

    def instead(found: re.Match[str]) -> str:
        after = re.match(r" +([^\W\d_]+)", found.string[found.end() :])
        owns = pronoun in _ALWAYS_OWNS or (
            pronoun == "her" and after is not None and fold(after[1]) not in ENGLISH.function_words
        )
        return f"{words}'s" if owns else words

    return re.sub(rf"\b{pronoun}\b", instead, text, flags=re.I)


def _leans_alone(text: str, own: list[Mention]) -> bool:
    """Whether a question asks for a fact of “him” or “her” and says nothing else to find it by."""
    told = re.search(rf"\b(?:{'|'.join(_OF_PEOPLE)})\b", text, re.I)
    return told is not None and not own and personal(text) is not None
