"""Facebook's and Messenger's export as JSON: conversations, posts and comments.

Read are the layouts before and after 2024 and the separate zip of end-to-end encrypted chats. Titles of
posts and comments (“Ada commented on Ben's photo.”) are Facebook's words and are left out; so is what was
shared, except its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from afterself.archive.drafts import Span
from afterself.importers.json_fields import first_of, table, tables, words
from afterself.importers.meta_importer import MetaImporter
from afterself.importers.meta_posts import Written


class FacebookImporter(MetaImporter):
    """Reads what Facebook's “Download your information” and Messenger's encrypted chats give, as JSON."""

    platform = "facebook"
    name = "Facebook export"
    source = "facebook"
    reads = "the zip of Facebook's or Messenger's information, as JSON"

    def names_of(self, profile: dict[str, Any]) -> list[str]:
        """The full name, and names from before."""
        about = next((table(profile[key]) for key in profile if key.startswith("profile")), {})
        name = table(about.get("name"))
        before = [words(one.get("name")).strip() for one in tables(about.get("previous_names"))]
        return [first_of(name.get("full_name"), about.get("name")), *before]

    def post_of(self, fields: dict[str, Any]) -> Written:
        """Words of the post, else what was written to its pictures; addresses that it shares."""
        said = [words(one.get("post")) for one in tables(fields.get("data"))]
        media, links = [], []
        for one in _attached(fields):
            media.append(table(one.get("media")))
            links.append(words(table(one.get("external_context")).get("url")).strip())
        said += [words(one.get("description")) for one in media]
        text = "\n".join(dict.fromkeys(part.strip() for part in said if part.strip()))
        text, spans = _with_links(text, links)
        files = tuple(words(one.get("uri")).strip() for one in media)
        return Written(text, fields.get("timestamp"), files, spans=spans)

    def comment_of(self, fields: dict[str, Any]) -> Written:
        """Words of the comment; who wrote it, as it says itself."""
        comment = next((table(one["comment"]) for one in tables(fields.get("data")) if "comment" in one), {})
        files = tuple(words(table(one.get("media")).get("uri")).strip() for one in _attached(fields))
        text = words(comment.get("comment")).strip()
        stamp = fields.get("timestamp") or comment.get("timestamp")
        return Written(text, stamp, files, author=words(comment.get("author")).strip())


def _attached(fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in tables(fields.get("attachments")):
        yield from tables(one.get("data"))


def _with_links(text: str, links: list[str]) -> tuple[str, tuple[Span, ...]]:
    spans = []
    for link in dict.fromkeys(links):
        if link and link not in text:
            text += "\n" if text else ""
            spans.append(Span(len(text), len(text) + len(link), "quoted"))
            text += link
    return text, tuple(spans)
