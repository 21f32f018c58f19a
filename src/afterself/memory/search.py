"""Words and filters -> the records that hold them: a plain search, without a guess at what is meant.

Unlike `ask`, it shows whatever matches: nothing is lent by neighbours and nothing is held back as
unsure. Without words it lists what the filters let through, in the order of time. The index knows
words by the blanks between them: in scripts that write none, the text itself is looked through.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from afterself.archive.lexical import runs_without_blanks
from afterself.memory.collector import collector_at_rest
from afterself.memory.dates import Dates
from afterself.memory.features import term_weights
from afterself.memory.filters import EVERYTHING, Filters
from afterself.memory.names import Naming
from afterself.memory.question import MOST_TERMS, Question
from afterself.memory.ranking import Neighbourhood, rank
from afterself.memory.recall import Pool, Recall, is_said, match_any, once
from afterself.memory.words import cased_words, fold, language_of, stems_of, words_of

if TYPE_CHECKING:
    from afterself.policy.sayings import Place
    from afterself.policy.view import View, ViewRecord

MATCHES = 100_000  # records that the index hands over, best first, when filters leave out most of them
CHUNK = 2_000
RANKED = 2_000  # of those that the filters let through, how many are ranked


@dataclass(frozen=True, slots=True)
class Found:
    """One record, and what orders it: the best match has the highest score; without words it is 0.

    `also_in` are the other places of the same saying, in other sources.
    """

    record: ViewRecord
    score: float
    also_in: tuple[Place, ...] = ()


def search(view: View, words: str, filters: Filters = EVERYTHING, k: int = 20) -> list[Found]:
    """At most `k` records that hold any of the words and pass the filters; without words the latest ones.

    What several sources hold is found once.
    """
    with collector_at_rest():
        found = _search(view, words, filters, k)
    places = view.sayings.also_in([one.record.id for one in found])
    return [replace(one, also_in=places[one.record.id]) if one.record.id in places else one for one in found]


def _search(view: View, words: str, filters: Filters, k: int) -> list[Found]:
    question = _question(words)
    if question is None:
        return _latest(view, filters, k)
    if runs_without_blanks(words):
        return _holding(view, list(dict.fromkeys(words_of(words))), filters, k)
    recall = Recall.of(view)
    spelled = [word for words in question.terms.values() for word in words]
    statistics = recall.statistics(question)
    pool = Pool(weights=term_weights(question, statistics))
    for record in once(itertools.islice(_matching(view, match_any(spelled), filters), RANKED)):
        pool.add(record)
    ranked = rank(question, Neighbourhood(pool.entries), statistics)
    return [Found(pool.records[place.id], round(place.score, 6)) for place in ranked[: max(k, 0)]]


def _question(words: str) -> Question | None:
    """The words as a question that names nobody and no date: every word is looked for as it is."""
    typed = words_of(words)
    function_words = language_of(typed).function_words
    kept = [word for word in typed if word not in function_words] or typed
    written = {fold(word): word.lower() for word in cased_words(words)}
    terms: dict[str, tuple[str, ...]] = {}
    for word, stem in zip(kept, stems_of(kept), strict=True):
        if len(terms) < MOST_TERMS:
            terms[stem] = tuple(dict.fromkeys((*terms.get(stem, ()), word, written.get(word, word))))
    if not terms:
        return None
    return Question(words, terms, frozenset(), Naming((), frozenset()), Dates((), frozenset()))


def _matching(view: View, query: str, filters: Filters) -> Iterator[ViewRecord]:
    most = 2 * RANKED if filters == EVERYTHING else MATCHES
    rows = view.matching(query, most, once=False)
    for start in range(0, len(rows), CHUNK):
        for record in view.by_rows(rows[start : start + CHUNK]):
            if is_said(record) and filters.let(record):
                yield record


def _passing(view: View, filters: Filters) -> Iterator[ViewRecord]:
    records = view.records(thread=filters.thread, since=filters.since, until=filters.until)
    return once(record for record in records if is_said(record) and filters.let(record))


def _holding(view: View, words: list[str], filters: Filters, k: int) -> list[Found]:
    """The records whose text holds most of the words anywhere in it, the latest first among equals."""
    earliest = datetime.min.replace(tzinfo=UTC)
    found: list[tuple[int, datetime, int, ViewRecord]] = []
    for record in _passing(view, filters):
        text = fold(record.text)
        if held := sum(word in text for word in words):
            found.append((held, record.said_at or earliest, record.position, record))
    best = heapq.nlargest(max(k, 0), found, key=lambda one: (*one[:3], one[3].id))
    return [Found(record, float(held)) for held, _, _, record in best]


def _latest(view: View, filters: Filters, k: int) -> list[Found]:
    earliest = datetime.min.replace(tzinfo=UTC)
    newest = heapq.nlargest(
        max(k, 0),
        _passing(view, filters),
        key=lambda record: (record.said_at or earliest, record.position, record.id),
    )
    return [Found(record, 0.0) for record in reversed(newest)]
