"""The items of a JSON array with their places in bytes, one by one; a broken item costs no other.

Where a text is not written in an export as it is shown (escapes, shortened links, HTML), only its place in
bytes lets it be cut out of the raw export when it is forgotten. What items mean is an importer's business.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from afterself.archive.drafts import Locator, Problem, Yielded
from afterself.importers.contract import Unreadable
from afterself.importers.json_stream import Broken
from afterself.importers.source_view import SourceView, shown

LARGEST = 128 << 20
"""Bytes of one item, such as a whole conversation."""
_BLOCK = 1 << 20
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)
_FIRST_ARRAY = re.compile(rb"\[")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its bytes, and where they begin in the member that `where` names."""

    number: int
    raw: bytes
    where: Locator

    def value(self) -> Any:
        """What it says; Unreadable if it is no JSON."""
        try:
            return json.loads(self.raw)
        except (ValueError, RecursionError) as error:
            raise Unreadable("it is not whole, valid JSON") from error

    def array(self, name: str) -> Iterator[Item]:
        """The items of the array that this object has under a name, each with its place in the member."""
        found = re.search(rb'"%b"\s*:\s*\[' % re.escape(name.encode()), self.raw)
        begin = (self.where.offset or 0) + found.end() if found else 0
        return _items(io.BytesIO(self.raw[found.end() :]), self.where.member, begin) if found else iter(())


def placed_items(source: SourceView, member: str, array: re.Pattern[bytes] = _FIRST_ARRAY) -> Iterator[Item]:
    """The objects of the array that begins where `array` ends in the head of a member.

    Broken where the file ends before the array does, or has no such array.
    """
    with source.open(member) as stream:
        head = source.head(member)
        found = array.search(head)
        if not found:
            raise Broken("the file holds no such list")
        stream.read(found.end())
        yield from _items(stream, member, found.end())


def each_item(found: Iterator[Item], read: Callable[[Item], Iterator[Yielded]]) -> Iterator[Yielded]:
    """What `read` makes of each item; one that is Unreadable is a Problem."""
    for item in found:
        try:
            yield from read(item)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(item.where.member)}: item {item.number}", str(why))


def _items(stream: BinaryIO, member: str, offset: int) -> Iterator[Item]:
    """Objects up to the bracket that closes the array; `offset` is that of the stream's next byte."""
    buffer, scanned, depth, begin, number = b"", 0, 0, 0, 0
    while block := stream.read(max(_BLOCK, len(buffer))):
        buffer += block
        for token in _TOKEN.finditer(buffer, scanned):
            sign = token[0]
            if sign == b'"':  # a string that goes on in the next block
                scanned = token.start()
                break
            scanned = token.end()
            if depth == 0 and sign not in b"{[}]":
                number += 1
                yield Item(number, sign, Locator(member, offset + token.start(), len(sign)))
            elif sign in b"{[":
                begin = token.start() if depth == 0 else begin
                depth += 1
            elif sign in b"}]":
                depth -= 1
                if depth < 0:
                    return
                if depth == 0:
                    number += 1
                    raw = buffer[begin:scanned]
                    yield Item(number, raw, Locator(member, offset + begin, len(raw)))
        else:
            scanned = len(buffer)
        keep = begin if depth else scanned
        buffer, offset, scanned, begin = buffer[keep:], offset + keep, scanned - keep, 0
        if len(buffer) > LARGEST:
            raise Broken("one of its items is far too large")
    raise Broken("the file ends in the middle or is damaged from here on")
