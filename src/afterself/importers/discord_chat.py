"""One channel as DiscordChatExporter writes it (JSON) -> a thread and its records, read as a stream.

Only the types `Default` and `Reply` (and commands) are somebody's words; calls, pins and joins are notices
although they have an author and text. An export that was aborted ends in the middle. Media paths of
Windows have back-slashes. Previews of links (embeds) are nobody's words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Locator,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    ThreadKind,
    Yielded,
)  # fmt: skip
from afterself.importers.attached import linked
from afterself.importers.contract import Unreadable
from afterself.importers.discord_package import file_name, instant_of
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_stream import begins, told, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

_SHAPE = (
    re.compile(rb'"guild"\s*:\s*\{'),
    re.compile(rb'"channel"\s*:\s*\{'),
    re.compile(rb'"(?:dateRange|exportedAt|messages|categoryId)"\s*:'),
)
_SPOKEN = (
    "Default",
    "Reply",
    "ChatInputCommand",
    "ContextMenuCommand",
    "ApplicationCommand",
    "0",
    "19",
    "20",
    "23",
)
_DIRECT = ("DirectTextChat", "DirectGroupTextChat")
_REMEDY = "Export the channel again with DiscordChatExporter, as JSON."


def is_chat(head: bytes) -> bool:
    """Whether a file begins as a channel's export does."""
    return begins(head, b"{", *_SHAPE)


def chat_records(source: SourceView, member: str, *, one_of_many: bool) -> Iterator[Yielded]:
    """The thread and the records of one export."""
    yield from until_damage(_Chat(source, member).records(), member, _REMEDY, one_of_many=one_of_many)


@dataclass(slots=True)
class _About:
    """What stands before the messages."""

    guild: dict[str, Any] = field(default_factory=dict)
    channel: dict[str, Any] = field(default_factory=dict)

    def thread(self) -> ThreadDraft:
        kind = words(self.channel.get("type"))
        direct: ThreadKind = "direct" if kind == "DirectTextChat" else "group"
        id, name = id_of(self.channel.get("id")), words(self.channel.get("name")).strip()
        return ThreadDraft(id or name or "channel", name or "Channel", direct)


class _Chat:
    def __init__(self, source: SourceView, member: str) -> None:
        self._source, self._member = source, member
        self._folder = member[: member.rfind("/") + 1]

    def records(self) -> Iterator[Yielded]:
        import ijson
        from ijson import ObjectBuilder

        about = _About()
        thread: ThreadDraft | None = None
        count = -1
        with self._source.open(self._member) as stream, told():
            events = iter(ijson.parse(stream))
            for prefix, event, value in events:
                if prefix in ("guild", "channel", "messages.item"):
                    count += prefix == "messages.item"
                    built: Any = value
                    if event == "start_map":
                        builder = ObjectBuilder()
                        builder.event(event, value)
                        for inner, event, value in events:  # the same iterator goes on
                            builder.event(event, value)
                            if event == "end_map" and inner == prefix:
                                break
                        built = builder.value
                    if prefix == "guild":
                        about.guild = table(built)
                    elif prefix == "channel":
                        about.channel = table(built)
                    else:
                        if thread is None:
                            thread = about.thread()
                            yield thread
                        yield from self._message(built, f"/messages/{count}", thread.key)

    def _message(self, fields: Any, pointer: str, thread: str) -> Iterator[Yielded]:
        try:
            record = self._record(fields, pointer, thread)
        except Unreadable as why:
            yield Problem("skipped", shown(self._member) + pointer, str(why))
            return
        yield record
        for n, one in enumerate(tables(fields.get("reactions"))):
            emoji = first_of(table(one.get("emoji")).get("name"), table(one.get("emoji")).get("code"))
            for user in tables(one.get("users")):
                who = _person(user)
                if emoji and who:
                    yield self._reaction(record, who, emoji, f"{pointer}/reactions/{n}")

    def _record(self, fields: Any, pointer: str, thread: str) -> RecordDraft:
        if not isinstance(fields, dict) or not id_of(fields.get("id")):
            raise Unreadable("a message without id")
        id, kind = id_of(fields["id"]), id_of(fields.get("type")) or "Default"
        spoken = kind in _SPOKEN
        forward = table(fields.get("forwardedMessage"))
        text, spans = _text(fields, forward)
        attachments = tuple(self._attachments(fields)) + tuple(self._attachments(forward))
        if not text.strip() and not attachments:
            if spoken:
                raise Unreadable("the message is empty")
            text = kind
        told_at = words(fields.get("timestamp"))
        said_at = instant(told_at) or instant_of(id)
        reference = table(fields.get("reference"))
        answers = id_of(reference.get("messageId")) if kind == "Reply" else ""
        return RecordDraft(
            thread=thread,
            raw=json.dumps(fields, sort_keys=True, default=str).encode(),
            text=text,
            kind="message" if spoken else "call" if kind == "Call" else "system",
            author=_person(table(fields.get("author"))),
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw=told_at,
            locator=Locator(self._member, pointer=pointer),
            native_id=id,
            zone=None if said_at is None else "UTC",
            spans=spans if spoken else (),
            attachments=attachments,
            reply_to=answers or None,
            forwarded_from="somebody" if forward else None,
            edited=bool(fields.get("timestampEdited")),
        )

    def _reaction(self, to: RecordDraft, who: Person, emoji: str, pointer: str) -> RecordDraft:
        return RecordDraft(
            thread=to.thread,
            raw=json.dumps([to.native_id, who.handle, emoji]).encode(),
            text=emoji,
            kind="reaction",
            author=who,
            said_at=None,
            precision="none",
            said_raw="",
            locator=Locator(self._member, pointer=pointer),
            native_id=f"{to.native_id}:{who.handle}:{emoji}",
            reply_to=to.native_id,
        )

    def _attachments(self, fields: dict[str, Any]) -> Iterator[Attachment]:
        for one in tables(fields.get("attachments")):
            path = words(one.get("url"))
            name = first_of(one.get("fileName")) or file_name(path)
            yield linked(self._source, self._folder, path, name, size=one.get("fileSizeBytes"))


def _text(fields: dict[str, Any], forward: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    """The words of a message, and what in them are not its author's: what was forwarded, stickers."""
    text, spans = words(fields.get("content")), []
    if forward:
        extra = words(forward.get("content"))
        start = len(text) + 1 if text and extra else len(text)
        text = f"{text}\n{extra}" if text and extra else text + extra
        if extra:
            spans.append(Span(start, len(text), "quoted"))
    for sticker in tables(fields.get("stickers")):
        start = len(text) + 1 if text else 0
        text += ("\n" if text else "") + f"Sticker: {words(sticker.get('name'))}"
        spans.append(Span(start, len(text), "placeholder"))
    return text, tuple(spans)


def _person(author: dict[str, Any]) -> Person | None:
    id = id_of(author.get("id"))
    name = first_of(author.get("nickname"), author.get("name"))
    return Person(id or name, name or id) if id or name else None
