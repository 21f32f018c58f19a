"""A WordPress export (WXR) -> posts, pages and drafts, each a thread with the comments under it.

WXR is RSS with elements of WordPress' own, and often not well-formed. Authors are known by their login; a
blog with one author is theirs. Attachments, menus, revisions, trash, spam and pings are left out and counted.
Entries are understood in `wordpress_entry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afterself.archive.drafts import Kind, OwnerHint, Problem, Yielded
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_stream import until_damage
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.wordpress_entry import Blog, entry
from afterself.importers.xml_pieces import elements

_SHAPE = re.compile(rb"<rss\b[^>]*wordpress\.org/export/|<wp:wxr_version>")
_REMEDY = "Export the blog again: Tools → Export → All content."


class WordPressImporter:
    """Reads the XML that WordPress exports."""

    name = "WordPress export"
    version = "1"
    source = "wxr"
    reads = "the .xml of WordPress' export (WXR)"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "note"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file declares WordPress' elements."""
        found = _files(source)
        if not found:
            return Detection(0.0, "", "")
        return Detection.of(0.95, "WordPress export", "WordPress' elements", found, ())

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every post with its comments."""
        for member in _files(source):
            yield from until_damage(_records(source, member, options), member, _REMEDY)


def _files(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".xml")]
    return [name for name in named if _SHAPE.search(source.head(name, 8192))]


def _records(source: SourceView, member: str, options: Options) -> Iterator[Yielded]:
    blog = Blog.of(source, member, LocalClock(options.zone))
    if len(blog.authors) == 1:
        only = next(iter(blog.authors.values()))
        why = f"taken for the blog of {shown(only.name)}, its only author: else give --me LOGIN"
        yield OwnerHint(only, why, inferred=True)
    with source.open(member) as stream:
        for number, item in enumerate(elements(stream, "item"), 1):
            try:
                yield from entry(item, blog)
            except Unreadable as why_not:
                yield Problem("skipped", f"{shown(member)}: item {number}", str(why_not))
