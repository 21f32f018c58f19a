"""What a claim is held against: records as a checker needs them, and who the people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from afterself.memory.words import words_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record. `said_at` is local or UTC, as it shall be read; `before` is what was said right before.

    `around` is what was said in the same sitting before that: it tells whom “he” means, and supports nothing.
    `listeners` are the others of the conversation, by the names shown; `id` is the record's.
    """

    text: str
    author: str
    by_owner: bool
    said_at: datetime | None = None
    thread: str = ""
    listeners: tuple[str, ...] = ()
    before: str = ""
    before_author: str = ""
    around: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """The owner's names and those of everybody who takes part, folded words each.

    `described` maps a name's word to words that the archive itself uses for that person (“brother”).
    """

    owner: frozenset[str] = frozenset()
    contacts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    described: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every word of every name."""
        return self.owner.union(*self.contacts.values())


def cast_of(owner: str, contacts: tuple[str, ...], described: Mapping[str, frozenset[str]] = {}) -> Cast:
    """The cast from names as they are shown."""
    return Cast(name_words(owner), {name: name_words(name) for name in contacts}, described)


_TITLES = frozenset("mr mrs ms miss dr rev sir the and of group family".split())


def name_words(name: str) -> frozenset[str]:
    """The words of a shown name that name somebody."""
    return frozenset(word for word in words_of(name) if len(word) > 1 and word not in _TITLES)
