"""Where the camera's tags (a block of TIFF) begin in a JPEG, TIFF, PNG, WebP or HEIC file.

A file is read forward only and only as far as needed, `FARTHEST` at most: exports are streams out of zips.
Boxes, chunks and segments are walked by their lengths, each of which must lead on; what does not is the end.

Sources: ITU T.81 and CIPA DC-008 (JPEG), PNG 3rd edition (eXIf), RFC 9649 (WebP), ISO 14496-12 and 23008-12
(HEIC, AVIF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

FARTHEST = 4 << 20
"""Bytes of a picture that are read at most."""
_BLOCK = 1 << 16
_MOST_PARTS = 4096
_TIFF = (b"II*\0", b"MM\0*")
_EXIF = b"Exif\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


class Window:
    """The first bytes of a stream, read as they are asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._data = stream, bytearray()

    def at(self, offset: int, length: int) -> bytes:
        """Exactly these bytes; EOFError if the file ends before them, or they lie too far in it."""
        end = offset + length
        if end > FARTHEST:
            raise EOFError
        while len(self._data) < end and (block := self._stream.read(_BLOCK)):
            self._data += block
        if len(self._data) < end:
            raise EOFError
        return bytes(self._data[offset:end])


def tags_of(window: Window) -> int | None:
    """Where the block of tags begins; None in a file without one. EOFError where it is cut off."""
    head = window.at(0, 12)
    if head[:2] == b"\xff\xd8":
        return _in_jpeg(window)
    if head[:4] in _TIFF:
        return 0
    if head[:8] == _PNG:
        return _in_chunks(window, 8, ">", b"eXIf", behind=4)
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return _in_chunks(window, 12, "<", b"EXIF", behind=0)
    if head[4:8] == b"ftyp" and head[8:] in _BRANDS:
        return _in_heic(window)
    return None


def _in_jpeg(window: Window) -> int | None:
    at = 2
    for _ in range(_MOST_PARTS):
        marker = window.at(at, 2)
        if marker == b"\xff\xff":  # fill bytes stand before a marker
            at += 1
            continue
        if marker[0] != 0xFF or marker[1] in (0xD9, 0xDA):  # what is coded begins, or the picture ends
            return None
        (length,) = struct.unpack(">H", window.at(at + 2, 2))
        if marker[1] == 0xE1 and length >= 16 and window.at(at + 4, 5) == _EXIF:
            return at + 10
        at += 2 + max(length, 2)
    return None


def _in_chunks(window: Window, at: int, order: str, wanted: bytes, *, behind: int) -> int | None:
    """PNG: length, name, data, checksum; RIFF: name, length, data, filled up to an even length."""
    for _ in range(_MOST_PARTS):
        head = window.at(at, 8)
        name, size = (head[4:], head[:4]) if order == ">" else (head[:4], head[4:])
        (length,) = struct.unpack(f"{order}I", size)
        if name == wanted:
            return at + 8 + (6 if window.at(at + 8, 5) == _EXIF else 0)
        at += 8 + length + behind + (length & 1 if order == "<" else 0)
    return None


def _in_heic(window: Window) -> int | None:
    """The `meta` box names an item of the type Exif and, in `iloc`, where the item lies."""
    for name, begin, end in _boxes(window, 0, FARTHEST):
        if name == b"meta":
            inner = {name: (begin, end) for name, begin, end in _boxes(window, begin + 4, end)}
            if b"iinf" not in inner or b"iloc" not in inner:
                return None
            item = _exif_item(window, *inner[b"iinf"])
            place = None if item is None else _location(window, *inner[b"iloc"], item)
            if place is None:
                return None
            (skipped,) = struct.unpack(">I", window.at(place, 4))  # up to where the tags begin
            return int(place + 4 + skipped)
    return None


def _boxes(window: Window, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of the contents of each box."""
    for _ in range(_MOST_PARTS):
        if at + 8 > end:
            return
        length, name = struct.unpack(">I4s", window.at(at, 8))
        begin = at + 8
        if length == 1:
            (length,) = struct.unpack(">Q", window.at(begin, 8))
            begin += 8
        stop = end if length == 0 else at + length
        if stop < begin or stop > end:
            return
        yield name, begin, stop
        at = stop


def _exif_item(window: Window, begin: int, end: int) -> int | None:
    wide = window.at(begin, 1) != b"\0"
    for name, at, _ in _boxes(window, begin + (8 if wide else 6), end):
        version = window.at(at, 1)[0]
        if name == b"infe" and version in (2, 3):
            form = ">I" if version == 3 else ">H"
            number = struct.calcsize(form)
            if window.at(at + 4 + number + 2, 4) == b"Exif":
                return int(struct.unpack(form, window.at(at + 4, number))[0])
    return None


def _location(window: Window, begin: int, end: int, item: int) -> int | None:
    """Where the first extent of an item begins, if it lies in the file itself."""
    version, sizes = window.at(begin, 1)[0], window.at(begin + 4, 2)
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    at = begin + 6 + wide
    for _ in range(min(_number(window, begin + 6, wide), _MOST_PARTS)):
        if at >= end:
            return None
        number = _number(window, at, wide)
        at += wide
        inside = _number(window, at, 2) & 15 if version in (1, 2) else 0
        at += (2 if version in (1, 2) else 0) + 2
        base = _number(window, at, base_size)
        at += base_size
        extents = _number(window, at, 2)
        at += 2
        if number == item:
            ok = extents > 0 and inside == 0
            return base + _number(window, at + index_size, offset_size) if ok else None
        at += extents * (index_size + offset_size + length_size)
    return None


def _number(window: Window, at: int, size: int) -> int:
    return int.from_bytes(window.at(at, size), "big")
