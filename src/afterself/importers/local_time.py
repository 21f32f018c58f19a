"""Local times without offset -> UTC, in the zone where the person was, also in the night the clocks go back.

In that night an hour occurs twice. Messages stand in order, so the second reading
is taken when the first would run backwards. Where no zone is given it is this
machine's, by name if the system tells it.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from afterself.errors import UsageError

MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
THIS_MACHINE = "this machine's zone"
_LOCALTIME = Path("/etc/localtime")


class LocalClock:
    """Reads wall-clock times of one zone; `name` is recorded with each of them."""

    def __init__(self, zone: str | None = None) -> None:
        """UsageError if `zone` is not an IANA name such as Europe/Berlin."""
        self.name = zone or _system_zone_name() or THIS_MACHINE
        self._zone: ZoneInfo | None = None
        if self.name != THIS_MACHINE:
            try:
                self._zone = ZoneInfo(self.name)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise UsageError(
                    f"“{self.name[:60]}” is not a time zone that is known here.",
                    remedy="Give an IANA name, such as --zone Europe/Berlin.",
                ) from error

    def utc(self, wall: datetime, after: datetime | None = None) -> datetime:
        """The instant of a naive wall-clock time; `after` is the instant of what stands before it.

        OverflowError or ValueError if the year falls out of the calendar.
        """
        first = self._read(wall.replace(fold=0) if wall.fold else wall)
        if after is None or first >= after:
            return first
        second = self._read(wall.replace(fold=1))
        return second if timedelta(0) < second - first and second >= after else first

    def midnight(self, day: date) -> datetime | None:
        """The instant at which a day begins, if it is one of 24 hours: times of day just add up to it.

        None for a day on which clocks are set, or one at the end of the calendar.
        """
        wall = datetime.combine(day, time())
        try:
            begin, noon, end = (self._read(wall + timedelta(hours=hours)) for hours in (0, 12, 24))
        except (OverflowError, ValueError):
            return None
        return begin if noon - begin == end - noon == timedelta(hours=12) else None

    def _read(self, wall: datetime) -> datetime:
        if self._zone is None:
            return wall.astimezone(UTC)
        return wall.replace(tzinfo=self._zone).astimezone(UTC)


def instant(value: object) -> datetime | None:
    """A time in unix seconds or ISO 8601 (UTC if it says so or has no offset); None where there is none."""
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.removesuffix(" UTC"))
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        if value is None or isinstance(value, bool):
            return None
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _system_zone_name() -> str | None:
    """$TZ or the target of /etc/localtime, if that is a name the zone database knows."""
    if "TZ" in os.environ:
        candidate = os.environ["TZ"].lstrip(":") or "UTC"
    else:
        _, joint, candidate = str(_LOCALTIME.resolve()).partition("zoneinfo/")
        candidate = candidate.removeprefix("posix/") if joint else ""
    try:
        return ZoneInfo(candidate).key if candidate else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
