"""The threads that an import touches: their rows, their people, and their order in the end.

Kept apart from `importing`, which decides about records. An export's own order counts inside it;
how several orders become one stands in `ordering`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import apsw

from afterself.archive.ordering import times_in_order, weave, with_holes


@dataclass(slots=True)
class ImportedThread:
    """What an import knows of one thread it touches."""

    row: int
    source_key: str
    next_position: int
    last_at: int | None
    held: bool
    participants: set[int] = field(default_factory=set)
    files: dict[str, list[int]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    met: bool = False
    reorder: bool = False
    untimed: bool = False

    def meet(self, member: str, record: int, position: int) -> None:
        """A member of the export holds a record that is in the archive already."""
        self.met = True
        self.reorder |= position < self.reached.get(member, 0)
        self.reached[member] = position
        self.files.setdefault(member, []).append(record)

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

    def open(self, number: int, source_key: str) -> ImportedThread:
        """What is known of a thread, from now on kept in step."""
        if number in self.by_row:  # the same thread, spelled in another Unicode form or renamed
            return self.by_row[number]
        held_now: Any = self._db.execute(
            "SELECT max(position), max(order_at) FROM record WHERE thread = ?", (number,)
        ).fetchone()
        top, last_at = held_now
        held = top is not None
        thread = ImportedThread(
            number, source_key, top + 1 if held else 0, last_at, held, untimed=held and last_at is None
        )
        self.by_row[number] = thread
        thread.participants.update(
            identity
            for (identity,) in self._db.execute(
                "SELECT identity FROM thread_participant WHERE thread = ?", (number,)
            )
        )
        return thread

    def join(self, thread: ImportedThread, identity: int) -> None:
        """Enter that somebody takes part."""
        if identity not in thread.participants:
            thread.participants.add(identity)
            self._db.execute(
                "INSERT INTO thread_participant (thread, identity) VALUES (?, ?)", (thread.row, identity)
            )

    def put_in_order(self, thread: ImportedThread, *, holes: int, forgotten: bool) -> None:
        """Give every record its place; `holes` are the negative numbers that stand for forgotten ones."""
        rows: Any = self._db.execute(
            "SELECT row, said_at, precision, order_at, position FROM record WHERE thread = ? "
            "ORDER BY position, row",
            (thread.row,),
        ).fetchall()
        by_row = {row[0]: row for row in rows}
        known = [(row[0], row[-1]) for row in rows if row[0] not in thread.new]
        order = with_holes(known, holes) if forgotten else [row for row, _ in known]
        for seen in thread.files.values():
            order = weave(order, seen)
        places = [(row, position) for position, row in enumerate(order) if row in by_row]
        times = times_in_order([(by_row[row][1], by_row[row][2]) for row, _ in places])
        self._db.executemany(
            "UPDATE record SET order_at = ?, position = ? WHERE row = ?",
            [
                (at, position, row)
                for (row, position), at in zip(places, times, strict=True)
                if by_row[row][3:] != (at, position)
            ],
        )
