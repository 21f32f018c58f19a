"""A view of the archive -> the candidates that a question is ranked over.

The full-text index fetches records that share a word, dates fetch what was said then,
and the best of them bring the records before and after in the same sitting. What may
be seen is the view's decision, the order that of `ranking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from afterself.memory.bm25 import Statistics
from afterself.memory.irregular import forms_of
from afterself.memory.names import NameBook, Person
from afterself.memory.question import Question
from afterself.memory.ranking import REACH, Entry, rank
from afterself.memory.words import document_stems, ends_in_a_question
from afterself.policy.words import SILENT_KINDS

if TYPE_CHECKING:
    from afterself.policy.view import View, ViewRecord

MATCHES = 600  # records that the index hands over for a question
DATED = 300  # records of a named date that are looked at besides
WITH_NEIGHBOURS = 150  # of them, best first, whose neighbours are looked at
POSTINGS = 150_000  # words that more records hold together are not searched for, the most frequent first
SAMPLE = 1000  # records whose mean length stands for the archive's
SITTING = timedelta(hours=8)  # a longer pause ends a sitting: no record lends to the next


@dataclass(slots=True)
class Pool:
    """Candidates by id, as the ranking sees them and as they are, and which stand next to each other.

    A link may name a record that is no candidate: a notice or a placeholder. `person_of` gives the contact
    of an identity: a person with two handles is one author.
    """

    records: dict[str, ViewRecord] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    person_of: Mapping[int, int] = field(default_factory=dict)

    def add(self, record: ViewRecord) -> None:
        """Take a record in."""
        stems, length = document_stems(record.text)
        self.records[record.id] = record
        self.entries[record.id] = Entry(
            id=record.id,
            stems=stems,
            length=length,
            author=None if record.author is None else self.person_of.get(record.author, record.author),
            said_at=record.said_at,
            precision=record.precision,
            asks=ends_in_a_question(record.text),
            order=(record.said_at.isoformat() if record.said_at else "9", record.source_key),
        )

    def previous(self, id: str) -> ViewRecord | None:
        """The record that stands before a candidate in its sitting, if it is known."""
        return next((self.records.get(earlier) for earlier, later in self.links if later == id), None)


def is_said(record: ViewRecord) -> bool:
    """True for what somebody wrote or said: not deleted, no notice of the platform, no mere placeholder."""
    return not record.deleted and record.kind not in SILENT_KINDS and bool(record.words)


def once(records: Iterable[ViewRecord]) -> Iterator[ViewRecord]:
    """Each saying once: what several sources hold as the record that stands for it, if it is among them."""
    repeating: dict[str, list[ViewRecord]] = {}
    standing: set[str] = set()
    for record in records:
        if record.same_as is None:
            standing.add(record.id)
            yield record
        else:
            repeating.setdefault(record.same_as, []).append(record)
    yield from (found[0] for first, found in repeating.items() if first not in standing)


class Recall:
    """Fetches candidates from one view; keeps what it learned of the archive for the next question."""

    def __init__(self, view: View) -> None:
        self._view = view
        people = view.people()
        self._person_of = {person.identity: person.contact for person in people}
        self.names = NameBook(
            (
                Person(person.contact, name, person.is_owner)
                for person in people
                for name in {person.name, person.called, person.handle}
            ),
            view.owner_name(),
        )
        self._records = view.retrieval.count()
        lengths = [document_stems(record.text)[1] for record in view.retrieval.sample(SAMPLE)]
        self._mean_length = sum(lengths) / len(lengths) if lengths else 1.0
        self._frequency: dict[str, int] = {}

    def statistics(self, question: Question) -> Statistics:
        """What BM25 needs to know of the archive for this question's terms."""
        unknown = {stem: words for stem, words in question.terms.items() if stem not in self._frequency}
        counts = self._view.retrieval.count_holding([match_any(words) for words in unknown.values()])
        self._frequency.update(zip(unknown, counts, strict=True))
        return Statistics(self._records, self._mean_length, self._frequency)

    def gather(self, question: Question, statistics: Statistics) -> Pool:
        """The candidates for a question, with the neighbours of the best of them."""
        pool = Pool(person_of=self._person_of)
        found = self._view.match(match_any(self._searched(question)), MATCHES) if question.terms else []
        self._take(pool, self._view.many([id for id, _ in found]).values())
        for mention in question.dates.mentions:
            span = mention.span()
            if span is not None:
                self._take(pool, islice(self._view.records(since=span[0], until=span[1]), DATED))
        best = [hit.id for hit in rank(question, pool.entries, (), statistics)[:WITH_NEIGHBOURS]]
        windows = self._view.retrieval.around(best, REACH, REACH)
        beside = [pair for window in windows for pair in pairwise(window) if same_sitting(*pair)]
        self._take(pool, chain.from_iterable(beside))
        pool.links.update((earlier.id, later.id) for earlier, later in beside)
        return pool

    def _take(self, pool: Pool, records: Iterable[ViewRecord]) -> None:
        """Add the records that somebody said, and no others, to the pool."""
        for record in records:
            if record.id not in pool.records and is_said(record):
                pool.add(record)

    def _searched(self, question: Question) -> list[str]:
        """The words to fetch candidates by: in a very large archive, without its most frequent ones."""
        rarest_first = sorted(question.terms, key=lambda stem: self._frequency.get(stem, 0))
        searched: list[str] = []
        postings = 0
        for stem in rarest_first:
            postings += self._frequency.get(stem, 0)
            if searched and postings > POSTINGS:
                break
            searched.extend(question.terms[stem])
        return searched


def same_sitting(earlier: ViewRecord, later: ViewRecord) -> bool:
    """True when two neighbours of a thread were said without a long pause between them."""
    if earlier.said_at is None or later.said_at is None:
        return earlier.said_at is later.said_at
    return abs(later.said_at - earlier.said_at) <= SITTING


def match_any(words: Iterable[str]) -> str:
    """A full-text query for records that hold any of the words, in any of their forms.

    Words are letters and digits only, so that nothing in them can be an operator.
    """
    return " OR ".join(f'"{form}"' for word in words for form in forms_of(word))
