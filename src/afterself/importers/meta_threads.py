"""Conversations of Facebook, Messenger and Instagram -> threads and records; and who their owner must be.

A conversation is cut into files of ten thousand messages, the newest first. What it is called and who takes
part stands around the messages, partly after them: of each conversation one file is looked through before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from afterself.archive.drafts import ThreadDraft, Yielded
from afterself.importers.json_fields import words
from afterself.importers.json_stream import around, each, items, until_damage
from afterself.importers.meta_layout import Conversation, Layout
from afterself.importers.meta_message import Place, person, record_of
from afterself.importers.meta_words import repaired
from afterself.importers.source_view import SourceView

_REMEDY = "Ask for the export again, as JSON; the zip can be given as it is."


@dataclass(frozen=True, slots=True)
class Known:
    """A conversation with what it is called and who takes part."""

    of: Conversation
    title: str
    participants: tuple[str, ...]
    group: bool

    def thread(self, owners: Iterable[str]) -> ThreadDraft:
        """Its thread; without a title it is called after those who are not the owner."""
        others = [name for name in self.participants if name not in set(owners)]
        people = tuple(person(name, self.of.key) for name in self.participants)
        title = self.title or ", ".join(others) or "Deleted account"
        return ThreadDraft(self.of.key, title, "group" if self.group else "direct", people)


def known(source: SourceView, conversations: Iterable[Conversation]) -> list[Known]:
    """What stands around the messages of each conversation."""
    return [_known(source, one) for one in conversations]


def _known(source: SourceView, one: Conversation) -> Known:
    title, names = "", dict[str, None]()
    group = False
    for member in one.members:
        with source.open(member) as stream:
            fields = around(stream, "messages")
        fields = fields if one.encrypted else repaired(fields)
        listed = fields.get("participants")
        for who in listed if isinstance(listed, list) else ():
            name = words(who if isinstance(who, str) else who.get("name") if isinstance(who, dict) else "")
            names.setdefault(name.strip())
        title = words(fields.get("title") or fields.get("threadName")).strip()
        group = group or bool(fields.get("joinable_mode"))
        if title and names:
            break
    names.pop("", None)
    if one.encrypted:
        title = re.sub(r"_\d+$", "", title)
    return Known(one, title, tuple(names), group or len(names) > 2)


def whose(threads: list[Known]) -> str:
    """The one name that takes part in every conversation; "" if that is not one."""
    alone = [set(one.participants) for one in threads if one.participants]
    if len(alone) < 2:
        return ""
    always = set.intersection(*alone)
    always -= {one.title for one in threads if not one.group}
    return always.pop() if len(always) == 1 else ""


def conversation(source: SourceView, layout: Layout, one: Known, owners: Iterable[str]) -> Iterator[Yielded]:
    """The thread and its records, file by file."""
    thread = one.thread(owners)
    yield thread
    place = Place(source, thread.key, one.of.root, layout)
    for member in one.of.members:
        place.member = member
        yield from until_damage(_messages(place, one.of.encrypted), member, _REMEDY, one_of_many=True)


def _messages(place: Place, encrypted: bool) -> Iterator[Yielded]:
    with place.source.open(place.member) as stream:
        yield from each(
            items(stream, "messages.item"), place.member, "/messages",
            lambda fields, pointer: record_of(fields, pointer, place, encrypted=encrypted),
        )  # fmt: skip
