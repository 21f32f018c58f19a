"""A claim and a record taken apart: words, names, numbers, dates, each word in one of them only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from afterself.memory.stop_words import word_set
from afterself.memory.support.evidence import Cast, Evidence
from afterself.memory.support.quantities import Quantity, quantities
from afterself.memory.support.reading import Word, read
from afterself.memory.support.speaker import KIN, SAYING, claimant_of
from afterself.memory.support.when import Day, days_of

_OPENING = 6
NO_NAMES = word_set(
    "i mum mother mam mummy dad father daddy gran granny grandma grandmother grandad grandfather grandpa "
    "nan aunt "
    "uncle god english welsh scottish irish french german italian spanish russian polish dutch american "
    "british"
)


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record taken apart: its words, the window that the claim rests on, and all it names."""

    record: Evidence
    words: list[Word]
    window: list[Word]
    before: list[Word]


@dataclass(frozen=True, slots=True)
class ClaimParts:
    """A claim taken apart: content words, names, numbers and dates; no word is in two of them."""

    words: list[Word]
    content: list[Word]
    names: list[Word]
    numbers: list[Quantity]
    days: list[Day]


def take_apart(claim: str, cast: Cast) -> ClaimParts:
    words = read(claim)
    days = days_of(words, None)
    dated = {place for day in days for place in day.places}
    numbers = [
        n
        for n in quantities(words)
        if not n.vague and not any(p in dated for p in range(n.first, n.last + 1))
    ]
    counted = {place for number in quantities(words) for place in range(number.first, number.last + 1)}
    names = [
        word
        for word, after in zip_longest(words, words[1:])
        if word.place not in dated | counted and (_is_name(word, cast) or _opens_as_name(word, after))
    ]
    named = {word.place for word in names}
    claimant = claimant_of(words, cast)
    claims_of_owner = claimant is None or claimant.owner
    content = [
        word
        for word in words
        if word.weight > 0
        and word.place not in dated | counted | named
        and not (
            word.folded in SAYING and word.sentence == 0 and word.place < _OPENING and not claims_of_owner
        )
    ]
    return ClaimParts(words, content, names, numbers, days)


_AFTER_NAMES = SAYING | word_set("was is had has did does would could will can never and went came took got")
_NO_ENDINGS = ("s", "ing", "ly", "ed", "ness", "ion")


def _opens_as_name(word: Word, after: Word | None) -> bool:
    """Whether the first word of a sentence is a name: “Alfie had …”, no article, no plural, then a verb."""
    return (
        word.first and word.capital and word.weight == 1 and after is not None
        and after.folded in _AFTER_NAMES and word.folded not in NO_NAMES | KIN
        and not word.folded.endswith(_NO_ENDINGS)
    )  # fmt: skip


def _is_name(word: Word, cast: Cast) -> bool:
    if not word.capital or word.folded in NO_NAMES:
        return False
    return word.folded in cast.names or (not word.first and word.weight > 0)
