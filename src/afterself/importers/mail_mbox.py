"""An mbox of any size -> its mails as bytes, one at a time (mboxo, mboxrd, mboxcl, mboxcl2).

A mail begins with a line `From …` that follows an empty line and looks like one: with a date, or before
a header. `Content-Length` is believed where a mail begins (or the file ends) right after it. Offsets are
those in the member. RFC 4155 describes the format, the variants are described at qmail's mbox(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST = 48 << 20
"""Bytes of one mail that are read; what stands after them is left out."""

_CHUNK = 1 << 20
_LINE = 2048
_LONGEST_BEGIN = 300
_BEGIN = b"From "
_DATED = re.compile(rb"From \S.*?(?:\d{1,2}:\d{2}.*(?:19|20)\d{2}|(?:19|20)\d{2}.*\d{1,2}:\d{2})[^\r\n]*\r?$")
_CTIME = re.compile(
    rb"From \S+\s+[A-Z][a-z]{2},? [A-Z][a-z]{2} +\d{1,2} \d{1,2}:\d{2}(?::\d{2})?[ +\w-]* \d{4}\s*$"
)
_SHORT = re.compile(rb"From (?:\S+@\S+|-|MAILER-DAEMON|\?\?\?@\?\?\?)[ \t]*\r?$")
_HEADER = re.compile(rb"(?:[!-9;-~]+[ \t]*:|>From )")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\n\r?\n")
_ESCAPED = re.compile(rb"^>+From ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One mail of an mbox: where it stands with its `From ` line, its bytes without, and whether cut."""

    offset: int
    length: int
    data: bytes
    cut: bool


def begins_mbox(head: bytes) -> bool:
    """Whether a file that begins like this is an mbox."""
    start = head.lstrip(b"\xef\xbb\xbf\r\n")
    return start.startswith(_BEGIN) and _begins_mail(start, 0, header_wanted=True)


def mails(stream: BinaryIO) -> Iterator[Block]:
    """Every mail of an mbox, in its order."""
    window = _Window(stream)
    window.fill(_CHUNK)
    lead = len(window.buffer) - len(window.buffer.lstrip(b"\xef\xbb\xbf\r\n"))
    window.take(lead)
    while window.fill(1):
        offset = window.base
        end = _told_end(window)
        window.take(window.buffer.find(b"\n", 0, _CHUNK) + 1)
        end = max(end - (window.base - offset), 0)
        data, cut = (window.take(end), False) if end else _until_next(window)
        yield Block(offset, window.base - offset, unescaped(data), cut)


def unescaped(data: bytes) -> bytes:
    """`>From ` -> `From `, one `>` of several less.

    A single one among quoted lines stays: there it is more likely a quotation, and own words must not
    be made of it.
    """
    if b">From " not in data:
        return data

    def one(found: re.Match[bytes]) -> bytes:
        if found[0] == b">From ":
            before = data[data.rfind(b"\n", 0, max(found.start() - 1, 0)) + 1 : found.start()]
            after = data.find(b"\n", found.end()) + 1
            if before.startswith(b">") or (after and data.startswith(b">", after)):
                return found[0]
        return found[0][1:]

    return _ESCAPED.sub(one, data)


class _Window:
    """The part of a stream that is looked at; `base` is the offset of its first byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.buffer = bytearray()
        self.base = 0
        self.ended = False

    def fill(self, size: int) -> bool:
        """Read until `size` bytes are there; whether they are."""
        while len(self.buffer) < size and not self.ended:
            chunk = self._stream.read(max(_CHUNK, size - len(self.buffer)))
            self.buffer += chunk
            self.ended = not chunk
        return len(self.buffer) >= size

    def take(self, size: int) -> bytes:
        with memoryview(self.buffer) as view, view[:size] as part:
            taken = bytes(part)
        del self.buffer[:size]
        self.base += len(taken)
        return taken


def _until_next(window: _Window) -> tuple[bytes, bool]:
    """Up to the next mail; whether its end was left out because it is too long."""
    kept: bytes | None = None
    at = 0
    while True:
        found = window.buffer.find(b"\nFrom ", at)
        if found >= 0:
            window.fill(found + 2 * _LINE)
            if _after_blank(window.buffer, found) and _begins_mail(window.buffer, found + 1):
                rest = window.take(found + 1)
                break
            at = found + 1
            continue
        if window.ended:
            rest = window.take(len(window.buffer))
            break
        at = max(len(window.buffer) - 8, 0)
        if len(window.buffer) > MOST:
            dropped = window.take(at - 2)
            kept = dropped[:MOST] if kept is None else kept
            at = 2
        window.fill(len(window.buffer) + _CHUNK)
    return (rest, False) if kept is None else (kept, True)


def _after_blank(data: bytearray, newline: int) -> bool:
    """Whether the line before a newline is empty; the buffer begins with a line."""
    before = bytes(data[max(newline - 2, 0) : newline])
    return before.endswith(b"\n") or before in (b"\n\r", b"\r", b"")


def _begins_mail(data: bytes | bytearray, at: int, *, header_wanted: bool = False) -> bool:
    """Whether the line at `at` is a mail's first, not a sentence that begins with "From "."""
    line, _, after = bytes(data[at : at + 2 * _LINE]).partition(b"\n")
    line = line[:_LONGEST_BEGIN]
    header = _HEADER.match(after) is not None
    if not header_wanted and _CTIME.match(line):
        return True
    if _DATED.match(line):
        return header or (not header_wanted and not after.strip(b"\r\n"))
    return header and _SHORT.match(line) is not None


def _told_end(window: _Window) -> int:
    """Where Content-Length says that the mail ends, with the blank lines after it; 0 if it does not."""
    window.fill(1 << 16)
    blank = _BLANK.search(window.buffer, 0, 1 << 16)
    told = _LENGTH.search(window.buffer, 0, blank.start() + 1) if blank else None
    if blank is None or told is None:
        return 0
    end = blank.end() + int(told[1])
    if end > MOST:
        return 0
    window.fill(end + 2 * _LINE)
    rest = window.buffer[end : end + 2 * _LINE]
    begin = end + len(rest) - len(rest.lstrip(b"\r\n"))
    if end > len(window.buffer):
        return 0
    if begin == len(window.buffer) and window.ended:
        return begin
    apart = begin > end or window.buffer[end - 1 : end] == b"\n"
    return begin if apart and _begins_mail(window.buffer, begin) else 0
