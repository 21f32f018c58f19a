"""People named in a question -> the identities meant, and the words that named them.

“You” means the owner: a question put to a self is about its owner. Identities that
show the same name count as one person. Who said what is `ranking`'s and
`abstention`'s business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from afterself.memory.dates import MONTH_NUMBERS
from afterself.memory.stop_words import FRAME_WORDS, Language, word_set
from afterself.memory.words import cased_words, fold, stems_of

# First names that are everyday English words: they name somebody only when written with a capital.
_EVERYDAY = word_set(
    "art bill bob chase chip cliff daisy dawn dean drew earl faith frank gene grace grant guy hope iris ivy "
    "jack jay jean joy lance lily mark max miles misty nick norm olive pat penny pierce ray rich rob robin "
    "rose ruby sandy skip sky star storm sue summer wade ward will"
)

TITLES = word_set("mr mrs ms miss dr prof rev revd sir lady herr frau dr fr hr sr sra srta mme mlle")
"""Words before a name that name nobody: “Mr Cadney” is not Mr Okafor."""


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as the ranking needs them: an identity, the name shown, whether it is the owner's."""

    identity: int
    name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """Who a question names: one set of identities a person, and the folded words that did it.

    `stems` are those of the words; `owner` are the owner's identities, whether they are named or not.
    """

    persons: tuple[frozenset[int], ...]
    words: frozenset[str]
    stems: frozenset[str] = frozenset()
    owner: frozenset[int] = frozenset()

    @property
    def only(self) -> frozenset[int]:
        """The identities of the one person who is named; empty when nobody or several are."""
        return self.persons[0] if len(self.persons) == 1 else frozenset()

    @property
    def of_another(self) -> bool:
        """Whether one person is named, who is not the owner."""
        return bool(self.only) and self.only != self.owner


class NameBook:
    """The names of a view's participants, to be looked up word by word."""

    def __init__(self, people: Iterable[Person], owner_name: str = "") -> None:
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._first_words: set[str] = set()
        people = list(people)
        self.owner = frozenset(person.identity for person in people if person.is_owner)
        for person in people:
            self._enter(person.name, {person.identity})
        if self.owner:
            self._enter(owner_name, set(self.owner))
            # The owner is one person whatever their identities are called.
            for identities in self._by_word.values():
                if identities & self.owner:
                    identities |= self.owner

    def _enter(self, name: str, identities: set[int]) -> None:
        if "@" in name or (" " not in name and "_" in name.strip("_")):
            return  # an address or a handle in several words: its parts (“mail”, “org”) name nobody
        words = [word for word in map(fold, cased_words(name)) if len(word) > 1 and not word.isdigit()]
        words = [word for word in words if word not in TITLES] or words
        self._first_words.update(words[:1])
        for word in words:
            self._by_word[word] |= identities

    def named_in(self, question: str, language: Language) -> Naming:
        """The persons whom a question names.

        Neighbouring name words that one identity carries (“Anna Smith”) are one person, narrowed to
        it. A name word that several participants carry stands for all of them. “You” is the owner;
        “I” is the owner too when nobody else is meant, since the archive's reader is mostly its owner.
        """
        words = cased_words(question)
        persons: list[frozenset[int]] = []
        used: set[str] = set()
        open_name: frozenset[int] = frozenset()
        for position, word in enumerate(words):
            carriers = frozenset(self._by_word.get(fold(word), ()))
            goes_on = carriers & open_name
            if not goes_on and not self._names(word, first=position == 0, language=language):
                open_name = frozenset()
                continue
            used.add(fold(word))
            if goes_on:
                persons.remove(open_name)
                carriers = goes_on
            open_name = carriers
            if carriers not in persons:
                persons.append(carriers)
        folded = {fold(word) for word in words}
        addressed = folded & language.you or (not persons and folded & language.me)
        if self.owner and addressed and self.owner not in persons:
            persons.append(self.owner)
        return Naming(tuple(persons), frozenset(used), frozenset(stems_of(used)), self.owner)

    def _names(self, word: str, *, first: bool, language: Language) -> bool:
        """Whether a word names somebody by itself: “work” does not, though a contact is “Anna Work”."""
        folded = fold(word)
        if folded not in self._by_word:
            return False
        capital = word[0].isupper()
        if folded in language.function_words or folded in MONTH_NUMBERS or folded in FRAME_WORDS:
            return capital and not first
        if folded in _EVERYDAY:
            return capital
        return folded in self._first_words or (capital and not first)
