"""Where a record stands in its thread when several exports each saw a part of it.

The order inside a file is kept; a later file is woven into what is there along
the records that both have. Then time decides, and where time is equal or
missing, that woven order. Pure functions on row numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

_SPAN = {"second": 1_000_000, "minute": 60_000_000, "day": 86_400_000_000, "none": 0}


class Rows:
    """Numbers of rows in some order, most of which follow each other: first and last of each stretch."""

    __slots__ = ("_stretches", "rising")

    def __init__(self) -> None:
        self._stretches = array("q")
        self.rising = True
        """Whether each row is higher than the one before, and so none stands there twice."""

    def append(self, row: int) -> None:
        """Add one at the end."""
        self.rising = self.rising and row > (self._stretches[-1] if self._stretches else 0)
        if self._stretches and self._stretches[-1] == row - 1:
            self._stretches[-1] = row
        else:
            self._stretches.extend((row, row))

    def extend(self, rows: Iterable[int]) -> None:
        """Add several at the end."""
        for row in rows:
            self.append(row)

    def pieces(self, most: int) -> Iterator[tuple[int, int]]:
        """First and last of stretches of rows that follow each other, at most so many in each."""
        ends = iter(self._stretches)
        for first, last in zip(ends, ends, strict=True):
            for begin in range(first, last + 1, most):
                yield begin, min(begin + most - 1, last)

    def __iter__(self) -> Iterator[int]:
        ends = iter(self._stretches)
        for first, last in zip(ends, ends, strict=True):
            yield from range(first, last + 1)


def weave(known: Sequence[int], seen: Iterable[int]) -> list[int]:
    """Weave the `known` order into a file's order `seen`, which wins where they differ.

    What the file does not have goes right after the record that stood before it
    (before the first shared one, if none did); if nothing is shared, the file's
    records follow the known ones. Nothing is lost or doubled.
    """
    fresh = list(dict.fromkeys(seen))
    shared = set(fresh).intersection(known)
    if not shared:
        return [*known, *fresh]
    after: dict[int | None, list[int]] = {}
    anchor: int | None = None
    for row in known:
        if row in shared:
            anchor = row
        else:
            after.setdefault(anchor, []).append(row)
    first_shared = next(row for row in fresh if row in shared)
    woven: list[int] = []
    for row in fresh:
        if row == first_shared:
            woven.extend(after.get(None, ()))
        woven.append(row)
        woven.extend(after.get(row, ()))
    return woven


def with_holes(places: Iterable[tuple[int, int]], below: int) -> list[int]:
    """Rows in the order of their positions, with a number below `below` wherever positions are missing."""
    order: list[int] = []
    last = -1
    for row, position in places:
        if position > last + 1:
            below -= 1
            order.append(below)
        order.append(row)
        last = position
    return order


def time_in_order(said_at: int | None, precision: str, last: int | None) -> int | None:
    """The time a record is ordered by: its own, or the last one seen before it in the file.

    A coarse time (a day, a minute) that the last one seen falls into is that last one.
    """
    if said_at is None:
        return last
    if last is not None and said_at < last < said_at + _SPAN[precision]:
        return last
    return said_at


def times_in_order(said: Sequence[tuple[int | None, str]]) -> list[int | None]:
    """`time_in_order` along a whole thread; what stands before the first known time gets that time."""
    times: list[int | None] = []
    last: int | None = None
    for said_at, precision in said:
        last = time_in_order(said_at, precision, last)
        times.append(last)
    first = next((time for time in times if time is not None), None)
    return [first if time is None else time for time in times]
