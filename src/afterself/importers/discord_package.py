"""Discord's data package -> its owner's messages, by channel.

Its folders may be capitalised or in another language, so a channel is known by what lies in its folder:
`channel.json` and `messages.json` (since about 2024) or `messages.csv`. There are only the owner's own
messages, in their latest wording, no replies. An id holds its instant: milliseconds since 2015 above its
lowest 22 bits.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from afterself.archive.drafts import (
    Attachment,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    ThreadKind,
    Yielded,
)  # fmt: skip
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, words
from afterself.importers.json_stream import begins, items, small_json, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

_MESSAGES = re.compile(r"(?P<root>(?:.*/)?)(?P<folder>[^/]+/c?(?P<id>\d{5,21}))/messages\.(?:json|csv)")
_TABLE = re.compile(rb"(?:\xef\xbb\xbf)?ID,Timestamp,Contents")
_NO_MESSAGES = re.compile(rb"\s*\[\s*\]\s*")
_STAMP = re.compile(rb'"Timestamp"')
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_DIRECT = re.compile(r"Direct Message with (.+?)(?:#0)?$")
_REMEDY = "Ask Discord for the package again; the zip can be given as it is."
_LONGEST_CELL = 1 << 20


@dataclass(frozen=True, slots=True)
class Package:
    """The data package in a source: its folder, and the member with the messages of each channel, by id."""

    source: SourceView
    root: str
    channels: dict[str, str]
    account: str

    def members(self) -> list[str]:
        """What is read of it."""
        beside = [f"{member.rpartition('/')[0]}/channel.json" for member in self.channels.values()]
        index = _index_of(next(iter(self.channels.values())))
        read = [*self.channels.values(), *beside, index, self.account]
        return [name for name in read if name in self.source]

    def others(self) -> list[str]:
        """What else the package holds: activity, servers, programs."""
        tops = {name[len(self.root) :].partition("/")[0] for name in self.members()} | _OTHERS
        return [
            name
            for name in self.source.names()
            if name.startswith(self.root) and name[len(self.root) :].partition("/")[0] in tops
        ]

    def records(self) -> Iterator[Yielded]:
        """The owner, then each channel with its messages."""
        user = table(small_json(self.source, self.account, self.account.rpartition("/")[2], 8 << 20))
        name = first_of(user.get("global_name"), user.get("username"))
        owner = Person(id_of(user.get("id")) or "owner", name or "You")
        yield OwnerHint(owner, "the account of the data package")
        index = table(small_json(self.source, _index_of(next(iter(self.channels.values()))), "index.json"))
        for id, member in self.channels.items():
            about = table(small_json(self.source, member, "channel.json"))
            thread = _thread(id, about, words(index.get(id)))
            read = _messages(self.source, member, thread, owner)
            yield from until_damage(read, member, _REMEDY, one_of_many=True)


_OTHERS = frozenset((
    "account", "Account", "activity", "Activity", "programs", "Programs", "servers", "Servers", 
    "support_tickets", "Support_Tickets", "ads", "Ads", "activities", "Activities", "README.txt",
))  # fmt: skip


def package_of(source: SourceView) -> Package | None:
    """The package in a source, if there is one."""
    found = [(one, name) for name in source.names() if (one := _MESSAGES.fullmatch(name))]
    channels = {one["id"]: name for one, name in found if _is_messages(source.head(name, 4096))}
    if not channels:
        return None
    root = next(one["root"] for one, name in found if name in channels.values())
    accounts = [
        name for name in source.names() if name.startswith(root) and name[len(root) :].count("/") == 1
        and name.endswith("/user.json")
    ]  # fmt: skip
    return Package(source, root, channels, accounts[0] if accounts else "")


def _is_messages(head: bytes) -> bool:
    return bool(_TABLE.match(head) or _NO_MESSAGES.fullmatch(head)) or begins(head, b"[", _STAMP)


def _index_of(member: str) -> str:
    """`messages/index.json` of `messages/c1/messages.json`."""
    return f"{member.rpartition('/')[0].rpartition('/')[0]}/index.json"


def _thread(id: str, about: dict[str, Any], called: str) -> ThreadDraft:
    guild = table(about.get("guild"))
    told = id_of(about.get("type"))
    alone = told in ("1", "DM") or not (told or guild or about.get("name"))
    kind: ThreadKind = "direct" if alone else "group"
    direct = _DIRECT.fullmatch(called)
    title = first_of(about.get("name"), direct and direct[1], called.removesuffix("#0"))
    return ThreadDraft(id, title or id, kind)


def _messages(source: SourceView, member: str, thread: ThreadDraft, owner: Person) -> Iterator[Yielded]:
    yield thread
    with source.open(member) as stream:
        rows = _csv_rows(stream) if member.endswith(".csv") else enumerate(items(stream))
        for number, fields in rows:
            csv_row = member.endswith(".csv")
            where = Locator(member, row=number) if csv_row else Locator(member, pointer=f"/{number}")
            try:
                yield _record(fields, where, thread.key, owner)
            except Unreadable as why:
                place = f":row {number}" if csv_row else f"/{number}"
                yield Problem("skipped", shown(member) + place, str(why))


def _csv_rows(stream: BinaryIO) -> Iterator[tuple[int, Any]]:
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.DictReader((line.replace("\0", "") for line in text), restkey="")
    number = 0
    while True:
        number += 1
        try:
            yield number, next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield number, None


def _record(fields: Any, where: Locator, thread: str, owner: Person) -> RecordDraft:
    if not isinstance(fields, dict):
        raise Unreadable("a message of another shape")
    id = id_of(fields.get("ID"))
    if not id.isdecimal():
        raise Unreadable("the message has no id")
    text = _EMOJI.sub(r"\1", words(fields.get("Contents")))
    attachments = tuple(_attachments(words(fields.get("Attachments"))))
    if not text.strip() and not attachments:
        raise Unreadable("the message is empty")
    said_at = instant(words(fields.get("Timestamp"))) or instant_of(id)
    return RecordDraft(
        thread=thread,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text=text,
        kind="message",
        author=owner,
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=words(fields.get("Timestamp")),
        locator=where,
        native_id=id,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
    )


def instant_of(id: str) -> datetime | None:
    """When something with this id of Discord's was made (its documentation: Snowflakes)."""
    try:
        return _EPOCH + timedelta(milliseconds=int(id) >> 22) if 15 <= len(id) <= 20 else None
    except (ValueError, OverflowError):
        return None


def _attachments(links: str) -> Iterable[Attachment]:
    for link in links.split():
        if link.startswith(("http://", "https://")):
            yield Attachment(file_name(link), "remote")


def file_name(link: str) -> str:
    """The name of the file that a link leads to."""
    try:
        return storable(unquote(urlsplit(link).path.rpartition("/")[2])) or "file"
    except ValueError:
        return "file"
