"""Elements of a large XML file that need not be well-formed -> their bytes and places, and fields in them.

For exports that are nearly XML (a bare `&`, control characters, a cut end): each element is cut out and
looked at by itself, so that a broken one harms no other, and no document type is ever read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from afterself.importers.json_stream import Broken

LARGEST = 64 << 20
"""Bytes of one element."""
_BLOCK = 1 << 18
_TAIL = 24
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """The bytes of one element with its tags, and where they begin."""

    data: bytes
    offset: int

    @property
    def text(self) -> str:
        """The element as text, without what no XML may hold."""
        return _CONTROLS.sub("", self.data.decode("utf-8", "replace"))


def elements(stream: BinaryIO, tag: str) -> Iterator[Element]:
    """Every element of a name, in order, without data if it is too large; Broken where one has no end."""
    token = re.compile(rb"<!\[CDATA\[|\]\]>|<%b(?=[\s>])|</%b>" % (tag.encode(), tag.encode()))
    buffer, offset, scanned, begin, inside, lost = b"", 0, 0, -1, False, False
    while block := stream.read(max(_BLOCK, len(buffer))):
        buffer += block
        for found in token.finditer(buffer, scanned):
            scanned = found.end()
            if found[0] in (b"<![CDATA[", b"]]>"):
                inside = found[0] != b"]]>"
            elif inside:
                continue
            elif not found[0].startswith(b"</"):
                begin = found.start() if begin < 0 else begin
            elif begin >= 0:
                yield Element(b"" if lost else buffer[begin:scanned], offset + begin)
                begin, lost = -1, False
        scanned = max(scanned, len(buffer) - _TAIL)
        keep = begin if begin >= 0 else scanned
        buffer, offset, scanned = buffer[keep:], offset + keep, scanned - keep
        begin = 0 if begin >= 0 else -1
        lost = lost or len(buffer) > LARGEST
        if lost and begin >= 0:  # only its end is still of interest
            buffer, offset, scanned = buffer[scanned:], offset + scanned, 0
    if begin >= 0:
        raise Broken("the file ends in the middle: its last entry is cut off")


def field(text: str, name: str) -> str:
    """What the first element of a name holds, entities undone and CDATA as it stands; "" if there is none."""
    opening = re.search(rf"<{name}(?:\s[^<>]*)?>", text)
    if opening is None:
        return ""
    mark = re.compile(rf"</{name}>|<!\[CDATA\[")
    parts, at = [], opening.end()
    while found := mark.search(text, at):
        parts.append(html.unescape(text[at : found.start()]))
        if found[0].startswith("</"):
            return "".join(parts)
        at = text.find("]]>", found.end())
        if at < 0:
            break
        parts.append(text[found.end() : at])
        at += len("]]>")
    return ""
