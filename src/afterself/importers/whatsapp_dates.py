"""Which of 03/04/21's parts is the month, for a whole chat file at once.

A part above 12 decides; then the order that keeps the file sorted; then the option;
then the style of the clock, and that is an assumption the summary states. Years of the
Buddhist and the Persian calendar are read as what they are. The header grammar that finds
the dates stands in `whatsapp_lines`; the words for the halves of the day are Unicode's CLDR's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from afterself.importers.contract import DateOrder

Parts = tuple[int, int, int]
_WHATSAPP_BEGAN = 2009
_MORNING = (
    "午前|上午|凌晨|清晨|早上|午夜|半夜|오전|새벽|ÖÖ|de\\.|vorm\\.|SA|ص|صباحًا|صباحا|ق\\.ظ\\.|π\\.μ\\.|"
    "पूर्वाह्न|म\\.पू\\.|முற்பகல்|పూర్వాహ్నం|ಪೂರ್ವಾಹ್ನ|পূর্বাহ্ন|ก่อนเที่ยง|לפנה״צ|п\\.п\\.|fm|f\\.m\\.|ap\\.|"
    "dop\\.|pr\\.p\\.|PG|vm\\.|дп|пр\\.об\\.|претпл(?:адне|\\.)|пре подне|pre podne|e paradites|"
    'priekšp(?:usdienā|\\.)|priešpiet|πμ|לפנה["״]?צ|ਪੂ\\.ਦੁ\\.|පෙ\\.ව\\.|ກ່ອນທ່ຽງ|နံနက်|ጥዋት|TO|r\\.n\\.|f\\.h\\.|ү\\.ө\\.'
)
_AFTERNOON = (
    "午後|下午|中午|傍晚|晚上|오후|저녁|밤|ÖS|du\\.|nachm\\.|CH|م|مساءً|مساء|ب\\.ظ\\.|μ\\.μ\\.|अपराह्न|"
    "म\\.उ\\.|பிற்பகல்|అపరాహ్నం|ಅಪರಾಹ್ನ|অপরাহ্ন|หลังเที่ยง|אחה״צ|сл\\.об\\.|em|e\\.m\\.|ip\\.|odp\\.|pop\\.|"
    'PTG|nm\\.|пп|попл(?:адне|\\.)|по подне|po podne|e pasdites|pēcp(?:usdienā|\\.)|popiet|μμ|אחה["״]?צ|'
    "ਬਾ\\.ਦੁ\\.|ප\\.ව\\.|ຫຼັງທ່ຽງ|ညနေ|ከሰዓት|TK|i\\.n\\.|e\\.h\\.|ү\\.х\\."
)
HALVES = f"{_MORNING}|{_AFTERNOON}"
_IN_THE_MORNING = re.compile(_MORNING)
_NOON = "中午"
_AMERICAN = re.compile(r"[AP]M\Z")
_BUDDHIST, _BUDDHIST_FROM, _BUDDHIST_SHORT_FROM = 543, 2400, 52
_PERSIAN_YEARS = range(1387, 1430)
_BEFORE_PERSIAN_YEAR_1 = 226894
"""The proleptic ordinal of the day before 1 Farvardin 1."""
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")


class Stamp(NamedTuple):
    """A header's date as its three numbers, and its time of day on the 24-hour clock."""

    parts: Parts
    hour: int
    minute: int
    second: int | None

    @property
    def second_of_day(self) -> int:
        """Seconds since midnight by the wall clock."""
        return self.hour * 3600 + self.minute * 60 + (self.second or 0)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a file's dates; `warning` is set where it is an assumption or overrides the option."""

    order: DateOrder
    warning: str = ""


def day_of(parts: Parts, order: DateOrder) -> date | None:
    """The day that a date means, None if the calendar has no such day."""
    a, b, c = parts
    year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}[order]
    try:
        return _day(year, month, day)
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date:
    """The day in our calendar; Thai and Persian phones write theirs. ValueError if there is no such day.

    A short year beyond `_BUDDHIST_SHORT_FROM` can be no other: WhatsApp began in 2552 of that calendar.
    """
    if year in _PERSIAN_YEARS:
        return _persian_day(year, month, day)
    if year < 100:
        year += 2000 if year < _BUDDHIST_SHORT_FROM else 2500
    return date(year - _BUDDHIST if year >= _BUDDHIST_FROM else year, month, day)


def _persian_day(year: int, month: int, day: int) -> date:
    """A day of the solar Hijri calendar, by the 33-year rule of leap years (right from 1178 to 1633)."""
    leap = year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)
    length = 31 if month < 7 else 30 if month < 12 or leap else 29
    if not (1 <= month <= 12 and 1 <= day <= length):
        raise ValueError("no such day")
    leaps = 8 * ((year - 1) // 33) + sum((year - 1) % 33 >= n for n in (1, 5, 9, 13, 17, 22, 26, 30))
    before = 31 * (month - 1) if month < 8 else 186 + 30 * (month - 7)
    return date.fromordinal(_BEFORE_PERSIAN_YEAR_1 + 365 * (year - 1) + leaps + before + day)


def american(said: str) -> bool:
    """True for a clock as English of America has it; elsewhere am and pm are small, dotted or other words."""
    return bool(_AMERICAN.search(said))


def hour_of(hour: int, half: str) -> int | None:
    """The hour on the 24-hour clock; `half` is a or p of am/pm, a word of `HALVES`, or nothing."""
    if half and not 0 <= hour <= 12:
        return None
    if not half:
        return hour if hour < 24 else None
    if half == _NOON and hour in (10, 11):
        return hour
    morning = half in "aA" or bool(_IN_THE_MORNING.fullmatch(half))
    return hour % 12 + (0 if morning else 12)


def infer_order(
    dates: Mapping[Parts, int],
    steps_back: Callable[[DateOrder], int],
    *,
    separator: str,
    month_first: bool,
    asked: DateOrder | None,
) -> Order:
    """The order in which the dates of a file stand.

    `dates` are all of them with how often each stands there; `steps_back` says how often time goes back if
    they are read in an order; `month_first` decides where nothing else does.
    """
    wrong = {order: sum(n for date, n in dates.items() if not _fits(date, order)) for order in _ORDERS}
    fitting = [order for order in _ORDERS if wrong[order] == min(wrong.values())]
    if asked and asked not in fitting:
        found = infer_order(dates, steps_back, separator=separator, month_first=month_first, asked=None)
        return Order(found.order, f"--date-order {asked} does not fit its dates; read as {found.order}")
    if asked:
        return Order(asked)
    early = {order: sum(n for date, n in dates.items() if _is_early(date, order)) for order in fitting}
    fitting = [order for order in fitting if early[order] == min(early.values())]
    likely = [order for order in fitting if order != "ymd" or separator == "-"] or fitting
    if len(likely) == 1:
        return Order(likely[0])
    steps = {order: steps_back(order) for order in likely}
    left = [order for order in likely if steps[order] == min(steps.values())]
    if len(left) == 1:
        return Order(left[0])
    if separator == "." and "dmy" in left:
        return Order("dmy")
    assumed: DateOrder = "mdy" if month_first and "mdy" in left else left[0]
    meant = {"dmy": "day/month", "mdy": "month/day", "ymd": "year/month/day"}
    readings = " or ".join(meant[order] for order in left)
    return Order(
        assumed,
        f"its dates can be read as {readings}; {meant[assumed]} is assumed: check, or give --date-order",
    )


def _fits(date: Parts, order: DateOrder) -> bool:
    year_at = 0 if order == "ymd" else 2
    small = all(part <= 99 for i, part in enumerate(date) if i != year_at)
    return small and day_of(date, order) is not None


def _is_early(date: Parts, order: DateOrder) -> bool:
    """True for a day before there was WhatsApp."""
    day = day_of(date, order)
    return day is not None and day.year < _WHATSAPP_BEGAN
