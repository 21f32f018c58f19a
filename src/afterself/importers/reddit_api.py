"""What rexport saves of Reddit's API -> the same posts and comments as those of a data request.

One object of lists: `comments` and `submissions` are the owner's, `saved` and `upvoted` are others'.
The API gives the last thousand of each, so snapshots overlap, and older ones hold what later ones lack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import Locator, OwnerHint, Person, RecordDraft, ThreadDraft, Yielded
from afterself.importers.contract import Unreadable
from afterself.importers.json_fields import first_of, id_of, table, words
from afterself.importers.json_stream import Broken, begins, each, items, json_members, until_damage
from afterself.importers.local_time import instant
from afterself.importers.marked_text import marked, unescaped
from afterself.importers.reddit_rows import GONE, POSTS, PREFIX
from afterself.importers.source_view import SourceView

_SHAPE = (
    re.compile(rb'"(?:comments|submissions)"\s*:\s*\['),
    re.compile(rb'"(?:created_utc|link_id|subreddit)"\s*:'),
)
_REMEDY = "Run rexport again, and give its .json file."


def snapshots(source: SourceView) -> list[str]:
    """The members that rexport wrote."""
    return [name for name in json_members(source) if begins(source.head(name), b"{", *_SHAPE)]


def snapshot_records(source: SourceView, member: str) -> Iterator[Yielded]:
    """The owner, then their comments and posts."""
    name = _owner(source, member)
    if name:
        yield OwnerHint(Person(name, name), "the profile in the snapshot")
    yield ThreadDraft(POSTS, "Posts", "public")
    for part in ("comments", "submissions"):
        yield from until_damage(_part(source, member, part, name), member, _REMEDY, one_of_many=True)


def _owner(source: SourceView, member: str) -> str:
    """The name in the profile, which stands at the end of the file; "" if there is none."""
    try:
        with source.open(member) as stream:
            return first_of(*(table(one).get("name") for one in items(stream, "profile")))
    except Broken:
        return ""


def _part(source: SourceView, member: str, part: str, owner: str) -> Iterator[Yielded]:
    def read(fields: Any, pointer: str) -> Iterator[Yielded]:
        yield _record(table(fields), Locator(member, pointer=pointer), part == "comments", owner)

    with source.open(member) as stream:
        yield from each(items(stream, f"{part}.item"), member, f"/{part}", read)


def _record(fields: dict[str, Any], where: Locator, comment: bool, owner: str) -> RecordDraft:
    id, body = id_of(fields.get("id")), words(fields.get("body" if comment else "selftext")).strip()
    body = "" if body in GONE else unescaped(body)
    text = (
        body if comment else "\n\n".join(part for part in (words(fields.get("title")).strip(), body) if part)
    )
    if not id or not text:
        raise Unreadable("it has no id or no words")
    stamp = fields.get("created_utc")
    said_at = instant(stamp) if not isinstance(stamp, str) else None
    author = first_of(table(fields.get("author")).get("name"), fields.get("author"), owner) or "owner"
    return RecordDraft(
        thread=POSTS,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text=text,
        kind="comment" if comment else "post",
        author=Person(author, author),
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(stamp or ""),
        locator=where,
        native_id=id,
        zone=None if said_at is None else "UTC",
        spans=tuple(marked(text)),
        reply_to=PREFIX.sub("", id_of(fields.get("parent_id"))) or None,
        edited=bool(fields.get("edited")),
        visibility="public",
    )
