"""One item of a WordPress export -> its thread, the record of the post, and one for each comment.

Texts are HTML, in older posts with blank lines for paragraphs; marks of blocks and shortcodes are no words. A
draft has no UTC date, but a local one. What is private or under a password is not public.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime
from urllib.parse import urlsplit

from afterself.archive.drafts import Locator, Person, Problem, RecordDraft, Span, ThreadDraft, Yielded
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable
from afterself.importers.document_html import html_text
from afterself.importers.json_stream import Broken
from afterself.importers.local_time import LocalClock, instant
from afterself.importers.source_view import SourceView, shown
from afterself.importers.xml_pieces import Element, elements, field

_BLOCKS = re.compile(r"<(?:p|div|ul|ol|h[1-6]|blockquote|pre|table|figure)\b", re.IGNORECASE)
_SHORTCODE = re.compile(
    r"\[/?(?:gallery|caption|embed|audio|video|playlist|more)(?:\s[^\]]{0,2000})?\]|\[/?\w+\s[^\]=]{0,200}=[^\]]{0,2000}\]"
)
_DRAFTS = ("draft", "auto-draft", "pending", "future")
_NO_WRITING = (
    "attachment",
    "nav_menu_item",
    "revision",
    "custom_css",
    "customize_changeset",
    "wp_global_styles",
)


@dataclass(slots=True)
class Blog:
    """A blog: where it is, its authors by login, their ids and addresses."""

    member: str
    clock: LocalClock
    host: str = "blog"
    authors: dict[str, Person] = made_by(default_factory=dict)
    ids: dict[str, Person] = made_by(default_factory=dict)
    addresses: dict[str, Person] = made_by(default_factory=dict)

    @classmethod
    def of(cls, source: SourceView, member: str, clock: LocalClock) -> Blog:
        """The blog of a file, as its head tells."""
        head = source.head(member)
        about = head.decode("utf-8", "replace").partition("<item>")[0]
        blog = cls(member, clock)
        try:
            url = field(about, "wp:base_blog_url") or field(about, "link")
            blog.host = urlsplit(url.strip()).hostname or "blog"
        except ValueError:
            pass
        for one in re.findall(r"<wp:author>.*?</wp:author>", about, re.DOTALL):
            login = storable(field(one, "wp:author_login")).strip()
            if login:
                person = Person(login, storable(field(one, "wp:author_display_name")).strip() or login)
                blog.authors[login] = person
                blog.ids[field(one, "wp:author_id").strip()] = person
                blog.addresses[field(one, "wp:author_email").strip().lower()] = person
        return blog

    def author(self, login: str) -> Person | None:
        """Somebody by their login."""
        return self.authors.get(login) or (Person(login, login) if login else None)


def entry(item: Element, blog: Blog) -> Iterator[Yielded]:
    """The thread, the post, the comments; Unreadable says why there is none."""
    if not item.data:
        raise Unreadable("the entry is too large")
    comments = list(_comments(item))
    text = _without(item, comments)
    id, kind, status = (field(text, f"wp:{key}").strip() for key in ("post_id", "post_type", "status"))
    if not id:
        raise Unreadable("an entry without id")
    if kind in _NO_WRITING:
        raise Unreadable("a picture, a menu or an earlier version: no writing of its own")
    if status == "trash":
        raise Unreadable("in the trash")
    title = storable(field(text, "title")).strip()
    draft = status in _DRAFTS
    secret = draft or status == "private" or bool(field(text, "wp:post_password"))
    author = blog.author(storable(field(text, "dc:creator")).strip())
    record = _record(item, blog, f"{blog.host} {id}", id, title, field(text, "content:encoded"), author)
    said_at, told, zone = _moment(text, "wp:post_date", blog.clock)
    yield ThreadDraft(record.thread, title or id, "note" if draft or status == "private" else "public")
    yield record._replace(
        kind="note" if draft else "post",
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        zone=zone,
        visibility="private" if secret else "public",
    )
    for comment in comments:
        try:
            yield _comment(comment, blog, record, "private" if secret else "public")
        except Unreadable as why:
            yield Problem("skipped", f"{shown(blog.member)}: a comment under {shown(id)}", str(why))


def _comments(item: Element) -> Iterator[Element]:
    """The comments in an entry, each with its place in the file."""
    try:
        for one in elements(io.BytesIO(item.data), "wp:comment"):
            yield Element(one.data, item.offset + one.offset)
    except Broken as why:
        raise Unreadable("an entry with a comment that does not end") from why


def _without(item: Element, comments: list[Element]) -> str:
    """An entry's own fields: comments have some of the same names."""
    data, at = b"", 0
    for one in comments:
        begin = one.offset - item.offset
        data, at = data + item.data[at:begin], begin + len(one.data)
    return Element(data + item.data[at:], item.offset).text


def _comment(found: Element, blog: Blog, post: RecordDraft, visibility: str) -> RecordDraft:
    text = found.text
    id, kind, state = (field(text, f"wp:comment_{key}").strip() for key in ("id", "type", "approved"))
    if kind in ("pingback", "trackback"):
        raise Unreadable("a ping of another page")
    if state != "1":
        raise Unreadable("a comment that is spam, in the trash or was not approved")
    if not id:
        raise Unreadable("a comment without id")
    name = storable(field(text, "wp:comment_author")).strip()
    address = field(text, "wp:comment_author_email").strip().lower()
    user = blog.ids.get(field(text, "wp:comment_user_id").strip()) or blog.addresses.get(address or "-")
    author = user or (Person(storable(address) or name, name or address) if name or address else None)
    key = f"comment-{id}" if id == post.native_id else id
    record = _record(found, blog, post.thread, key, "", field(text, "wp:comment_content"), author)
    said_at, told, zone = _moment(text, "wp:comment_date", blog.clock)
    parent = field(text, "wp:comment_parent").strip()
    return record._replace(
        kind="comment",
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        zone=zone,
        reply_to=parent if parent not in ("", "0") else post.native_id,
        visibility=visibility,
    )


def _record(
    found: Element, blog: Blog, thread: str, id: str, title: str, written: str, author: Person | None
) -> RecordDraft:
    """What posts and comments have in common; their kind and time are set by who knows them."""
    text, spans = html_text(_paragraphs(_SHORTCODE.sub("", written)))
    if not text:
        raise Unreadable("it has no words")
    before = f"{title}\n\n" if title else ""
    return RecordDraft(
        thread=thread,
        raw=found.data,
        text=before + text,
        kind="post",
        author=author,
        said_at=None,
        precision="none",
        said_raw="",
        locator=Locator(blog.member, found.offset, len(found.data)),
        native_id=id,
        spans=tuple(Span(one.start + len(before), one.end + len(before), one.kind) for one in spans),
    )


def _paragraphs(written: str) -> str:
    """HTML with its blocks: where there are none, blank lines part paragraphs and lines are lines."""
    if _BLOCKS.search(written):
        return written
    parts = re.split(r"\n\s*\n", written.replace("\r\n", "\n").strip())
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)


def _moment(text: str, name: str, clock: LocalClock) -> tuple[datetime | None, str, str | None]:
    """The UTC date, or (of a draft) the local one with its zone."""
    told = field(text, f"{name}_gmt").strip()
    found = None if told.startswith("0000") else instant(told)
    if found:
        return found, told, "UTC"
    told = field(text, name).strip()
    try:
        return clock.utc(datetime.fromisoformat(told).replace(tzinfo=None)), told, clock.name
    except (ValueError, OverflowError):
        return None, told, None
