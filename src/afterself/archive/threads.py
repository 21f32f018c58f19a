"""The threads that an import touches: their rows, their people, and their order in the end.

Kept apart from `importing`, which decides about records. An export's own order counts inside it;
how several orders become one stands in `ordering`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import apsw

from afterself.archive.ordering import Rows, time_in_order, times_in_order, weave, with_holes

_AT_ONCE = 5_000
"""Records of a long thread that are read at once."""


@dataclass(slots=True)
class ImportedThread:
    """What an import knows of one thread it touches."""

    row: int
    next_position: int
    last_at: int | None
    held: bool
    participants: frozenset[int] = frozenset()
    files: dict[str, Rows] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    new: bool = False
    met: bool = False
    reorder: bool = False
    untimed: bool = False
    into: ImportedThread | None = None
    """The thread that took this one in, if one did."""

    @property
    def now(self) -> ImportedThread:
        """This thread, or the one that it is a part of by now."""
        return self if self.into is None else self.into.now

    def meet(self, member: str, record: int, position: int) -> None:
        """A member of the export holds a record that is in the archive already."""
        self.met = True
        self.reorder |= position < self.reached.get(member, 0)
        self.reached[member] = position
        self.see(member, record)

    def leave_hole(self, member: str, number: int) -> None:
        """What stood here in a member of the export was forgotten; its place is kept under this number."""
        self.see(member, number)
        self.next_position += 1

    def see(self, member: str, row: int) -> None:
        """A record (or a hole) stands next in a member of the export."""
        rows = self.files.get(member)
        if rows is None:
            rows = self.files[member] = Rows()
        rows.append(row)

    @property
    def out_of_order(self) -> bool:
        """Whether what came in may not stand where it belongs."""
        overlapping = self.met and self.new and (self.held or len(self.files) > 1)
        return bool(self.reorder or overlapping or (self.untimed and self.new))


class Threads:
    """The threads of one import, by their rows."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self.by_row: dict[int, ImportedThread] = {}
        self.unsettled = False
        """Whether an earlier run of this import was cut off before it put its threads in order."""

    def known(self, number: int) -> ImportedThread:
        """What is known of a thread, from now on kept in step."""
        if number in self.by_row:  # the same thread, spelled in another Unicode form or renamed
            return self.by_row[number]
        top, last_at = self._held(number)
        held = top >= 0
        thread = ImportedThread(
            number, top + 1, last_at, held, untimed=held and last_at is None, reorder=self.unsettled
        )
        self.by_row[number] = thread
        thread.participants |= self._participants(number)
        return thread

    def _held(self, number: int) -> tuple[int, int | None]:
        """The last position in a thread (-1: nothing stands in it) and its last time."""
        found: Any = self._db.execute(
            "SELECT coalesce(max(position), -1), max(order_at) FROM record WHERE thread = ?", (number,)
        ).fetchone()
        return found[0], found[1]

    def _participants(self, number: int) -> set[int]:
        rows: Any = self._db.execute("SELECT identity FROM thread_participant WHERE thread = ?", (number,))
        return {identity for (identity,) in rows}

    def merge(self, keep: int, gone: int) -> None:
        """One thread took in another: what this import knows of the other belongs to it, and all of it is
        put in order in the end."""
        other = self.by_row.pop(gone, None)
        thread = self.known(keep)
        thread.reorder = True
        thread.next_position = self._held(keep)[0] + 1
        thread.participants |= self._participants(keep)
        if other is not None:
            other.into = thread
            thread.new |= other.new
            for member, rows in other.files.items():
                thread.files.setdefault(member, Rows()).extend(rows)

    def join(self, thread: ImportedThread, identity: int) -> None:
        """Enter that somebody takes part."""
        if identity not in thread.participants:
            thread.participants |= {identity}
            self._db.execute(
                "INSERT INTO thread_participant (thread, identity) VALUES (?, ?)", (thread.row, identity)
            )

    def put_in_order(self, thread: ImportedThread, since: int, holes: int | None) -> None:
        """Give every record its place: from the row `since` on they are this import's.

        `holes` are the negative numbers that stand for forgotten ones; None: nothing was ever forgotten.
        """
        if self._of_one_file(thread, since):
            self._as_in_the_file(thread)
            return
        rows: Any = self._db.execute(
            "SELECT row, said_at, precision, order_at, position FROM record WHERE thread = ? "
            "ORDER BY position, row",
            (thread.row,),
        ).fetchall()
        by_row = {row[0]: row for row in rows}
        known = [(row[0], row[-1]) for row in rows if row[0] < since]
        order = [row for row, _ in known] if holes is None else with_holes(known, holes)
        for seen in thread.files.values():
            order = weave(order, seen)
        places = [(row, position) for position, row in enumerate(order) if row in by_row]
        times = times_in_order([(by_row[row][1], by_row[row][2]) for row, _ in places])
        self._place(
            (at, position, row)
            for (row, position), at in zip(places, times, strict=True)
            if by_row[row][3:] != (at, position)
        )

    def _of_one_file(self, thread: ImportedThread, since: int) -> bool:
        """Whether one file brought the whole thread, each record once: then its order is the thread's."""
        seen = list(thread.files.values())
        earlier = "SELECT 1 FROM record WHERE thread = ? AND row < ? LIMIT 1"
        return (
            len(seen) == 1
            and seen[0].rising
            and self._db.execute(earlier, (thread.row, since)).fetchone() is None
        )

    def _as_in_the_file(self, thread: ImportedThread) -> None:
        """`put_in_order` for a thread of any length in little memory."""
        (seen,) = thread.files.values()
        last: int | None = None
        position = 0
        untimed: list[tuple[int, int]] = []  # what stands before the first known time gets that time
        for first, end in seen.pieces(_AT_ONCE):
            rows: Any = self._db.execute(
                "SELECT row, said_at, precision, order_at, position FROM record "
                "WHERE row BETWEEN ? AND ? AND thread = ? ORDER BY row",
                (first, end, thread.row),
            ).fetchall()
            moved: list[tuple[int | None, int, int]] = []
            for row, said_at, precision, *had in rows:
                last = time_in_order(said_at, precision, last)
                if last is None:
                    untimed.append((position, row))
                else:
                    moved += [(last, *place) for place in untimed]
                    untimed.clear()
                    if had != [last, position]:
                        moved.append((last, position, row))
                position += 1
            self._place(moved)
        self._place([(None, *place) for place in untimed])

    def _place(self, places: Iterable[tuple[int | None, int, int]]) -> None:
        self._db.executemany("UPDATE record SET order_at = ?, position = ? WHERE row = ?", places)
