"""A mail's bytes -> the same without the contents of its larger attachments, their sizes noted.

Nine tenths of a mailbox are attachments in base64. They are neither needed nor worth parsing line by
line: their place is taken by a header that tells their size, and of a picture one that tells when and where
it was taken. Text parts stay as they are.
"""

from __future__ import annotations

import binascii
import io
import math
import re
from datetime import datetime

from afterself.importers.exif import Taken, taken

SIZE, TAKEN = "X-Afterself-Size", "X-Afterself-Taken"
_SMALL = 2048
_HEADERS = 16_384
_BASE64 = re.compile(
    rb"^Content-Transfer-Encoding:[ \t]*\"?base64\"?[ \t;]*\r?$", re.IGNORECASE | re.MULTILINE
)
_TYPE = re.compile(
    rb"^Content-Type:[ \t]*(?!text/|message/|multipart/)[\w.+-]+/", re.IGNORECASE | re.MULTILINE
)
_PICTURE = re.compile(rb"^Content-Type:[ \t]*image/", re.IGNORECASE | re.MULTILINE)
_PICTURES_HEAD = 1 << 17
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?", re.ASCII)
_BLANK = re.compile(rb"\n\r?\n")
_ENCODED = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}\r?\n")


def slim(data: bytes) -> bytes:
    """`data` without the base64 of attachments; bytes of other shapes are left alone."""
    if len(data) < 2 * _SMALL:
        return data
    kept: list[bytes] = []
    done = at = 0
    while found := _BASE64.search(data, at):  # past an attachment the search goes on behind it
        part = _part(data, found)
        if part is None:
            at = found.end()
            continue
        head_end, body, end = part
        size = len(data[body:end].translate(None, b"\r\n =")) * 3 // 4
        picture = _PICTURE.search(data, max(head_end - _HEADERS, done), head_end) is not None
        told = _taken(data[body : min(end, body + _PICTURES_HEAD)]) if picture else b""
        kept += [data[done:head_end], b"\n%s: %d\n%s\n" % (SIZE.encode(), size, told)]
        done = at = end
    return b"".join([*kept, data[done:]]) if kept else data


def taken_of(header: str) -> Taken:
    """What the header says that stands for a picture's head; nothing if it is none of ours."""
    told, _, place = header.strip().partition(" ")
    when = ""
    try:
        when = datetime.fromisoformat(told).isoformat() if _WHEN.fullmatch(told) else ""
        latitude, longitude = (float(angle) for angle in place.split())
    except ValueError:
        return Taken(when)
    there = math.fabs(latitude) <= 90 and math.fabs(longitude) <= 180
    return Taken(when, *((latitude, longitude) if there else ()))


def _taken(packed: bytes) -> bytes:
    """The header for a picture by the first of its base64; nothing for one that says neither."""
    packed = packed.translate(None, b"\r\n ")
    try:
        found = taken(io.BytesIO(binascii.a2b_base64(packed[: len(packed) & ~3])))
    except binascii.Error:
        return b""
    place = "" if found.latitude is None else f"{found.latitude} {found.longitude}"
    told = f"{found.when or '-'} {place}" if found != Taken() else ""
    return f"{TAKEN}: {told}\n".encode() if told else b""


def _part(data: bytes, encoding: re.Match[bytes]) -> tuple[int, int, int] | None:
    """Ends of the headers, begin and end of the body of an attachment with this line; None if it is none."""
    before = list(_BLANK.finditer(data, max(encoding.start() - _HEADERS, 0), encoding.start()))
    begin = before[-1].end() if before else max(encoding.start() - _HEADERS, 0)
    blank = _BLANK.search(data, encoding.end() - 1, encoding.end() + _HEADERS)
    if blank is None or not _TYPE.search(data, begin, blank.start() + 1):
        return None
    end = data.find(b"\n--", blank.end())
    end = len(data) if end < 0 else end
    if end - blank.end() < _SMALL or not _ENCODED.match(data, blank.end()):
        return None
    return blank.start(), blank.end(), end
