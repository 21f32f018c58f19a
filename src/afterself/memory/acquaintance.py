"""A contact -> who they are in the archive: names, times, threads, what the owner says of them.

Extractive: what the owner says is sentences that name the contact, as they stand in records, with their ids;
those said to somebody else come first, since to themselves a name is mostly an address. What the talk with
them is about is the words that set its sittings apart from others. What may be seen is the view's decision.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from afterself.memory.names import NameBook, Person
from afterself.memory.recall import is_said
from afterself.memory.terms import stems_in
from afterself.memory.timeline import Line, line_of, sentences
from afterself.memory.topic_places import Places
from afterself.memory.topics import Quote, quotes_of, said_in, sitting_of, telling_stems
from afterself.memory.words import cased_words, fold, language_of, words_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from afterself.policy.view import PersonInfo, View, ViewRecord

SHARE = 0.2  # of a thread's records, from which on it is talk with them
SENTENCES = 5
LONG = 160  # characters up to which a longer sentence tells more
_OF_SOMEBODY = r"\b(?:my|our|mein\w*|unser\w*|mi|mon|ma|notre)\s+[\w-]+(?:\s+[\w-]+)?,?\s+{0}\b"
_IS = r"\b{0}\b(?:\s+\w+)?,?\s+(?:is|was|has|had|who|my|our|ist|war|hat|es|era|est|était)\b"


@dataclass(frozen=True, slots=True)
class Matter:
    """What talk with somebody is about: words, in how many records of it any stands, and examples."""

    words: tuple[str, ...]
    records: int
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """One contact. `records` are what they wrote, `by_year` in each year; `threads` where, most first.

    `told` are sentences of the owner's that name them.
    """

    identities: tuple[PersonInfo, ...]
    records: int
    first: datetime | None
    last: datetime | None
    by_year: tuple[tuple[str, int], ...]
    threads: tuple[tuple[str, int], ...]
    told: tuple[Line, ...]
    matters: tuple[Matter, ...]


def acquaintance(view: View, people: Collection[int]) -> Acquaintance:
    """Who the contact with these identities is."""
    everyone = view.people()
    theirs = tuple(one for one in everyone if one.identity in people)
    naming = _Naming(view, everyone, theirs)
    there = {
        one.id: sum(p.records for p in one.participants if p.identity in people) / max(1, one.records)
        for one in view.threads()
    }
    wrote: list[datetime] = []
    threads, years = Counter[str](), Counter[str]()
    told: list[tuple[int, Line]] = []
    held = {"with": Counter[str](), "rest": Counter[str]()}
    seen: set[str] = set()
    sitting = None
    for record in view.records():
        if record.same_as is not None or not is_said(record):
            continue
        if record.author in people:
            threads[record.thread_title] += 1
            if record.said_at is not None:
                years[f"{record.said_at:%Y}"] += 1
                wrote.append(record.said_at)
        elif record.is_owner:
            told += naming.sentences(record, elsewhere=not there.get(record.thread))
        if sitting != (sitting := sitting_of(record)):
            seen = set()
        new = {stem for stem in stems_in(said_in(record)) if stem} - seen
        held["with" if there.get(record.thread, 0) >= SHARE else "rest"].update(new)
        seen |= new
    told.sort(key=lambda one: (-one[0], -min(LONG, len(one[1].text)), one[1].id))
    return Acquaintance(
        identities=theirs,
        records=sum(threads.values()),
        first=min(wrote, default=None),
        last=max(wrote, default=None),
        by_year=tuple(sorted(years.items())),
        threads=tuple(sorted(threads.items(), key=lambda one: (-one[1], one[0]))),
        told=tuple(line for _, line in told[:SENTENCES]),
        matters=_matters(view, held, [id for id, share in there.items() if share >= SHARE], naming.words),
    )


def _matters(
    view: View, held: dict[str, Counter[str]], threads: list[str], names: Collection[str]
) -> tuple[Matter, ...]:
    """What the threads with somebody are about, but their name."""
    telling = [stem for stem in telling_stems(held)["with"] if stem not in names]
    places = Places({"with": telling})
    for thread in threads:
        for record in view.records(thread=thread):
            if record.same_as is None and is_said(record):
                places.see(record.id, sitting_of(record), said_in(record), "with")
    return tuple(
        Matter(
            words,
            places.counts(stems)["with"],
            quotes_of(view, places.examples(stems, "with"), " ".join(words)),
        )
        for stems in places.topics("with")
        for words in [places.shown(stems, "with")]
    )


class _Naming:
    """Which sentences of the owner's name a contact, and how much they look like telling of them."""

    def __init__(self, view: View, everyone: list[PersonInfo], theirs: tuple[PersonInfo, ...]) -> None:
        self._contact = {one.contact for one in theirs}
        self._book = NameBook(
            (Person(one.contact, name, one.is_owner) for one in everyone for name in {one.name, one.called}),
            view.owner_name(),
        )
        written = {word for one in theirs for name in (one.name, one.called) for word in cased_words(name)}
        self.words = frozenset(fold(word) for word in written if len(word) > 1)
        name = f"(?:{'|'.join(sorted(map(re.escape, written)))})"
        self._telling = re.compile(f"{_OF_SOMEBODY.format(name)}|{_IS.format(name)}", re.I)

    def sentences(self, record: ViewRecord, *, elsewhere: bool) -> list[tuple[int, Line]]:
        """The sentences of a record that name the contact, each with how much it tells of them.

        `elsewhere`: it was not said to themselves.
        """
        text = said_in(record)
        if self.words.isdisjoint(words_of(text)):
            return []
        found = []
        for sentence in sentences(text):
            named = self._book.named_in(sentence, language_of(words_of(sentence))).persons
            if any(self._contact == person for person in named) and sentence in record.text:
                score = 2 * elsewhere + bool(self._telling.search(sentence))
                found.append((score, line_of(record, sentence)))
        return found
