"""Logs of Treehouse, a messenger that does not exist -> conversations and what was said in them.

    TREEHOUSE LOG 1
    room: attic, Attic crew
    member: mila, Mila Ruiz

    [12] 2024-03-01T18:02:11+01:00 jo re:11
    >> is the ladder back?
    > yes, behind the shed

A message has a number, or “-” where it has none; `>>` is quoted from somebody else, `>` its author's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from afterself.archive.drafts import Kind, Locator, Person, Problem, RecordDraft, Span, ThreadDraft, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import Line, encoding_of, head_text, lines

_FIRST_LINE = "TREEHOUSE LOG 1"
_HEADER = re.compile(r"\[(?P<id>\d+|-)\] (?P<time>\S+) (?P<handle>\S+)(?: re:(?P<reply_to>\d+))?")
_FIELD = re.compile(r"(?P<name>room|member): (?P<key>[^,]+), (?P<title>.+)")


class TreehouseImporter:
    """Reads a log, or every log of a folder or zip."""

    api = 1
    name = "Treehouse log"
    version = "1"
    source = "treehouse"
    reads = "logs of Treehouse (a file, a folder or a zip of them)"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as a log does: names may be anything."""
        found = _logs(source)
        return Detection(0.95 if found else 0.0, "Treehouse log", "", tuple(found))

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """The room of each log, then its messages, one at a time."""
        for member in _logs(source):
            yield from _Log(source, member).read()


def _logs(source: SourceView) -> list[str]:
    heads = ((name, head_text(source.head(name, 256)) or "") for name in source.names())
    return [name for name, head in heads if head.startswith(_FIRST_LINE)]


@dataclass
class _Message:
    """The lines of one message, as they come: the header first."""

    header: Line
    body: list[Line] = field(default_factory=list)


class _Log:
    """Reads one log. Only the message that is being read is held in memory."""

    def __init__(self, source: SourceView, member: str) -> None:
        self._source, self._member = source, member
        self._room, self._title, self._told = "", "", False
        self._members: dict[str, Person] = {}

    def read(self) -> Iterator[Yielded]:
        encoding = encoding_of(self._source, self._member)
        if encoding.warning:
            yield Problem("warning", shown(self._member), encoding.warning)
        message: _Message | None = None
        for line in lines(self._source, self._member, encoding):
            text = line.text or ""
            if message is not None and text.startswith(">"):
                message.body.append(line)
                continue
            if message is not None:
                yield self._record(message)
                message = None
            if _HEADER.fullmatch(text):
                yield from self._opened()
                message = _Message(line)
            elif declared := _FIELD.fullmatch(text):
                self._declare(declared)
            elif line.text is None or (text.strip() and text != _FIRST_LINE):
                yield Problem("skipped", self._place(line), "the line is none of a Treehouse log")
        if message is not None:
            yield self._record(message)

    def _declare(self, found: re.Match[str]) -> None:
        if found["name"] == "room":
            self._room, self._title, self._told = found["key"], found["title"], False
        else:
            self._members[found["key"]] = Person(found["key"], found["title"])

    def _opened(self) -> Iterator[ThreadDraft]:
        """The room, before its first message."""
        if not self._room:
            raise SourceError(
                f"“{shown(self._member)}” names no room before its first message.",
                remedy="Export the log again: its second line begins with “room:”.",
            )
        if not self._told:
            self._told = True
            yield ThreadDraft(self._room, self._title, "group", tuple(self._members.values()))

    def _record(self, message: _Message) -> Yielded:
        try:
            return self._draft(message)
        except Unreadable as why:
            return Problem("skipped", self._place(message.header), str(why))

    def _draft(self, message: _Message) -> RecordDraft:
        header = _HEADER.fullmatch(message.header.text or "")
        assert header is not None
        whole = (message.header, *message.body)
        text, spans = _text_of(message.body)
        handle, number = header["handle"], header["id"]
        return RecordDraft(
            thread=self._room,
            raw="\n".join(line.text or "" for line in whole).encode("utf-8"),
            text=text,
            kind="message",
            author=self._members.get(handle, Person(handle, handle)),
            said_at=_instant(header["time"]),
            precision="second",
            said_raw=header["time"],
            locator=Locator(self._member, message.header.offset, sum(line.length for line in whole)),
            native_id=None if number == "-" else number,  # without one, the raw block tells it apart
            spans=spans,
            reply_to=header["reply_to"],
        )

    def _place(self, line: Line) -> str:
        return f"{shown(self._member)}: line {line.number}"


def _text_of(body: list[Line]) -> tuple[str, tuple[Span, ...]]:
    """The text of a message, and where in it somebody else is quoted."""
    parts: list[str] = []
    spans: list[Span] = []
    at = 0
    for line in body:
        quoted = (line.text or "").startswith(">>")
        part = (line.text or "").lstrip(">").removeprefix(" ")
        if quoted and part:
            spans.append(Span(at, at + len(part), "quoted"))
        parts.append(part)
        at += len(part) + 1
    text = "\n".join(parts)
    if not text.strip():
        raise Unreadable("it has no text")
    return text, tuple(spans)


def _instant(time: str) -> datetime:
    try:
        read = datetime.fromisoformat(time)
        if read.tzinfo is None:
            raise Unreadable("its time has no offset")
        return read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("its time is no ISO 8601 time") from error
