"""Google Chat in a Takeout -> threads and records.

`Google Chat/Groups/DM …` and `Space …` each hold `messages.json` and `group_info.json`, and
`Users/User …/user_info.json` says who the owner is. Product folders have names in the account's language, so
files are known by what is in them. The same message may stand twice. Dates are in words (`google_dates`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)  # fmt: skip
from afterself.importers.attached import beside, came_with, takeout_pages
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.google_dates import written_out
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_stream import begins, each, items, small_json, until_damage
from afterself.importers.source_view import SourceView, shown

_SHAPE = (
    re.compile(rb'"messages"\s*:\s*\['),
    re.compile(rb'"(?:creator|message_id|topic_id|created_date)"\s*:'),
)
_EMPTY = re.compile(rb'\s*\{\s*"messages"\s*:\s*\[\s*\]\s*\}\s*')
_ALL = re.compile(r"[^/]+$")
_NOT_IN_NAMES = re.compile(r'[?&<>|*:"=]')
_REMEDY = "Ask for the Takeout of Google Chat again."
_SMALL = 32 << 20


class GoogleChatImporter:
    """Reads Google Chat's folder of a Takeout."""

    name = "Google Chat"
    version = "1"
    source = "google-chat"
    reads = "a Takeout with Google Chat (zip or folder)"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a messages.json begins as Chat's do."""
        found = _conversations(source)
        if not found:
            return Detection(0.0, "", "")
        also = [*came_with(source, found, _ALL), *_users(source), *takeout_pages(source)]
        return Detection.of(0.95, "Google Chat (Takeout)", "messages as Google Chat's", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """The owner, then every conversation."""
        owners = []
        for member in _users(source):
            user = table(table(small_json(source, member, member.rpartition("/")[2], _SMALL)).get("user"))
            person = _person(user)
            if person:
                owners.append(person.handle)
                yield OwnerHint(person, "the account of the Takeout")
        for member in _conversations(source):
            reading = _Conversation(source, member, tuple(owners))
            yield from until_damage(reading.records(), member, _REMEDY, one_of_many=True)


def _conversations(source: SourceView) -> list[str]:
    named = [name for name in source.names() if name.rpartition("/")[2] == "messages.json"]
    return [name for name in named if _is_chat(source, name)]


def _is_chat(source: SourceView, name: str) -> bool:
    head = source.head(name)
    return begins(head, b"{", *_SHAPE) or (
        beside(name) + "group_info.json" in source and bool(_EMPTY.fullmatch(head))
    )


def _users(source: SourceView) -> list[str]:
    return [name for name in source.names() if name.rpartition("/")[2] == "user_info.json"]


class _Conversation:
    """One folder: its messages, and who is in it."""

    def __init__(self, source: SourceView, member: str, owners: tuple[str, ...]) -> None:
        self._source, self._member = source, member
        self._folder = beside(member)
        self._key = member.rpartition("/")[0].rpartition("/")[2] or "chat"
        self._owners = owners

    def records(self) -> Iterator[Yielded]:
        yield self._thread()
        with self._source.open(self._member) as stream:
            yield from each(items(stream, "messages.item"), self._member, "/messages", self._message)

    def _message(self, fields: Any, pointer: str) -> Iterator[Yielded]:
        record = self._record(fields, pointer)
        yield record
        if record.said_raw and record.said_at is None:
            why = "its date cannot be read: it is kept without a time"
            yield Problem("warning", shown(self._member) + pointer, why)

    def _thread(self) -> ThreadDraft:
        info = table(small_json(self._source, self._member, "group_info.json", _SMALL))
        people = tuple(person for one in tables(info.get("members")) if (person := _person(one)))
        others = [one.name for one in people if one.handle not in self._owners]
        direct = self._key.startswith("DM") and len(others) <= 1
        title = first_of(info.get("name")) or ", ".join(others) or self._key
        return ThreadDraft(self._key, title, "direct" if direct else "group", people)

    def _record(self, fields: Any, pointer: str) -> RecordDraft:
        if not isinstance(fields, dict):
            raise Unreadable("a message of another shape")
        id = id_of(fields.get("message_id"))
        deleted = _is_deleted(fields)
        text, spans = _text(fields)
        attachments = tuple(self._attachments(fields))
        if not text.strip() and not attachments and not deleted:
            raise Unreadable("the message is empty")
        raw_date = words(fields.get("created_date")) or words(fields.get("updated_date"))
        said_at = written_out(raw_date)
        told_of = table(fields.get("quoted_message_metadata")).get("message_id")
        quoted = id_of(told_of) or id_of(table(told_of).get("message_id"))
        return RecordDraft(
            thread=self._key,
            raw=json.dumps(fields, sort_keys=True, default=str).encode(),
            text="" if deleted else text,
            kind="message",
            author=_person(table(fields.get("creator"))),
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw=raw_date,
            locator=Locator(self._member, pointer=pointer),
            native_id=id or None,
            zone=None if said_at is None else "UTC",
            spans=spans,
            attachments=attachments,
            reply_to=quoted or None,
            deleted=deleted,
            edited=bool(words(fields.get("updated_date"))) and not deleted,
        )

    def _attachments(self, fields: dict[str, Any]) -> Iterator[Attachment]:
        for one in tables(fields.get("attached_files")):
            name = first_of(one.get("original_name"), one.get("export_name")) or "file"
            export = words(one.get("export_name"))
            on_disk = (export, export.replace("?", "_"), _NOT_IN_NAMES.sub("_", export))
            paths = [self._folder + name for name in on_disk if name]
            member = next((path for path in paths if path in self._source), None)
            size = self._source.size(member) if member else None
            yield Attachment(name, "present" if member else "missing", None, size, member)


def _is_deleted(fields: dict[str, Any]) -> bool:
    return bool(fields.get("deletion_metadata") or fields.get("deleted_date")) or (
        words(fields.get("message_state")) == "DELETED"
    )


def _text(fields: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    text = words(fields.get("text"))
    return text, tuple(Span(*one.span(), "code") for one in re.finditer(r"```.*?```", text, re.DOTALL))


def _person(user: dict[str, Any]) -> Person | None:
    handle = first_of(user.get("email"), user.get("name"), user.get("gaia_id"))
    return Person(handle, first_of(user.get("name")) or handle) if handle else None
