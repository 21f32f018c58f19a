"""A row of Messages' database -> a record draft for each of its wordings, or a reaction.

Times are nanoseconds since 2001 (seconds before macOS 10.13). Newer versions keep the text only in
`attributedBody`. A tapback is a row that points at its message; one that is taken back deletes it. Chats
with the same person (by SMS and iMessage, by number and address) are one conversation.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import Attachment, Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import words
from afterself.importers.source_view import SourceView
from afterself.importers.typedstream import text_of, wordings_of

_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_SECONDS_BELOW = 10**11
_GROUP = 43
_TAPBACKS = ("❤️", "👍", "👎", "😂", "‼️", "❓")
_MARKS = str.maketrans("", "", "\ufffc")
_LINK = "URLBalloonProvider"
_EVENTS = {1: "participants changed", 2: "conversation named", 3: "left the conversation",
           4: "location shared", 5: "audio message kept", 6: "call"}  # fmt: skip


class Book:
    """Who is who and which chat is which, in one database."""

    def __init__(
        self, db: sqlite3.Connection, source: SourceView, member: str, owner: Person, tables: frozenset[str]
    ) -> None:
        self.db, self.member, self.owner = db, member, owner
        sent = [name for name in source.names() if "Attachments/" in name]
        self._files = {name.rpartition("Attachments/")[2]: name for name in sent}
        self._has_files = {"attachment", "message_attachment_join"} <= tables
        self.latest: dict[ReactionKey, int] = {}
        self._handles: dict[int, str] = {}
        self._same: dict[str, str] = {}
        self._read_handles()
        self._chats: dict[int, ThreadDraft] = dict(self._read_chats("chat_handle_join" in tables))

    def know_reaction(self, fields: dict[str, Any]) -> None:
        """Met in the order of time: the last row of a reaction says whether it stands."""
        with contextlib.suppress(Unreadable):
            self.latest[reaction_key(fields, self)] = fields["row"]

    def person(self, handle: object) -> Person:
        """Who a handle's number is."""
        id = self._handles.get(handle, "unknown") if isinstance(handle, int) else "unknown"
        return Person(id, id)

    def thread(self, fields: dict[str, Any]) -> ThreadDraft:
        """The conversation that a message is in; one of no chat is in that of its handle."""
        known = self._chats.get(fields.get("chat") or 0)
        if known:
            return known
        other = self.person(fields.get("handle_id"))
        return ThreadDraft(self._same.get(other.handle, other.handle), other.name, "direct", (other,))

    def attachments(self, row: int) -> Iterator[Attachment]:
        """The files of a message, with their bytes where the folder Attachments was copied too."""
        if not self._has_files:
            return
        rows = self.db.execute(
            "SELECT filename, transfer_name, mime_type, total_bytes "
            "FROM message_attachment_join JOIN attachment ON attachment.ROWID = attachment_id "
            "WHERE message_id = ? ORDER BY attachment.ROWID", (row,),
        )  # fmt: skip
        for path, name, mime, size in rows:
            path, name = words(path), words(name).strip()
            if path.endswith(".pluginPayloadAttachment") or name.endswith(".pluginPayloadAttachment"):
                continue  # the picture of a link's preview
            member = self._files.get(path.rpartition("Attachments/")[2]) if "Attachments/" in path else None
            yield Attachment(
                name or path.rpartition("/")[2] or "file", "present" if member else "missing",
                words(mime) or None, size if isinstance(size, int) else None, member,
            )  # fmt: skip

    def _read_handles(self) -> None:
        columns = {str(row[1]) for row in self.db.execute("PRAGMA table_info(handle)")}
        person = "person_centric_id" if "person_centric_id" in columns else "NULL"
        first: dict[str, str] = {}
        for row, id, centre in self.db.execute(f"SELECT ROWID, id, {person} FROM handle ORDER BY ROWID"):
            if not isinstance(row, int):  # a table made to look like one of Messages'
                continue
            handle = words(id).strip() or "unknown"
            self._handles[row] = handle
            kin = first.setdefault(words(centre), handle) if words(centre) else handle
            self._same.setdefault(handle, kin)

    def _read_chats(self, joined: bool) -> Iterator[tuple[int, ThreadDraft]]:
        columns = {str(row[1]) for row in self.db.execute("PRAGMA table_info(chat)")}
        style, title = (name if name in columns else "NULL" for name in ("style", "display_name"))
        query = f"SELECT ROWID, guid, chat_identifier, {style}, {title} FROM chat ORDER BY ROWID"
        for row, guid, identifier, kind, called in self.db.execute(query).fetchall():
            if not isinstance(row, int):
                continue
            people = self._participants(row) if joined else ()
            key = words(identifier).strip() or words(guid).strip() or f"chat {row}"
            group = kind == _GROUP or len(people) > 1
            if not group:
                key = self._same.get(people[0].handle if people else key, key)
            others = ", ".join(dict.fromkeys(one.name for one in people))
            yield (
                row,
                ThreadDraft(
                    key, words(called).strip() or others or key, "group" if group else "direct", people
                ),
            )

    def _participants(self, chat: int) -> tuple[Person, ...]:
        rows = self.db.execute(
            "SELECT DISTINCT handle_id FROM chat_handle_join WHERE chat_id = ? ORDER BY handle_id", (chat,)
        )
        return tuple(self.person(handle) for (handle,) in rows)


def records_of(fields: dict[str, Any], thread: str, book: Book) -> Iterator[RecordDraft]:
    """The drafts of a row: each wording of a message, oldest first. Unreadable says why there is none."""
    guid = words(fields.get("guid")).strip()
    if not guid:
        raise Unreadable("a message without id")
    kind = fields.get("associated_message_type")
    if isinstance(kind, int) and (kind == 1000 or 2000 <= kind < 4000):
        key = reaction_key(fields, book)
        if book.latest.setdefault(key, fields["row"]) == fields["row"]:
            yield _reaction(fields, key, thread, book)
        return
    earlier, taken_back = wordings_of(fields.get("message_summary_info"))
    item = fields.get("item_type") or 0
    text = _text(fields) or (earlier[-1] if earlier and not taken_back else "")
    attachments = tuple(book.attachments(fields["row"]))
    deleted = bool(fields.get("date_retracted")) or (taken_back and not text.strip())
    if item and not text.strip():
        title = words(fields.get("group_title")).strip()
        text = _EVENTS.get(item, "notice") + (f": {title}" if title else "")
    if not text.strip() and not attachments and not deleted:
        raise Unreadable("the message is empty")
    said_at = _instant(fields.get("date"))
    mine = bool(fields.get("is_from_me"))
    final = RecordDraft(
        thread=thread,
        raw=json.dumps([guid, text, fields.get("date"), deleted]).encode(),
        text="" if deleted else text,
        kind="system" if item else "message",
        author=book.owner if mine else book.person(fields.get("handle_id")),
        is_owner=mine,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(fields.get("date") or ""),
        locator=Locator(book.member, row=fields["row"]),
        native_id=guid,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
        reply_to=words(fields.get("thread_originator_guid")) or None,
        deleted=deleted,
        edited=bool(fields.get("date_edited")) and not deleted,
    )
    for older in earlier[:-1] if not deleted else ():
        older = older.translate(_MARKS)
        if older != text:
            yield final._replace(text=older, raw=json.dumps([guid, older]).encode(), edited=False)
    yield final


def _text(fields: dict[str, Any]) -> str:
    text = (words(fields.get("text")) or text_of(fields.get("attributedBody"))).translate(_MARKS)
    balloon = words(fields.get("balloon_bundle_id"))
    if balloon and not balloon.endswith(_LINK):
        text = text.replace("\ufffd", "")  # what stands for an app's picture
    return storable(text)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, int | float) or not value:
        return None
    try:
        seconds = value if abs(value) < _SECONDS_BELOW else value / 1e9
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError as error:
        raise Unreadable("its date cannot be read") from error


ReactionKey = tuple[str, str, str]
"""The message, who reacted, and the emoji."""


def reaction_key(fields: dict[str, Any], book: Book) -> ReactionKey:
    """What a tapback, and its taking back (3000 and above), have in common."""
    target = words(fields.get("associated_message_guid")).rpartition("/")[2].removeprefix("bp:")
    if not target:
        raise Unreadable("a reaction to no message")
    kind = int(fields["associated_message_type"])
    number = kind % 1000
    emoji = words(fields.get("associated_message_emoji")) if number >= len(_TAPBACKS) else ""
    emoji = emoji or (_TAPBACKS[number] if kind >= 2000 and number < len(_TAPBACKS) else "sticker")
    who = book.owner if fields.get("is_from_me") else book.person(fields.get("handle_id"))
    return target, who.handle, emoji


def _reaction(fields: dict[str, Any], key: ReactionKey, thread: str, book: Book) -> RecordDraft:
    target, handle, emoji = key
    mine, said_at = bool(fields.get("is_from_me")), _instant(fields.get("date"))
    taken_back = int(fields["associated_message_type"]) >= 3000
    return RecordDraft(
        thread=thread,
        raw=json.dumps([*key, taken_back]).encode(),
        text="" if taken_back else emoji,
        kind="reaction",
        author=book.owner if mine else Person(handle, handle),
        is_owner=mine,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(fields.get("date") or ""),
        locator=Locator(book.member, row=fields["row"]),
        native_id=":".join(key),
        zone=None if said_at is None else "UTC",
        reply_to=target,
        deleted=taken_back,
    )
