"""Moments as commands read them from options and show them to people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from afterself.errors import UsageError

_YEAR_OR_MONTH = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


def moment_of(text: str | None, option: str) -> datetime | None:
    """An ISO date or time as aware UTC, None for None; without an offset it is UTC.

    UsageError, naming `option`, if it is none.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{option} is not a date or time.", remedy="Write it like 2019-03-01 or 2019-03-01T12:00:00."
        ) from error


def span_of(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """--since and --until as `moment_of` reads them, or as a year or month, of which each takes all in."""
    return _begin_or_end(since, "--since", 0), _begin_or_end(until, "--until", 1)


def _begin_or_end(text: str | None, option: str, end: int) -> datetime | None:
    named = _YEAR_OR_MONTH.fullmatch((text or "").strip())
    if named is None:
        return moment_of(text, option)
    months = int(named["year"]) * 12 + (int(named["month"]) - 1 + end if named["month"] else 12 * end)
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def shown_moment(moment: datetime | None, precision: str) -> str:
    """When something was said, in UTC and no finer than is known."""
    if moment is None or precision == "none":
        return "undated"
    return f"{moment:%Y-%m-%d}" if precision == "day" else f"{moment:%Y-%m-%d %H:%M}"
