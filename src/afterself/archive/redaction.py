"""Cuts forgotten text out of the raw bytes of exports that the archive keeps.

A block whose place is known, or can be found by its JSON pointer or row, is overwritten with blanks, and so
is the same block, or the same words in the usual spellings, in every other raw member: later exports of a
chat hold it too. Words that other records still say are left where they are not known to be the forgotten
ones. A block that cannot be found costs the whole member. Offsets, pointers and rows of what stays hold.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from afterself.archive.beside import blobs_beside
from afterself.archive.blobs import Blobs
from afterself.archive.drafts import Locator
from afterself.archive.raw_places import (
    Place,
    csv_places,
    is_database,
    is_name,
    json_places,
    without_messages,
)
from afterself.archive.spellings import SHORTEST, lines_of, spellings, strings_like

_WINDOW = 4
_CHUNK = 8 << 20
_KEPT = bytes(byte if byte in b"\n\r\0" else 0x20 for byte in range(256))
_NONE_KEPT = b" " * 256


@dataclass(frozen=True, slots=True)
class Trace:
    """A forgotten wording, and where it stands in the blob of its raw member, as far as is known."""

    text: str
    sha256: str | None
    offset: int | None = None
    length: int | None = None
    pointer: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class RawChanges:
    """How many raw members were cut, and how many were dropped whole."""

    cut: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Stand:
    """Where forgotten wordings stand in one member.

    `rows` are of a CSV, blanked with their line breaks; `messages` of a database; `unfound` are texts that
    stand somewhere.
    """

    places: list[Place] = field(default_factory=list)
    rows: list[Place] = field(default_factory=list)
    messages: set[int] = field(default_factory=set)
    unfound: list[str] = field(default_factory=list)
    blocks: set[bytes] = field(default_factory=set)
    """Bytes by which the same wordings are found in other members, too."""

    def without_messages(self, data: bytes) -> bytes | None:
        """The member without the messages of a database; None if it is damaged."""
        return without_messages(data, self.messages) if self.messages else data

    def blanked(self, data: bytes, places: Iterable[Place]) -> bytes:
        """The member with all else blanked, and these places."""
        return _blanked(data, (*self.places, *places), self.rows)


def redact(
    db: apsw.Connection, blobs: Blobs, traces: Collection[Trace], names: Collection[str] = ()
) -> RawChanges:
    """Cut these wordings out of every raw member that a revision still points at.

    And these `names` of people and threads, where they stand as such and nothing has them any more.
    """
    unsaid = _no_longer_said(db, {line for trace in traces for line in lines_of(trace.text)})
    by_member: dict[str, list[Trace]] = defaultdict(list)
    for trace in traces:
        if trace.sha256 is not None:
            by_member[trace.sha256].append(trace)
    stands = {sha256: _stand(blobs.read(sha256), found, unsaid) for sha256, found in by_member.items()}
    needles = {needle for line in unsaid for needle in spellings(line)}
    needles.update(block for stand in stands.values() for block in stand.blocks)
    called = {needle for name in _unused(db, names) for needle in spellings(name, 2)}
    cut = dropped = 0
    members: Any = db.execute(
        "SELECT id, sha256 FROM blob WHERE id IN (SELECT blob FROM revision WHERE blob IS NOT NULL)"
    ).fetchall()
    lists = blobs_beside(db)
    for blob, _ in lists if names else ():
        _drop(db, blob)
        dropped += 1
    for blob, sha256 in (*members, *(() if names else lists)):
        stand = stands.get(sha256) or _Stand()
        data = blobs.read(sha256)
        left = _left(data, stand, needles, unsaid)
        if left is not None and called:
            left = _blanked(left, _names(left, called))
        if left is None:
            _drop(db, blob)
            dropped += 1
        elif left is not data:
            _replace(db, blobs, blob, left)
            cut += 1
    return RawChanges(cut, dropped)


def cut_member(db: apsw.Connection, blobs: Blobs, blob: int, where: Iterable[Locator]) -> None:
    """Cut blocks out of one member that is being imported; without their places the member is dropped."""
    sha256: Any = db.execute("SELECT sha256 FROM blob WHERE id = ?", (blob,)).get
    data = blobs.read(sha256)
    traces = [Trace("", sha256, one.offset, one.length, one.pointer, one.row) for one in where]
    stand = _stand(data, traces, ())
    left = None if stand.unfound else stand.without_messages(data)
    if left is None:
        _drop(db, blob)
    else:
        _replace(db, blobs, blob, stand.blanked(left, ()))


def _stand(data: bytes, traces: Sequence[Trace], unsaid: Collection[str]) -> _Stand:
    """Where these wordings, all of one member, stand in it."""
    stand, database = _Stand(), is_database(data)
    pointed = json_places(data, {one.pointer for one in traces if one.pointer is not None and not database})
    rows = csv_places(data, {one.row for one in traces if one.row is not None and not database})
    for one in traces:
        if one.offset is not None and one.length is not None:
            stand.places.append((one.offset, one.offset + one.length))
            stand.blocks.add(data[one.offset : one.offset + one.length].strip(b"\r\n"))
        elif one.row is not None and database:
            stand.messages.add(one.row)
        elif one.row is not None and one.row in rows:
            stand.rows.append(rows[one.row])
        elif one.pointer is not None and one.pointer in pointed:
            stand.places.extend(pointed[one.pointer])
            stand.blocks.update(_known_by(data, pointed[one.pointer], one.text, unsaid))
        else:
            stand.unfound.append(one.text)
    stand.blocks = {block for block in stand.blocks if len(block) >= SHORTEST}
    return stand


def _known_by(data: bytes, places: list[Place], text: str, unsaid: Collection[str]) -> Iterator[bytes]:
    """What the same record, but for changes around its text, has in other exports; not a mere reaction."""
    lines = lines_of(text)
    if lines and set(lines) <= set(unsaid):
        for begin, end in places:
            yield data[begin:end].strip()
            yield from strings_like(data[begin:end], text)


def _left(data: bytes, stand: _Stand, needles: Collection[bytes], unsaid: Collection[str]) -> bytes | None:
    """What is left of a member; None if all of it has to go, as something in it is not to be found."""
    left = stand.without_messages(data)
    if left is None:
        return None
    found = list(_found(left, needles))
    there = {needle for _, needle in found}
    for text in stand.unfound:
        lines = lines_of(text)
        if not lines or set(lines) - set(unsaid):
            return None
        if not all(any(one in there for one in spellings(line)) for line in lines):
            return None
    return stand.blanked(left, [(at, at + len(needle)) for at, needle in found])


def _blanked(data: bytes, places: Iterable[Place], rows: Iterable[Place] = ()) -> bytes:
    """The bytes blanked in these places, or the very same; line breaks go only in `rows`."""
    changed: bytearray | None = None
    for place, signs in (*((one, _KEPT) for one in places), *((one, _NONE_KEPT) for one in rows)):
        changed = bytearray(data) if changed is None else changed
        begin, end = place
        changed[begin:end] = changed[begin:end].translate(signs)
    return data if changed is None else bytes(changed)


def _replace(db: apsw.Connection, blobs: Blobs, blob: int, data: bytes) -> None:
    sha256, size = blobs.write(io.BytesIO(data))
    twin = db.execute("SELECT id FROM blob WHERE sha256 = ? AND id != ?", (sha256, blob)).fetchone()
    if twin is None:
        db.execute("UPDATE blob SET sha256 = ?, size = ? WHERE id = ?", (sha256, size, blob))
        return
    for table in ("revision", "attachment", "import_member", "sighting"):
        db.execute(f"UPDATE OR IGNORE {table} SET blob = ? WHERE blob = ?", (twin[0], blob))
    db.execute("DELETE FROM blob WHERE id = ?", (blob,))


def _drop(db: apsw.Connection, blob: int) -> None:
    for table in ("revision", "attachment", "import_member"):
        db.execute(f"UPDATE {table} SET blob = NULL WHERE blob = ?", (blob,))
    db.execute("DELETE FROM blob WHERE id = ?", (blob,))


def _unused(db: apsw.Connection, names: Collection[str]) -> set[str]:
    """Those of the names that no contact, nobody in an export and no thread has any more."""
    left = {name for name in names if len(name) > 1}
    for table, column in (("contact", "shown"), ("identity", "name"), ("thread", "title")):
        left -= {name for (name,) in db.execute(f"SELECT {column} FROM {table}")}
    return left


def _names(data: bytes, called: Collection[bytes]) -> Iterator[Place]:
    """Where a member calls somebody or something so; the needles are found with the quote before them."""
    quoted = {b'"' + name + b'"' for name in called}
    for at, needle in _found(data, quoted):
        place = (at + 1, at + len(needle) - 1)
        if is_name(data, place):
            yield place


def _no_longer_said(db: apsw.Connection, lines: set[str]) -> set[str]:
    """Those of the lines that no record of the archive holds any more."""
    by_bytes = {line.encode("utf-8"): line for line in lines}
    left = set(lines)
    for chunk in _texts(db):
        said = {by_bytes[data] for _, data in _found(chunk, by_bytes)}
        left -= said
    return left


def _texts(db: apsw.Connection) -> Iterator[bytes]:
    chunk, size = [], 0
    for (text,) in db.execute("SELECT text FROM revision"):
        chunk.append(text.encode("utf-8"))
        size += len(chunk[-1])
        if size > _CHUNK:
            yield b"\n".join(chunk)
            chunk, size = [], 0
    yield b"\n".join(chunk)


def _found(data: bytes, needles: Collection[bytes]) -> Iterator[tuple[int, bytes]]:
    """Where any of many needles begins: candidates by their first bytes, all at once, then compared."""
    import numpy as np

    lengths: dict[bytes, set[int]] = defaultdict(set)
    for needle in needles:
        lengths[needle[:_WINDOW]].add(len(needle))
    starts = np.unique(np.frombuffer(b"".join(lengths), dtype="<u4"))
    for shift in range(min(_WINDOW, len(data)) if len(starts) else 0):
        count = (len(data) - shift) // _WINDOW
        windows = np.frombuffer(data, dtype="<u4", count=count, offset=shift)
        for index in np.flatnonzero(np.isin(windows, starts)).tolist():
            at = shift + index * _WINDOW
            for length in lengths[data[at : at + _WINDOW]]:
                if (piece := data[at : at + length]) in needles:
                    yield at, piece
