"""Personal Teams and Skype: the `messages.json` that Microsoft lets people download -> threads and records.

The export says whose it is. A conversation holds its messages newest first, each with an id that is unique in
it; ids of people tell more than names, which are often missing. Calls, members who came and lists of calls
are no messages. What is written in a message is understood in `teams_markup`. Source: public readers of
Skype's export; no real one was seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import (
    Kind,
    OwnerHint,
    Person,
    RecordDraft,
    ThreadDraft,
    ThreadKind,
    Yielded,
)
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import begins, json_members, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView
from afterself.importers.teams_markup import Markup, read

_SHAPE = tuple(re.compile(rb'"%b"\s*:' % key) for key in (b"userId", b"exportDate", b"conversations"))
_CONVERSATIONS = re.compile(rb'"conversations"\s*:\s*\[')
_USER = re.compile(rb'"userId"\s*:\s*"([^"\\]{1,200})"')
_WITH = re.compile(r"media/|endpoints\.json$")
_NO_MESSAGES = "48:"
_EMOTIONS = {"like": "👍", "heart": "❤️", "laugh": "😆", "surprised": "😮", "sad": "😢", "angry": "😠"}
_REMEDY = "Ask Microsoft for the export again and import the .tar as it is."


class TeamsImporter:
    """Reads what Microsoft exports of personal Teams and of Skype."""

    name = "Teams and Skype"
    version = "1"
    source = "teams"
    reads = "the export of personal Teams or Skype (.tar, or its messages.json)"
    kinds: frozenset[Kind] = frozenset(("message", "reaction"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as that export does."""
        found = _exports(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _WITH)
        return Detection.of(0.95, "Teams or Skype", "conversations as Microsoft's", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every conversation, a thread of its own."""
        found = _exports(source)
        for member in found:
            user = _USER.search(source.head(member))
            id = user[1].decode("utf-8", "replace") if user else "me"
            owner = Person(id, next((one for one in options.me if one.strip()), id.rpartition(":")[2]))
            yield OwnerHint(owner, "the export's userId")
            export = _Export(source, member, owner, {id: owner.name})
            yield from until_damage(export.records(), member, _REMEDY, one_of_many=len(found) > 1)


def _exports(source: SourceView) -> list[str]:
    return [name for name in json_members(source) if begins(source.head(name), b"{", *_SHAPE)]


@dataclass(slots=True)
class _Export:
    """One messages.json that is being read, and what people in it are called."""

    source: SourceView
    member: str
    owner: Person
    names: dict[str, str] = field(default_factory=dict)

    def records(self) -> Iterator[Yielded]:
        """Every conversation."""
        return each_item(placed_items(self.source, self.member, _CONVERSATIONS), self._conversation)

    def _conversation(self, item: Item) -> Iterator[Yielded]:
        about = _about(item)
        id, called = id_of(about.get("id")), first_of(about.get("displayName"))
        if not id:
            raise Unreadable("a conversation without id")
        if id.startswith(_NO_MESSAGES):
            raise Unreadable("a list of calls or notices, no conversation")
        properties = table(about.get("threadProperties"))
        alone = not id.startswith("19:") or id.endswith("@unq.gbl.spaces")
        if alone and called:
            self.names.setdefault(id, called)
        kind: ThreadKind = "direct" if alone else "group"
        title = first_of(properties.get("topic"), called) or id
        people = tuple(self.person(one) for one in _members(properties)) or (
            (self.owner, self.person(id)) if alone else ()
        )
        yield ThreadDraft(id, title, kind, people)
        yield from each_item(item.array("MessageList"), lambda one: self._message(one, id))

    def _message(self, item: Item, thread: str) -> Iterator[Yielded]:
        fields = table(item.value())
        id, sender = id_of(fields.get("id")), words(fields.get("from")).strip()
        if not id or not sender:
            raise Unreadable("a message without id or sender")
        if first_of(fields.get("displayName")):
            self.names.setdefault(sender, first_of(fields.get("displayName")))
        properties = table(fields.get("properties"))
        deleted = bool(properties.get("deletetime"))
        found = _content(fields)
        text, spans = found.text()
        if not text and not found.files and not deleted:
            raise Unreadable("the message is empty")
        said_at = instant(first_of(fields.get("originalarrivaltime")) or None)
        if said_at is None and id.isdecimal():
            said_at = instant(int(id[:16]) / 1000)
        record = RecordDraft(
            thread=thread,
            raw=item.raw,
            text="" if deleted else text,
            kind="message",
            author=self.person(sender),
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw=words(fields.get("originalarrivaltime")),
            locator=item.where,
            native_id=id,
            zone=None if said_at is None else "UTC",
            spans=() if deleted else spans,
            attachments=tuple(found.files),
            reply_to=found.reply_to or None,
            deleted=deleted,
            edited=found.edited or bool(properties.get("edittime")),
        )
        yield record
        yield from self._reactions(properties, record)

    def _reactions(self, properties: dict[str, Any], to: RecordDraft) -> Iterator[RecordDraft]:
        told = properties.get("emotions")
        try:
            emotions = json.loads(told) if isinstance(told, str) else told
        except (ValueError, RecursionError):
            return
        for one in tables(emotions):
            key = words(one.get("key"))
            for user in (words(each.get("mri")).strip() for each in tables(one.get("users"))):
                if key and user:
                    yield to._replace(
                        raw=json.dumps([to.native_id, user, key]).encode(), kind="reaction",
                        text=_EMOTIONS.get(key, key), author=self.person(user), said_at=None,
                        precision="none", said_raw="", native_id=f"{to.native_id}:{user}:{key}", zone=None,
                        spans=(), attachments=(), reply_to=to.native_id, deleted=False, edited=False,
                    )  # fmt: skip

    def person(self, id: str) -> Person:
        """Whom an id names, so far as a message or conversation said it."""
        return self.owner if id == self.owner.handle else Person(id, self.names.get(id, id))


def _about(item: Item) -> dict[str, Any]:
    """The fields of a conversation before its messages, which may be many; or all of them."""
    head, list_of_messages, _ = item.raw.partition(b'"MessageList"')
    try:
        return table(json.loads(head + b'"MessageList": null}')) if list_of_messages else table(item.value())
    except (ValueError, RecursionError):
        return table(item.value())


def _members(properties: dict[str, Any]) -> list[str]:
    """The ids of those in a group, which stand as JSON in a string."""
    try:
        found = json.loads(words(properties.get("members")) or "[]")
    except (ValueError, RecursionError):
        return []
    return [one for one in map(id_of, found) if one] if isinstance(found, list) else []


def _content(fields: dict[str, Any]) -> Markup:
    """What a message says, by what kind it is; Unreadable for what nobody said."""
    kind, content = words(fields.get("messagetype")), words(fields.get("content"))
    if kind == "Text":
        return Markup([(content, False)])
    if kind == "RichText" or kind.startswith(("RichText/Html", "RichText/Uri", "RichText/Media")):
        return read(content, is_html=kind == "RichText/Html")
    if kind.startswith(("Event/", "ThreadActivity/")):
        raise Unreadable("a call, or a notice that somebody came or went")
    raise Unreadable("a message of a kind that is not read")
