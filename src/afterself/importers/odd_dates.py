"""Dates as tables write them -> ISO 8601, in the order of day, month and year that all of them allow.

What `generic_record` understands by itself (ISO 8601, unix times) stays as it is. Months have English names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from afterself.importers.contract import DateOrder, Unreadable
from afterself.importers.generic_record import said_at
from afterself.importers.local_time import MONTHS, LocalClock

_TIME = (
    r"(?:[T,]?\s*(?P<h>\d{1,2})[:.h](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?)?"
)
_NUMBERS = re.compile(rf"(?P<a>\d{{1,4}})[./-](?P<b>\d{{1,2}})[./-](?P<c>\d{{2,4}}){_TIME}")
_DAY_MONTH = r"(?P<d>\d{1,2})\.?\s+(?P<name>[A-Za-z]{3,9})"
_MONTH_DAY = r"(?P<name2>[A-Za-z]{3,9})\s+(?P<d2>\d{1,2})"
_NAMED = re.compile(rf"(?:[A-Za-z]{{3,9}},?\s+)?(?:{_DAY_MONTH}|{_MONTH_DAY}),?\s+(?P<y>\d{{4}}){_TIME}")
_CLOCK = LocalClock("UTC")
_PIVOT = 70


def orders_of(values: Sequence[object]) -> list[DateOrder | None]:
    """The orders in which most of these times can be read; [None] if none is needed.

    [] if half of them or more cannot be read in any: a few broken ones are told when they are imported.
    """
    odd = [str(value).strip() for value in values if not _is_plain(value)]
    numbers = [text for text in odd if not _named(text)]
    read = {
        order: sum(_numbered(text, order) is not None for text in numbers) for order in get_args(DateOrder)
    }
    most = max(read.values())
    if 2 * (len(numbers) - most) >= len(values):
        return []
    return [order for order, count in read.items() if count == most] if most else [None]


def iso_of(value: object, order: DateOrder | None) -> object:
    """The time in ISO 8601, local and without offset; the value itself if that is not how it is written."""
    if _is_plain(value):
        return value
    text = str(value).strip()
    return _named(text) or (_numbered(text, order) if order else None) or value


def lacks_zone(value: object, order: DateOrder | None) -> bool:
    """Whether a time is a wall clock's, of which the zone has to be known."""
    try:
        said = said_at(iso_of(value, order), _CLOCK, None)
    except Unreadable:
        return False
    return said.zone == _CLOCK.name and not re.search(r"Z$|UTC$|[+-]\d\d:?\d\d$|^\d+(\.\d+)?$", said.raw)


def _is_plain(value: object) -> bool:
    try:
        said_at(value, _CLOCK, None)
    except Unreadable:
        return False
    return True


def _numbered(text: str, order: DateOrder) -> str | None:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    parts = dict(zip(order, (found["a"], found["b"], found["c"]), strict=True))
    if len(parts["d"]) > 2 or len(parts["m"]) > 2 or len(parts["y"]) not in (2, 4):
        return None
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < _PIVOT else 1900
    return _iso(year, int(parts["m"]), int(parts["d"]), found)


def _named(text: str) -> str | None:
    found = _NAMED.fullmatch(text)
    month = MONTHS.get((found["name"] or found["name2"])[:3].title()) if found else None
    return _iso(int(found["y"]), month, int(found["d"] or found["d2"]), found) if found and month else None


def _iso(year: int, month: int, day: int, found: re.Match[str]) -> str | None:
    half = (found["half"] or "")[:1].lower()
    hour = int(found["h"] or 0)
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        read = datetime(year, month, day, hour, int(found["m"] or 0), int(found["s"] or 0))
    except ValueError:
        return None
    if found["h"] is None:
        return read.date().isoformat()
    return read.isoformat(timespec="seconds" if found["s"] else "minutes")
