"""Where a record stands in its thread when several exports each saw a part of it.

The order inside a file is kept; a later file is woven into what is there along
the records that both have. Then time decides, and where time is equal or
missing, that woven order. Pure functions on row numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SPAN = {"second": 1_000_000, "minute": 60_000_000, "day": 86_400_000_000, "none": 0}


def weave(known: Sequence[int], seen: Iterable[int]) -> list[int]:
    """Weave a file's order `seen` into the `known` order.

    Known ones keep their order; each new one goes right after the record that
    stood before it in the file (before the first shared one, or, if nothing is
    shared, at the end). Nothing is lost or doubled.
    """
    known_set, placed = set(known), set(known)
    after: dict[int | None, list[int]] = {}
    anchor: int | None = None
    first_shared: int | None = None
    for row in seen:
        if row in known_set:
            anchor = row
            first_shared = row if first_shared is None else first_shared
        elif row not in placed:
            placed.add(row)
            after.setdefault(anchor, []).append(row)
    head = after.get(None, [])
    if first_shared is None:
        return [*known, *head]
    woven: list[int] = []
    for row in known:
        if row == first_shared:
            woven.extend(head)
        woven.append(row)
        woven.extend(after.get(row, ()))
    return woven


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
