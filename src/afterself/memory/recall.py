"""A view of the archive -> the candidates that a question is ranked over.

The full-text index fetches records that share a word, dates fetch what was said then,
and the best of them bring the records before and after in the same sitting. What may
be seen is the view's decision, the order that of `ranking`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, TypeVar

from afterself.memory.bm25 import Statistics
from afterself.memory.chosen_embedder import embedder_or_built_in
from afterself.memory.cues import Cues
from afterself.memory.features import term_weights
from afterself.memory.filters import EVERYTHING, Filters
from afterself.memory.index import RESCORED, Index
from afterself.memory.irregular import forms_of
from afterself.memory.names import NameBook, Person
from afterself.memory.passages import LONG, Passage, passages
from afterself.memory.periods import clause_of, period_of
from afterself.memory.question import Question, read_question
from afterself.memory.ranking import REACH, Entry, Neighbourhood, rank
from afterself.memory.relative_dates import TimeSpan, is_relative
from afterself.memory.words import document_stems, ends_in_a_question, is_pair
from afterself.policy.words import SILENT_KINDS

if TYPE_CHECKING:
    from afterself.policy.view import PersonInfo, View, ViewRecord

Place = TypeVar("Place", int, str)  # a record's row or its id
MATCHES = 600  # records that the index hands over for a question
FILTERED = 50_000  # records that it hands over when filters leave out most of them
NEAREST = 60  # records nearest in meaning that are looked at besides
LEAST_NEAR = 0.3  # cosine below which a record is not near
DATED = 300  # records of a named date that are looked at besides
WITH_NEIGHBOURS = 150  # of them, best first, whose neighbours are looked at
POSTINGS = 150_000  # words that more records hold together are not searched for, the most frequent first
SAMPLE = 1000  # records whose mean length stands for the archive's
_LAST = datetime.max.replace(tzinfo=UTC)
SITTING = timedelta(hours=8)  # a longer pause ends a sitting: no record lends to the next


@dataclass(slots=True)
class Pool:
    """Candidates by id, as the ranking sees them and as they are, and which stand next to each other.

    A link may name a record that is no candidate: a notice or a placeholder. `person_of` gives the contact
    of an identity: a person with two handles is one author. `near` are those near in meaning, `passing` those
    that the filters let through, `passages` what stands for a long record, chosen by the terms' `weights`.
    """

    records: dict[str, ViewRecord] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    person_of: Mapping[int, int] = field(default_factory=dict)
    near: set[str] = field(default_factory=set)
    passing: set[str] = field(default_factory=set)
    weights: Mapping[str, float] = field(default_factory=dict)
    passages: dict[str, Passage] = field(default_factory=dict)

    def add(self, record: ViewRecord) -> None:
        """Take a record in; of a long one the passage that holds most of the question stands for it."""
        text = record.text
        if len(text) > LONG:
            best = self.passages[record.id] = self._passage(text)
            text = text[best.begins : best.ends]
        stems, content = document_stems(text)
        self.records[record.id] = record
        self.entries[record.id] = Entry(
            id=record.id,
            stems=stems,
            length=len(content),
            author=self._author(record),
            said_at=record.said_at,
            precision=record.precision,
            asks=ends_in_a_question(text),
            order=(record.said_at or _LAST, record.source_key),
            content=content,
            cues=Cues(text),
        )

    def _author(self, record: ViewRecord) -> int | None:
        """The contact who said it; nobody said what was only quoted or forwarded."""
        if record.author is None or not record.said:
            return None
        return self.person_of.get(record.author, record.author)

    def _passage(self, text: str) -> Passage:
        """The passage with the most of the question's terms by weight, the first of equals."""

        def held(passage: Passage) -> float:
            stems = set(document_stems(text[passage.begins : passage.ends])[0])
            return sum(weight for stem, weight in self.weights.items() if stem in stems)

        return max(passages(text), key=held)


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
        self._index: Index | None = None
        self._frequency: dict[str, int] = {}

    @classmethod
    def of(cls, view: View) -> Recall:
        """The one that goes with a view: what it learned is kept for as long as the view is open."""
        if cls not in view.kept:
            view.kept[cls] = cls(view)
        found: Recall = view.kept[cls]
        return found

    @cached_property
    def _people(self) -> list[PersonInfo]:
        return self._view.people()

    @cached_property
    def person_of(self) -> dict[int, int]:
        """The contact of each identity."""
        return {person.identity: person.contact for person in self._people}

    @cached_property
    def names(self) -> NameBook:
        """The names of those who take part."""
        return NameBook(
            (
                Person(person.contact, name, person.is_owner)
                for person in self._people
                for name in {person.name, person.called, person.handle}
            ),
            self._view.owner_name(),
        )

    @cached_property
    def _records(self) -> int:
        return self._view.retrieval.count()

    @cached_property
    def _mean_length(self) -> float:
        sample = self._view.retrieval.sample(SAMPLE)
        lengths = [len(document_stems(record.text[:LONG])[1]) for record in sample]
        return sum(lengths) / len(lengths) if lengths else 1.0

    def read(self, text: str, today: date) -> Question:
        """Take a question apart; “last summer” counts from `today`, or from an earlier last record."""
        if is_relative(text):
            last = self._view.retrieval.latest()
            today = min(today, last.date()) if last else today
        question = read_question(text, self.names, today)
        period = self._period(text)
        if period is None:
            return question
        dates = question.dates
        return replace(question, dates=replace(dates, spans=(*dates.spans, period)))

    def _period(self, text: str) -> TimeSpan | None:
        """The stretch of time that a question names by what was then (“when you were at university”)."""
        words = read_question(clause_of(text), self.names).spelled
        if not words:
            return None
        query = " AND ".join(f"({match_any([word])})" for word in words)
        held = self._view.by_rows(self._view.matching(query, DATED))
        return period_of([record.said_at for record in held if record.said_at is not None])

    def statistics(self, question: Question) -> Statistics:
        """What BM25 needs to know of the archive for this question's terms."""
        unknown = {stem: words for stem, words in question.terms.items() if stem not in self._frequency}
        for pairs in (False, True):
            asked = {stem: words for stem, words in unknown.items() if is_pair(stem) == pairs}
            counts = self._view.retrieval.count_holding(
                [match_any(words) for words in asked.values()], pairs=pairs
            )
            self._frequency.update(zip(asked, counts, strict=True))
        return Statistics(self._records, self._mean_length, self._frequency)

    def gather(
        self,
        question: Question,
        statistics: Statistics,
        filters: Filters = EVERYTHING,
        besides: Sequence[ViewRecord] = (),
    ) -> Pool:
        """The candidates for a question that pass the filters, and the neighbours of the best of them.

        `besides` are further ones, with their neighbours.

        Neighbours lend to whom they stand beside whether they pass or not: they are in the pool, and
        `Pool.passing` holds those that may be hits.
        """
        pool = Pool(person_of=self.person_of, weights=term_weights(question, statistics))
        narrow = filters != EVERYTHING
        searched = self._searched(question)
        for pairs in (False, True):
            words = [word for word in searched if is_pair(word) == pairs]
            if words:
                rows = self._view.matching(match_any(words), FILTERED if narrow else MATCHES, pairs=pairs)
                self._take(pool, self._let(rows, self._view.by_rows, filters, MATCHES))
        pool.near = self._near(question, filters, pool)
        for since, until in question.dates.stretches():
            dated = self._view.records(since=since, until=until)
            self._take(pool, islice(filter(filters.let, dated), DATED))
        self._take(pool, filter(filters.let, besides))
        best = [hit.id for hit in rank(question, Neighbourhood(pool.entries), statistics)[:WITH_NEIGHBOURS]]
        best += [record.id for record in besides]
        windows = self._view.retrieval.around(best, REACH, REACH, pool.records)
        beside = [pair for window in windows for pair in pairwise(window) if same_sitting(*pair)]
        self._take(pool, chain.from_iterable(beside))
        pool.links.update((earlier.id, later.id) for earlier, later in beside)
        pool.passing = {id for id, record in pool.records.items() if filters.let(record)}
        return pool

    def _let(
        self,
        places: list[Place],
        read: Callable[[list[Place]], Iterable[ViewRecord]],
        filters: Filters,
        most: int,
    ) -> list[ViewRecord]:
        """The first `most` of the records at these places that pass."""
        passing: list[ViewRecord] = []
        for start in range(0, len(places), most):
            passing += filter(filters.let, read(places[start : start + most]))
            if len(passing) >= most:
                break
        return passing[:most]

    def _near(self, question: Question, filters: Filters, pool: Pool) -> set[str]:
        """Takes the records nearest in meaning into the pool, and gives their ids."""
        if not question.content:
            return set()
        if self._index is None:
            chosen = embedder_or_built_in(self._view.retrieval.embedder_folder())
            self._index = Index(self._view, chosen)
        asked = " ".join(question.spelled) if self._index.embedder.bag_of_words else question.text
        most = NEAREST if filters == EVERYTHING else RESCORED
        ids = [id for id, cosine in self._index.nearest(asked, most) if cosine >= LEAST_NEAR]
        near = self._let(ids, lambda part: self._view.many(part).values(), filters, NEAREST)
        self._take(pool, near)
        return {record.id for record in near if record.id in pool.records}

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

    Words are letters and digits only, so that nothing in them can be an operator. A single character of a
    script without blanks is looked for as the beginning of a pair.
    """
    return " OR ".join(
        f'"{form}"' + (" *" if is_pair(form) and len(form) == 1 else "")
        for word in words
        for form in forms_of(word)
    )
