"""Candidates and a question -> the order in which records answer it.

A record's score is its BM25 share of the best one's, plus what its neighbours in the
conversation lend (a question lends to its answer), plus small credits when the one person who
is named said it and when it is from a date that is named. Plain data in and out: fetching
candidates is the business of `recall`, saying “nothing recorded” that of `abstention`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from afterself.memory.bm25 import Statistics, bm25
from afterself.memory.question import Question

FROM_PREVIOUS = 0.3
FROM_NEXT = 0.1
SAID_BY_THE_NAMED = 0.1
FROM_A_NAMED_DATE = 0.2


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as the ranking sees it.

    `length` counts its content words; `asks` says that it holds a question; `order` breaks ties and
    must not differ between runs.
    """

    id: str
    stems: list[str]
    length: int
    author: int | None
    said_at: datetime | None
    precision: str
    asks: bool = False
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A record's place in the answer.

    `score` orders; `unattributed` is the score without the credit for who said it. `by_named`: the
    one person who is named said it; `asked_named`: somebody else asked, and the named person spoke
    next. `own` and `near` are the question's terms that the record, or only its neighbours, hold.
    """

    id: str
    score: float
    unattributed: float
    by_named: bool
    asked_named: bool
    on_date: bool
    own: frozenset[str]
    near: frozenset[str]


def rank(
    question: Question,
    entries: Mapping[str, Entry],
    links: Iterable[tuple[str, str]],
    statistics: Statistics,
) -> list[Ranked]:
    """Order candidates, best first; records that neither they nor their neighbours answer are left out.

    `links` are pairs of ids (earlier, later) that stand next to each other in one sitting of a
    conversation; pairs with an id that is no candidate are passed over.
    """
    lexical = _min_max(
        {id: bm25(entry.stems, entry.length, question.terms, statistics) for id, entry in entries.items()}
    )
    shared = {id: frozenset(question.terms) & frozenset(entry.stems) for id, entry in entries.items()}
    score = dict(lexical)
    near: dict[str, set[str]] = defaultdict(set)
    asked: set[str] = set()
    for earlier, later in sorted(set(links)):
        if earlier in entries and later in entries:
            score[later] += FROM_PREVIOUS * lexical[earlier]
            score[earlier] += FROM_NEXT * lexical[later]
            near[later] |= shared[earlier]
            near[earlier] |= shared[later]
            if entries[earlier].asks and entries[later].author in question.naming.only:
                asked.add(earlier)
    ranked = []
    for id, entry in entries.items():
        by_named = entry.author is not None and entry.author in question.naming.only
        on_date = any(mention.matches(entry.said_at, entry.precision) for mention in question.dates.mentions)
        if not (shared[id] or near[id] or on_date):
            continue
        unattributed = score[id] + FROM_A_NAMED_DATE * on_date
        ranked.append(
            Ranked(
                id=id,
                score=unattributed + SAID_BY_THE_NAMED * by_named,
                unattributed=unattributed,
                by_named=by_named,
                asked_named=id in asked and not by_named,
                on_date=on_date,
                own=shared[id],
                near=frozenset(near[id] - shared[id]),
            )
        )
    ranked.sort(key=lambda hit: (-hit.score, -lexical[hit.id], entries[hit.id].order, hit.id))
    return ranked


def _min_max(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores as shares of the best one. The least is that of the records that share nothing: zero."""
    best = max(scores.values(), default=0.0)
    return {id: score / best if best > 0 else 0.0 for id, score in scores.items()}
