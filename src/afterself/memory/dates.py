"""Dates named in a question -> mentions that a record's own date can be held against.

A mention is a year, a month, or a day, each with or without the wider ones. A day
matches within three days, since people tell of a thing shortly before or after it.
Those that count from some day (“last summer”) are read by `relative_dates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from afterself.memory.relative_dates import TimeSpan, spans_in
from afterself.memory.words import fold

DAY_TOLERANCE = timedelta(days=3)

_MONTHS = {
    1: "january jan januar janner enero janvier",
    2: "february feb februar febrero fevrier",
    3: "march mar marz maerz marzo mars",
    4: "april apr abril avril",
    5: "may mai mayo",
    6: "june jun juni junio juin",
    7: "july jul juli julio juillet",
    8: "august aug agosto aout",
    9: "september sep sept septiembre septembre",
    10: "october oct oktober octubre octobre",
    11: "november nov noviembre novembre",
    12: "december dec dezember diciembre decembre",
}
MONTH_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
# Words that are months only next to a number, or where a month is expected.
_ALSO_WORDS = frozenset({"may", "march", "mar", "mars", "mayo", "jan", "sept", "dec", "nov", "mai"})

_MONTH = r"(?P<month>" + "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"\b{_YEAR}-(?P<month_number>\d\d)(?:-(?P<day>\d\d))?\b",
        rf"\b(?P<day>\d{{1,2}})[./](?P<month_number>\d{{1,2}})[./]{_YEAR}\b",
        rf"\b{_DAY}\s+(?:of\s+|de\s+)?{_MONTH}(?:,?\s+(?:de\s+|del\s+)?{_YEAR}\b)?",
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}\b(?!\d)(?:,?\s+{_YEAR}\b)?",
        rf"\b{_MONTH},?\s+(?:of\s+|de\s+|del\s+)?{_YEAR}\b",
    )
)
_LONE_MONTH = re.compile(rf"\b{_MONTH}")
_LONE_YEAR = re.compile(rf"(?<![\d.,/-]){_YEAR}(?![\d/-]|[.,]\d)")
_EXPECTS_MONTH = re.compile(
    r"\b(?:in|since|during|until|till|last|next|this|early|late|mid|im|en|seit)[\s-]+$"
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as a question names it; what it leaves open is None."""

    year: int | None
    month: int | None = None
    day: int | None = None

    def matches(self, said_at: datetime | None, precision: str) -> bool:
        """True when a record of that time (aware UTC) was said then, a named day within three days."""
        if said_at is None or precision == "none":
            return False
        said = said_at.astimezone(UTC).date()
        if self.day is not None and self.month is not None:
            years = (self.year,) if self.year else (said.year - 1, said.year, said.year + 1)
            return any(
                abs(said - named) <= DAY_TOLERANCE
                for named in (_day(year, self.month, self.day) for year in years)
                if named is not None
            )
        if self.month is not None and said.month != self.month:
            return False
        return self.year is None or said.year == self.year

    def span(self) -> tuple[datetime, datetime] | None:
        """The stretch of time [from, until) when the year is named; None when it is left open."""
        if self.year is None:
            return None
        if self.month is not None and self.day is not None:
            named = _day(self.year, self.month, self.day)
            if named is None:
                return None
            first = datetime(named.year, named.month, named.day, tzinfo=UTC)
            return first - DAY_TOLERANCE, first + DAY_TOLERANCE + timedelta(days=1)
        start_month, months = (self.month, 1) if self.month else (1, 12)
        end = start_month - 1 + months
        return (
            datetime(self.year, start_month, 1, tzinfo=UTC),
            datetime(self.year + end // 12, end % 12 + 1, 1, tzinfo=UTC),
        )


@dataclass(frozen=True, slots=True)
class Dates:
    """The mentions of a question, and the folded words that made them up."""

    mentions: tuple[DateMention, ...]
    words: frozenset[str]
    spans: tuple[TimeSpan, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a time is named at all."""
        return bool(self.mentions or self.spans)

    def match(self, said_at: datetime | None, precision: str) -> bool:
        """True when a record of that time (aware UTC) was said at a time that is named."""
        return any(mention.matches(said_at, precision) for mention in self.mentions) or any(
            span.holds(said_at, precision) for span in self.spans
        )

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """The stretches [from, until) whose ends are known."""
        named = [span for mention in self.mentions if (span := mention.span()) is not None]
        return [*named, *((span.since, span.until) for span in self.spans)]


def dates_in(question: str, today: date | None = None) -> Dates:
    """Read years, months and days out of a question, in English, German, Spanish or French.

    A numeric date with slashes or dots is read both ways (day first and month first). With a day to
    count from, “last summer” and “two years ago” are read, too.
    """
    text = re.sub(r"\s+", " ", fold(question))
    found: list[DateMention] = []
    spans, span_words = spans_in(question, today)
    words: set[str] = set(span_words)

    def take(match: re.Match[str], mentions: list[DateMention]) -> str:
        if not mentions:
            return match.group()
        found.extend(mention for mention in mentions if mention not in found)
        words.update(re.findall(r"[^\W_]+", match.group()))
        return " " * len(match.group())

    for shape in _SHAPES:
        text = shape.sub(lambda match: take(match, _read(match)), text)
    for match in _LONE_MONTH.finditer(text):
        name = match["month"]
        if name not in _ALSO_WORDS or _EXPECTS_MONTH.search(text[: match.start()]):
            take(match, [DateMention(None, MONTH_NUMBERS[name])])
    for match in _LONE_YEAR.finditer(text):
        if match["year"] not in span_words:
            take(match, [DateMention(int(match["year"]))])
    return Dates(tuple(found), frozenset(words), spans)


def _read(match: re.Match[str]) -> list[DateMention]:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    if parts.get("month_number"):
        number = int(parts["month_number"])
        readings = [(number, day)]
        if "-" not in match.group() and day is not None:
            readings.append((day, number))
    else:
        readings = [(MONTH_NUMBERS[parts["month"]], day)]
    return [
        DateMention(year, month, named)
        for month, named in readings
        if 1 <= month <= 12 and (named is None or _day(year or 2000, month, named) is not None)
    ]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
