"""Which of 03/04/21's parts is the month, for a whole chat file at once.

A part above 12 decides; then the order that keeps the file sorted; then the option;
then the style of the clock, and that is an assumption the summary states. The header
grammar that finds the dates stands in `whatsapp_lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from afterself.importers.contract import DateOrder

Parts = tuple[int, int, int]
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A header's date as its three numbers, and its time of day on the 24-hour clock."""

    parts: Parts
    hour: int
    minute: int
    second: int | None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a file's dates; `warning` is set where it is an assumption or overrides the option."""

    order: DateOrder
    warning: str = ""


def wall_time(stamp: Stamp, order: DateOrder) -> datetime | None:
    """The naive time of a stamp, None if the calendar has no such day."""
    a, b, c = stamp.parts
    year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}[order]
    try:
        return datetime(
            year + 2000 if year < 100 else year, month, day, stamp.hour, stamp.minute, stamp.second or 0
        )
    except ValueError:
        return None


def infer_order(
    stamps: Sequence[Stamp], *, separator: str, half_day_clock: bool, asked: DateOrder | None
) -> Order:
    """The order in which the dates of a file stand."""
    wrong = {order: sum(not _fits(stamp, order) for stamp in stamps) for order in _ORDERS}
    fitting = [order for order in _ORDERS if wrong[order] == min(wrong.values())]
    if asked and asked not in fitting:
        found = infer_order(stamps, separator=separator, half_day_clock=half_day_clock, asked=None)
        return Order(found.order, f"--date-order {asked} does not fit its dates; read as {found.order}")
    if asked:
        return Order(asked)
    likely = [order for order in fitting if order != "ymd" or separator == "-"] or fitting
    steps_back = {order: _steps_back(stamps, order) for order in likely}
    left = [order for order in likely if steps_back[order] == min(steps_back.values())]
    if len(left) == 1:
        return Order(left[0])
    if separator == "." and "dmy" in left:
        return Order("dmy")
    assumed: DateOrder = "mdy" if half_day_clock and "mdy" in left else left[0]
    meant = {"dmy": "day/month", "mdy": "month/day", "ymd": "year/month/day"}
    readings = " or ".join(meant[order] for order in left)
    return Order(
        assumed,
        f"its dates can be read as {readings}; {meant[assumed]} is assumed: check, or give --date-order",
    )


def _fits(stamp: Stamp, order: DateOrder) -> bool:
    year_at = 0 if order == "ymd" else 2
    small = all(part <= 99 for i, part in enumerate(stamp.parts) if i != year_at)
    return small and wall_time(stamp, order) is not None


def _steps_back(stamps: Sequence[Stamp], order: DateOrder) -> int:
    times = [time for stamp in stamps if (time := wall_time(stamp, order))]
    return sum(later < earlier for earlier, later in pairwise(times))
