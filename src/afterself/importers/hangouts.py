"""Google Hangouts in a Takeout (until 2022) -> conversations and what was said in them.

One file holds all conversations, each with its events in no order. The words of a message stand in segments.
The owner is whose state a conversation holds. Calls, joins and renamings are nobody's words. Before about
2017 the same stood under other names (`conversation_state`, `event`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Kind,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.importers.attached import takeout_pages
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import begins, json_members, until_damage
from afterself.importers.source_view import SourceView, shown

_CONVERSATIONS = re.compile(rb'"conversation(?:s|_state)"\s*:\s*\[')
_SHAPE = (_CONVERSATIONS, re.compile(rb'"(?:participant_data|self_conversation_state)"\s*:'))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REMEDY = "Unpack the Takeout again, and give Hangouts.json."


class HangoutsImporter:
    """Reads Hangouts.json of a Takeout."""

    name = "Google Hangouts"
    version = "1"
    source = "hangouts"
    reads = "Hangouts.json of a Takeout (zip, folder or the file)"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a JSON file begins as Hangouts' does."""
        found = _files(source)
        if not found:
            return Detection(0.0, "", "")
        also = takeout_pages(source)
        return Detection.of(0.95, "Google Hangouts (Takeout)", "conversations as Hangouts'", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every conversation, its owner before it."""
        for member in _files(source):
            read = each_item(placed_items(source, member, _CONVERSATIONS), _conversation)
            yield from until_damage(read, member, _REMEDY)


def _files(source: SourceView) -> list[str]:
    return [name for name in json_members(source) if begins(source.head(name), b"{", *_SHAPE)]


def _conversation(item: Item) -> Iterator[Yielded]:
    """The thread of a conversation and its messages; nothing of an empty one."""
    fields = table(item.value())
    older = table(fields.get("conversation_state"))
    around = older or table(fields.get("conversation"))
    about = table(around.get("conversation"))
    id = id_of(table(about.get("id")).get("id")) or id_of(table(around.get("conversation_id")).get("id"))
    if not id:
        raise Unreadable("a conversation without id")
    people = {one.handle: one for one in map(_person, tables(about.get("participant_data"))) if one}
    state = table(table(about.get("self_conversation_state")).get("self_read_state"))
    owner = people.get(_id(table(state.get("participant_id"))))
    if owner:
        yield OwnerHint(owner, "whose state the conversation holds")
    others = ", ".join(one.name for one in people.values() if one != owner)
    direct = words(about.get("type")) != "GROUP" and len(people) <= 2
    title = words(about.get("name")).strip() or others or id
    thread = ThreadDraft(id, title, "direct" if direct else "group", tuple(people.values()))
    told = False
    for one in each_item(item.array("event" if older else "events"), lambda one: _event(one, id, people)):
        if isinstance(one, RecordDraft) and not told:
            told = True
            yield thread
        yield one


def _event(item: Item, thread: str, people: dict[str, Person]) -> Iterator[Yielded]:
    event = table(item.value())
    if "chat_message" not in event:
        yield Problem("skipped", shown(item.where.member), "a call, a join or a new name: nobody's words")
        return
    id, sender = id_of(event.get("event_id")), _id(table(event.get("sender_id")))
    if not id or not sender:
        raise Unreadable("a message without id or sender")
    content = table(table(event.get("chat_message")).get("message_content"))
    text = "".join(_segment(one) for one in tables(content.get("segment")))
    attachments = tuple(_attachments(content))
    if not text.strip() and not attachments:
        raise Unreadable("the message is empty")
    said_at = _instant(id_of(event.get("timestamp")))
    yield RecordDraft(
        thread=thread,
        raw=item.raw,
        text=text,
        kind="message",
        author=people.get(sender) or Person(sender, sender),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=id_of(event.get("timestamp")),
        locator=item.where,
        native_id=id,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
    )


def _segment(segment: dict[str, Any]) -> str:
    return words(segment.get("text")) or ("\n" if segment.get("type") == "LINE_BREAK" else "")


def _attachments(content: dict[str, Any]) -> Iterator[Attachment]:
    """Photos and places: what has a link; the files lie in other parts of the Takeout."""
    for one in tables(content.get("attachment")):
        link = next((url for part in table(one.get("embed_item")).values() if (url := _link(part))), "")
        yield Attachment(link.partition("?")[0].rpartition("/")[2] or "file", "remote" if link else "missing")


def _link(part: object) -> str:
    link = words(table(part).get("url"))
    return link if link.startswith(("http://", "https://")) else ""


def _person(data: dict[str, Any]) -> Person | None:
    id = _id(table(data.get("id")))
    phone = table(data.get("phone_number"))
    return Person(id, first_of(data.get("fallback_name"), phone.get("e164")) or id) if id else None


def _id(told: dict[str, Any]) -> str:
    return id_of(told.get("gaia_id")) or id_of(told.get("chat_id"))


def _instant(microseconds: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds)) if microseconds else None
    except (ValueError, OverflowError):
        return None
