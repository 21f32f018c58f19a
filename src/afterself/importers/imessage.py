"""Messages on a Mac (or of an iPhone's backup): `chat.db` with its `-wal` -> threads and records.

The database is copied into a private temporary folder and opened there read-only, so that the person's own
is not touched; what lies only in its write-ahead log is read too. Which columns there are depends on the
version of macOS. Rows are understood in `imessage_message`. `is_from_me` says what is the owner's.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from afterself.archive.drafts import Kind, OwnerHint, Person, Problem, ThreadDraft, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.imessage_message import Book, records_of
from afterself.importers.json_stream import Broken, until_damage
from afterself.importers.source_view import SourceView, shown

_MAGIC = b"SQLite format 3\0"
_SHAPE = (b"CREATE TABLE message", b"CREATE TABLE handle")
_BESIDE = ("-wal", "-shm")
_WANTED = frozenset((
    "guid", "text", "attributedBody", "handle_id", "date", "date_edited", "date_retracted", "is_from_me",
    "item_type", "group_title", "associated_message_guid", "associated_message_type",
    "associated_message_emoji", "thread_originator_guid", "message_summary_info", "balloon_bundle_id",
))  # fmt: skip
_NEEDED = ("message", "handle", "chat", "chat_message_join")
_LONGEST = 64 << 20
_REMEDY = "Close Messages, copy chat.db with chat.db-wal and chat.db-shm again, and import that folder."


class IMessageImporter:
    """Reads chat.db of Messages."""

    name = "iMessage database"
    version = "1"
    source = "imessage"
    reads = "chat.db of Messages on a Mac (with chat.db-wal), or the folder it lies in"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a database holds, as far as its first pages tell, Messages' tables."""
        found = _databases(source)
        if not found:
            return Detection(0.0, "", "")
        also = [name + end for name in found for end in _BESIDE if name + end in source]
        also += [name for name in source.names() if "Attachments/" in name] if source.kind != "file" else []
        return Detection.of(0.95, "iMessage chat.db", "a database with Messages' tables", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every message of every conversation, in the order of time."""
        owner = Person("me", options.me[0] if options.me else "Me")  # the database does not name them
        yield OwnerHint(owner, "is_from_me")
        for member in _databases(source):
            yield from until_damage(_read(source, member, owner), member, _REMEDY)


def _databases(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".db")]
    return [name for name in named if _is_messages(name, source.head(name))]


def _is_messages(name: str, head: bytes) -> bool:
    if not head.startswith(_MAGIC):
        return False
    return all(one in head for one in _SHAPE) or name.rpartition("/")[2] == "chat.db"


def _read(source: SourceView, member: str, owner: Person) -> Iterator[Yielded]:
    with tempfile.TemporaryDirectory(prefix="afterself-chat-") as folder:
        path = Path(folder) / "chat.db"
        for end in ("", "-wal"):
            if member + end in source:
                with source.open(member + end) as read, Path(f"{path}{end}").open("wb") as written:
                    shutil.copyfileobj(read, written, 1 << 20)
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
                yield from _records(db, source, member, owner)
        except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
            raise Broken("the database is damaged or was copied while it changed") from error


def _records(db: sqlite3.Connection, source: SourceView, member: str, owner: Person) -> Iterator[Yielded]:
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA trusted_schema = OFF")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)  # what a damaged page says of its length
    tables = {
        str(name): str(sql)
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if str(sql).lstrip().upper().startswith("CREATE TABLE")
    }
    if any(name not in tables for name in _NEEDED):
        raise SourceError(f"“{shown(member)}” is no database of Messages.", remedy=_REMEDY)
    book = Book(db, source, member, owner, frozenset(tables))
    for row in _rows(db, reactions_only=True):
        book.know_reaction(dict(row))
    told: dict[str, ThreadDraft] = {}
    for row in _rows(db):
        fields: dict[str, Any] = dict(row)
        if not isinstance(fields["row"], int):
            raise Broken("its tables are not as Messages makes them")
        thread = book.thread(fields)
        if told.get(thread.key) is None:
            told[thread.key] = thread
            yield thread
        try:
            yield from records_of(fields, thread.key, book)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(member)}: message {fields['row']}", str(why))


def _rows(db: sqlite3.Connection, *, reactions_only: bool = False) -> Iterator[sqlite3.Row]:
    """Messages in the order of time, each with one of the chats that it is in."""
    there = [str(row[1]) for row in db.execute("PRAGMA table_info(message)")]
    if reactions_only and "associated_message_type" not in there:
        return
    columns = ", ".join(f"message.{name}" for name in there if name in _WANTED)
    among = " WHERE message.associated_message_type BETWEEN 1000 AND 3999" if reactions_only else ""
    yield from db.execute(
        f"SELECT message.ROWID AS row, {columns}, (SELECT min(chat_id) FROM chat_message_join "
        f"WHERE message_id = message.ROWID) AS chat FROM message{among} ORDER BY message.date, message.ROWID"
    )
