"""The texts that the program imessage-exporter writes of Messages (`--format txt`), a file for each chat.

A message is a head with the exporting computer's local time, who said it (`Me`: the owner) and the text, up
to a blank line and the next head. There are no ids: a message is known by its time, author and first wording,
so that tapbacks, receipts and later edits leave it the same. Source: descriptions of that program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from afterself.archive.drafts import (
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.errors import SourceError
from afterself.importers.attached import beside, came_with, linked
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.local_time import MONTHS, LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import Line, encoding_of, head_text, lines

ME = "Me"
_DAY = r"(?P<month>[A-Z][a-z]{2}) (?P<day>\d\d), (?P<year>\d{4})"
_TIME = _DAY + r" {1,2}(?P<clock>\d{1,2}:\d\d:\d\d) (?P<half>[AP]M)"
_HEAD = re.compile(_TIME + r"(?: \((?P<receipt>(?:Read|Delivered) by [^\n]{1,200})\))?")
_NOTICE = re.compile(_TIME + r" (?P<text>\S.*)")
_NESTED = re.compile(r"(?: {4})+" + _TIME + r"(?: \([^\n]{1,200}\))?")
_TAPBACKS = ("Tapbacks:", "Reactions:")
_TAPBACK = re.compile(
    r"(?: {4}.*|(?:Loved|Liked|Disliked|Laughed|Emphasized|Questioned|Sticker|.{1,12}) by .+)"
)
_RESPONDED = "This message responded to an earlier message."
_EFFECT = re.compile(
    r"Sent with (?:Echo|Spotlight|Balloons|Confetti|Heart|Lasers|Fireworks|Celebration|Sparkles|"
    r"Shooting Star|Slam|Loud|Gentle|Invisible Ink)"
)
_EDITED = re.compile(r"^Edited [^\n]{1,100}? later: ", re.MULTILINE)
_UNSENT = re.compile(r".{1,200} unsent this message part .{1,100} after sending!")
_FILE = re.compile(r"(?:attachments/|(?:~|/[^\n]{0,400}?)/Attachments/)\S[^\n]{0,400}", re.IGNORECASE)
_GROUP = re.compile(r" - \d+\Z")
_PAGE = (re.compile(rb'<span class="timestamp"'), re.compile(rb'<div class="(?:message|announcement)"'))
_WITH = re.compile(r"attachments/", re.IGNORECASE)
_BACK = timedelta(hours=2)
"""A head may be earlier than the last one by this much: the night in which the clocks go back."""
_MOST_LINES = 10_000


class IMessageExporterImporter:
    """Reads what imessage-exporter writes as text."""

    name = "imessage-exporter"
    version = "1"
    source = "imessage-exporter"
    reads = "the .txt files that imessage-exporter writes (--format txt)"
    kinds: frozenset[Kind] = frozenset(("message", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a text begins with a head, or a page is as that program's."""
        chats, pages = _chats(source), _pages(source)
        if not chats and not pages:
            return Detection(0.0, "", "")
        also = came_with(source, (*chats, *pages), _WITH)
        return Detection.of(0.9, "imessage-exporter", "texts as imessage-exporter's", [*chats, *pages], also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every chat, a thread of its own."""
        chats, pages = _chats(source), _pages(source)
        remedy = "Run imessage-exporter again with “--format txt” and import what it writes."
        if pages and not chats:
            raise SourceError(f"“{shown(pages[0])}” is a page for looking at; it is not read.", remedy=remedy)
        yield from (Problem("skipped", shown(page), f"a page for looking at. {remedy}") for page in pages)
        owner = Person(ME, next((one for one in options.me if one.strip()), ME))
        yield OwnerHint(owner, "“Me” in the texts of imessage-exporter")
        clock = LocalClock(options.zone)
        for member in chats:
            yield from _chat(source, member, owner, clock)


def _chats(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".txt")]
    return [name for name in named if _begins(source.head(name))]


def _begins(head: bytes) -> bool:
    first, _, rest = (head_text(head) or "").removeprefix("\ufeff").lstrip().partition("\n")
    first = first.rstrip("\r")
    return bool(_HEAD.fullmatch(first) and rest.strip()) or _NOTICE.fullmatch(first) is not None


def _pages(source: SourceView) -> list[str]:
    named = [name for name in source.names() if name.lower().endswith(".html")]
    heads = ((name, source.head(name)) for name in named)
    return [name for name, head in heads if all(one.search(head) for one in _PAGE)]


@dataclass(slots=True)
class _Said:
    """A message as it stands in the file: its lines without what is nested under it."""

    wall: datetime
    where: Locator
    notice: str = ""
    lines: list[str] = field(default_factory=list)
    nested: bool = False


def _chat(source: SourceView, member: str, owner: Person, clock: LocalClock) -> Iterator[Yielded]:
    stem = member.rpartition("/")[2].rpartition(".")[0] or member
    said = (one for one in _blocks(source, member) if isinstance(one, _Said) and one.lines)
    names = dict.fromkeys(one.lines[0].strip() for one in said if not one.notice)
    people = tuple(Person(name, name) for name in names if name and name != ME)
    group = len(people) > 1 or _GROUP.search(stem)
    yield ThreadDraft(stem, _GROUP.sub("", stem), "group" if group else "direct", people)
    last: datetime | None = None
    for one in _blocks(source, member):
        if isinstance(one, Problem):
            yield one
            continue
        try:
            last = clock.utc(one.wall, last)
            yield _record(source, one, stem, owner, last, clock.name)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(member)}: byte {one.where.offset}", str(why))
        except (OverflowError, ValueError):
            yield Problem("skipped", f"{shown(member)}: byte {one.where.offset}", "its time cannot be read")


def _blocks(source: SourceView, member: str) -> Iterator[_Said | Problem]:
    """Every message and notice; what stands before the first is a Problem."""
    said: _Said | None = None
    blank = True
    for line in lines(source, member, encoding_of(source, member)):
        text = line.rough if line.text is None else line.text
        new = _begun(text, line, member) if blank else None
        if new and (said is None or new.wall >= said.wall - _BACK):
            if said:
                yield said
            said = new
        elif said is None:
            if text.strip():
                yield Problem("skipped", f"{shown(member)}: line {line.number}", "it belongs to no message")
        else:
            _add(said, text, line)
        blank = not text.strip()
    if said:
        yield said


def _begun(text: str, line: Line, member: str) -> _Said | None:
    found = _HEAD.fullmatch(text) or _NOTICE.fullmatch(text)
    if not found or found["month"] not in MONTHS:
        return None
    hours, minutes, seconds = (int(part) for part in found["clock"].split(":"))
    if not 1 <= hours <= 12:
        return None
    hours = hours % 12 + (12 if found["half"] == "PM" else 0)
    try:
        day = (int(found["year"]), MONTHS[found["month"]], int(found["day"]))
        wall = datetime(*day, hours, minutes, seconds)
    except ValueError:
        return None
    return _Said(wall, Locator(member, line.offset, line.length), found.groupdict().get("text") or "")


def _add(said: _Said, text: str, line: Line) -> None:
    """A further line; an answer that is shown under what it answers stands in its own place, too."""
    said.nested = said.nested or (bool(said.lines) and _NESTED.fullmatch(text) is not None)
    if said.nested:
        return
    if text.strip() and said.where.offset is not None:
        said.where = said.where._replace(length=line.offset + line.length - said.where.offset)
    if len(said.lines) < _MOST_LINES:
        said.lines.append(text)


def _record(
    source: SourceView, said: _Said, thread: str, owner: Person, at: datetime, zone: str
) -> RecordDraft:
    who = said.lines[0].strip() if said.lines else ""
    words = _Words(said.notice, said.notice) if said.notice else _words(said.lines[1:])
    deleted = _UNSENT.fullmatch(words.last) is not None
    if not said.notice and not who:
        raise Unreadable("it names nobody")
    if not words.last and not words.files:
        raise Unreadable("the message is empty")
    folder = beside(said.where.member)
    attachments = tuple(linked(source, folder, path, path.rpartition("/")[2]) for path in words.files)
    known = words.first or " ".join(one.name for one in attachments)
    return RecordDraft(
        thread=thread,
        raw=f"{said.wall.isoformat()} {who}: {known}".encode("utf-8", "replace"),
        text="" if deleted else words.last,
        kind="system" if said.notice else "message",
        author=None if said.notice else owner if who == ME else Person(who, who),
        said_at=at,
        precision="second",
        said_raw=said.wall.isoformat(sep=" "),
        locator=said.where,
        zone=zone,
        attachments=attachments,
        deleted=deleted,
        edited=words.edited,
    )


class _Words(NamedTuple):
    """What a message's lines say: its first and its last wording, and paths of files."""

    first: str
    last: str
    files: tuple[str, ...] = ()
    edited: bool = False


def _words(found: list[str]) -> _Words:
    kept: list[str] = []
    files: list[str] = []
    tapbacks = False
    for line in found:
        tapbacks = line in _TAPBACKS or (tapbacks and _TAPBACK.fullmatch(line) is not None)
        if tapbacks:
            continue
        if _FILE.fullmatch(line):
            files.append(line.strip())
        else:
            kept.append(line)
    while kept and _is_of_program(kept[-1], alone=len(kept) == 1):
        kept.pop()
    text = "\n".join(kept).strip("\n")
    wordings = [one.strip("\n") for one in _EDITED.split(text)]
    return _Words(wordings[0], wordings[-1], tuple(files), len(wordings) > 1)


def _is_of_program(line: str, *, alone: bool) -> bool:
    """Whether the last line of a text is no part of it: blank, or a note on the message."""
    return not line.strip() or line == _RESPONDED or (not alone and _EFFECT.fullmatch(line) is not None)
