"""Records -> what they tell of, in the order in which it happened, and what was said in each month.

Extractive: a line is a sentence as it stands in a record, with the record's id; what the author quoted or
forwarded is not theirs. When something was is what was given with it (`remember --about`) or the year, month
or day that the sentence itself names; nothing is guessed. What may be seen is the view's decision.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from afterself.archive.pictures import caption
from afterself.memory.dates import DateMention, dates_in
from afterself.memory.filters import EVERYTHING, Filters
from afterself.memory.recall import is_said

if TYPE_CHECKING:
    from afterself.policy.view import View, ViewRecord

LONGEST = 300  # characters of a sentence that is a line; a longer one tells of too much
LONGEST_QUOTE = 400
FEWEST = 3  # words
_EARLIER = timedelta(days=1)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_SHAPES = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is told of.

    `when` is its time as far as it is known (1969, 1969-05, 1969-05-03), `since` the moment it begins at;
    `text` stands so in the record `id` of `author` (`identity`, None if unknown), said at `said_at`.
    """

    when: str
    since: datetime
    text: str
    id: str
    author: str
    is_owner: bool
    said_at: datetime | None
    thread_title: str
    identity: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """What was said in one month: how many records, where most of them, and the owner's longest message."""

    when: str
    records: int
    most_in: str
    quote: Line | None


def told_of(
    view: View, filters: Filters = EVERYTHING, since: datetime | None = None, until: datetime | None = None
) -> list[Line]:
    """What the records tell of a time before they were written, in its order; [since, until) aware.

    `filters` narrow the records; what was given a time with `remember` comes with all of its text.
    """
    given = view.told.about()
    found: list[Line] = []
    pictured: dict[tuple[str, str], list[Line]] = {}
    for record in _once(view, filters):
        for line in _pictured(record):
            pictured.setdefault((line.when, line.thread_title), []).append(line)
        if not is_said(record) or record.kind == "picture":
            continue
        if record.id in given:
            begins, ends = given[record.id]
            found.append(_line(record, record.text.strip(), _shown(begins, ends), begins))
        elif _YEAR.search(record.said):
            found += _named(record)
    lines = [
        line for line in [*found, *(_together(of_day) for of_day in pictured.values())]
        if (since is None or line.since >= since) and (until is None or line.since < until)
    ]  # fmt: skip
    return sorted(
        lines, key=lambda line: (line.since, line.when, line.said_at is None, line.said_at, line.id)
    )


def months(view: View, filters: Filters = EVERYTHING) -> list[Month]:
    """What was said in each month that has any of it, in order."""
    counts: dict[str, Counter[str]] = {}
    longest: dict[str, ViewRecord] = {}
    for record in _once(view, filters):
        if not is_said(record) or record.kind == "picture" or record.said_at is None:
            continue
        if record.precision == "none":
            continue
        month = record.said_at.strftime("%Y-%m")
        counts.setdefault(month, Counter())[record.thread_title] += 1
        best = longest.get(month)
        if record.is_owner and _quotable(record) and _longer(record, best):
            longest[month] = record
    return [
        Month(
            month,
            counts[month].total(),
            min(counts[month], key=lambda title: (-counts[month][title], title)),
            line_of(longest[month], longest[month].said) if month in longest else None,
        )
        for month in sorted(counts)
    ]


def _quotable(record: ViewRecord) -> bool:
    """Whether all that its author said themselves stands in one piece, and is not too long."""
    return bool(record.said) and len(record.said) <= LONGEST_QUOTE and record.said in record.text


def _longer(record: ViewRecord, best: ViewRecord | None) -> bool:
    return best is None or (-len(record.said), record.id) < (-len(best.said), best.id)


def _once(view: View, filters: Filters) -> Iterator[ViewRecord]:
    """What the filters let through; what several sources hold once."""
    for record in view.records():
        if record.same_as is None and filters.let(record):
            yield record


def _pictured(record: ViewRecord) -> Iterator[Line]:
    """The record's pictures that stand by themselves, or were taken days before they were sent."""
    for one in () if record.deleted else record.attachments:
        words = caption(one)
        if not one.taken or not words:
            continue
        begins = datetime.fromisoformat(one.taken)
        begins = begins if begins.tzinfo else begins.replace(tzinfo=UTC)
        sent = record.said_at or datetime.max.replace(tzinfo=UTC)
        if record.kind == "picture" or sent - begins > _EARLIER:
            yield _line(record, f"A{words[1:]} ({one.name})", one.taken[:10], begins)


def _together(pictures: list[Line]) -> Line:
    """The pictures of one day in one conversation or folder, told by the first of them."""
    first, more = min(pictures, key=lambda line: (line.since, line.id)), len(pictures) - 1
    return replace(first, text=f"{first.text} and {more} more") if more else first


def line_of(record: ViewRecord, text: str) -> Line:
    """A stretch of a record's text, at the day on which it was said."""
    said_at = record.said_at or datetime.max.replace(tzinfo=UTC)
    return _line(record, text, said_at.strftime(_SHAPES["day"]), said_at)


def _named(record: ViewRecord) -> Iterator[Line]:
    """The sentences of a record's author, as they stand in it, that name a time before it was written."""
    written = record.said_at or datetime.max.replace(tzinfo=UTC)
    for sentence in filter(record.text.__contains__, sentences(record.said)):
        mention = _only_year(_dated(sentence)) if _YEAR.search(sentence) else None
        if mention is None or mention.year is None or mention.year >= written.year:
            continue
        begins = datetime(mention.year, mention.month or 1, mention.day or 1, tzinfo=UTC)
        precision = "day" if mention.day else "month" if mention.month else "year"
        yield _line(record, sentence, begins.strftime(_SHAPES[precision]), begins)


def _dated(sentence: str) -> list[DateMention]:
    """The dates that a sentence names; of “the summer of 1998” the year."""
    dates = dates_in(sentence)
    return [*dates.mentions, *(DateMention(season.since.year) for season in dates.spans)]


def _only_year(mentions: Iterable[DateMention]) -> DateMention | None:
    """The earliest of the dates with a year that a sentence names, the more exact one of two alike."""
    dated = [one for one in mentions if one.year is not None]
    return min(dated, key=lambda one: (one.year or 0, -bool(one.month) - bool(one.day)), default=None)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text as they stand in it; one of a word or two (“1958.”) goes on into the next."""
    starts = [0, *(match.end() for match in _SENTENCES.finditer(text)), len(text)]
    begins = 0
    for ends in starts[1:]:
        part = text[begins:ends].strip()
        short = len(part.split()) < FEWEST
        if short and _YEAR.search(part) and ends < len(text):
            continue
        if not short and len(part) <= LONGEST:
            yield part
        begins = ends


def _shown(begins: datetime, ends: datetime) -> str:
    days = (ends - begins).days
    return begins.strftime(_SHAPES["day" if days <= 1 else "month" if days <= 31 else "year"])


def _line(record: ViewRecord, text: str, when: str, since: datetime) -> Line:
    return Line(
        when, since, text, record.id, record.author_name, bool(record.is_owner), record.said_at,
        record.thread_title, record.author,
    )  # fmt: skip
