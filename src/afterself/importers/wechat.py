"""Tables of WeChat chats as the program WeChatMsg (MemoTrace) writes them -> threads and records.

WeChat itself exports nothing. `NAME_utf8.csv` is one chat; in `messages.csv` only `TalkerId` tells chats
apart. `CreateTime` is an instant, `IsSender` the owner's. Of anything but text and notices the content is
XML: only the title of an answer is somebody's words. Source: descriptions of that program's columns.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from afterself.archive.drafts import (
    Attachment,
    Kind,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.csv_rows import Row, cell, header_of, table_rows
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

_NEEDED = {"localid", "talkerid", "type", "issender", "createtime", "strcontent"}
_TEXT, _APP, _NOTICES = "1", "49", ("10000", "10002")
_ANSWER = "57"
_FILES = {"3": "picture", "34": "voice message", "43": "video", "47": "sticker", "49": "file"}
_OTHERS = {"42": "card", "48": "location", "50": "call"}
_TITLE = re.compile(r"<title>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</title>", re.DOTALL)
_ALL = "messages.csv"


class WeChatImporter:
    """Reads WeChatMsg's tables."""

    name = "WeChat tables"
    version = "1"
    source = "wechat"
    reads = "the .csv files that WeChatMsg (MemoTrace) writes of WeChat chats"
    kinds: frozenset[Kind] = frozenset(("message", "call", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a table has the columns of that program."""
        found = _tables(source)
        if not found:
            return Detection(0.0, "", "")
        return Detection(0.95, "WeChat tables", "columns as WeChatMsg's", found)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every table, one chat or all of them."""
        given = next((one for one in options.me if one.strip()), "")
        for member in _tables(source):
            owner = _owner(source, member, given)
            yield OwnerHint(owner, "IsSender in the table")
            yield from _chats(source, member, owner)


def _tables(source: SourceView) -> tuple[str, ...]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".csv")]
    return tuple(name for name in named if set(header_of(source, name)) >= _NEEDED)


def _owner(source: SourceView, member: str, given: str) -> Person:
    """The first row that is the owner's names them; the table of a version that does not, nobody."""
    for row in table_rows(source, member):
        if cell(row, "issender") == "1":
            handle = cell(row, "sender") or "me"
            return Person(handle, cell(row, "nickname") or given or "Me")
    return Person("me", given or "Me")


def _chats(source: SourceView, member: str, owner: Person) -> Iterator[Yielded]:
    stem = member.rpartition("/")[2]
    one_chat = "" if stem.lower() == _ALL else stem.rpartition(".")[0].removesuffix("_utf8") or stem
    people: dict[str, dict[str, Person]] = {}
    for row in table_rows(source, member):
        person = None if row.fields is None else _other(row, one_chat)
        if person:
            people.setdefault(_key(row, one_chat), {}).setdefault(person.handle, person)
    told: set[str] = set()
    for row in table_rows(source, member):
        key = _key(row, one_chat)
        try:
            record = _record(row, key, owner, one_chat)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(member)}: line {row.line}", str(why))
            continue
        if key not in told:
            told.add(key)
            there = tuple(people.get(key, {}).values())
            title = one_chat or ", ".join(one.name for one in there) or key
            yield ThreadDraft(key, title, "group" if len(there) > 1 else "direct", (owner, *there))
        yield record


def _key(row: Row, one_chat: str) -> str:
    return one_chat or f"chat {cell(row, 'talkerid')}"


def _other(row: Row, chat: str) -> Person | None:
    """Who else said it: by the remark that the owner gave them, else by their own name."""
    if cell(row, "issender") == "1" or cell(row, "type") in _NOTICES:
        return None
    name = cell(row, "remark") or cell(row, "nickname") or cell(row, "sender") or chat
    return Person(cell(row, "sender") or name, name) if name else None


def _record(row: Row, thread: str, owner: Person, chat: str) -> RecordDraft:
    if row.fields is None:
        raise Unreadable(row.why)
    kind, created = cell(row, "type"), cell(row, "createtime")
    said_at = instant(int(created)) if created.isdecimal() and len(created) < 12 else None
    text, spans, attachments = _content(row, kind)
    if not text and not attachments:
        raise Unreadable("the message is empty")
    notice = kind in _NOTICES
    id = cell(row, "localid")
    return RecordDraft(
        thread=thread,
        raw=row.raw.encode("utf-8", "replace"),
        text=text,
        kind="system" if notice else "call" if kind == "50" else "message",
        author=None if notice else owner if cell(row, "issender") == "1" else _other(row, chat),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=created,
        locator=row.locator,
        # A number is given once in one database file only, and a chat may lie in several.
        native_id=f"{id}-{created}" if id and created else None,
        zone=None if said_at is None else "UTC",
        spans=spans,
        attachments=attachments,
    )


def _content(row: Row, kind: str) -> tuple[str, tuple[Span, ...], tuple[Attachment, ...]]:
    text = cell(row, "strcontent")
    if kind == _TEXT or kind in _NOTICES:
        return text, (), ()
    title = _TITLE.search(text)
    named = html.unescape(title[1]).strip() if title else ""
    if kind == _APP and cell(row, "subtype") == _ANSWER:
        return named, (), ()
    if kind == _APP and named and cell(row, "subtype") != "6":
        return named, (Span(0, len(named), "pasted"),), ()  # the title of a page that was passed on
    if kind in _FILES:
        return "", (), (Attachment(named or _FILES[kind], "omitted"),)
    told = f"[{_OTHERS.get(kind, 'message of another kind')}]"
    return told, (Span(0, len(told), "placeholder"),), ()
