"""“Last summer”, “two years ago”, “yesterday” -> the stretch of time that is meant, counted from a given day.

A question counts from the day on which it is asked, or from the archive's last record if that is earlier: who
asks about a diary that ends in 1987 means the last summer in it. Seasons are the northern ones. English and
German.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from afterself.memory.words import fold

_NUMBERS = {
    word: number
    for number, words in {1: "a an one ein einem einer", 2: "two couple zwei", 3: "three drei few paar",
                          4: "four vier", 5: "five funf", 6: "six sechs", 7: "seven sieben", 8: "eight acht",
                          9: "nine neun", 10: "ten zehn", 20: "twenty zwanzig"}.items()
    for word in words.split()
}  # fmt: skip
_SEASONS = {"spring": 3, "fruhling": 3, "fruhjahr": 3, "summer": 6, "sommer": 6, "autumn": 9, "fall": 9,
            "herbst": 9, "winter": 12}  # fmt: skip
_UNITS = {"day": 1, "tag": 1, "tage": 1, "tagen": 1, "week": 7, "woche": 7, "wochen": 7, "month": 30.44,
          "monat": 30.44, "monate": 30.44, "monaten": 30.44, "year": 365.25, "jahr": 365.25, "jahre": 365.25,
          "jahren": 365.25}  # fmt: skip
_UNIT = r"(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")s?\b"
_COUNT = r"(?P<count>\d{1,2}|" + "|".join(_NUMBERS) + r")"
_AGO = re.compile(rf"\b(?:a )?{_COUNT} (?:of )?{_UNIT} ago\b|\bvor {_COUNT.replace('count', 'zahl')} "
                  rf"{_UNIT.replace('unit', 'einheit')}")  # fmt: skip
_LAST = re.compile(r"\b(?P<which>last|past|previous|this|letzte[nrsm]?|vorige[nrsm]?|diese[nrsm]?) "
                   r"(?P<what>" + "|".join((*_SEASONS, "week", "month", "year", "woche", "monat", "jahr"))
                   + r")\b")  # fmt: skip
_SEASON_OF = re.compile(rf"\b(?P<what>{'|'.join(_SEASONS)}) (?:of |von |in )?(?P<year>(?:18|19|20)\d\d)\b")
_DAYS = {"yesterday": 1, "gestern": 1, "vorgestern": 2, "today": 0, "heute": 0}
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of time [since, until), aware UTC."""

    since: datetime
    until: datetime

    def holds(self, said_at: datetime | None, precision: str) -> bool:
        """True when a record of that time was said in it."""
        return said_at is not None and precision != "none" and self.since <= said_at < self.until


def is_relative(question: str) -> bool:
    """Whether a question holds a time that needs a day to count from."""
    text = fold(question)
    return any(pattern.search(text) for pattern in (_AGO, _LAST, _DAY))


def spans_in(question: str, today: date | None) -> tuple[tuple[TimeSpan, ...], frozenset[str]]:
    """The spans that a question names, counted from `today`, and the folded words that name them.

    Without a day to count from only those are read that hold a year (“the summer of 1969”).
    """
    text = re.sub(r"\s+", " ", fold(question))
    found: list[TimeSpan] = []
    words: set[str] = set()
    for match in _SEASON_OF.finditer(text):
        found.append(_season(int(match["year"]), _SEASONS[match["what"]]))
        words.add(match["year"])  # a winter may be what is asked about
    for pattern, read in ((_AGO, _ago), (_LAST, _last), (_DAY, _near_day)):
        for match in pattern.finditer(text) if today is not None else ():
            found.append(read(match, today))  # type: ignore[arg-type]
            words.update(re.findall(r"[^\W_]+", match.group()))
    return tuple(dict.fromkeys(found)), frozenset(words)


def _ago(match: re.Match[str], today: date) -> TimeSpan:
    """“Two years ago”: about that day, give or take a quarter of the way."""
    count, unit = match["count"] or match["zahl"], match["unit"] or match["einheit"]
    days = (_NUMBERS.get(count) or int(count)) * _UNITS[unit]
    middle = today - timedelta(days=min(round(days), 36_500))
    slack = timedelta(days=max(1, round(min(days, 36_500) * 0.25)))
    return TimeSpan(_start(middle - slack), _start(middle + slack + timedelta(days=1)))


def _last(match: re.Match[str], today: date) -> TimeSpan:
    what, this = match["what"], match["which"].startswith(("this", "diese"))
    if what in ("year", "jahr"):
        year = today.year - (not this)
        return TimeSpan(_start(date(year, 1, 1)), _start(date(year + 1, 1, 1)))
    if what in ("month", "monat"):
        first = today.replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        return TimeSpan(_start(first if this else before), _start(_next_month(first) if this else first))
    if what in ("week", "woche"):
        monday = today - timedelta(days=today.weekday() + (0 if this else 7))
        return TimeSpan(_start(monday), _start(monday + timedelta(days=7)))
    season = _season(today.year, _SEASONS[what])
    now = _start(today)
    while season.since > now or (not this and season.until > now):
        season = _season(season.since.year - 1, _SEASONS[what])
    return season


def _near_day(match: re.Match[str], today: date) -> TimeSpan:
    day = today - timedelta(days=_DAYS[match.group()])
    return TimeSpan(_start(day), _start(day + timedelta(days=1)))


def _season(year: int, month: int) -> TimeSpan:
    """Three months from the first of `month`; winter goes into the next year."""
    end = date(year + 1, 3, 1) if month == 12 else date(year, month + 3, 1)
    return TimeSpan(_start(date(year, month, 1)), _start(end))


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
