"""Bytes of a text file -> decoded lines with their place, never mojibake in silence.

UTF-8 with or without byte order mark and UTF-16 with one are read as they are. Other
bytes are read as Windows-1252 only if no line with an accent is valid UTF-8, and that
is said; anything else is a SourceError. Lines end at LF (a CR before it is dropped):
U+2028 and friends are text. What a line means is the business of the importers.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from afterself.errors import SourceError
from afterself.importers.source_view import SourceView, shown

LONGEST_LINE = 16 << 20
_BLOCK = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded; `mark` is the length of its byte order mark, `warning` is for the summary."""

    name: str
    mark: int = 0
    warning: str = ""


class Line(NamedTuple):
    """One line without its end. `text` is None if it cannot be decoded or is longer than LONGEST_LINE.

    `rough` is then the line with U+FFFD for what does not decode, or "" for a line too long.
    """

    number: int
    offset: int
    length: int
    text: str | None
    rough: str = ""


def head_text(head: bytes) -> str | None:
    """The first bytes as text for detection: whole characters only; None if this is no text."""
    encoding = _marked(head)
    if encoding is None:
        if _is_binary(head.count(0), len(head)):
            return None
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
            encoding = Encoding("utf-8")
        except UnicodeDecodeError:
            encoding = Encoding("cp1252")
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    return decoder.decode(head[encoding.mark :])


def encoding_of(source: SourceView, member: str) -> Encoding:
    """The encoding of a whole member; SourceError if it is no text that can be read without guessing."""
    marked = _marked(source.head(member, 4))
    if marked:
        return marked
    if _is_utf8(source, member):
        return Encoding("utf-8")
    good = bad = zeros = size = 0
    undefined = False
    with source.open(member) as stream:
        while block := stream.readline(LONGEST_LINE):
            size += len(block)
            zeros += block.count(0)
            if block.isascii():
                continue
            try:
                block.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                undefined = undefined or not set(block).isdisjoint(b"\x81\x8d\x8f\x90\x9d")
    if _is_binary(zeros, size):
        raise _not_text(member)
    if not bad or good >= bad:
        return Encoding("utf-8")
    if good or undefined:
        raise _not_text(member)
    return Encoding("cp1252", 0, "not UTF-8; read as Windows-1252: check some accented letters")


def _is_utf8(source: SourceView, member: str) -> bool:
    """Whether all of a member decodes, looked at in large blocks: mostly it does."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    zeros = size = 0
    with source.open(member) as stream:
        try:
            while block := stream.read(_BLOCK):
                size += len(block)
                zeros += block.count(0)
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return not _is_binary(zeros, size)


def lines(source: SourceView, member: str, encoding: Encoding) -> Iterator[Line]:
    """Every line of a member; a single line that does not decode comes with `text` None."""
    with source.open(member) as stream:
        stream.read(encoding.mark)
        if encoding.name.startswith("utf-16"):
            yield from _utf16_lines(stream.read(), encoding, member)
            return
        number, offset = 0, encoding.mark
        while block := stream.readline(LONGEST_LINE):
            length, whole = len(block), True
            while not block.endswith(b"\n") and (more := stream.readline(LONGEST_LINE)):
                length, whole, block = length + len(more), False, more
            number += 1
            yield line_of(number, offset, length, block if whole else b"", encoding.name)
            offset += length


def _utf16_lines(data: bytes, encoding: Encoding, member: str) -> Iterator[Line]:
    try:
        text = data.decode(encoding.name)
    except UnicodeDecodeError as error:
        raise _not_text(member) from error
    offset = encoding.mark
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        length = len(line.encode(encoding.name))
        yield Line(number, offset, length, line.removesuffix("\n").removesuffix("\r"))
        offset += length


def line_of(number: int, offset: int, length: int, block: bytes, encoding: str) -> Line:
    """A line by its bytes, with its end; no bytes: it is too long to be kept."""
    if not block:
        return Line(number, offset, length, None)
    block = block.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return Line(number, offset, length, block.decode(encoding))
    except UnicodeDecodeError:
        return Line(number, offset, length, None, block.decode(encoding, "replace"))


def _is_binary(zeros: int, size: int) -> bool:
    """Text may hold a zero byte by accident; UTF-16 without a mark and programs are full of them."""
    return zeros * 50 > size


def _marked(head: bytes) -> Encoding | None:
    if head.startswith(_UTF32):
        return None
    return next((Encoding(name, len(mark)) for mark, name in _MARKS if head.startswith(mark)), None)


def _not_text(member: str) -> SourceError:
    return SourceError(
        f"“{shown(member)}” is not text in UTF-8, UTF-16 with a byte order mark or Windows-1252.",
        remedy="If it is text, save it again as UTF-8; if it is not, it is no export that can be read.",
    )
