"""A text member of any size -> pieces of whole lines, decoded many lines at a time.

For importers of large exports: one decoding and one search take in thousands of lines. Where lines are
not all alike (bytes that do not decode, carriage returns here and there), a piece is a single line as
`text_lines` reads it, so that every line keeps its place in bytes and its number.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from afterself.importers.source_view import SourceView
from afterself.importers.text_lines import LONGEST_LINE, Encoding, Line, line_of, lines

SIZE = 1 << 16
"""Bytes of a piece, about: what a processor's near memory holds, and no page of its own to be asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines with LF at their ends (the last of a file may have none).

    `number` is that of the first line, `offset` and `size` are in bytes of the member, `returns` is true if
    each line ends in CR LF there. `broken`: a single line that did not decode, or was too long to be kept.
    """

    number: int
    offset: int
    size: int
    text: str
    encoding: str
    returns: bool = False
    broken: bool = False

    def measure(self, begin: int, end: int) -> int:
        """How many bytes of the member text[begin:end] is."""
        if end - begin == len(self.text):
            return self.size
        part = self.text[begin:end]
        if not self.returns and part.isascii() and not self.encoding.startswith("utf-16"):
            return end - begin
        if self.returns:
            part = part.replace("\n", "\r\n")
        return len(part.encode(self.encoding))

    def line_number(self, at: int) -> int:
        """The number of the line that text[at] is in."""
        return self.number + self.text.count("\n", 0, at)


def pieces(source: SourceView, member: str, encoding: Encoding) -> Iterator[Piece]:
    """Every line of a member, in its order."""
    if encoding.name.startswith("utf-16"):
        yield from (_of_line(line, encoding.name) for line in lines(source, member, encoding))
        return
    number, offset = 1, encoding.mark
    with source.open(member) as stream:
        stream.read(encoding.mark)
        for data, too_long in _whole_lines(stream):
            yield from _pieces_of(data, number, offset, encoding.name)
            number, offset = number + data.count(b"\n"), offset + len(data)
            if too_long:
                yield Piece(number, offset, too_long, "\n", encoding.name, broken=True)
                number, offset = number + 1, offset + too_long


def _whole_lines(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Bytes up to a line's end, and the length of a line after them that is longer than LONGEST_LINE."""
    while data := stream.read(SIZE):
        begin = data.rfind(b"\n") + 1
        if begin == len(data):
            yield data, 0
            continue
        last = more = data[begin:] + stream.readline(LONGEST_LINE)
        length = len(last)
        while not more.endswith(b"\n") and (more := stream.readline(LONGEST_LINE)):
            length += len(more)
        if length > LONGEST_LINE:
            yield data[:begin], length
        else:
            yield data[:begin] + last, 0


def _pieces_of(data: bytes, number: int, offset: int, encoding: str) -> Iterator[Piece]:
    """One piece if the lines are all alike, else one for each."""
    if not data:
        return
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\r"
    returns = "\r" in text
    if not returns or text.count("\r") == text.count("\n") == text.count("\r\n"):
        whole = text.replace("\r\n", "\n") if returns else text
        yield Piece(number, offset, len(data), whole, encoding, returns)
        return
    for line in io.BytesIO(data):
        yield _of_line(line_of(number, offset, len(line), line, encoding), encoding)
        number, offset = number + 1, offset + len(line)


def _of_line(line: Line, encoding: str) -> Piece:
    broken = line.text is None
    text = line.rough if line.text is None else line.text
    return Piece(line.number, line.offset, line.length, text + "\n", encoding, broken=broken)
