"""Evernote's export (ENEX) -> notes, each a thread of its own.

A notebook is one XML file with the attached files in base64 inside: they stay there, their names and sizes
are told. A note has no id: its title and the second when it was made say which it is. Its text is ENML, a
kind of HTML that is not always well-formed. What was clipped from a page is nobody's own words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from afterself.archive.drafts import (
    Again,
    Attachment,
    Kind,
    Locator,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import storable
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.document_html import html_text
from afterself.importers.json_stream import Broken, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown
from afterself.importers.xml_pieces import Element, elements, field

_EXPORT = re.compile(rb"<en-export[\s>]")
_CRYPT = re.compile(r"<en-crypt\b[^>]*>[^<]*</en-crypt>")
_CHECKBOX = re.compile(r"<en-todo\b([^<>]*)>(?:</en-todo>)?")
_MEDIA = re.compile(r"</?en-media\b[^<>]*>")
_EMPTY_LINE = re.compile(r"<br\s*/?>\s*(?=</div>)")
_DIV = re.compile(r"<(/?)div\b[^<>]*>")
_REMEDY = "Export the notebook from Evernote again, as ENEX."


class EvernoteImporter:
    """Reads notebooks that Evernote exported."""

    name = "Evernote export"
    version = "1"
    source = "evernote"
    reads = "the .enex of an Evernote notebook"
    kinds: frozenset[Kind] = frozenset(("note",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a file begins as an export does."""
        found = _notebooks(source)
        if not found:
            return Detection(0.0, "", "")
        return Detection.of(0.95, "Evernote export", "notes as Evernote's", found, ())

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every note; one that names no author is that of the name which was given."""
        given = next((one for one in options.me if one.strip()), "")
        notebooks = _notebooks(source)
        seen: dict[str, bytes] = {}
        for member in notebooks:
            read = _notes(source, member, Person(given, given) if given else None, seen)
            yield from until_damage(read, member, _REMEDY, one_of_many=len(notebooks) > 1)


def _notebooks(source: SourceView) -> list[str]:
    named = [name for name in source.names() if source.kind == "file" or name.lower().endswith(".enex")]
    return [name for name in named if _EXPORT.search(source.head(name, 4096))]


def _notes(
    source: SourceView, member: str, given: Person | None, seen: dict[str, bytes]
) -> Iterator[Yielded]:
    with source.open(member) as stream:
        for number, note in enumerate(elements(stream, "note"), 1):
            try:
                record, title = _note(note, member, given)
            except Unreadable as why:
                yield Problem("skipped", f"{shown(member)}: note {number}", str(why))
                continue
            key = record.thread
            if seen.get(key) == record.text.encode():
                yield Again(key, key, record.locator)
                continue
            if key in seen:  # another note of that title and second
                record = record._replace(thread=f"{key}/{number}", native_id=f"{key}/{number}")
            seen[record.thread] = record.text.encode()
            people = (record.author,) if record.author else ()
            yield ThreadDraft(record.thread, title or "Untitled", "note", people)
            yield record


def _note(note: Element, member: str, given: Person | None) -> tuple[RecordDraft, str]:
    """The draft of a note and its title; Unreadable says why there is none."""
    text, attachments = _apart(note)
    title = storable(field(text, "title")).strip()
    made, changed = field(text, "created").strip(), field(text, "updated").strip()
    tasks = _tasks(text)
    body, spans = html_text(_plain(field(text, "content")))
    body = "\n".join(part for part in (body, *tasks) if part)
    if not body and not attachments:
        raise Unreadable("the note is empty")
    author = storable(field(text, "author")).strip()
    clipped = field(text, "source").strip().startswith("web.clip") or bool(field(text, "source-url").strip())
    said_at = instant(made)
    key = f"{title}/{made}"
    record = RecordDraft(
        thread=key,
        raw=note.data,
        text=body,
        kind="note",
        author=Person(author, author) if author else given,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=made,
        locator=Locator(member, note.offset, len(note.data)),
        native_id=key,
        zone=None if said_at is None else "UTC",
        spans=(Span(0, len(body), "quoted"),) if clipped and body else spans,
        attachments=attachments,
        edited=bool(changed) and changed != made,
    )
    return record, title


def _apart(note: Element) -> tuple[str, tuple[Attachment, ...]]:
    """A note without its files, and what files they are."""
    if not note.data:
        raise Unreadable("the note is too large")
    rest, at, files = [], 0, []
    try:
        for one in elements(io.BytesIO(note.data), "resource"):
            rest.append(note.data[at : one.offset])
            at = one.offset + len(one.data)
            packed = len("".join(field(one.text, "data").split()).rstrip("="))
            name = storable(field(one.text, "file-name")).strip() or "file"
            files.append(
                Attachment(name, "omitted", field(one.text, "mime").strip() or None, packed * 3 // 4)
            )
    except Broken as why:
        raise Unreadable("a file in the note does not end") from why
    return Element(b"".join([*rest, note.data[at:]]), note.offset).text, tuple(files)


def _tasks(text: str) -> list[str]:
    found = elements(io.BytesIO(text.encode()), "task")
    try:
        return [title for one in found if (title := storable(field(one.text, "title")).strip())]
    except Broken:
        return []


def _plain(enml: str) -> str:
    """ENML as HTML: a `div` is a line, a tick a sign, and what is encrypted nothing."""
    enml = _MEDIA.sub("", _CRYPT.sub("", enml))
    enml = _CHECKBOX.sub(lambda one: "[x] " if 'checked="true"' in one[1] else "[ ] ", enml)
    return _DIV.sub(lambda one: "<br>" if one[1] else "", _EMPTY_LINE.sub("", enml))
