"""The dates of a text, relative ones reckoned from when it was said: “yesterday” on 2020-01-02 is 2020-01-01.

A date is what is known of it: year, month, day, weekday; what is left open is None. Feasts with a fixed day
and Easter are dates as well. Times of day and ages are numbers (`quantities.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from afterself.memory.dates import MONTH_NUMBERS
from afterself.memory.support.quantities import Quantity, quantities
from afterself.memory.support.reading import Word

WEEKDAYS = {
    name: n
    for n, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_SHORT = frozenset("mon tue wed thu fri sat sun tues thur thurs".split())
_SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
_FEASTS = {
    "christmas": (12, 25),
    "xmas": (12, 25),
    "halloween": (10, 31),
    "valentine": (2, 14),
    "epiphany": (1, 6),
}
_EASTER = {"easter": 0, "whitsun": 49, "pentecost": 49}
_NOT_MONTHS = frozenset("may march mar mars mai mayo jan dec sept nov marz".split())
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is known, and the places of the words that spell it in their text."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: tuple[int, ...] = ()
    places: tuple[int, ...] = ()

    @property
    def parts(self) -> int:
        """How many parts of it are known."""
        return sum(x is not None for x in (self.year, self.month, self.day, self.weekday)) + bool(self.season)

    def missing_from(self, known: Day) -> int:
        """How many of this date's parts another date lacks or contradicts."""
        missing = 0
        for name in ("year", "month", "day", "weekday"):
            mine = getattr(self, name)
            missing += mine is not None and mine != getattr(known, name)
        if self.season:
            missing += known.season != self.season and known.month not in self.season
        return missing


def of_date(when: date, places: tuple[int, ...] = ()) -> Day:
    """A whole date."""
    return Day(when.year, when.month, when.day, when.weekday(), (), places)


def days_of(words: list[Word], said: datetime | None) -> list[Day]:
    """The dates that a text names, absolute ones first; relative ones only where `said` is known."""
    used: set[int] = set()
    found: list[Day] = []
    for n in range(len(words)):
        if n not in used and (taken := _absolute(words, n, used)) is not None:
            used.update(taken.places)
            found.append(taken)
    if said is not None:
        found = (
            [_completed(day, said) for day in found]
            + _of_near_years(found, said)
            + _relative(words, said.date(), used)
        )
    return found


def _absolute(words: list[Word], n: int, used: set[int]) -> Day | None:
    word = words[n].folded
    month = _month(words, n)
    if month is not None:
        return _around_month(words, n, month)
    if word in WEEKDAYS and (word not in _SHORT or words[n].capital):
        return Day(weekday=WEEKDAYS[word], places=(n,))
    if _YEAR.fullmatch(word) and n not in used:
        before = words[n - 1].folded if n else ""
        season = _SEASONS.get(before) or _SEASONS.get(
            words[n - 2].folded if n > 1 and before in ("of", "in") else ""
        )
        return Day(int(word), season=season or (), places=(n,))
    if word in _FEASTS or word in _EASTER or (word == "new" and _is(words, n + 1, "year")):
        return _feast(words, n)
    if word in _SEASONS and not _YEAR.fullmatch(words[n + 1].folded if n + 1 < len(words) else ""):
        after = [w.folded for w in words[n + 1 : n + 3]]
        if any(_YEAR.fullmatch(w) for w in after):
            return None
        return Day(season=_SEASONS[word], places=(n,))
    if (
        word.isdigit() is False
        and (match := _DAY.fullmatch(word))
        and word[-1].isalpha()
        and n
        and words[n - 1].folded == "the"
    ):
        return Day(day=int(match[1]), places=(n,)) if 1 <= int(match[1]) <= 31 else None
    return None


def _is(words: list[Word], n: int, *wanted: str) -> bool:
    return 0 <= n < len(words) and words[n].folded in wanted


def _month(words: list[Word], n: int) -> int | None:
    word = words[n].folded
    month = MONTH_NUMBERS.get(word)
    if month is None or word not in _NOT_MONTHS:
        return month
    near = [w.folded for w in (*words[max(0, n - 2) : n], *words[n + 1 : n + 2])]
    if words[n].capital and (
        any(w[:1].isdigit() for w in near)
        or _is(
            words,
            n - 1,
            "in",
            "of",
            "since",
            "last",
            "this",
            "next",
            "early",
            "late",
            "mid",
            "until",
            "till",
            "by",
            "from",
        )
    ):
        return month
    return month if any(w[:1].isdigit() for w in near) and words[n].capital else None


_DAY_WORDS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth "
        "sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30}


def _day_at(words: list[Word], n: int) -> tuple[int, int] | None:
    """(day of the month, words it takes) that ends at place `n`."""
    if not 0 <= n < len(words):
        return None
    match = _DAY.fullmatch(words[n].folded)
    if match and 1 <= int(match[1]) <= 31:
        return int(match[1]), 1
    if words[n].folded in _DAY_WORDS:
        tens = {"twenty": 20, "thirty": 30}.get(words[n - 1].folded if n else "", 0)
        value = _DAY_WORDS[words[n].folded]
        return (tens + value, 2) if tens and value < 10 else (value, 1)
    return None


def _around_month(words: list[Word], n: int, month: int) -> Day:
    places = [n]
    day = year = None
    at = n - 2 if _is(words, n - 1, "of") else n - 1
    if (taken := _day_at(words, at)) is not None and not _YEAR.fullmatch(words[at].folded):
        day = taken[0]
        places += range(at - taken[1] + 1, n)
    after = n + 1
    if day is None:
        at = n + 2 if _is(words, n + 1, "the") else n + 1
        if _is(words, at, "twenty", "thirty") and _day_at(words, at + 1):
            at += 1
        if (taken := _day_at(words, at)) is not None and words[at].sentence == words[n].sentence:
            day = taken[0]
            places += range(n + 1, at + 1)
            after = at + 1
    if _is(words, after, "of", "in"):
        after += 1
    if after < len(words) and _YEAR.fullmatch(words[after].folded):
        year = int(words[after].folded)
        places.append(after)
    weekday = None
    first = min(places)
    for back in (1, 2):
        if _is(words, first - back, *WEEKDAYS):
            weekday = WEEKDAYS[words[first - back].folded]
            places.append(first - back)
            break
    return Day(year, month, day, weekday, (), tuple(sorted(places)))


def _feast(words: list[Word], n: int) -> Day:
    year = next((int(w.folded) for w in words[n + 1 : n + 4] if _YEAR.fullmatch(w.folded)), None)
    word = words[n].folded
    length = next(
        (k for k in range(1, 4) if not _is(words, n + k, "year", "years", "eve", "day", "sunday", "monday")),
        4,
    )
    places = tuple(range(n, n + length))
    if word == "new":
        eve = any(_is(words, n + k, "eve") for k in range(2, length))
        return Day(year, 12 if eve else 1, 31 if eve else 1, places=places)
    if word in _EASTER:
        if year is None:
            return (
                Day(season=(3, 4), places=places) if word == "easter" else Day(season=(5, 6), places=places)
            )
        return of_date(easter(year) + timedelta(days=_EASTER[word]), places)
    month, day = _FEASTS[word]
    if word == "christmas" and _is(words, n + 1, "eve"):
        day = 24
    exact = word != "christmas" or _is(words, n + 1, "day", "eve")
    return Day(year, month, day if exact else None, places=places)


def easter(year: int) -> date:
    """Easter Sunday. Source: the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _completed(day: Day, said: datetime) -> Day:
    """A date that leaves its year open, said at a known time, with the nearest year; a weekday, its date."""
    if day.year is None and day.month is not None and day.day is not None:
        near = [
            found
            for year in (said.year - 1, said.year, said.year + 1)
            if (found := _made(year, day.month, day.day))
        ]
        if near:
            return of_date(min(near, key=lambda one: abs(one - said.date())), day.places)
    if day.day is not None and day.month is None and day.year is None:
        months = [
            (said.year + (said.month - 1 + step) // 12, (said.month - 1 + step) % 12 + 1)
            for step in (-1, 0, 1)
        ]
        near = [
            found for year, month in months if (found := _made(year, month, day.day)) and found <= said.date()
        ]
        if near:
            return of_date(max(near), day.places)
    if day.year is not None and day.month is not None and day.day is not None and day.weekday is None:
        whole = _made(day.year, day.month, day.day)
        return of_date(whole, day.places) if whole else day
    return day


def _of_near_years(days: list[Day], said: datetime) -> list[Day]:
    """A month without a year, in the years around the one it was said in.

    “the 28th” that is still to come.
    """
    coming = [
        of_date(found, day.places)
        for day in days
        if day.day is not None and day.month is None and day.year is None
        for step in (0, 1)
        if (
            found := _made(
                said.year + (said.month - 1 + step) // 12, (said.month - 1 + step) % 12 + 1, day.day
            )
        )
        and found >= said.date()
    ]
    return coming[:1] + [
        Day(year, day.month, None, None, (), day.places)
        for day in days
        if day.month is not None and day.day is None and day.year is None
        for year in (said.year - 1, said.year, said.year + 1)
        if abs((year - said.year) * 12 + day.month - said.month) <= 8
    ]


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_SHIFTS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1, "now": 0}


def _relative(words: list[Word], said: date, used: set[int]) -> list[Day]:
    """“Yesterday”, “last Tuesday”, “three weeks ago”, “next month”, “last year” as dates."""
    found: list[Day] = []
    numbers = {quantity.first: quantity for quantity in quantities(words)}
    for n, word in enumerate(words):
        at = word.folded
        nxt = words[n + 1].folded if n + 1 < len(words) else ""
        joined = {("to", "day"): "today", ("to", "morrow"): "tomorrow", ("to", "night"): "tonight"}.get(
            (at, nxt)
        )
        if at in _SHIFTS or joined:
            found.append(of_date(said + timedelta(days=_SHIFTS[joined or at]), (n,)))
        elif at in ("last", "this", "next"):
            found += _nearby(at, nxt, said, n)
        elif at in WEEKDAYS and (at not in _SHORT or word.capital):
            found += [of_date(_weekday(said, WEEKDAYS[at], step), (n,)) for step in (-1, 1)]
        elif n in numbers:
            found += _ago(words, numbers[n], said)
        elif at == "ago" and n >= 2 and words[n - 2].folded in ("a", "an"):
            found += _shifted(said, -1, words[n - 1].stem, (n,))
    return found


def _weekday(said: date, weekday: int, step: int) -> date:
    """The nearest such day before (step -1) or from (step 1) the day it was said."""
    if step < 0:
        return said - timedelta(days=(said.weekday() - weekday) % 7 or 7)
    return said + timedelta(days=(weekday - said.weekday()) % 7)


def _nearby(which: str, what: str, said: date, n: int) -> list[Day]:
    step = {"last": -1, "this": 0, "next": 1}[which]
    if what in WEEKDAYS:
        return [of_date(_weekday(said, WEEKDAYS[what], -1 if step < 0 else 1), (n, n + 1))]
    if what == "night":
        return [of_date(said + timedelta(days=step), (n, n + 1))]
    if what == "week":
        return [Day(*(said + timedelta(days=7 * step)).timetuple()[:2], places=(n, n + 1))]
    if what == "year":
        return [Day(said.year + step, places=(n, n + 1))]
    if what == "month":
        month = said.month - 1 + step
        return [Day(said.year + month // 12, month % 12 + 1, places=(n, n + 1))]
    if what in _SEASONS:
        return [
            Day(
                said.year + (step if step > 0 or said.month < max(_SEASONS[what]) else 0),
                season=_SEASONS[what],
            )
        ]
    return []


def _ago(words: list[Word], quantity: Quantity, said: date) -> list[Day]:
    """“Three weeks ago”, “in two days”."""
    after = [word.folded for word in words[quantity.last + 1 : quantity.last + 3]]
    before = words[quantity.first - 1].folded if quantity.first else ""
    unit = words[quantity.last + 1].stem if quantity.last + 1 < len(words) else ""
    if "ago" in after or (after[1:2] == ["back"]):
        return _shifted(said, -quantity.value, unit, (quantity.first,))
    return _shifted(said, quantity.value, unit, (quantity.first,)) if before == "in" else []


def _shifted(said: date, number: float, unit: str, places: tuple[int, ...]) -> list[Day]:
    try:
        if unit in ("day", "week", "fortnight"):
            days = int(number * {"day": 1, "week": 7, "fortnight": 14}[unit])
            return [of_date(said + timedelta(days=days), places)]
        if unit == "month":
            month = said.month - 1 + int(number)
            return [Day(said.year + month // 12, month % 12 + 1, places=places)]
        if unit == "year":
            return [Day(said.year + int(number), places=places)]
    except (OverflowError, ValueError):
        return []
    return []
