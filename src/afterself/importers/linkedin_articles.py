"""An article that LinkedIn gives as a web page -> a post of its author, with its title and its day."""

from __future__ import annotations

import re

from afterself.archive.drafts import Locator, Person, RecordDraft, Span
from afterself.importers.contract import Unreadable
from afterself.importers.document_html import html_text
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView

ARTICLE = re.compile(r"Articles/(?:[^/]+/)*[^/]+\.html$")
_LARGEST = 16 << 20
_TITLE = re.compile(
    r"<h1\b[^>]*>(?:\s*<a\b[^>]*href=\"(?P<link>[^\"]*)\"[^>]*>)?(?P<title>.*?)</h1>", re.DOTALL
)
_NOTE = re.compile(r"<p class=\"(?:created|published)\">.*?</p>", re.DOTALL)
_PUBLISHED = re.compile(r"Published on (\d{4}-\d\d-\d\d \d\d:\d\d)")


def article_of(source: SourceView, member: str, thread: str, author: Person) -> RecordDraft:
    """The draft of an article; Unreadable says why there is none."""
    if source.size(member) > _LARGEST:
        raise Unreadable("the article is too large")
    raw = source.head(member, _LARGEST)
    page = raw.decode("utf-8", "replace")
    heading, published = _TITLE.search(page), _PUBLISHED.search(page)
    title = html_text(heading["title"])[0].strip() if heading else ""
    start = heading.end() if heading else 0
    text, spans = html_text(_NOTE.sub("", page[start:]))
    if not text:
        raise Unreadable("the article is empty")
    before = f"{title}\n\n" if title else ""
    said_at = instant(published[1]) if published else None
    return RecordDraft(
        thread=thread,
        raw=raw,
        text=before + text,
        kind="post",
        author=author,
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "minute",
        said_raw=published[1] if published else "",
        locator=Locator(member, 0, len(raw)),
        native_id=(heading["link"] if heading else None) or member.rpartition("/")[2],
        zone=None if said_at is None else "UTC",
        spans=tuple(Span(one.start + len(before), one.end + len(before), one.kind) for one in spans),
        visibility="public",
    )
