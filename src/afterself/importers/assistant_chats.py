"""Chats with assistants (ChatGPT, Claude) -> threads and records: what the two exports have in common.

The person's turns are their words, the assistant's are somebody else's. Fenced code in a prompt is
marked as code, since it is mostly pasted. How an export is recognised, which messages there are, and in
what order, each format says in `chatgpt` and `claude`.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import storable
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_stream import items, json_members, until_damage
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

_FENCED = re.compile(r"^```.*?^```[^\S\n]*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation, as either export has it."""

    id: str
    owner: bool
    text: str
    at: object
    where: str
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: its key, its title, and its messages or why one is none."""

    key: str
    title: str
    messages: list[Said | Problem]


class AssistantImporter(ABC):
    """Reads the zip that the company mails, or the JSON in it; a subclass knows one company's."""

    name: str
    source: str
    reads: str
    version = "1"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False
    found_as: tuple[str, str]
    """What its `Detection` says: the format, and the reason."""
    beside: re.Pattern[str]
    """Names of the other files of an export: uploads, pages, what the company tells of the account."""

    @staticmethod
    @abstractmethod
    def is_export(head: bytes) -> bool:
        """Whether a JSON file that begins like this is one of theirs."""

    @abstractmethod
    def export(self, source: SourceView, member: str) -> Export:
        """The conversations of one such file."""

    def detect(self, source: SourceView) -> Detection:
        """Sure if a JSON file begins as the company's do."""
        found = self._members(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, self.beside)
        return Detection.of(0.95, *self.found_as, found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every conversation, in all parts of the export."""
        for member in self._members(source):
            yield from self.export(source, member).records()

    def _members(self, source: SourceView) -> tuple[str, ...]:
        return tuple(name for name in json_members(source) if self.is_export(source.head(name)))


class Export(ABC):
    """The conversations of a member, read one at a time; `talk_of` understands one of them."""

    def __init__(self, source: SourceView, member: str, assistant: str, owner: Person) -> None:
        self.source, self.member = source, member
        self._assistant = Person("assistant", assistant)
        self._owner = owner

    @abstractmethod
    def talk_of(self, fields: dict[str, Any], place: str) -> Talk:
        """One conversation; Unreadable says why it is none. `place` is its JSON pointer."""

    def records(self) -> Iterator[Yielded]:
        """The owner, then each conversation with its messages."""
        remedy = "Download the export again; the whole zip can be given as it is."
        return until_damage(self._yielded(), self.member, remedy)

    def _yielded(self) -> Iterator[Yielded]:
        yield OwnerHint(self._owner, "the account's own export")
        with self.source.open(self.member) as stream:
            for n, fields in enumerate(items(stream)):
                yield from self._talk(fields, f"/{n}")

    def _talk(self, fields: object, place: str) -> Iterator[Yielded]:
        where = shown(self.member) + place
        try:
            if not isinstance(fields, dict):
                raise Unreadable("a conversation is no JSON object")
            talk = self.talk_of(fields, place)
        except Unreadable as why:
            yield Problem("skipped", where, str(why))
            return
        yield ThreadDraft(talk.key, storable(talk.title), "direct", (self._owner, self._assistant))
        for said in talk.messages:
            yield said if isinstance(said, Problem) else self._record(said, talk.key)

    def _record(self, said: Said, thread: str) -> RecordDraft | Problem:
        text = storable(said.text)
        if not text.strip() and not said.attachments:
            return Problem("skipped", shown(self.member) + said.where, "the message is empty")
        at = instant(said.at)
        return RecordDraft(
            thread=thread,
            raw=json.dumps([said.id, said.owner, text, said.at], default=str).encode(),
            text=text,
            kind="message",
            author=self._owner if said.owner else self._assistant,
            is_owner=said.owner,
            said_at=at,
            precision="none" if at is None else "second",
            said_raw="" if said.at is None else str(said.at),
            locator=Locator(self.member, pointer=said.where),
            native_id=said.id,
            zone=None if at is None else "UTC",
            spans=tuple(Span(*one.span(), "code") for one in _FENCED.finditer(text)),
            attachments=said.attachments,
            reply_to=said.reply_to,
        )
