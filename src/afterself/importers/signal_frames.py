"""The frames of Signal's own export (`main.jsonl`) -> threads and records.

Each line is one frame of Signal's backup: the account, a recipient, a chat, or an item of a chat; what a
frame names stands before it. 64-bit numbers are strings. A message is known by when it was first sent. What
was to vanish and should have by the day of the export is left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Locator,
    OwnerHint,
    Person,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked

_OBJECT = "\ufffc"
"""Stands in a text for somebody who is mentioned."""


@dataclass(slots=True)
class Frames:
    """What the frames so far have told; `files` are the export's files by the hash in their names."""

    files: dict[str, tuple[str, int]]
    made: int = 0
    owner: Person = field(default_factory=lambda: Person("self", "Me"))
    people: dict[str, Person] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    threads: dict[str, ThreadDraft] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    used: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, line: bytes, where: Locator) -> Iterator[Yielded]:
        """What one line gives; Unreadable says why it is no record."""
        try:
            frame = table(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise Unreadable("it is not whole, valid JSON") from error
        if "backupTimeMs" in frame:
            self.made = _number(frame["backupTimeMs"]) or 0
        elif "account" in frame:
            account = table(frame["account"])
            name = _joined(account.get("givenName"), account.get("familyName"))
            self.owner = Person("self", name or first_of(account.get("username")) or "Me")
            yield OwnerHint(self.owner, "the account of the export")
        elif "recipient" in frame:
            self._recipient(table(frame["recipient"]))
        elif "chat" in frame:
            self._chat(table(frame["chat"]))
        elif "chatItem" in frame:
            yield from self._item(table(frame["chatItem"]), line, where)

    def _recipient(self, told: dict[str, Any]) -> None:
        id = id_of(told.get("id"))
        contact, group = table(told.get("contact")), table(told.get("group"))
        if "self" in told:
            self.people[id] = self.owner
            self.recipients[id] = ("self", "Note to Self", "note")
        elif group:
            title = words(table(table(table(group.get("snapshot")).get("title")).get("title")).get("title"))
            title = title or words(table(table(group.get("snapshot")).get("title")).get("title"))
            key = hashlib.sha256(words(group.get("masterKey")).encode()).hexdigest()[:20]  # a key: not kept
            self.recipients[id] = (f"group/{key}", title.strip() or "Group", "group")
        elif contact:
            person = _contact(contact, id)
            self.people[id], self.names[words(contact.get("aci"))] = person, person.name
            self.recipients[id] = (person.handle, person.name, "direct")

    def _chat(self, told: dict[str, Any]) -> None:
        recipient = id_of(told.get("recipientId"))
        if recipient in self.recipients:
            key, title, kind = self.recipients[recipient]
            people = (self.people[recipient],) if recipient in self.people else ()
            self.threads[id_of(told.get("id"))] = ThreadDraft(key, title, kind, people)  # type: ignore[arg-type]

    def _item(self, item: dict[str, Any], line: bytes, where: Locator) -> Iterator[Yielded]:
        thread = self.threads.get(id_of(item.get("chatId")))
        if thread is None:
            raise Unreadable("Signal's own news, or of a chat that is not in the export")
        sender = id_of(item.get("authorId"))
        author = self.owner if "outgoing" in item else self.people.get(sender)
        record = self._message(item, thread.key, author, where)._replace(raw=line)
        if thread.key not in self.told:
            self.told.add(thread.key)
            yield thread
        yield record
        for reaction in tables(_body(item).get("reactions")):
            who, sign = self.people.get(id_of(reaction.get("authorId"))), first_of(reaction.get("emoji"))
            if who and sign:
                id = f"{record.native_id}/{who.handle}"
                at = instant((_number(reaction.get("sentTimestamp")) or 0) / 1000)
                yield record._replace(
                    text=sign, kind="reaction", author=who, native_id=id, reply_to=record.native_id,
                    said_at=at, attachments=(), spans=(), edited=False, deleted=False,
                )  # fmt: skip

    def _message(
        self, item: dict[str, Any], thread: str, author: Person | None, where: Locator
    ) -> RecordDraft:
        first = next(iter(tables(item.get("revisions"))), item)
        sent = _number(first.get("dateSent"))
        if sent is None or author is None:
            raise Unreadable("a message without time or sender")
        if "updateMessage" in item:
            raise Unreadable("a call, a join or another event: nobody's words")
        started, ends = _number(item.get("expireStartDate")), _number(item.get("expiresInMs"))
        if started and ends and started + ends < self.made:
            raise Unreadable("it was to vanish before the day of the export")
        deleted = "remoteDeletedMessage" in item
        text, spans, attachments = ("", (), ()) if deleted else self._said(item)
        if not text.strip() and not attachments and not deleted:
            raise Unreadable("it has no words: to be seen once, or of a kind that is not read")
        id = str(sent)
        if self.used.setdefault((thread, id), author.handle) != author.handle:
            id = f"{sent}/{author.handle}"  # two people in one millisecond
        said_at = instant(sent / 1000)
        quote = _number(table(_body(item).get("quote")).get("targetSentTimestamp"))
        return RecordDraft(
            thread=thread,
            raw=b"",
            text=text,
            kind="message",
            author=author,
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw=str(sent),
            locator=where,
            native_id=id,
            zone=None if said_at is None else "UTC",
            spans=spans,
            attachments=attachments,
            reply_to=str(quote) if quote else None,
            deleted=deleted,
            edited=bool(tables(item.get("revisions"))),
        )

    def _said(self, item: dict[str, Any]) -> tuple[str, tuple[Span, ...], tuple[Attachment, ...]]:
        if "stickerMessage" in item:
            sticker = first_of(table(table(item["stickerMessage"]).get("sticker")).get("emoji")) or "sticker"
            return sticker, (Span(0, len(sticker), "placeholder"),), ()
        message = _body(item)
        told = table(message.get("text"))
        text = words(told.get("body"))
        for one in sorted(tables(told.get("bodyRanges")), key=lambda one: _number(one.get("start")) or 0):
            if "mentionAci" in one:
                text = text.replace(_OBJECT, "@" + self.names.get(words(one["mentionAci"]), "somebody"), 1)
        files = tuple(self._file(table(one.get("pointer"))) for one in tables(message.get("attachments")))
        return text, tuple(marked(text)), files

    def _file(self, pointer: dict[str, Any]) -> Attachment:
        located = table(pointer.get("locatorInfo"))
        try:
            hashed = base64.b64decode(words(located.get("plaintextHash")), validate=True).hex()
        except (binascii.Error, ValueError):
            hashed = ""
        member, size = self.files.get(hashed, (None, _number(located.get("size"))))
        name = first_of(pointer.get("fileName")) or (member or "file").rpartition("/")[2]
        mime = words(pointer.get("contentType")) or None
        return Attachment(name, "present" if member else "missing", mime, size, member)


def _body(item: dict[str, Any]) -> dict[str, Any]:
    """The part of an item that holds words and reactions."""
    kinds = ("standardMessage", "stickerMessage", "directStoryReplyMessage")
    return next((table(item[kind]) for kind in kinds if kind in item), {})


def _contact(contact: dict[str, Any], id: str) -> Person:
    number = id_of(contact.get("e164"))
    handle = words(contact.get("aci")).strip() or number or f"recipient {id}"
    nickname = table(contact.get("nickname"))
    name = next(filter(None, (
        _joined(nickname.get("given"), nickname.get("family")),
        _joined(contact.get("systemGivenName"), contact.get("systemFamilyName")),
        _joined(contact.get("profileGivenName"), contact.get("profileFamilyName")),
        first_of(contact.get("username")),
        f"+{number}" if number else "",
    )), handle)  # fmt: skip
    return Person(handle, name)


def _joined(given: object, family: object) -> str:
    return f"{words(given).strip()} {words(family).strip()}".strip()


def _number(value: object) -> int | None:
    """A 64-bit number, which the export writes as a string; None for anything else."""
    told = id_of(value)
    return int(told) if told.isascii() and told.isdigit() and len(told) < 17 else None
