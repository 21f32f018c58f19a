"""Where an import met records that the archive had already, in raw members that it keeps for other reasons.

A later export of a mailbox or a chat holds what an earlier one brought, and a mailbox holds one mail in
several folders. No revision points there; without this, forgetting could not find those bytes, which may
be encoded otherwise in each copy.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import apsw

from afterself.archive.drafts import Locator
from afterself.archive.keys import nfc

_DIGITS = 15
"""Hex digits of a record's id that are kept until it is known whether there is such a record."""


class Sightings:
    """The sightings of one import, by member; 24 bytes each until it is known which members are kept."""

    def __init__(self) -> None:
        self._seen: dict[str, array[int]] = {}
        self._copies: dict[str, array[int]] = {}

    def note(self, record: int, where: Locator) -> None:
        """A record (its row) stands here, too."""
        self._seen.setdefault(where.member, array("q")).extend((record, *_place(where)))

    def note_copy(self, id: str, where: Locator) -> None:
        """The record with this id, if there is one, stands here, too."""
        self._copies.setdefault(where.member, array("q")).extend((int(id[:_DIGITS], 16), *_place(where)))

    def keep_of(self, db: apsw.Connection, run: int) -> None:
        """Store those in members that the import with this number keeps."""
        rows: Any = db.execute(
            "SELECT member, blob FROM import_member WHERE import = ? AND blob IS NOT NULL", (run,)
        )
        self.keep(db, dict(rows))

    def keep(self, db: apsw.Connection, blobs: Mapping[str, int]) -> None:
        """Store those in members that are kept, given with their blobs, except where revisions point."""
        for member, seen in self._seen.items():
            if nfc(member) in blobs:
                _keep(db, blobs[nfc(member)], seen)
        for member, copies in self._copies.items():
            found = array("q")
            for n in range(0, len(copies) if nfc(member) in blobs else 0, 3):
                found.extend(part for row in _rows(db, copies[n]) for part in (row, *copies[n + 1 : n + 3]))
            if found:
                _keep(db, blobs[nfc(member)], found)


def _place(where: Locator) -> tuple[int, int]:
    """Begin and end; 0 to 0 if it is somewhere in the member."""
    if where.offset is None or where.length is None:
        return 0, 0
    return where.offset, where.offset + where.length


def _rows(db: apsw.Connection, digits: int) -> list[int]:
    begin = f"{digits:0{_DIGITS}x}"
    found = db.execute(
        "SELECT row FROM record WHERE id BETWEEN ?1 AND ?2 "
        "UNION SELECT record FROM alias WHERE id BETWEEN ?1 AND ?2",
        (begin, begin + "g"),
    )
    return [row for (row,) in found]


def _keep(db: apsw.Connection, blob: int, seen: array[int]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO sighting (record, blob, begins, ends) SELECT row, ?2, ?3, ?4 FROM record "
        "WHERE row = ?1 AND NOT EXISTS (SELECT 1 FROM revision WHERE revision.record = ?1 "
        "AND revision.blob = ?2 AND coalesce(revision.raw_offset, 0) = ?3)",
        ((seen[n], blob, seen[n + 1], seen[n + 2]) for n in range(0, len(seen), 3)),
    )
