"""Posts, stories and comments of Facebook and Instagram -> records, entry by entry.

The files are arrays, bare or as the one field of an object. What an entry says is understood by the importer
of its platform (`Written`); here it becomes a record. Entries have no ids: their second identifies them,
and which of those of that second it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from afterself.archive.drafts import Kind, Locator, Person, RecordDraft, Span, ThreadDraft, Yielded
from afterself.importers.contract import Unreadable
from afterself.importers.json_stream import each, items, until_damage
from afterself.importers.local_time import instant
from afterself.importers.meta_layout import Layout
from afterself.importers.meta_words import repaired
from afterself.importers.source_view import SourceView

_FIRST = re.compile(rb'\{\s*"([^"\\.]+)"\s*:\s*\[')
_REMEDY = "Ask for the export again, as JSON; the zip can be given as it is."


@dataclass(frozen=True, slots=True)
class Written:
    """What an entry says: words, what in them is somebody else's, the second, files, and who."""

    text: str
    stamp: object
    files: tuple[str, ...] = ()
    author: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of entries: their thread, their kind, the root that paths begin at, their author."""

    member: str
    root: str
    thread: ThreadDraft
    kind: Kind
    owner: Person
    layout: Layout
    read: Callable[[dict[str, Any]], Written]


def entries(source: SourceView, paper: Paper, seen: Counter[str]) -> Iterator[Yielded]:
    """The thread and the records of a file; `seen` counts the seconds of its thread."""
    yield paper.thread
    yield from until_damage(_entries(source, paper, seen), paper.member, _REMEDY, one_of_many=True)


def _entries(source: SourceView, paper: Paper, seen: Counter[str]) -> Iterator[Yielded]:
    head = source.head(paper.member, 4096).lstrip(b"\xef\xbb\xbf \r\n\t")
    named = _FIRST.match(head)
    prefix = f"{named[1].decode('utf-8', 'replace')}.item" if named else "item"
    with source.open(paper.member) as stream:
        under = "/" + prefix.removesuffix("item").rstrip(".") if named else ""
        yield from each(
            items(stream, prefix), paper.member, under,
            lambda fields, pointer: iter((_record(source, paper, fields, pointer, seen),)),
        )  # fmt: skip


def _record(source: SourceView, paper: Paper, fields: Any, pointer: str, seen: Counter[str]) -> RecordDraft:
    if not isinstance(fields, dict):
        raise Unreadable("an entry of another shape")
    written = paper.read(repaired(fields))
    said_at = instant(written.stamp) if written.stamp and not isinstance(written.stamp, str) else None
    if said_at is None:
        raise Unreadable("an entry without time")
    attachments = tuple(
        paper.layout.attachment(source, paper.root, path) for path in dict.fromkeys(written.files) if path
    )
    if not written.text.strip() and not attachments:
        raise Unreadable("the entry says nothing")
    stamp = str(written.stamp)
    seen[stamp] += 1
    by_owner = written.author in ("", paper.owner.name)
    return RecordDraft(
        thread=paper.thread.key,
        raw=json.dumps(fields, sort_keys=True, default=str).encode(),
        text=written.text,
        kind=paper.kind,
        author=paper.owner if by_owner else Person(written.author, written.author),
        is_owner=True if by_owner else None,
        said_at=said_at,
        precision="second",
        said_raw=stamp,
        locator=Locator(paper.member, pointer=pointer),
        native_id=stamp if seen[stamp] == 1 else f"{stamp}#{seen[stamp]}",
        zone="UTC",
        spans=written.spans,
        attachments=attachments,
    )
