"""“When I was at university” -> the stretch of time in which the archive speaks of it.

Nobody writes down when a period of a life began and ended, but they write most of it while it lasts: the
middle half of the records that hold the clause's words, by date, is taken for it. Where they lie too far
apart, or are too few, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from afterself.memory.relative_dates import TimeSpan

_CLAUSE = re.compile(
    r"(?<=\w[ ,])\s*\b(?:back when|when|while|during|as long as|als|wahrend|während)\s+(.{4,80}?)\s*[?.!]*$",
    re.I,
)
FEWEST = 4  # records that a period rests on
LONGEST = timedelta(days=7 * 366)
MARGIN = timedelta(days=30)


def clause_of(question: str) -> str:
    """The words of a question that name a period (“you were at university”), "" if none do."""
    found = _CLAUSE.search(question)
    return found[1] if found else ""


def period_of(said_at: Sequence[datetime]) -> TimeSpan | None:
    """The middle half of these times and a month around it; None where they do not tell of one period."""
    times = sorted(said_at)
    if len(times) < FEWEST:
        return None
    first, last = times[len(times) // 4], times[(3 * len(times) - 1) // 4]
    if last - first > LONGEST:
        return None
    return TimeSpan(first - MARGIN, last + MARGIN)
