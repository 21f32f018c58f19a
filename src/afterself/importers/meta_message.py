"""One message of Facebook, Messenger or Instagram -> a record draft, and one for each reaction.

Messages have no ids: the millisecond identifies them in their conversation, and which of those of that
millisecond it is. So a message whose sender was renamed, or that was unsent or answered with a heart
meanwhile, is still the same. Newer, end-to-end encrypted chats have the same fields under other names.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import Attachment, Kind, Locator, Person, RecordDraft, Span
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.local_time import instant
from afterself.importers.meta_layout import Layout
from afterself.importers.meta_words import own_words, repaired
from afterself.importers.source_view import SourceView

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEDIA = ("photos", "videos", "gifs", "audio_files", "files", "media")
_NAMELESS = re.compile(r"(?:\S+ ){0,2}\S*(?:Facebook|Instagram|Messenger)\S*(?: \S+){0,2}", re.IGNORECASE)
_TYPES: dict[str, Kind] = {
    "call": "call", "subscribe": "system", "unsubscribe": "system", "admin": "system", "placeholder": "system"
}  # fmt: skip


@dataclass(slots=True)
class Place:
    """The conversation that is read: its thread, where its files lie, how often an instant occurred."""

    source: SourceView
    thread: str
    root: str
    layout: Layout
    member: str = ""
    seen: Counter[int] = field(default_factory=Counter)


def record_of(raw: Any, pointer: str, place: Place, *, encrypted: bool) -> Iterator[RecordDraft]:
    """The drafts of a message and its reactions; Unreadable says why there is none."""
    if not isinstance(raw, dict):
        raise Unreadable("a message of another shape")
    fields = _as_classic(raw) if encrypted else repaired(raw)
    stamp, said_at = _moment(fields.get("timestamp_ms"))
    place.seen[stamp] += 1
    which = place.seen[stamp]
    sender = words(fields.get("sender_name")).strip()
    told = words(fields.get("content"))
    deleted = fields.get("is_unsent") is True
    own = own_words(told, sender)
    kind: Kind = _TYPES.get(words(fields.get("type")).lower(), "message")
    if "call_duration" in fields or own == "call":
        kind = "call"
    elif own == "notice":
        kind = "system"
    if own == "reaction" and not deleted:
        raise Unreadable("the platform's own words about a reaction")
    text, spans = _text("" if own == "attachment" else told, table(fields.get("share")))
    attachments = tuple(_attachments(fields, place, encrypted=encrypted))
    if kind != "message" and not text.strip():
        text = kind
    if not text.strip() and not attachments and not deleted:
        raise Unreadable("nothing is left of what was sent" if own else "the message is empty")
    record = RecordDraft(
        thread=place.thread,
        raw=json.dumps(raw, sort_keys=True, default=str).encode(),
        text="" if deleted else text,
        kind=kind,
        author=person(sender, place.thread),
        said_at=said_at,
        precision="second",
        said_raw=str(stamp),
        locator=Locator(place.member, pointer=pointer),
        native_id=str(stamp) if which == 1 else f"{stamp}#{which}",
        zone="UTC",
        spans=() if deleted or kind != "message" else spans,
        attachments=() if deleted else attachments,
        deleted=deleted,
    )
    yield record
    if not deleted:
        yield from _reactions(fields, record)


def person(name: str, thread: str) -> Person:
    """Who bears a name; those whose account is gone share one, and are known by their conversation."""
    if not name:
        return Person(f"deleted account in {thread}", "Deleted account")
    return Person(f"{name} in {thread}" if _NAMELESS.fullmatch(name) else name, name)


def _as_classic(raw: dict[str, Any]) -> dict[str, Any]:
    """A message of the encrypted export under the names of the other; its strings are as they were meant."""
    return raw | {
        "sender_name": raw.get("senderName"),
        "timestamp_ms": raw.get("timestamp"),
        "content": raw.get("text"),
        "is_unsent": raw.get("isUnsent"),
    }


def _moment(value: object) -> tuple[int, datetime]:
    told = id_of(value)
    if not re.fullmatch(r"-?\d{1,15}", told):
        raise Unreadable("a message without time")
    try:
        return int(told), _EPOCH + timedelta(milliseconds=int(told))
    except OverflowError as error:
        raise Unreadable("its time cannot be read") from error


def _text(told: str, share: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    """What was written, then what was shared with it, which is not the sender's."""
    text, spans = told, []
    for part in (words(share.get("link")).strip(), words(share.get("share_text")).strip()):
        if not part or part in text:
            continue
        text += "\n" if text else ""
        spans.append(Span(len(text), len(text) + len(part), "quoted"))
        text += part
    return text, tuple(spans)


def _attachments(fields: dict[str, Any], place: Place, *, encrypted: bool) -> Iterator[Attachment]:
    one = table(fields.get("sticker"))
    named = [file for key in _MEDIA for file in tables(fields.get(key))] + ([one] if one else [])
    folder = place.member[: place.member.rfind("/") + 1] if encrypted else place.root
    for file in named:
        path = words(file.get("uri")).strip()
        if path:
            yield place.layout.attachment(place.source, folder, path)


def _reactions(fields: dict[str, Any], to: RecordDraft) -> Iterator[RecordDraft]:
    for n, one in enumerate(tables(fields.get("reactions"))):
        emoji, actor = words(one.get("reaction")).strip(), first_of(one.get("actor"))
        if not emoji or not actor:
            continue
        said_at = instant(one["timestamp"]) if one.get("timestamp") else None
        yield RecordDraft(
            thread=to.thread,
            raw=json.dumps([to.native_id, actor, emoji]).encode(),
            text=emoji,
            kind="reaction",
            author=person(actor, to.thread),
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw="",
            locator=Locator(to.locator.member, pointer=f"{to.locator.pointer}/reactions/{n}"),
            native_id=f"{to.native_id}:{actor}:{emoji}",
            zone=None if said_at is None else "UTC",
            reply_to=to.native_id,
        )
