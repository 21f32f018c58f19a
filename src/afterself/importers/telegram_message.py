"""One message of Telegram's result.json -> a record draft.

`text_entities` (or, in older exports, the list in `text`) says what is code, quoted or a link; links
and mentions stay words of the author. A poll's question is the author's; a location or contact card
is a placeholder. Service messages are kept as system records, calls as calls. `date_unixtime` is the
instant; older exports have only the wall clock of the computer that exported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from afterself.archive.drafts import Attachment, Kind, Locator, Person, RecordDraft, Span, SpanKind
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.local_time import LocalClock

NOT_A_FILE = "(File "
"""What stands in place of a path where a file was left out, too large or gone."""

_NOT_OWN: dict[str, SpanKind] = {"pre": "code", "code": "code", "blockquote": "quoted"}
_CHANNELS = ("private_channel", "public_channel")
_MEDIA = ("file", "photo")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: chat key, the chat's type, member and pointer, and what is beside the file."""

    thread: str
    type: str
    member: str
    pointer: str
    files: frozenset[str]


def person(handle: object, name: object) -> Person:
    """An author as Telegram has them; bare numbers (old exports) are users."""
    key = f"user{handle}" if isinstance(handle, int) or str(handle).isdigit() else str(handle or "")
    shown = storable(str(name)).strip() if name else ""
    return Person(storable(key) or shown or "unknown", shown or "Deleted account")


def record_of(fields: dict[str, Any], place: Place, clock: LocalClock, after: datetime | None) -> RecordDraft:
    """The draft of a message; Unreadable says why there is none."""
    if "id" not in fields or isinstance(fields["id"], bool) or not isinstance(fields["id"], int | str):
        raise Unreadable("the message has no id")
    if fields.get("type") == "unsupported":
        raise Unreadable("Telegram could not export this kind of message")
    service = fields.get("type") == "service"
    text, spans = _notice(fields) if service else _text(fields)
    attachments = tuple(_attachments(fields, place))
    if not text.strip() and not attachments:
        raise Unreadable("the message is empty")
    said_at, zone = _time(fields, clock, after)
    reply_to = fields.get("reply_to_message_id")
    forwarded = fields.get("forwarded_from") if "forwarded_from" in fields else None
    if "forwarded_from" in fields and not forwarded:
        forwarded = "Deleted account"
    return RecordDraft(
        thread=place.thread,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text=text,
        kind=_kind(fields, place),
        author=_author(fields, service=service),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(fields.get("date") or fields.get("date_unixtime") or ""),
        locator=Locator(place.member, pointer=place.pointer),
        native_id=str(fields["id"]),
        zone=zone,
        spans=() if service else spans,
        attachments=attachments,
        reply_to=str(reply_to) if reply_to and not fields.get("reply_to_peer_id") else None,
        forwarded_from=str(forwarded) if forwarded else None,
        edited=bool(fields.get("edited") or fields.get("edited_unixtime")),
    )


def _kind(fields: dict[str, Any], place: Place) -> Kind:
    if fields.get("type") == "service":
        return "call" if "call" in str(fields.get("action")) else "system"
    return "post" if place.type in _CHANNELS else "message"


def _author(fields: dict[str, Any], *, service: bool) -> Person | None:
    handle, name = (fields.get(key) for key in (("actor_id", "actor") if service else ("from_id", "from")))
    return person(handle, name) if handle or name else None


def _time(
    fields: dict[str, Any], clock: LocalClock, after: datetime | None
) -> tuple[datetime | None, str | None]:
    try:
        if fields.get("date_unixtime"):
            return datetime.fromtimestamp(int(fields["date_unixtime"]), UTC), "UTC"
        if fields.get("date"):
            wall = datetime.fromisoformat(str(fields["date"]))
            return (wall.astimezone(UTC), None) if wall.tzinfo else (clock.utc(wall, after), clock.name)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise Unreadable("its date cannot be read") from error
    return None, None


def _text(fields: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    parts = fields.get("text_entities") or fields.get("text") or ()
    pieces = [parts] if isinstance(parts, str | dict) else parts
    text, spans = "", []
    for piece in pieces if isinstance(pieces, Iterable) else ():
        words = piece.get("text", "") if isinstance(piece, dict) else piece
        kind = _NOT_OWN.get(str(piece.get("type"))) if isinstance(piece, dict) else None
        start, text = len(text), text + storable(str(words))
        if kind and len(text) > start:
            spans.append(Span(start, len(text), kind))
    for words, kind in _extras(fields):
        text += "\n" if text else ""
        start, text = len(text), text + storable(words)
        if kind:
            spans.append(Span(start, len(text), kind))
    if fields.get("via_bot") and text:
        spans = [Span(0, len(text), "pasted")]
    return text, tuple(spans)


def _extras(fields: dict[str, Any]) -> Iterable[tuple[str, SpanKind | None]]:
    """What a message holds besides text, in words, and what of it is not the author's own."""
    poll = fields.get("poll")
    if isinstance(poll, dict) and isinstance(poll.get("question"), str):
        offered = poll.get("answers")
        answers = [one for one in (offered if isinstance(offered, list) else ()) if isinstance(one, dict)]
        yield "\n".join((poll["question"], *(f"- {one.get('text', '')}" for one in answers))), None
    spot = fields.get("location_information")
    if isinstance(spot, dict):
        title = [str(fields[key]) for key in ("place_name", "address") if fields.get(key)]
        where = f"{spot.get('latitude')}, {spot.get('longitude')}"
        yield "Location: " + ", ".join((*title, where)), "placeholder"
    card = fields.get("contact_information")
    if isinstance(card, dict):
        names = [str(card[key]) for key in ("first_name", "last_name") if card.get(key)]
        yield "Contact: " + " ".join(names), "placeholder"
    if fields.get("media_type") == "sticker" and fields.get("sticker_emoji"):
        yield f"Sticker: {fields['sticker_emoji']}", "placeholder"


def _notice(fields: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    """A service message in words: the action, and the title, people or length that go with it."""
    told = [str(fields.get("action") or "service message").replace("_", " ")]
    if fields.get("title"):
        told.append(str(fields["title"]))
    members = fields.get("members")
    if isinstance(members, list):
        told.append(", ".join(str(name) for name in members if name))
    if fields.get("duration_seconds"):
        told.append(f"{fields['duration_seconds']} s")
    if fields.get("discard_reason"):
        told.append(str(fields["discard_reason"]))
    return storable(": ".join(part for part in told if part)), ()


def _attachments(fields: dict[str, Any], place: Place) -> Iterable[Attachment]:
    folder = place.member.rpartition("/")[0]
    for key in _MEDIA:
        path = fields.get(key)
        if not isinstance(path, str) or not path:
            continue
        mime = "image/jpeg" if key == "photo" else fields.get("mime_type")
        size = fields.get(f"{key}_file_size", fields.get("file_size"))
        size = size if isinstance(size, int) else None
        if path.startswith(NOT_A_FILE):
            name = fields.get("file_name") or fields.get("media_type") or key
            yield Attachment(storable(str(name)), "omitted", mime, size)
            continue
        member = f"{folder}/{path}" if folder else path
        name = storable(str(fields.get("file_name") or path.rpartition("/")[2]))
        there = member in place.files
        yield Attachment(name, "present" if there else "missing", mime, size, member if there else None)
