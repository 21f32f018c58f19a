"""When and where a picture was taken, as its camera wrote it into the picture's head (EXIF) -> `Taken`.

Only tags are read: no pixel is decoded, nothing that a picture shows is looked at. Three directories are read
and no pointer is followed further, so that none can run in a circle; every count and offset is bounded by
the bytes that are there. Where the tags stand in a file of each kind is the business of `exif_containers`.

Source: CIPA DC-008 (Exif 2.32), TIFF 6.0.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from afterself.importers.exif_containers import Window, tags_of

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN, _OFFSET, _OFFSET_OF_TAKEN = 0x9003, 0x9010, 0x9011
_NORTH, _LATITUDE, _EAST, _LONGITUDE = 1, 2, 3, 4
_ASCII, _LONG, _RATIONAL = 2, 4, 5
_MOST_ENTRIES = 512
_LONGEST_TEXT = 64
_FIRST_PHOTOGRAPH = 1826
_WHEN = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d:\d\d:\d\d)")
_ZONE = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where; "" and None where the picture does not say so.

    `when` is ISO 8601 to the second, with an offset only if the camera noted one. Degrees are WGS 84, north
    and east positive, to five places (about a metre).
    """

    when: str = ""
    latitude: float | None = None
    longitude: float | None = None


def taken(stream: BinaryIO) -> Taken:
    """What the head of a picture says; an empty `Taken` for what is no picture, or says nothing.

    OSError or SourceError only where the stream itself cannot be read.
    """
    window = Window(stream)
    try:
        begin = tags_of(window)
        return Taken() if begin is None else _read(window, begin)
    except (EOFError, ValueError, OverflowError, struct.error):
        return Taken()


def _read(window: Window, begin: int) -> Taken:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(window.at(begin, 4))
    if order is None:
        return Taken()
    tags = _Tags(window, begin, order)
    (first,) = struct.unpack(f"{order}I", window.at(begin + 4, 4))
    pointers = tags.pointers(first)
    when = _when(tags, pointers[_EXIF_IFD]) if _EXIF_IFD in pointers else ""
    place = _place(tags, pointers[_GPS_IFD]) if _GPS_IFD in pointers else None
    return Taken(when, *place) if place else Taken(when)


@dataclass(frozen=True, slots=True)
class _Tags:
    """The directories of one block of tags; offsets in it count from its begin."""

    window: Window
    begin: int
    order: str

    def entries(self, offset: int) -> Iterator[tuple[int, int, int, bytes]]:
        """Tag, type, count and the four bytes of value or offset; of a directory cut off those before."""
        try:
            (count,) = struct.unpack(f"{self.order}H", self.window.at(self.begin + offset, 2))
            for number in range(min(count, _MOST_ENTRIES)):
                entry = self.window.at(self.begin + offset + 2 + 12 * number, 12)
                yield (*struct.unpack(f"{self.order}HHI", entry[:8]), entry[8:])
        except EOFError:
            return

    def pointers(self, offset: int) -> dict[int, int]:
        """Where the first directory says that the two others begin."""
        return {
            tag: struct.unpack(f"{self.order}I", value)[0]
            for tag, kind, _, value in self.entries(offset)
            if tag in (_EXIF_IFD, _GPS_IFD) and kind == _LONG
        }

    def text(self, kind: int, count: int, value: bytes) -> str:
        """An ASCII value; "" if it is none, or far too long to be a date or a sign."""
        if kind != _ASCII or not 0 < count <= _LONGEST_TEXT:
            return ""
        data = value[:count] if count <= 4 else self._pointed(value, count)
        return data.partition(b"\0")[0].decode("ascii", "replace").strip()

    def degrees(self, kind: int, count: int, value: bytes) -> float | None:
        """Degrees, minutes and seconds, each a fraction, as degrees."""
        if kind != _RATIONAL or count != 3:
            return None
        pointed = self._pointed(value, 24)
        if not pointed:
            return None
        numbers = struct.unpack(f"{self.order}6I", pointed)
        fractions = list(zip(numbers[::2], numbers[1::2], strict=True))
        if fractions[0][1] == 0:
            return None
        # Seconds are at times 0/0 where the minutes have a fraction.
        parts = [above / below if below else 0.0 for above, below in fractions]
        return parts[0] + parts[1] / 60 + parts[2] / 3600

    def _pointed(self, value: bytes, length: int) -> bytes:
        """What a value's offset leads to; nothing if that is out of the file: the other values may hold."""
        (offset,) = struct.unpack(f"{self.order}I", value)
        try:
            return self.window.at(self.begin + offset, length)
        except EOFError:
            return b""


def _when(tags: _Tags, offset: int) -> str:
    """The moment at which it was taken, not the one at which a file was changed or a print was scanned."""
    found: dict[int, str] = {}
    for tag, kind, count, value in tags.entries(offset):
        if tag in (_TAKEN, _OFFSET, _OFFSET_OF_TAKEN):
            found.setdefault(tag, tags.text(kind, count, value))
    written = _WHEN.fullmatch(found.get(_TAKEN, ""))
    if not written or int(written[1]) < _FIRST_PHOTOGRAPH:
        return ""  # a camera whose clock was never set writes zeros or blanks
    zone = found.get(_OFFSET_OF_TAKEN) or found.get(_OFFSET, "")
    when = f"{written[1]}-{written[2]}-{written[3]}T{written[4]}"
    try:
        return datetime.fromisoformat(when + zone if _ZONE.fullmatch(zone) else when).isoformat()
    except ValueError:  # the 0th of a month, from a clock that was half set; the place may hold all the same
        return ""


def _place(tags: _Tags, offset: int) -> tuple[float, float] | None:
    """Latitude and longitude; None without both. 0° N 0° E is what a receiver without a fix writes."""
    signs: dict[int, str] = {}
    angles: dict[int, float] = {}
    for tag, kind, count, value in tags.entries(offset):
        if tag in (_NORTH, _EAST):
            signs[tag] = tags.text(kind, count, value).upper()
        elif tag in (_LATITUDE, _LONGITUDE):
            angle = tags.degrees(kind, count, value)
            if angle is not None:
                angles[tag] = round(angle, 5)
    latitude, longitude = angles.get(_LATITUDE), angles.get(_LONGITUDE)
    told = signs.get(_NORTH) in ("N", "S") and signs.get(_EAST) in ("E", "W")
    if latitude is None or longitude is None or not told or latitude > 90 or longitude > 180:
        return None
    if latitude == longitude == 0:
        return None
    return latitude if signs[_NORTH] == "N" else -latitude, longitude if signs[_EAST] == "E" else -longitude
