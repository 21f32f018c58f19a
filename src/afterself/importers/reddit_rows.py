"""One row of Reddit's tables -> a record draft. Texts are Markdown: quoted lines and code are no own words.

Ids stand without prefix, but in `parent` with it (`t1_` a comment, `t3_` a post). What was removed or deleted
is left as `[removed]` or `[deleted]`. Times are UTC.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime

from afterself.archive.drafts import Attachment, Person, RecordDraft, Span, ThreadDraft, ThreadKind
from afterself.importers.contract import Unreadable
from afterself.importers.csv_rows import Row, cell
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked, unescaped

POSTS = "posts"
GONE = ("[removed]", "[deleted]")
PREFIX = re.compile(r"t[1-6]_")
_ANSWER = re.compile(r"(?:re:\s*)+", re.IGNORECASE)


def post_of(row: Row, owner: Person) -> RecordDraft:
    """A post: its title, its text, and what it links to. Unreadable says why there is none."""
    link = cell(row, "url")
    files = (_linked(link),) if link.startswith(("http://", "https://")) and "/comments/" not in link else ()
    text = "\n\n".join(part for part in (cell(row, "title"), _written(cell(row, "body"))) if part)
    record = _record(row, POSTS, text, _moment(row, "date"), _id(row, "id"), owner)
    return record._replace(kind="post", is_owner=True, visibility="public", attachments=files)


def comment_of(row: Row, owner: Person) -> RecordDraft:
    """A comment; Unreadable says why there is none."""
    text = _written(cell(row, "body"))
    if not text:
        raise Unreadable("a comment without words")
    record = _record(row, POSTS, text, _moment(row, "date"), _id(row, "id"), owner)
    answered = PREFIX.sub("", cell(row, "parent")) or None
    return record._replace(kind="comment", is_owner=True, visibility="public", reply_to=answered)


def message_of(row: Row) -> tuple[ThreadDraft, RecordDraft]:
    """A private message and its thread; Unreadable says why there is none."""
    id, text = _id(row, "id"), _written(cell(row, "body"))
    if not text:
        raise Unreadable("a message without words")
    people = tuple(Person(name, name) for name in (cell(row, "from"), cell(row, "to")) if name)
    key = PREFIX.sub("", cell(row, "thread_id")) or id
    subject = unescaped(_ANSWER.sub("", cell(row, "subject")))
    author = people[0] if cell(row, "from") else None
    record = _record(row, key, text, _moment(row, "date"), id, author)
    to = tuple(one for one in people if one != author)
    return ThreadDraft(key, subject or key, "direct", people), record._replace(recipients=to)


class Chats:
    """Who takes part in each channel; and their messages."""

    def __init__(self, owner: Person) -> None:
        self._owner = owner
        self._people: defaultdict[str, dict[str, Person]] = defaultdict(dict)

    def meet(self, row: Row) -> None:
        """Get to know who wrote in a channel."""
        name = cell(row, "username")
        if name:
            self._people[cell(row, "channel_url")].setdefault(name, Person(name, name))

    def record_of(self, row: Row) -> tuple[ThreadDraft, RecordDraft]:
        """A message of a chat and its channel; Unreadable says why there is none."""
        channel, name, text = cell(row, "channel_url"), cell(row, "username"), _written(cell(row, "message"))
        if not channel or not name:
            raise Unreadable("a message without channel or author")
        if not text:
            raise Unreadable("a message without words")
        said_at, edited = _moment(row, "created_at"), cell(row, "updated_at")
        record = _record(row, channel, text, said_at, _id(row, "message_id"), Person(name, name))
        return self._thread(row, channel), record._replace(
            reply_to=cell(row, "thread_parent_message_id") or None,
            edited=bool(edited) and edited != cell(row, "created_at"),
        )

    def _thread(self, row: Row, channel: str) -> ThreadDraft:
        people = tuple(self._people[channel].values())
        others = ", ".join(one.name for one in people if one != self._owner)
        kind: ThreadKind = "direct" if cell(row, "conversation_type") == "direct" else "group"
        return ThreadDraft(channel, cell(row, "channel_name") or others or channel, kind, people)


def _id(row: Row, name: str) -> str:
    id = cell(row, name)
    if not id:
        raise Unreadable("a row without id")
    return id


def _written(text: str) -> str:
    return "" if text in GONE else unescaped(text)


def _linked(link: str) -> Attachment:
    return Attachment(link.partition("?")[0].rstrip("/").rpartition("/")[2] or "link", "remote")


def _moment(row: Row, name: str) -> tuple[datetime | None, str]:
    told = cell(row, name)
    return instant(told), told


def _record(
    row: Row, thread: str, text: str, said: tuple[datetime | None, str], id: str, author: Person | None
) -> RecordDraft:
    if not text:
        raise Unreadable("it is empty")
    said_at, told = said
    spans: tuple[Span, ...] = tuple(marked(text))
    return RecordDraft(
        thread=thread,
        raw=row.raw.encode(),
        text=text,
        kind="message",
        author=author,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        locator=row.locator,
        native_id=id,
        zone=None if said_at is None else "UTC",
        spans=spans,
    )
