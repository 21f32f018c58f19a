"""One message of a Slack export -> a record draft, and one for each reaction.

`ts` is the id and the instant. What apps post and what Slack notes (joins, topics, names) are nobody's words.
A deleted root of a thread is left as a tombstone. Old exports say in the text that somebody "uploaded a
file": that is Slack's prose, the comment after it is the person's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import Attachment, Locator, Person, RecordDraft, Span
from afterself.archive.keys import storable
from afterself.importers.attached import linked
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.marked_text import marked
from afterself.importers.slack_text import plain
from afterself.importers.source_view import SourceView

_FILES = ("file_share", "file_comment", "file_mention")
_SPOKEN = ("", "thread_broadcast", "reply_broadcast", "me_message", *_FILES)
_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROSE = re.compile(
    r"<@\w+(?:\|[^>]*)?> (?:uploaded|shared|commented on)[^<]*(?:<@\w+(?:\|[^>]*)?>[^<]*)?<[^>]*>"
    r"(?: and commented)?(?::\s*)?"
)


@dataclass(slots=True)
class Workspace:
    """Who and what the ids in messages mean; each user with all that they are known as."""

    source: SourceView
    users: dict[str, tuple[Person, tuple[str, ...]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)

    def add_user(self, user: dict[str, Any]) -> None:
        """An entry of users.json."""
        id, profile = id_of(user.get("id")), table(user.get("profile"))
        if not id:
            return
        names = (
            profile.get("display_name"),
            profile.get("real_name"),
            user.get("real_name"),
            user.get("name"),
        )
        known_as = (id, *(text for one in (*names, profile.get("email")) if (text := words(one).strip())))
        self.users[id] = (Person(id, first_of(*names) or id), known_as)
        self.names[id] = self.users[id][0].name
        if user.get("is_bot") is True or id == "USLACKBOT":
            self.bots.add(id)

    def person(self, id: str) -> Person:
        """The user with an id, listed or not."""
        return self.users[id][0] if id in self.users else Person(id, id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: thread, member, JSON pointer, and the folder of the whole export."""

    thread: str
    member: str
    pointer: str
    root: str


def record_of(fields: Any, place: Place, workspace: Workspace) -> Iterator[RecordDraft]:
    """The drafts of a message and its reactions; Unreadable says why there is none."""
    ts = id_of(fields.get("ts")) if isinstance(fields, dict) else ""
    if not ts:
        raise Unreadable("a message without time stamp")
    subtype = words(fields.get("subtype"))
    deleted = subtype == "tombstone"
    spoken = subtype in _SPOKEN and not _by_bot(fields, workspace)
    author = _author(fields, workspace)
    text, spans = _text(fields, subtype, workspace)
    attachments = tuple(_files(fields, place, workspace))
    if not text.strip() and not attachments and not deleted:
        raise Unreadable("the message is empty")
    said_at = _instant(ts)
    root = id_of(fields.get("thread_ts"))
    record = RecordDraft(
        thread=place.thread,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text="" if deleted else text,
        kind="message" if spoken or deleted else "system",
        author=None if deleted else author,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=ts,
        locator=Locator(place.member, pointer=place.pointer),
        native_id=ts,
        zone=None if said_at is None else "UTC",
        spans=spans if spoken else (),
        attachments=attachments,
        reply_to=root if root and root != ts else None,
        deleted=deleted,
        edited=bool(table(fields.get("edited"))),
    )
    yield record
    if not deleted:
        yield from _reactions(fields, record, workspace)


def _instant(ts: str) -> datetime | None:
    """Seconds and their fraction since 1970; a float would lose the last digits."""
    found = _TS.fullmatch(ts)
    if not found:
        raise Unreadable("its time stamp cannot be read")
    try:
        return _EPOCH + timedelta(
            seconds=int(found[1]), microseconds=int((found[2] or "0")[:6].ljust(6, "0"))
        )
    except OverflowError as error:
        raise Unreadable("its time stamp cannot be read") from error


def _by_bot(fields: dict[str, Any], workspace: Workspace) -> bool:
    return bool(id_of(fields.get("bot_id"))) or id_of(fields.get("user")) in workspace.bots


def _author(fields: dict[str, Any], workspace: Workspace) -> Person | None:
    comment = table(fields.get("comment"))
    id = id_of(fields.get("user")) or id_of(comment.get("user")) or id_of(fields.get("bot_id"))
    if not id:
        name = words(fields.get("username")).strip()
        return Person(name, name) if name else None
    if id not in workspace.users:
        profile = table(fields.get("user_profile"))
        name = first_of(profile.get("display_name"), profile.get("real_name"), fields.get("username"))
        return Person(id, name or id)
    return workspace.person(id)


def _text(fields: dict[str, Any], subtype: str, workspace: Workspace) -> tuple[str, tuple[Span, ...]]:
    """What was written, and what in it is code, quoted or somebody else's."""
    raw = words(fields.get("text"))
    if subtype in _FILES:
        comment = words(table(fields.get("comment")).get("comment"))
        first = table(table(fields.get("file")).get("initial_comment")).get("comment")
        raw = comment or (words(first) if _PROSE.match(raw) else "") or _PROSE.sub("", raw, count=1)
    text = plain(raw, workspace.channels, workspace.names)
    spans = list(marked(text))
    for shared in tables(fields.get("attachments")):
        if not (shared.get("is_share") or shared.get("is_msg_unfurl") or not text):
            continue  # the preview of a link
        said = first_of(shared.get("text"), shared.get("fallback"), shared.get("pretext"))
        quoted = plain(said, workspace.channels, workspace.names)
        if quoted:
            text += "\n" if text else ""
            spans.append(Span(len(text), len(text) + len(quoted), "quoted"))
            text += quoted
    return text, tuple(spans)


def _files(fields: dict[str, Any], place: Place, workspace: Workspace) -> Iterator[Attachment]:
    one = table(fields.get("file"))
    for file in tables(fields.get("files")) or ([one] if one else []):
        id = id_of(file.get("id"))
        name = storable(first_of(file.get("name"), file.get("title")) or id or "file")
        mime = words(file.get("mimetype")) or None
        beside = (f"__uploads/{id}/{name}", f"attachments/{id}-{name}", f"files/{id}-{name}",
                  f"{place.member[len(place.root) :].partition('/')[0]}/attachments/{id}-{name}")  # fmt: skip
        path = next((path for path in beside if id and place.root + path in workspace.source), "")
        gone = words(file.get("mode")) in ("tombstone", "hidden_by_limit")
        link = "" if gone else first_of(file.get("url_private"), file.get("permalink"))
        yield linked(workspace.source, place.root, path or link, name, mime, file.get("size"))


def _reactions(fields: dict[str, Any], to: RecordDraft, workspace: Workspace) -> Iterator[RecordDraft]:
    for n, one in enumerate(tables(fields.get("reactions"))):
        emoji, users = words(one.get("name")), one.get("users")
        for user in users if isinstance(users, list) and emoji else ():
            if not id_of(user):
                continue
            yield RecordDraft(
                thread=to.thread,
                raw=json.dumps([to.native_id, id_of(user), emoji]).encode(),
                text=f":{emoji}:",
                kind="reaction",
                author=workspace.person(id_of(user)),
                said_at=None,
                precision="none",
                said_raw="",
                locator=Locator(to.locator.member, pointer=f"{to.locator.pointer}/reactions/{n}"),
                native_id=f"{to.native_id}:{id_of(user)}:{emoji}",
                reply_to=to.native_id,
            )
