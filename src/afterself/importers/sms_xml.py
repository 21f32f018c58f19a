"""A backup's XML, often gigabytes of it -> its elements `<sms>`, `<mms>` and `<call>`, one by one.

The format is not quite XML: emoji stand in it as two surrogates (`&#55357;&#56832;`), control characters as
they are. Each element is cut out, mended and parsed by itself, so that a broken one harms no other and no
document type is ever read. Attached files stand in base64 inside an attribute: only their sizes are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, fromstring

from afterself.importers.contract import Unreadable
from afterself.importers.json_stream import Broken

LARGEST = 64 << 20
_CHUNK = 1 << 18
_BEGIN = re.compile(rb"<(?=(?:sms|mms|call)\s)|</(?:smses|calls)>")
_BEGIN_SIZE = 9
_TAG = re.compile(rb"<(sms|mms|call)\s")
_DATA = re.compile(rb"""\s(data)=(?:"([A-Za-z0-9+/=\s]{64,})"|'([A-Za-z0-9+/=\s]{64,})')""")
_ENTITIES = re.compile(r"(?:&#(?:x[0-9A-Fa-f]{1,6}|\d{1,7});)+")
_CODE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|(\d+));")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one element, and where in the file they begin."""

    data: bytes
    offset: int


def pieces(stream: BinaryIO) -> Iterator[Piece]:
    """The elements of a backup, in its order; Broken at the end if the file was cut off."""
    held, start, searched, ended = bytearray(), 0, 0, False
    for chunk in iter(lambda: stream.read(_CHUNK), b""):
        held += chunk
        begin = 0
        for found in list(_BEGIN.finditer(held, searched)):
            yield from _piece(bytes(held[begin : found.start()]), start + begin)
            begin, ended = found.start(), found[0].startswith(b"</")
        if len(held) - begin > LARGEST:
            yield Piece(b"", start + begin)
            begin = len(held) - _BEGIN_SIZE
        del held[:begin]
        start += begin
        searched = max(1, len(held) - _BEGIN_SIZE)
    yield from _piece(bytes(held), start)
    if not ended:
        raise Broken("the file ends in the middle: its last lines are missing")


def _piece(data: bytes, offset: int) -> Iterator[Piece]:
    """What begins as an element does; the file's own first and last lines are none."""
    if _TAG.match(data):
        yield Piece(data, offset)


def tree_of(piece: Piece) -> Element:
    """An element as a tree; a part's `data` is replaced by its size in bytes, `data_size`."""
    if not piece.data:
        raise Unreadable(f"it is bigger than {LARGEST >> 20} MiB")
    text = _DATA.sub(_size, piece.data).decode("utf-8", "replace")
    try:
        return fromstring(_NO_XML.sub("\ufffd", _ENTITIES.sub(_characters, text)))
    except (ParseError, ValueError) as error:
        raise Unreadable("its XML is damaged") from error


def _size(data: re.Match[bytes]) -> bytes:
    packed = data[2] or data[3]
    return b' data_size="%d"' % (len(packed.rstrip(b"=")) * 3 // 4)


def _characters(entities: re.Match[str]) -> str:
    """A run of numeric references as XML allows them: a pair of surrogates is one character."""
    codes = [int(one[1], 16) if one[1] else int(one[2]) for one in _CODE.finditer(entities[0])]
    told, n = [], 0
    while n < len(codes):
        code, n = codes[n], n + 1
        if 0xD800 <= code < 0xDC00 and n < len(codes) and 0xDC00 <= codes[n] < 0xE000:
            code, n = 0x10000 + ((code - 0xD800) << 10) + (codes[n] - 0xDC00), n + 1
        bad = code > 0x10FFFF or 0xD800 <= code < 0xE000 or _NO_XML.match(chr(code))
        told.append("\ufffd" if bad else f"&#{code};")
    return "".join(told)
