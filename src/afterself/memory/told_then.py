"""“What happened in 1970?” -> the records written later that tell of that time, where nobody wrote in it.

Only a question that asks for a time and for nothing else: one that asks for a thing is answered by its words.
A record tells of a time that was given with it (`remember --about`) or that one of its sentences names;
nothing is guessed, and a sentence that names a year tells nothing of one of its months.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from afterself.memory.dates import DateMention, dates_in
from afterself.memory.filters import Filters
from afterself.memory.question import Question
from afterself.memory.recall import is_said, match_any
from afterself.memory.timeline import sentences
from afterself.memory.words import fold, stems_of, words_of

if TYPE_CHECKING:
    from afterself.memory.ranking import Ranked
    from afterself.policy.view import View, ViewRecord

Stretch = tuple[datetime, datetime]

LOOKED_AT = 2000  # records that name one of the years
MOST_YEARS = 120  # of a longer stretch the first ones are looked for
_OPEN = frozenset(
    stems_of(
        "happening occurred going goes went on life like memory memories remembers new news time times year "
        "years day days event events world spring summer autumn fall winter passierte passiert geschah "
        "geschehen los leben jahr zeit fruhling sommer herbst paso ocurrio passe".split()
    )
)
_TENS = {"twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960,
         "seventies": 1970, "eighties": 1980, "nineties": 1990}  # fmt: skip
_DECADE = re.compile(rf"\b(?:(?P<year>(?:1[89]|20)\d0)\W?(?:s|er)|(?P<tens>{'|'.join(_TENS)}))\b")
_YEAR = r"((?:1[89]|20)\d\d)"
_BETWEEN = re.compile(
    rf"\b(?:between|from|zwischen|von)\s+{_YEAR}\s+(?:and|to|until|till|und|bis)\s+{_YEAR}\b"
)


def records_telling_of(
    view: View, question: Question, filters: Filters, person_of: Mapping[int, int]
) -> list[ViewRecord]:
    """What tells of the time that an open question names, in its order; empty where something was said then.

    Of a person who is named: what they tell, or what names them. `person_of`: the contact of an identity.
    """
    text = fold(question.text)
    asked = [*question.dates.stretches(), *_spans(text)]
    if not asked or not _asks_for_nothing_else(question) or _said_in(view, asked, filters):
        return []
    found: dict[str, tuple[datetime, ViewRecord]] = {}
    for since, record in _telling(view, asked):
        if filters.let(record) and _of_whom(question, record, person_of):
            found.setdefault(record.id, (since, record))
    return [record for _, record in sorted(found.values(), key=lambda one: (one[0], one[1].source_key))]


def told_first(told: Iterable[ViewRecord], order: list[Ranked]) -> list[Ranked]:
    """Those that tell of the time that is asked for, in its order and all alike; the others go."""
    ranked = {hit.id: hit for hit in order}
    best = max((hit.score for hit in order), default=0.0)
    return [ranked[record.id]._replace(score=best) for record in told if record.id in ranked]


def _asks_for_nothing_else(question: Question) -> bool:
    named = {word for match in _DECADE.finditer(fold(question.text)) for word in words_of(match.group())}
    return all(stem in _OPEN or not named.isdisjoint(question.terms[stem]) for stem in question.content)


def _spans(text: str) -> list[Stretch]:
    """Decades (“the 1950s”) and years from one to another."""
    firsts = [int(match["year"] or _TENS[match["tens"]]) for match in _DECADE.finditer(text)]
    ends = [(int(match[1]), int(match[2])) for match in _BETWEEN.finditer(text)]
    years = [*((first, first + 9) for first in firsts), *(pair for pair in ends if pair[0] <= pair[1])]
    return [(_first_of(first), _first_of(last + 1)) for first, last in years]


def _first_of(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def _said_in(view: View, asked: list[Stretch], filters: Filters) -> bool:
    return any(
        is_said(record) and filters.let(record)
        for since, until in asked
        for record in view.records(since=since, until=until)
    )


def _telling(view: View, asked: list[Stretch]) -> Iterator[tuple[datetime, ViewRecord]]:
    """Records and when that begins which they tell of: what lies in a stretch that is asked for."""
    given = {id: time for id, time in view.told.about().items() if _within(time, asked)}
    for id, record in view.many(list(given)).items():
        yield given[id][0], record
    years = sorted({year for since, until in asked for year in range(since.year, until.year + 1)})
    query = match_any([str(year) for year in years[:MOST_YEARS]])
    for record in view.many([id for id, _ in view.match(query, LOOKED_AT)]).values():
        if not is_said(record):
            continue
        written = record.said_at or datetime.max.replace(tzinfo=UTC)
        times = [time for sentence in sentences(record.said) for time in _named(sentence)]
        begins = [time[0] for time in times if time[0] < written and _within(time, asked)]
        if begins:
            yield min(begins), record


def _within(time: Stretch, asked: Iterable[Stretch]) -> bool:
    return any(since <= time[0] and time[1] <= until for since, until in asked)


def _named(sentence: str) -> Iterator[Stretch]:
    """The times with a year that a sentence names."""
    dates = dates_in(sentence)
    for mention in dates.mentions:
        if (span := mention.span()) is not None:
            yield _day(mention) if mention.month and mention.day else span
    for season in dates.spans:
        yield season.since, season.until


def _day(mention: DateMention) -> Stretch:
    begins = datetime(mention.year or 1, mention.month or 1, mention.day or 1, tzinfo=UTC)
    return begins, begins + timedelta(days=1)


def _of_whom(question: Question, record: ViewRecord, person_of: Mapping[int, int]) -> bool:
    naming = question.naming
    if not naming.of_another:
        return True
    theirs = record.author is not None and person_of.get(record.author, record.author) in naming.only
    return theirs or not naming.words.isdisjoint(words_of(record.text))
