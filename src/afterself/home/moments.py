"""A moment as text, one way everywhere: ISO 8601 in UTC, ending in Z."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(moment: datetime) -> str:
    """An aware moment such as 2019-03-01T18:30:00Z; fractions of a second only where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def now_text() -> str:
    """This moment to the second."""
    return utc_text(datetime.now(UTC).replace(microsecond=0))
