"""Google Keep in a Takeout -> notes.

One JSON (and the same as HTML) for each note. A note is known by the microsecond when it was made, else by
its file; lists are lines. Whose words stand in a shared note stays open. The trash is left out.
"""

from __future__ import annotations

import json
import re
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
)  # fmt: skip
from afterself.importers.attached import beside, came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_fields import first_of, tables, words
from afterself.importers.json_stream import begins, json_members, small_json
from afterself.importers.source_view import SourceView, shown

_SHAPE = re.compile(rb'"(?:userEditedTimestampUsec|createdTimestampUsec)"\s*:')
_NOTE = re.compile(rb'"(?:isTrashed|isArchived|isPinned|textContent|textContentHtml|listContent|color)"\s*:')
_BESIDE = re.compile(r"[^/]+\.(?:html|jpe?g|png|gif|webp|3gp|amr|aac|m4a|mp3|ogg|txt)$", re.IGNORECASE)
_LARGEST = 32 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GoogleKeepImporter:
    """Reads Google Keep's folder of a Takeout."""

    name = "Google Keep"
    version = "1"
    source = "google-keep"
    reads = "a Takeout with Google Keep (zip or folder), or its .json files"
    kinds: frozenset[Kind] = frozenset(("note",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if JSON files are notes as Keep's."""
        found = _notes(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _BESIDE)
        return Detection.of(0.9, "Google Keep (Takeout)", "notes as Google Keep's", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every note, a thread of its own."""
        owner = Person("me", options.me[0] if options.me else "Me")  # the Takeout does not name them
        yield OwnerHint(owner, "the account of the Takeout")
        used: set[str] = set()
        for member in _notes(source):
            try:
                yield from _note(source, member, owner, used)
            except Unreadable as why:
                yield Problem("skipped", shown(member), str(why))


def _notes(source: SourceView) -> list[str]:
    return [name for name in json_members(source) if _is_note(source, name)]


def _is_note(source: SourceView, name: str) -> bool:
    """One that begins as Keep's do; or whose text fills the head, where its page lies beside it."""
    if begins(source.head(name), b"{", _SHAPE, _NOTE):
        return True
    return name.removesuffix(".json") + ".html" in source and begins(source.head(name, 4096), b"{", _NOTE)


def _note(source: SourceView, member: str, owner: Person, used: set[str]) -> Iterator[Yielded]:
    fields = small_json(source, member, member.rpartition("/")[2], _LARGEST)
    if not isinstance(fields, dict):
        raise Unreadable("it is damaged or too big: no JSON")
    if fields.get("isTrashed") is True:
        raise Unreadable("in the trash")
    title, text = words(fields.get("title")).strip(), _text(fields)
    attachments = tuple(_attachments(source, member, fields))
    if not title and not text.strip() and not attachments:
        raise Unreadable("the note is empty")
    made, edited = (
        _instant(fields.get("createdTimestampUsec")),
        _instant(fields.get("userEditedTimestampUsec")),
    )
    said_at = made or edited
    name = member.rpartition("/")[2].removesuffix(".json")
    key = str(fields.get("createdTimestampUsec") or name)
    if key in used:  # notes that another program made in one go
        key = f"{key} {name}"
    used.add(key)
    yield ThreadDraft(key, title or name, "note", (owner,))
    shared = bool(tables(fields.get("sharees")))  # it does not say who wrote which line
    yield RecordDraft(
        thread=key,
        raw=json.dumps(fields, sort_keys=True).encode(),
        text=f"{title}\n{text}" if title and text else title or text,
        kind="note",
        author=None if shared else owner,
        is_owner=None if shared else True,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=str(fields.get("createdTimestampUsec") or fields.get("userEditedTimestampUsec") or ""),
        locator=Locator(member, pointer=""),
        native_id=key,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
        edited=bool(made and edited and edited - made > timedelta(minutes=1)),
    )


def _text(fields: dict[str, Any]) -> str:
    items = [words(one.get("text")) for one in tables(fields.get("listContent"))]
    return "\n".join(part for part in (words(fields.get("textContent")), *items) if part)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, int | str) or isinstance(value, bool):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(value)) if int(value) else None
    except (ValueError, OverflowError) as error:
        raise Unreadable("its date cannot be read") from error


def _attachments(source: SourceView, member: str, fields: dict[str, Any]) -> Iterator[Attachment]:
    for one in tables(fields.get("attachments")):
        path = words(one.get("filePath"))
        stem = beside(member) + path.rpartition(".")[0] + "."
        found = beside(member) + path
        if found not in source:  # the ending on the disk may be another than the note says
            found = next((name for name in source.names() if path and name.startswith(stem)), "")
        size = source.size(found) if found else None
        mime = words(one.get("mimetype")) or None
        yield Attachment(
            first_of(path) or "file", "present" if found else "missing", mime, size, found or None
        )
