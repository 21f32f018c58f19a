"""A Mastodon archive (ActivityPub) -> its owner's posts, and what they wrote to single people.

`outbox.json` lists what the account did, `actor.json` says whose it is. Who may see a post, `to` and `cc`
tell. What was for named people only is a conversation with them. A boost is another's words, and only their
address. Texts are HTML (ActivityStreams 2.0; Mastodon: ActivityPub).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Kind,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.importers.attached import beside, came_with, linked
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.document_html import html_text
from afterself.importers.json_fields import first_of, id_of, table, tables, words
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import begins, json_members, small_json, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

_ITEMS = re.compile(rb'"orderedItems"\s*:\s*\[')
_COLLECTION = re.compile(rb'"type"\s*:\s*"OrderedCollection"')
_ACTOR = re.compile(rb'"actor"\s*:\s*"(https?://[^"\\]+)"')
_OTHERS = re.compile(
    r"media_attachments/|(?:actor|likes|bookmarks)\.json$|(?:avatar|header)\.\w+$|"
    r"(?:following_accounts|lists|blocked_accounts|muted_accounts|blocked_domains|bookmarks)\.csv$"
)
_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_REMEDY = "Ask your server for the archive again; it can be given as it is."
_POSTS = "posts"


class MastodonImporter:
    """Reads the archive of a Mastodon account, and of servers that write the same."""

    name = "Mastodon archive"
    version = "1"
    source = "mastodon"
    reads = "the archive of a Mastodon account (zip, tar.gz or folder)"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "message"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if an outbox lists activities."""
        found = _outboxes(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _OTHERS)
        return Detection.of(0.95, "Mastodon archive", "an outbox of ActivityPub", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Of each archive: who its owner is, then what they wrote."""
        for member in _outboxes(source):
            owner = _owner(source, member)
            yield OwnerHint(owner, "the account of the archive")
            yield ThreadDraft(_POSTS, "Posts", "public", (owner,))
            read = _Outbox(source, member, owner)
            found = placed_items(source, member, _ITEMS)
            yield from until_damage(each_item(found, read.item), member, _REMEDY, one_of_many=True)


def _outboxes(source: SourceView) -> list[str]:
    return [
        name
        for name in json_members(source)
        if name.rpartition("/")[2].startswith("outbox")
        and begins(source.head(name), b"{", _COLLECTION, _ITEMS)
    ]


def _owner(source: SourceView, outbox: str) -> Person:
    """Who `actor.json` says; without it the account of the first activity."""
    actor = table(small_json(source, outbox, "actor.json"))
    first = _ACTOR.search(source.head(outbox))
    id = first_of(actor.get("id"), first and first[1].decode("utf-8", "replace")) or "owner"
    login = first_of(actor.get("preferredUsername")) or id.rstrip("/").rpartition("/")[2]
    return Person(id, first_of(actor.get("name")) or login)


class _Outbox:
    """What one account did."""

    def __init__(self, source: SourceView, member: str, owner: Person) -> None:
        self._source, self._member, self._owner = source, member, owner
        self._told: set[str] = set()

    def item(self, item: Item) -> Iterator[Yielded]:
        """The record of an activity, its conversation before it."""
        activity = table(item.value())
        if activity.get("type") == "Announce":
            yield Problem(
                "skipped", shown(self._member), "a boost: another's words, of which only the address is here"
            )
            return
        post = table(activity.get("object"))
        if not id_of(post.get("id")):
            raise Unreadable("an activity without a post")
        thread, visibility = self._audience(post, activity)
        if thread.key != _POSTS and thread.key not in self._told:
            self._told.add(thread.key)
            yield thread
        yield self._record(item, post, thread, visibility)

    def _audience(self, post: dict[str, Any], activity: dict[str, Any]) -> tuple[ThreadDraft, str]:
        """Where a post stands, and who may see it."""
        to, cc = (_addresses(post.get(key)) or _addresses(activity.get(key)) for key in ("to", "cc"))
        posts = ThreadDraft(_POSTS, "Posts", "public")
        if any(one in _PUBLIC for one in (*to, *cc)):
            return posts, "public"
        if any(one.endswith("/followers") for one in (*to, *cc)):
            return posts, "followers"
        people = [one for one in _mentioned(post) if one.handle in (*to, *cc)]
        people = people or [Person(one, one.rpartition("/")[2] or one) for one in to]
        key = "direct " + " ".join(sorted(one.handle for one in people))
        title = ", ".join(one.name for one in people) or "Nobody"
        return ThreadDraft(
            key, title, "direct" if len(people) < 2 else "group", (self._owner, *people)
        ), "private"

    def _record(self, item: Item, post: dict[str, Any], thread: ThreadDraft, visibility: str) -> RecordDraft:
        text, spans = _text(post)
        attachments = tuple(self._attachments(post))
        if not text.strip() and not attachments:
            raise Unreadable("the post is empty")
        told, answered = words(post.get("published")), id_of(post.get("inReplyTo"))
        said_at = instant(told)
        own = answered.startswith(self._owner.handle + "/")
        direct = thread.key != _POSTS
        return RecordDraft(
            thread=thread.key,
            raw=item.raw,
            text=text,
            kind="message" if direct else "comment" if answered and not own else "post",
            author=self._owner,
            is_owner=True,
            said_at=said_at,
            precision="none" if said_at is None else "second",
            said_raw=told,
            locator=item.where,
            native_id=id_of(post["id"]),
            zone=None if said_at is None else "UTC",
            spans=spans,
            attachments=attachments,
            recipients=tuple(one for one in thread.participants if one != self._owner),
            reply_to=answered or None,
            edited=bool(words(post.get("updated"))),
            visibility=visibility,
            language=_language(post),
        )

    def _attachments(self, post: dict[str, Any]) -> Iterator[Attachment]:
        for one in tables(post.get("attachment")):
            path = words(one.get("url")).lstrip("/")
            name = path.rpartition("/")[2] or "file"
            yield linked(self._source, beside(self._member), path, name, words(one.get("mediaType")) or None)


def _addresses(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for one in values if (text := words(one).strip())]


def _mentioned(post: dict[str, Any]) -> list[Person]:
    tags = [one for one in tables(post.get("tag")) if one.get("type") == "Mention"]
    people = [(words(one.get("href")).strip(), words(one.get("name")).strip()) for one in tags]
    return [Person(id, name or id) for id, name in dict.fromkeys(people) if id]


def _text(post: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    """The warning before a post, what it says, and the answers of a poll."""
    warning = words(post.get("summary")).strip()
    text, spans = html_text(words(post.get("content")))
    before = f"{warning}\n" if warning and text else warning
    spans = tuple(Span(one.start + len(before), one.end + len(before), one.kind) for one in spans)
    answers = [words(one.get("name")).strip() for key in ("oneOf", "anyOf") for one in tables(post.get(key))]
    return "\n".join([before + text, *(one for one in answers if one)]), spans


def _language(post: dict[str, Any]) -> str | None:
    """The one language that the author chose for a post."""
    told = list(table(post.get("contentMap")))
    return told[0] if len(told) == 1 and _LANGUAGE.fullmatch(told[0]) else None
