"""“2016”, “May 2016”, “2016-05-03” -> the moment as of which a self speaks: the end of that stretch.

The month of it goes into the header, the moment itself is the end of what memory sees. The weights
learnt from everything; they cannot be turned back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from afterself.errors import UsageError
from afterself.memory.dates import DateMention, dates_in


@dataclass(frozen=True, slots=True)
class AsOf:
    """Nothing said at or after `until` (aware UTC) is known; `month` is that of the header, YYYY-MM."""

    until: datetime
    month: str
    shown: str
    """The date as it was understood: YYYY, YYYY-MM or YYYY-MM-DD."""


def read_as_of(text: str) -> AsOf:
    """Read one date that names its year; UsageError if there is none or it can be read two ways."""
    mentions = [mention for mention in dates_in(text).mentions if mention.year is not None]
    if len(mentions) != 1:
        raise UsageError(
            "That date can be read in two ways." if mentions else "That is no date with a year in it.",
            remedy="Write it like 2016, 2016-05, 2016-05-03 or May 2016.",
        )
    return _end_of(mentions[0])


def _end_of(date: DateMention) -> AsOf:
    year, month, day = date.year or 1, date.month, date.day
    if month is None:
        return AsOf(datetime(year + 1, 1, 1, tzinfo=UTC), f"{year:04}-12", f"{year:04}")
    shown = f"{year:04}-{month:02}"
    if day is None:
        return AsOf(datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC), shown, shown)
    end = datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
    return AsOf(end, shown, f"{shown}-{day:02}")
