"""Dates as documents write them -> instants, with what they leave open: the time of a day, the zone.

Read are ISO 8601 and its usual looseness, and PDF's `D:` dates. A date that could be read two ways is not
read. The time of a file on the disk is never used: copying, syncing and unpacking change it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from afterself.archive.drafts import Precision
from afterself.importers.local_time import LocalClock

_DATE = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.]?)(?P<m>\d\d)(?P=sep)(?P<d>\d\d)"
    r"(?:[T ]\s*(?P<H>\d\d?):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d+)?)?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_PDF = re.compile(
    r"D:(?P<y>\d{4})(?P<m>\d\d)?(?P<d>\d\d)?(?P<H>\d\d)?(?P<M>\d\d)?(?P<S>\d\d)?"
    r"(?:(?P<zone>[+-]\d\d)'?(?P<minutes>\d\d)?'?|(?P<utc>Z).*)?",
    re.ASCII,
)
_NAMED = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)
_YEARS = range(1800, 2200)


class When(NamedTuple):
    """An instant, how exact it is, and the zone that was used."""

    at: datetime | None
    precision: Precision
    zone: str | None


NEVER = When(None, "none", None)


def when(raw: str, clock: LocalClock, *, local: bool = False) -> When:
    """The instant of a date; `local`: a comment of Word's has local time to the minute, with a false Z."""
    raw = raw.strip()
    found = _PDF.fullmatch(raw) or _DATE.fullmatch(raw)
    if found is None:
        return NEVER
    part = found.groupdict()
    try:
        wall = datetime(
            int(part["y"]), int(part["m"] or 1), int(part["d"] or 1),
            int(part["H"] or 0), int(part["M"] or 0), int(part["S"] or 0),
        )  # fmt: skip
        if wall.year not in _YEARS or not part["d"]:
            return NEVER
        if part["H"] is None:
            return When(wall.replace(tzinfo=UTC), "day", None)
        precision: Precision = "minute" if local or part["S"] is None else "second"
        zone = _offset(part)
        if zone and not local:
            read = datetime.fromisoformat(f"{wall.isoformat()}{zone}").astimezone(UTC)
            return When(read, precision, "UTC" if zone == "+00:00" else zone)
        return When(clock.utc(wall), precision, clock.name)
    except (ValueError, OverflowError, OSError):
        return NEVER


def named(file_name: str, clock: LocalClock) -> str:
    """The date in a file's name, such as a daily note's `2021-03-05.md`; "" if there is not exactly one."""
    found = {f"{y}-{m}-{d}" for y, _, m, d in _NAMED.findall(file_name)}
    days = [day for day in found if when(day, clock).at is not None and day < "2100"]
    return days[0] if len(days) == 1 else ""


def _offset(part: dict[str, str | None]) -> str:
    zone = part["zone"] or ""
    if zone == "Z" or part.get("utc"):
        return "+00:00"
    if not zone:
        return ""
    return f"{zone[:3]}:{part['minutes'] or '00'}" if "minutes" in part else f"{zone[:3]}:{zone[-2:]}"
