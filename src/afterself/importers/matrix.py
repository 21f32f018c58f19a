"""A Matrix room as Element exports it (JSON) -> a thread and its records.

The file holds raw events. A name in `exported_by` says whose export it is; an edit is an event of its own
that names its target; an answer begins with what it answers, as lines after `>`. Events are understood in
`matrix_event` (Matrix specification: Client-Server API, room events).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from afterself.archive.drafts import Again, Kind, OwnerHint, Person, Problem, Yielded
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options
from afterself.importers.json_fields import words
from afterself.importers.json_places import Item, each_item, placed_items
from afterself.importers.json_stream import Broken, begins, json_members, until_damage
from afterself.importers.matrix_event import Room, record_of
from afterself.importers.source_view import SourceView, shown

_MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
_SHAPE = (re.compile(rb'"room_name"\s*:'), re.compile(rb'"exported_by"\s*:'), _MESSAGES)
_ABOUT = re.compile(rb'"(room_name|exported_by)"\s*:\s*("(?:[^"\\]|\\.)*")')
_HANDLE = re.compile(r".*\((@[^()\s]+)\)")
_OTHERS = re.compile(r"(?:images|files|videos|audio)/")
_REMEDY = "Export the room again from Element, as JSON."


class MatrixImporter:
    """Reads rooms that Element exported as JSON."""

    name = "Matrix room (Element)"
    version = "1"
    source = "matrix"
    reads = "a room that Element exported as JSON (file or zip)"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a JSON file begins as Element's do."""
        found = _rooms(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _OTHERS)
        return Detection.of(0.95, "Matrix room (Element)", "events of a room", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every room: who exported it, then what was said."""
        rooms = _rooms(source)
        for member in rooms:
            read = _records(source, member)
            yield from until_damage(read, member, _REMEDY, one_of_many=len(rooms) > 1)


def _rooms(source: SourceView) -> list[str]:
    return [name for name in json_members(source) if begins(source.head(name), b"{", *_SHAPE)]


def _records(source: SourceView, member: str) -> Iterator[Yielded]:
    about = {key.decode(): value for key, value in _ABOUT.findall(source.head(member))}
    room = Room(_text(about.get("room_name")) or "Room")
    try:
        for item in placed_items(source, member, _MESSAGES):
            room.meet(item)
    except Broken:
        pass  # told when it is read again
    owner = _exporter(room, _text(about.get("exported_by")))
    if owner:
        yield OwnerHint(owner, "who exported the room")
    yield room.thread()

    def read(item: Item) -> Iterator[Yielded]:
        edit = room.edit(item)
        if edit is None:
            yield from record_of(item, room)
        elif edit in room.ids:
            yield Again(room.id, edit, item.where)
        else:
            yield Problem("skipped", shown(member), "an edit of a message that is not in this export")

    yield from each_item(placed_items(source, member, _MESSAGES), read)


def _text(value: bytes | None) -> str:
    try:
        return words(json.loads(value or b"")).strip()
    except ValueError:
        return ""


def _exporter(room: Room, name: str) -> Person | None:
    """The one member of that name; Element adds the id where two have it."""
    found = _HANDLE.fullmatch(name)
    if found and found[1] in room.names:
        return room.person(found[1])
    same = [id for id, shown_as in room.names.items() if shown_as == name]
    return room.person(same[0]) if len(same) == 1 else None
