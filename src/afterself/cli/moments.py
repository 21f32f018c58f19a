"""Moments as commands read them from options and show them to people."""

from __future__ import annotations

from datetime import UTC, datetime

from afterself.errors import UsageError


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


def shown_moment(moment: datetime | None, precision: str) -> str:
    """When something was said, in UTC and no finer than is known."""
    if moment is None or precision == "none":
        return "undated"
    return f"{moment:%Y-%m-%d}" if precision == "day" else f"{moment:%Y-%m-%d %H:%M}"
