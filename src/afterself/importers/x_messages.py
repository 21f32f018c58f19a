"""Direct messages of an X archive -> threads, records and reactions; of the others only ids are told.

A conversation is one item of the file, its newest message first, and may be as large as the file. Who joined,
left or renamed a group are events without ids: they are counted, and the last name is the thread's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import Locator, Problem, RecordDraft, ThreadDraft, Yielded
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item, each_item
from afterself.importers.local_time import instant
from afterself.importers.marked_text import unescaped
from afterself.importers.source_view import shown
from afterself.importers.x_tweet import Account, media_file, written_out

_LINK_AT_END = re.compile(r"\s*https://t\.co/\w+\s*$")
_EVENTS = ("joinConversation", "participantsJoin", "participantsLeave", "conversationNameUpdate")


def conversation_of(item: Item, account: Account, *, group: bool) -> Iterator[Yielded]:
    """The thread of a conversation, its messages and their reactions; nothing of an empty one."""
    about = table(table(item.value()).get("dmConversation"))
    id = id_of(about.get("conversationId"))
    messages = tables(about.get("messages"))
    if not id:
        raise Unreadable("a conversation without id")
    spoken = [table(one["messageCreate"]) for one in messages if "messageCreate" in one]
    if not messages:
        return
    senders = dict.fromkeys([account.owner.handle, *(id_of(one.get("senderId")) for one in spoken)])
    others = [one for one in id.split("-") if one != account.owner.handle]
    people = tuple(account.person(one) for one in senders if one)
    title = _name(messages) or ("" if group else account.person(others[0] if others else id).name)
    yield ThreadDraft(id, title or id, "group" if group else "direct", people)
    yield from each_item(item.array("messages"), lambda one: _message(one, id, account))


def _name(messages: list[dict[str, Any]]) -> str:
    """What the group was called last."""
    named = [table(one.get("conversationNameUpdate")) for one in messages]
    last = max(named, key=lambda one: words(one.get("createdAt")), default={})
    return words(last.get("name")).strip()


def _message(item: Item, thread: str, account: Account) -> Iterator[Yielded]:
    event = table(item.value())
    fields = table(event.get("messageCreate"))
    if any(name in event for name in _EVENTS):
        yield Problem("skipped", shown(item.where.member), "somebody joined, left or renamed a group")
        return
    id, sender = id_of(fields.get("id")), id_of(fields.get("senderId"))
    if not id or not sender:
        raise Unreadable("a message without id or sender")
    links = fields.get("mediaUrls")
    files = [words(link) for link in links if words(link)] if isinstance(links, list) else []
    text = unescaped(words(fields.get("text")))
    text = written_out(text, tables(fields.get("urls")), "url", "expanded")
    text = _LINK_AT_END.sub("", text) if files else text
    if not text.strip() and not files:
        raise Unreadable("the message is empty")
    said_at = instant(words(fields.get("createdAt")))
    record = RecordDraft(
        thread=thread,
        raw=item.raw,
        text=text,
        kind="message",
        author=account.person(sender),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=words(fields.get("createdAt")),
        locator=item.where,
        native_id=id,
        zone=None if said_at is None else "UTC",
        attachments=tuple(media_file(id, link, account) for link in files),
        edited=bool(fields.get("editHistory")),
    )
    yield record
    for one in tables(fields.get("reactions")):
        yield from _reaction(one, record, account)


def _reaction(fields: dict[str, Any], to: RecordDraft, account: Account) -> Iterator[RecordDraft]:
    sender, what = id_of(fields.get("senderId")), first_of(fields.get("reactionKey"))
    if not sender or not what:
        return
    said_at = instant(words(fields.get("createdAt")))
    yield RecordDraft(
        thread=to.thread,
        raw=json.dumps([to.native_id, sender, what]).encode(),
        text=what,
        kind="reaction",
        author=account.person(sender),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=words(fields.get("createdAt")),
        locator=Locator(to.locator.member, to.locator.offset, to.locator.length),
        native_id=f"{to.native_id}:{sender}:{what}",
        zone=None if said_at is None else "UTC",
        reply_to=to.native_id,
    )
