"""The Life of Johnson as the visitor downloaded it -> the demo self of Samuel Johnson.

The turns of `boswell.py` go in through the open format: a scene or letter is a conversation, its name
tells the year; a record has the day where Boswell names one and no time otherwise. Nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from afterself.demo.boswell import Spoken, is_boswell, spoken
from afterself.demo.gutenberg import paragraphs
from afterself.demo.person import JOHNSON
from afterself.errors import SourceError
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_source
from afterself.importers.source_view import SourceView, shown

TEXT = "Project Gutenberg's ebook 1564, “Boswell's Life of Johnson”, abridged and edited by C. G. Osgood"
PLACE = "www.gutenberg.org/ebooks/1564"


def life(path: Path) -> list[Spoken]:
    """The turns of the book; SourceError if the file is another one."""
    book = paragraphs(path)
    if not is_boswell(book):
        raise SourceError(
            f"“{shown(path.resolve().name)}” is not the Life of Johnson: "
            "it holds no dialogue in Boswell's manner.",
            remedy=f"What is read here is {TEXT}. Get “Plain Text UTF-8” from {PLACE}, then: "
            "afterself demo --person johnson --from pg1564.txt",
        )
    return spoken(book)


def read_life(self_: Self, book: Sequence[Spoken], progress: Progress | None = None) -> ImportSummary:
    """Import the turns of the book; the second time nothing changes."""
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(book))
    with SourceView.of_bytes("life-of-johnson.jsonl", data.encode()) as source:
        return import_source(self_, source, Options(me=(JOHNSON.name,), zone="Europe/London"), progress)


def rows(turns: Sequence[Spoken]) -> Iterator[dict[str, object]]:
    """The turns in the open format."""
    for turn in turns:
        where = f"letter {turn.scene}" if turn.kind == "mail" else f"scene {turn.scene}"
        yield {
            "conversation": f"Life of Johnson, {turn.year}, {where}" + (f", to {turn.to}" if turn.to else ""),
            "time": turn.day.isoformat() if turn.day else None,
            "author": turn.author,
            "text": turn.text,
            "kind": turn.kind,
            **({"recipients": [turn.to]} if turn.to else {}),
        }
