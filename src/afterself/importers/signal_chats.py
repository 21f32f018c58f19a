"""What the program signal-export writes of a Signal chat (`chat.md`, `data.json`) -> thread and records.

Times are local, the owner is `Me`, there are no ids: reactions are no part of what a message is known by.
Where both files lie in a folder the lines of `data.json` are read: they always tell seconds (signal-export's
source: formatting of messages).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from afterself.archive.drafts import Attachment, Locator, Person, Problem, RecordDraft, Span, Yielded
from afterself.importers.attached import beside, linked
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, table, tables, words
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import Encoding, lines

HEADER = re.compile(
    r"\[(?P<date>\d{4}-\d\d-\d\d),? (?P<time>\d\d:\d\d(?::\d\d)?)\] (?P<who>\S.{0,120}?):(?: (?P<text>.*))?"
)
ME, NOBODY = "Me", "No-Sender"
_REACTIONS = re.compile(r"\n?\(- .{1,4000} -\)\s*\Z")
_ENDED = re.compile(r"(?:  |\(- .* -\)|\(This message was deleted\))\s*$")
_DELETED = "(This message was deleted)"
_FILE = re.compile(r"[ \t]*!?\[(?P<name>[^\]\n]{0,300})\]\((?P<path>\.?/?media/[^)\n]{1,1000})\)")
_QUOTED = re.compile(r"(?:>[^\n]*(?:\n|\Z))+\n*")
_CALL = re.compile(r"(?:Missed|Incoming|Outgoing|Declined|Unanswered) (?:voice|video|audio) call")
_LONGEST = 1 << 20


@dataclass(slots=True)
class Said:
    """One message as it stands in the file, before it is understood."""

    wall: datetime
    exact: bool
    who: str
    text: str
    where: Locator
    attachments: tuple[Attachment, ...] = ()
    quote: str = ""
    sticker: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that is being read: its thread, and who is meant by `Me`."""

    member: str
    thread: str
    owner: Person
    clock: LocalClock


def records(source: SourceView, chat: Chat) -> Iterator[Yielded]:
    """Every message of a chat; what cannot be read is a Problem."""
    last: datetime | None = None
    lines_of_json = chat.member.lower().endswith(".json")
    for one in (_json_lines if lines_of_json else _markdown)(source, chat):
        if isinstance(one, Problem):
            yield one
            continue
        try:
            last = chat.clock.utc(one.wall, last)
            yield _record(one, chat, last)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(chat.member)}: byte {one.where.offset}", str(why))
        except (ValueError, OverflowError):
            where = f"{shown(chat.member)}: byte {one.where.offset}"
            yield Problem("skipped", where, "its time cannot be read")


def _markdown(source: SourceView, chat: Chat) -> Iterator[Said | Problem]:
    said: Said | None = None
    before = ""
    for line in lines(source, chat.member, Encoding("utf-8")):
        text = line.rough if line.text is None else line.text
        found = HEADER.fullmatch(text)
        wall = _wall(found) if found else None
        ended = said is None or not before or _ENDED.search(before) is not None
        if found and wall and (ended or said is None or wall >= said.wall):
            if said:
                yield _finished(said, source)
            exact = found["time"].count(":") > 1
            where = Locator(chat.member, line.offset, line.length)
            said = Said(wall, exact, found["who"], found["text"] or "", where)
        elif said is None or len(said.text) > _LONGEST:
            if text.strip():
                told = f"{shown(chat.member)}: line {line.number}"
                yield Problem("skipped", told, "it belongs to no message")
        else:  # a line of the text; or one that only looks like a header: earlier, and the text has not ended
            said.text += "\n" + text
            begin = said.where.offset or 0
            said.where = said.where._replace(length=line.offset + line.length - begin)
        before = text if text.strip() else before
    if said:
        yield _finished(said, source)


def _wall(found: re.Match[str]) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{found['date']} {found['time']}")
    except ValueError:
        return None


def _finished(said: Said, source: SourceView) -> Said:
    """The message without what signal-export writes around its text."""
    folder = beside(said.where.member)
    text = _REACTIONS.sub("", said.text.rstrip())
    said.attachments = tuple(
        linked(source, folder, unquote(one["path"]), one["name"] or "file") for one in _FILE.finditer(text)
    )
    said.text = _FILE.sub("", text).strip()
    return said


def _json_lines(source: SourceView, chat: Chat) -> Iterator[Said | Problem]:
    for line in lines(source, chat.member, Encoding("utf-8")):
        if line.text is not None and not line.text.strip():
            continue
        try:
            fields = table(json.loads(line.text or ""))
            wall = datetime.fromisoformat(words(fields.get("date"))).replace(tzinfo=None)
        except (ValueError, RecursionError):
            told = f"{shown(chat.member)}: line {line.number}"
            yield Problem("skipped", told, "it is no JSON of a message")
            continue
        where = Locator(chat.member, line.offset, line.length)
        sticker = table(fields.get("sticker"))
        yield Said(
            wall,
            True,
            words(fields.get("sender")).strip(),
            words(fields.get("body")).strip(),
            where,
            tuple(_files(source, chat.member, fields)),
            words(fields.get("quote")).strip(),
            (first_of(sticker.get("emoji")) or "sticker") if sticker else "",
        )


def _files(source: SourceView, member: str, fields: dict[str, Any]) -> Iterator[Attachment]:
    for one in tables(fields.get("attachments")):
        path = unquote(words(one.get("path")))
        yield linked(
            source, beside(member), path, first_of(one.get("name")) or path.rpartition("/")[2] or "file"
        )


def _record(said: Said, chat: Chat, at: datetime) -> RecordDraft:
    deleted = said.text == _DELETED
    text, spans = _text(said)
    if not text and not said.attachments and not deleted:
        raise Unreadable("the message is empty")
    author = chat.owner if said.who == ME else Person(said.who, said.who)
    nobody = said.who in ("", NOBODY)
    call = _CALL.fullmatch(text) is not None
    return RecordDraft(
        thread=chat.thread,
        raw=f"{said.wall.isoformat()} {said.who}: {said.text}".encode("utf-8", "replace"),
        text="" if deleted else text,
        kind="system" if nobody else "call" if call else "message",
        author=None if nobody else author,
        said_at=at,
        precision="second" if said.exact else "minute",
        said_raw=said.wall.isoformat(sep=" "),
        locator=said.where,
        zone=chat.clock.name,
        spans=() if deleted else spans,
        attachments=said.attachments,
        deleted=deleted,
    )


def _text(said: Said) -> tuple[str, tuple[Span, ...]]:
    """The text with what it answers before it, marked; a sticker is a placeholder."""
    if said.sticker and not said.text:
        return said.sticker, (Span(0, len(said.sticker), "placeholder"),)
    quote = "\n".join(
        line if line.startswith(">") else f"> {line}" for line in said.quote.split("\n") if line
    )
    text = f"{quote}\n\n{said.text}".strip() if quote else said.text
    quoted = _QUOTED.match(text)
    return text, (Span(0, quoted.end(), "quoted"),) if quoted else ()
