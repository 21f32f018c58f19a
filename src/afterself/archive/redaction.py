"""Cuts forgotten text out of the raw bytes of exports that the archive keeps.

A block whose place is known is overwritten with blanks, and so is the same block, or the same words
in the usual encodings, in every other raw member: later exports of a chat hold it too. Words that
other records still say are left where they are not known to be the forgotten ones. A block without
a known place costs the whole member. Offsets of what stays do not move.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.archive.blobs import Blobs
from afterself.archive.drafts import Locator

SHORTEST = 6  # bytes; anything shorter stands in dates, names of fields and other words
_WINDOW = 4
_CHUNK = 8 << 20
_KEPT = bytes(byte if byte in b"\n\r\0" else 0x20 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Trace:
    """A forgotten wording, and where it stands in the blob of its raw member, as far as is known."""

    text: str
    sha256: str | None
    offset: int | None
    length: int | None


@dataclass(frozen=True, slots=True)
class RawChanges:
    """How many raw members were cut, and how many were dropped whole."""

    cut: int = 0
    dropped: int = 0


def redact(db: apsw.Connection, blobs: Blobs, traces: Collection[Trace]) -> RawChanges:
    """Cut these wordings out of every raw member that a revision still points at."""
    located: dict[str, list[tuple[int, int]]] = defaultdict(list)
    unplaced: dict[str, list[str]] = defaultdict(list)
    for trace in traces:
        if trace.sha256 is None:
            continue
        if trace.offset is None or trace.length is None:
            unplaced[trace.sha256].append(trace.text)
        else:
            located[trace.sha256].append((trace.offset, trace.offset + trace.length))
    unsaid = _no_longer_said(db, {line for trace in traces for line in _lines(trace.text)})
    needles = {needle for line in unsaid for needle in _spellings(line)} | set(_blocks(blobs, located))
    cut = dropped = 0
    members: Any = db.execute(
        "SELECT id, sha256 FROM blob WHERE id IN (SELECT blob FROM revision WHERE blob IS NOT NULL)"
    ).fetchall()
    for blob, sha256 in members:
        if any(set(_lines(text)) - unsaid or not _lines(text) for text in unplaced[sha256]):
            _drop(db, blob)
            dropped += 1
            continue
        data = blobs.read(sha256)
        places = [*located[sha256], *_places(data, needles)]
        if places:
            _replace(db, blobs, blob, _blanked(data, places))
            cut += 1
    return RawChanges(cut, dropped)


def cut_member(db: apsw.Connection, blobs: Blobs, blob: int, where: Iterable[Locator]) -> None:
    """Cut blocks out of one member that is being imported; without their places the member is dropped."""
    sha256: Any = db.execute("SELECT sha256 FROM blob WHERE id = ?", (blob,)).get
    places: list[tuple[int, int]] = []
    for one in where:
        if one.offset is None or one.length is None:
            _drop(db, blob)
            return
        places.append((one.offset, one.offset + one.length))
    _replace(db, blobs, blob, _blanked(blobs.read(sha256), places))


def _blanked(data: bytes, places: Iterable[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for begin, end in places:
        changed[begin:end] = data[begin:end].translate(_KEPT)
    return bytes(changed)


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


def _blocks(blobs: Blobs, located: dict[str, list[tuple[int, int]]]) -> Iterator[bytes]:
    """The raw bytes of the located blocks: a later export of the same chat holds the very same ones."""
    for sha256, places in located.items():
        data = blobs.read(sha256)
        for begin, end in places:
            block = data[begin:end].strip(b"\r\n")
            if len(block) >= SHORTEST:
                yield block


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if len(line.encode("utf-8")) >= SHORTEST]


def _spellings(line: str) -> Iterator[bytes]:
    """A line as exports write it: plain, in JSON, in CSV, in UTF-8 and in the older encodings."""
    escaped = json.dumps(line, ensure_ascii=False)[1:-1]
    words = dict.fromkeys((line, escaped, escaped.replace("/", "\\/"), line.replace('"', '""')))
    words[json.dumps(line)[1:-1]] = None
    for spelled in words:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1252"):
            needle = spelled.encode(encoding, "ignore")
            if len(needle) >= SHORTEST and needle.decode(encoding) == spelled:
                yield needle


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


def _places(data: bytes, needles: Collection[bytes]) -> list[tuple[int, int]]:
    return [(at, at + len(needle)) for at, needle in _found(data, needles)]


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
