"""A question -> what was really said about it: ranked records, each a citation, and how sure that is.

`Memory` is opened once on a view and asked many times. Nothing is generated here. How hits are
printed is the command's business, what may be seen the view's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from afterself.memory.abstention import grounds, grounds_of_a_time
from afterself.memory.collector import collector_at_rest
from afterself.memory.corrections import corrections_first
from afterself.memory.filters import EVERYTHING, Filters
from afterself.memory.personal.asking import personal
from afterself.memory.personal.first import answering_first, with_shape
from afterself.memory.personal.life import Life
from afterself.memory.ranking import Neighbourhood, Ranked, rank
from afterself.memory.recall import Pool, Recall
from afterself.memory.reranking import rerank
from afterself.memory.told_then import records_telling_of, told_first
from afterself.memory.words import document_stems

if TYPE_CHECKING:
    from afterself.memory.names import NameBook
    from afterself.policy.sayings import Place
    from afterself.policy.view import View, ViewRecord


@dataclass(frozen=True, slots=True)
class Context:
    """What was said right before or after a hit, by somebody else, in the same sitting."""

    id: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that may answer: pasted as it is, never reworded.

    `score` orders the hits of one answer and means nothing between answers; `by_named` says that the
    one person whom the question names said it. `said_at` is aware UTC or None. `passage`: the stretch
    of a long text, in code points, that the hit is for; None when it is the whole. `also_in` are other
    sources of the very same saying. `corrects` and `corrected_by` are the ids of the record that this one
    puts right, and of the one that puts this one right (`corrections`). `context_before` is mostly the
    question that was asked, `reply_after` what the owner answered to somebody else's words. `answers`: it has
    the shape of an answer to a question for a fact of a life (`personal`). `quoted`: what it was found for
    stands only in what its author quoted or forwarded, and did not say.
    """

    id: str
    source_key: str
    text: str
    score: float
    author: str
    is_owner: bool
    by_named: bool
    said_at: datetime | None
    precision: str
    thread: str
    thread_title: str
    context_before: Context | None
    passage: tuple[int, int] | None = None
    also_in: tuple[Place, ...] = ()
    corrects: str | None = None
    corrected_by: str | None = None
    reply_after: Context | None = None
    answers: bool = False
    quoted: bool = False

    @property
    def own(self) -> bool:
        """Whether the owner said it, and did not only quote or forward it."""
        return self.is_owner and not self.quoted


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits for one question, best first, and from 0 to 1 how sure it is that they answer it.

    `enough`: whether that is sure enough to give them as an answer (`abstention`).
    """

    question: str
    hits: tuple[Hit, ...]
    answerable: float
    enough: bool = False

    @property
    def recorded(self) -> bool:
        """False when the honest answer is that nothing is recorded about it."""
        return bool(self.hits) and self.enough


class Memory:
    """Answers questions from one view."""

    def __init__(self, view: View, today: date | None = None) -> None:
        """`today` is the day from which “last summer” counts; by default this machine's."""
        self._view = view
        self._recall = Recall(view)
        self._life = Life(view, self._recall.person_of)
        self._today = today or datetime.now().date()

    @property
    def names(self) -> NameBook:
        """The names of the people who take part, as questions are read by them."""
        return self._recall.names

    def ask(self, question: str, k: int = 10, filters: Filters = EVERYTHING) -> Answer:
        """The `k` records that best answer a question, of those that pass the filters.

        Any string is a question; odd ones find nothing.
        """
        with collector_at_rest():
            return self._ask(question, k, filters)

    def _ask(self, question: str, k: int, filters: Filters) -> Answer:
        asked, wanted = self._recall.read(question, self._today), personal(question)
        statistics = self._recall.statistics(asked)
        besides = self._life.records(wanted) if wanted else []
        told = [] if wanted else records_telling_of(self._view, asked, filters, self._recall.person_of)
        pool = self._recall.gather(asked, statistics, filters, [*besides, *told])
        neighbours = Neighbourhood(pool.entries, pool.links)
        ranked = rank(asked, neighbours, statistics)
        passing = [hit for hit in ranked if hit.id in pool.passing]
        fits = self._life.fits(wanted, asked, pool) if wanted else {}
        near = pool.near | set(fits) | {record.id for record in told}
        order = rerank(asked, passing, neighbours, statistics, near)
        if wanted:
            order = answering_first(wanted, order, fits, pool.entries)
        elif told:
            order = told_first(told, order)
        found = list(itertools.islice(_once(pool, order), max(k, 0)))
        places = self._view.sayings.also_in([place.id for place in found])
        hits = [
            replace(_hit(pool, neighbours, place, places.get(place.id, ())), answers=place.id in fits)
            for place in found
        ]
        first = tuple(corrections_first(self._view, hits)[: max(k, 0)])
        found_for = grounds(asked, passing, statistics)
        if wanted:
            found_for = with_shape(wanted, fits, found_for)
        elif told:
            found_for = grounds_of_a_time(asked)
        return Answer(question, first, found_for.answerable, found_for.enough)


def _once(pool: Pool, ranked: Iterable[Ranked]) -> Iterator[Ranked]:
    """Each saying of several sources at its best place, as the record that stands for it if that passes."""
    said: set[str] = set()
    for place in ranked:
        first = pool.records[place.id].same_as or place.id
        if first not in said:
            said.add(first)
            yield place._replace(id=first) if first in pool.passing else place


def own_words_first(hits: Sequence[Hit]) -> list[Hit]:
    """Hits as they are told: what has the shape of an answer, then the named person's, then the others'.

    Where nobody is named, the owner's words stand for the named person's.
    """
    named = any(hit.by_named for hit in hits)
    return sorted(hits, key=lambda hit: not (hit.answers or (hit.by_named if named else hit.own)))


def _hit(pool: Pool, neighbours: Neighbourhood, place: Ranked, also_in: tuple[Place, ...]) -> Hit:
    record = pool.records[place.id]
    before = pool.records.get(neighbours.previous.get(place.id, ""))
    after = pool.records.get(neighbours.next.get(place.id, ""))
    part = pool.passages.get(record.id)
    quoted = _only_quoted(record, place)
    return Hit(
        id=record.id,
        source_key=record.source_key,
        text=record.text,
        score=round(place.score, 6),
        author=record.author_name,
        is_owner=bool(record.is_owner),
        by_named=place.by_named and not quoted,
        said_at=record.said_at,
        precision=record.precision,
        thread=record.thread,
        thread_title=record.thread_title,
        context_before=_context(before)
        if before is not None and pool.entries[before.id].author != pool.entries[record.id].author
        else None,
        passage=(part.begins, part.ends) if part else None,
        also_in=also_in,
        reply_after=_context(after) if after is not None and after.is_owner and not record.is_owner else None,
        quoted=quoted,
    )


def _only_quoted(record: ViewRecord, place: Ranked) -> bool:
    """Whether nothing that the record's author said themselves holds what it was found for."""
    if record.said == record.words:
        return False
    return not record.said or (bool(place.own) and place.own.isdisjoint(document_stems(record.said)[0]))


def _context(record: ViewRecord) -> Context:
    return Context(record.id, record.author_name, record.text)
