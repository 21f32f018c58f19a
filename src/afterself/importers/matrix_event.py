"""One event of a Matrix room -> a record draft, or nothing: state of the room is nobody's words.

What was redacted is left without content. Notices are for programs. A reaction, an edit and an answer name
the event that they belong to in `m.relates_to`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked
from afterself.importers.source_view import shown

_FALLBACK = re.compile(r"(?:>[^\n]*\n)+\n?")
_FILES = ("m.image", "m.file", "m.video", "m.audio")
_POLLS = ("m.poll.start", "org.matrix.msc3381.poll.start")
_SAID = ("m.room.message", "m.sticker", *_POLLS)


@dataclass(slots=True)
class Room:
    """A room as all its events tell: its id, who is called what, the last wording of what was edited."""

    title: str
    id: str = "room"
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    edits: dict[str, tuple[int, str, dict[str, Any]]] = field(default_factory=dict)

    def meet(self, item: Item) -> None:
        """Get to know an event before any is read."""
        try:
            event = table(item.value())
        except Unreadable:
            return
        id, sender, content = (
            id_of(event.get("event_id")),
            id_of(event.get("sender")),
            table(event.get("content")),
        )
        self.id = id_of(event.get("room_id")) or self.id
        if not sender:
            return
        self.names.setdefault(sender, sender)
        if event.get("type") == "m.room.member" and words(content.get("displayname")).strip():
            self.names[id_of(event.get("state_key")) or sender] = words(content["displayname"]).strip()
        target, at = _edited(content), event.get("origin_server_ts")
        if target:
            when = _milliseconds(at) or 0
            if when >= self.edits.get(target, (0, "", {}))[0]:
                self.edits[target] = (when, sender, table(content.get("m.new_content")))
        elif id and event.get("type") in _SAID:
            self.ids[id] = sender

    def edit(self, item: Item) -> str | None:
        """The id of the event that this one edits, if it is an edit."""
        return _edited(table(table(item.value()).get("content"))) or None

    def person(self, id: str) -> Person:
        """A member by their id."""
        return Person(id, self.names.get(id, id))

    def thread(self) -> ThreadDraft:
        """The room."""
        people = tuple(self.person(id) for id in self.names)
        return ThreadDraft(self.id, self.title, "direct" if len(people) <= 2 else "group", people)


def record_of(item: Item, room: Room) -> Iterator[Yielded]:
    """The draft of an event; Unreadable says why there is none."""
    event = table(item.value())
    kind, content = id_of(event.get("type")), table(event.get("content"))
    if kind == "m.room.encrypted":
        raise Unreadable("a message that Element could not decrypt")
    if kind == "m.reaction":
        yield _reaction(item, event, content, room)
    elif kind in _SAID:
        yield _message(item, event, content, room)
    else:
        yield Problem("skipped", shown(item.where.member), "a change of the room: nobody's words")


def _message(item: Item, event: dict[str, Any], content: dict[str, Any], room: Room) -> RecordDraft:
    record = _draft(item, event, room)
    if _is_redacted(event, content):
        return record._replace(deleted=True)
    _, by, new = room.edits.get(record.native_id or "", (0.0, "", {}))
    edited = bool(new) and by == id_of(event.get("sender"))
    text, attachments = _words(id_of(event.get("type")), {**content, **new} if edited else content)
    if not text.strip() and not attachments:
        raise Unreadable("the message is empty")
    notice = content.get("msgtype") == "m.notice"
    return record._replace(
        text=text,
        kind="system" if notice else "message",
        spans=() if notice else tuple(marked(text)),
        attachments=attachments,
        reply_to=_answered(table(content.get("m.relates_to"))) or None,
        edited=edited,
    )


def _reaction(item: Item, event: dict[str, Any], content: dict[str, Any], room: Room) -> RecordDraft:
    relation = table(content.get("m.relates_to"))
    key, to = words(relation.get("key")).strip(), id_of(relation.get("event_id"))
    if not key or not to or _is_redacted(event, content):
        raise Unreadable("a reaction that was taken back")
    return _draft(item, event, room)._replace(text=key, kind="reaction", reply_to=to)


def _draft(item: Item, event: dict[str, Any], room: Room) -> RecordDraft:
    """What every event tells: who, when, and its id."""
    id, sender, at = id_of(event.get("event_id")), id_of(event.get("sender")), event.get("origin_server_ts")
    if not id or not sender:
        raise Unreadable("an event without id or sender")
    milliseconds = _milliseconds(at)
    said_at = None if milliseconds is None else instant(milliseconds / 1000)
    return RecordDraft(
        thread=room.id,
        raw=item.raw,
        text="",
        kind="message",
        author=room.person(sender),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(at or ""),
        locator=item.where,
        native_id=id,
        zone=None if said_at is None else "UTC",
    )


def _milliseconds(value: object) -> int | None:
    """A time as events tell it; None for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        return None
    return value


def _is_redacted(event: dict[str, Any], content: dict[str, Any]) -> bool:
    return not content or bool(table(event.get("unsigned")).get("redacted_because"))


def _edited(content: dict[str, Any]) -> str:
    relation = table(content.get("m.relates_to"))
    return id_of(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else ""


def _answered(relation: dict[str, Any]) -> str:
    """What an event answers, or reacts to, or the root of the thread that it stands in."""
    answer = id_of(table(relation.get("m.in_reply_to")).get("event_id"))
    return id_of(relation.get("event_id")) if relation.get("is_falling_back") or not answer else answer


def _words(kind: str, content: dict[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    """What a message says, without what it answers, and the file that it is."""
    body = words(content.get("body"))
    if kind in _POLLS:
        return _poll(table(content.get(kind))), ()
    if kind == "m.sticker" or content.get("msgtype") in _FILES:
        name, info = first_of(content.get("filename"), body) or "file", table(content.get("info"))
        size = info.get("size")
        file = Attachment(
            name, "remote", words(info.get("mimetype")) or None, size if isinstance(size, int) else None
        )
        caption = body if content.get("filename") and body != name and kind != "m.sticker" else ""
        return caption, (file,)
    if table(table(content.get("m.relates_to")).get("m.in_reply_to")):
        body = _FALLBACK.sub("", body, count=1) if _FALLBACK.match(body) else body
    return body, ()


def _poll(poll: dict[str, Any]) -> str:
    asked = table(poll.get("question"))
    answers = [
        first_of(one.get("org.matrix.msc1767.text"), one.get("m.text")) for one in tables(poll.get("answers"))
    ]
    question = first_of(asked.get("org.matrix.msc1767.text"), asked.get("body"), asked.get("m.text"))
    return "\n".join(part for part in (question, *answers) if part)
