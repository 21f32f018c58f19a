"""A Bluesky account's repository (CAR) and chats -> its owner's posts and conversations.

The commit in the file names the account. Reposts and likes are not read; what a card or a quoted post says is
not in the post. Offsets of links in a post are in bytes of UTF-8. Chats are another download (`chat.jsonl`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import storable
from afterself.importers.atproto_repository import Block, Repository, is_repository, repository
from afterself.importers.attached import beside
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.dag_cbor import decoded
from afterself.importers.json_fields import first_of, table, tables, words
from afterself.importers.json_stream import begins, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import encoding_of, lines

_POST, _PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
_WANTED = tuple(b"e$type" + bytes([0x60 + len(one)]) + one.encode() for one in (_POST, _PROFILE))
_CHAT = (re.compile(rb'"convoId"\s*:\s*"'), re.compile(rb'"sender"\s*:\s*\{\s*"did"'))
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_REMEDY = "Download the repository again: Settings → Account → Export my data."
_POSTS = "posts"


class BlueskyImporter:
    """Reads the repository that Bluesky lets its owner download."""

    name = "Bluesky repository"
    version = "1"
    source = "bluesky"
    reads = "the .car file of a Bluesky account (with chat.jsonl)"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "message"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as a repository does."""
        cars = _cars(source)
        if not cars:
            return Detection(0.0, "", "")
        folders = {beside(name) for name in cars}
        read = [*cars, *(name for folder in folders for name in _chats(source, folder))]
        return Detection.of(0.95, "Bluesky repository", "a repository of the AT Protocol", read, ())

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Of each repository: who its owner is, the posts, the conversations beside it."""
        cars, owners = _cars(source), dict[str, Person]()
        for member in cars:
            read = _posts(source, member, owners)
            yield from until_damage(read, member, _REMEDY, one_of_many=len(cars) > 1)
        for folder in sorted({beside(name) for name in cars}):
            for member in _chats(source, folder):
                yield from _conversations(source, member, owners)


def _cars(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".car")]
    return [name for name in named if is_repository(source.head(name, 256))]


def _chats(source: SourceView, folder: str) -> list[str]:
    named = [name for name in source.names() if beside(name) == folder and name.endswith(".jsonl")]
    return [name for name in named if begins(source.head(name), b"{", *_CHAT)]


def _posts(source: SourceView, member: str, owners: dict[str, Person]) -> Iterator[Yielded]:
    with source.open(member) as stream:
        found = repository(stream, _WANTED)
    keys = list(found.keys())
    owner = owners[found.account] = _owner(found, keys, member)
    yield OwnerHint(owner, "the account of the repository")
    yield ThreadDraft(_POSTS, "Posts", "public", (owner,))
    for one in keys:
        if one is None:
            yield Problem("skipped", shown(member), "a part of the tree is missing")
        elif one[0].startswith(_POST + "/"):
            try:
                yield _post(one[0], found.records.get(one[1]), member, owner)
            except Unreadable as why:
                yield Problem("skipped", f"{shown(member)}: {shown(one[0])}", str(why))
    if not found.whole:
        yield Problem("error", shown(member), "the file ends in the middle: what stands before it was read")


def _owner(found: Repository, keys: list[Any], member: str) -> Person:
    """The account with the name of its profile, else that of the file."""
    profile = next((one for one in keys if one and one[0] == _PROFILE + "/self"), None)
    block = found.records.get(profile[1]) if profile else None
    name = first_of(_fields(block).get("displayName")) if block else ""
    name = name or member.rpartition("/")[2].removesuffix(".car")
    return Person(storable(found.account) or name, name)


def _fields(block: Block) -> dict[str, Any]:
    try:
        return table(decoded(block.data))
    except ValueError:
        return {}


def _post(key: str, block: Block | None, member: str, owner: Person) -> RecordDraft:
    fields = _fields(block) if block else {}
    if block is None or not fields:
        raise Unreadable("the post's block is missing or damaged")
    text, attachments = _text(fields), tuple(_pictures(table(fields.get("embed"))))
    if not text.strip() and not attachments:
        raise Unreadable("the post is empty")
    told = words(fields.get("createdAt"))
    said_at = instant(told) or _instant_of(key.rpartition("/")[2])
    answered = words(table(table(fields.get("reply")).get("parent")).get("uri"))
    own = f"at://{owner.handle}/"
    languages = fields.get("langs")
    chosen = words(languages[0]) if isinstance(languages, list) and len(languages) == 1 else ""
    return RecordDraft(
        thread=_POSTS,
        raw=block.data,
        text=text,
        kind="comment" if answered and not answered.startswith(own) else "post",
        author=owner,
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        locator=Locator(member, block.offset, len(block.data)),
        native_id=key,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
        reply_to=answered.removeprefix(own) or None,
        visibility="public",
        language=chosen if _LANGUAGE.fullmatch(chosen) else None,
    )


def _text(fields: dict[str, Any]) -> str:
    """The words of a post; where Bluesky cut an address short it stands whole."""
    raw = fields.get("text")
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else b""
    cuts = []
    for facet in tables(fields.get("facets")):
        index = table(facet.get("index"))
        begin, end = index.get("byteStart"), index.get("byteEnd")
        link = next((uri for one in tables(facet.get("features")) if (uri := words(one.get("uri")))), "")
        if link and isinstance(begin, int) and isinstance(end, int) and 0 <= begin < end <= len(data):
            cuts.append((begin, end, link))
    for begin, end, link in sorted(cuts, reverse=True):
        short = data[begin:end].decode("utf-8", "replace")
        if short.endswith(("...", "…")) and short.rstrip(".…") in link:
            data = data[:begin] + link.encode() + data[end:]
    return words(data.decode("utf-8", "replace"))


def _pictures(embed: dict[str, Any]) -> Iterator[Attachment]:
    """Pictures and films are not in the repository, only what they are."""
    media = table(embed.get("media")) or embed
    for one in [
        *(table(image.get("image")) for image in tables(media.get("images"))),
        table(media.get("video")),
    ]:
        mime = words(one.get("mimeType"))
        if mime:
            size = one.get("size")
            yield Attachment(mime.partition("/")[0], "omitted", mime, size if isinstance(size, int) else None)


def _instant_of(tid: str) -> datetime | None:
    """When a record with this key was made (AT Protocol: TID): microseconds above ten bits."""
    if len(tid) != 13 or any(letter not in _TID for letter in tid):
        return None
    number = 0
    for letter in tid:
        number = number << 5 | _TID.index(letter)
    try:
        return _EPOCH + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None


def _conversations(source: SourceView, member: str, owners: dict[str, Person]) -> Iterator[Yielded]:
    """Messages of a chat's download, a line each."""
    people: defaultdict[str, dict[str, Person]] = defaultdict(dict)
    found: list[RecordDraft] = []
    for line in lines(source, member, encoding_of(source, member)):
        try:
            record = _message(line.text, Locator(member, line.offset, line.length), owners)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(member)}: line {line.number}", str(why))
            continue
        if record.author:
            people[record.thread].setdefault(record.author.handle, record.author)
        found.append(record)
    for key, known in people.items():
        names = ", ".join(one.name for one in known.values() if one.handle not in owners) or key
        yield ThreadDraft(key, names, "direct" if len(known) < 3 else "group", tuple(known.values()))
    yield from found


def _message(line: str | None, where: Locator, owners: dict[str, Person]) -> RecordDraft:
    try:
        fields = table(json.loads(line or ""))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the line is not whole, valid JSON") from error
    id, talk, text = (words(fields.get(key)).strip() for key in ("id", "convoId", "text"))
    who = words(table(fields.get("sender")).get("did")).strip()
    if not id or not talk or not who or not text:
        raise Unreadable("a message without id, conversation, sender or words")
    told = words(fields.get("sentAt"))
    said_at = instant(told)
    return RecordDraft(
        thread=talk,
        raw=(line or "").encode("utf-8", "replace"),
        text=text,
        kind="message",
        author=owners.get(who) or Person(who, who),
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        locator=where,
        native_id=id,
        zone=None if said_at is None else "UTC",
    )
