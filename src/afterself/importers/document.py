"""What a document is once it was read, whatever format it came in: text, spans, authors, date, remarks.

`Page` puts a text together block by block and keeps of each piece what it is: the author's own, quoted,
code, or inserted by somebody while changes were tracked. Where a document goes is `documents`' business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from afterself.archive.drafts import Attachment, Span, SpanKind

LARGEST = 64 << 20
"""Bytes of one file (or one part of a zipped one) that are read."""


@dataclass(frozen=True, slots=True)
class Change:
    """Who inserted a piece while changes were tracked, and when, as the file writes it."""

    author: str
    date: str


Mark = SpanKind | Change | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment or a tracked insertion; `reply_to` is the number of another remark."""

    author: str
    date: str
    text: str
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file's text and what it says of itself.

    `typed`: a file of a kind that people write themselves; where it names no author, it is asked whose it is.
    `believed`: what it says of its author counts also where that is not the owner.
    """

    text: str
    spans: tuple[Span, ...] = ()
    authors: tuple[str, ...] = ()
    date: str = ""
    title: str = ""
    remarks: tuple[Remark, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    typed: bool = True
    believed: bool = True
    warning: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    mark: Mark


class Page:
    """A text under way. Pieces are added to the current block; blocks are a blank line apart."""

    def __init__(self) -> None:
        self._blocks: list[list[_Piece]] = []
        self._now: list[_Piece] = []

    def add(self, text: str, mark: Mark = None) -> None:
        """Add a piece to the current block."""
        if text:
            self._now.append(_Piece(text, mark))

    def words(self, text: str, mark: Mark = None) -> None:
        """Add running text whose blanks were made one already: none at the start of a line, none twice."""
        last = self.last
        self.add(text.lstrip(" ") if last in ("", " ", "\n", "\t") else text, mark)

    @property
    def last(self) -> str:
        """The last character of the current block, or ""."""
        return self._now[-1].text[-1] if self._now else ""

    def line(self) -> None:
        """Begin a new line in the block, unless one has just begun."""
        if self._now and self.last != "\n":
            self._now[-1] = _Piece(self._now[-1].text.rstrip(" ") or "\n", self._now[-1].mark)
            if self.last != "\n":
                self.add("\n")

    def end(self) -> None:
        """End the block."""
        block = _stripped(self._now)
        if block:
            self._blocks.append(block)
        self._now = []

    def aside(self) -> list[_Piece]:
        """Put the current block aside, so that a box stands before it; `resume` takes what this gives."""
        aside, self._now = self._now, []
        return aside

    def resume(self, aside: list[_Piece]) -> None:
        self.end()
        self._now = aside

    def finish(self, author: str = "") -> tuple[str, tuple[Span, ...], list[Remark]]:
        """The text, its spans, and what others than `author` inserted, in order."""
        self.end()
        text: list[str] = []
        spans: list[tuple[int, int, Mark]] = []
        at = 0
        for number, block in enumerate(self._blocks):
            if number:
                text.append("\n\n")
                at += 2
            for piece in block:
                text.append(piece.text)
                if piece.mark is not None and not _is_own(piece.mark, author):
                    if spans and spans[-1][1] == at and spans[-1][2] == piece.mark:
                        spans[-1] = (spans[-1][0], at + len(piece.text), piece.mark)
                    else:
                        spans.append((at, at + len(piece.text), piece.mark))
                at += len(piece.text)
        whole = "".join(text)
        found = tuple(Span(a, b, "quoted" if isinstance(m, Change) else m) for a, b, m in spans if m)
        return whole, found, list(_inserted(whole, spans))


def _is_own(mark: Mark, author: str) -> bool:
    return isinstance(mark, Change) and bool(author) and mark.author == author


def _inserted(text: str, spans: list[tuple[int, int, Mark]]) -> Iterator[Remark]:
    """Insertions as remarks; those of one author and time that only a blank line parts are one."""
    begin, end = 0, 0
    change: Change | None = None
    for start, stop, mark in [*spans, (len(text) + 3, 0, None)]:
        if change is not None and (mark != change or text[end:start].strip()):
            yield from _remark(change, text[begin:end])
            change = None
        if isinstance(mark, Change):
            begin = start if change is None else begin
            change, end = mark, stop


def _remark(change: Change, text: str) -> Iterator[Remark]:
    if change.author and any(letter.isalnum() for letter in text):
        yield Remark(change.author, change.date, text.strip())


def _stripped(pieces: list[_Piece]) -> list[_Piece]:
    """A block without blanks around it."""
    full = [number for number, piece in enumerate(pieces) if piece.text.strip()]
    pieces = pieces[full[0] : full[-1] + 1] if full else []
    if pieces:
        pieces[0] = _Piece(pieces[0].text.lstrip(), pieces[0].mark)
        pieces[-1] = _Piece(pieces[-1].text.rstrip(), pieces[-1].mark)
    return pieces
