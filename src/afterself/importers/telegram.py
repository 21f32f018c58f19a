"""Telegram Desktop's "Export chat history" and "Export Telegram data" (JSON) -> threads and records.

Recognised by what stands in the file, whatever it is called. A whole account says who its owner is;
the export of one chat does not. Files of any size are read as a stream (`telegram_json`), messages
are understood in `telegram_message`. A message that cannot be read is a Problem with its JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from afterself.archive.drafts import Kind, OwnerHint, Problem, RecordDraft, ThreadDraft, ThreadKind, Yielded
from afterself.archive.keys import storable
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.json_stream import begins, json_members, until_damage
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.telegram_json import Account, Chat, Message, entries
from afterself.importers.telegram_message import Place, person, record_of

KINDS: dict[str, ThreadKind] = {
    "personal_chat": "direct",
    "bot_chat": "direct",
    "verify_codes": "direct",
    "replies": "direct",
    "saved_messages": "note",
    "private_group": "group",
    "private_supergroup": "group",
    "public_supergroup": "public",
    "private_channel": "channel",
    "public_channel": "channel",
}
_TYPE = re.compile(rb'"type"\s*:\s*"(?:%s)"' % "|".join(KINDS).encode())
_CHAT = re.compile(rb'"messages"\s*:\s*\[')
_ACCOUNT = re.compile(rb'"(?:personal_information|frequent_contacts|left_chats)"\s*:\s*\{')
_SENT = re.compile(
    r"(?:chats|contacts|css|files|images|js|lists|photos|profile_pictures|round_video_messages|stickers|stories|"
    r"video_files|voice_messages)/|(?:messages\d*|export_results)\.html$"
)
"""The folders and pages that Telegram Desktop writes beside result.json."""

_TELEGRAM = re.compile(rb'"(?:about|user_id|chats)"\s*:')


class TelegramImporter:
    """Reads result.json as Telegram Desktop writes it."""

    name = "Telegram export"
    version = "1"
    source = "telegram"
    reads = "result.json of Telegram Desktop, or the folder it lies in"
    kinds: frozenset[Kind] = frozenset(("message", "post", "call", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if a JSON file begins as a chat or an account of Telegram's."""
        found = [name for name in json_members(source) if _is_export(source.head(name))]
        if found:
            sent = came_with(source, found, _SENT)
            return Detection.of(0.95, "Telegram JSON", "begins as Telegram's chats do", found, sent)
        pages = [name for name in source.names() if name.rpartition("/")[2] == "messages.html"]
        if pages and b"page_wrap" in source.head(pages[0]):
            return Detection(0.0, "", "It is Telegram's HTML export: export again and choose JSON")
        return Detection(0.0, "", "")

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every export in the source, a message at a time."""
        clock = LocalClock(options.zone)
        for member in json_members(source):
            if _is_export(source.head(member)):
                yield from _Export(source, member, clock).records()


class _Export:
    """One result.json."""

    def __init__(self, source: SourceView, member: str, clock: LocalClock) -> None:
        self._source, self._member, self._clock = source, member, clock
        self._files = frozenset(source.names())
        self._last: dict[str, datetime] = {}

    def records(self) -> Iterator[Yielded]:
        remedy = "Export it again from Telegram Desktop, as JSON."
        return until_damage(self._yielded(), self._member, remedy)

    def _yielded(self) -> Iterator[Yielded]:
        with self._source.open(self._member) as stream:
            for entry in entries(stream):
                if isinstance(entry, Account):
                    yield OwnerHint(person(entry.id, entry.name), "the export's personal information")
                elif isinstance(entry, Chat):
                    yield _thread(entry)
                else:
                    yield self._record(entry)

    def _record(self, message: Message) -> RecordDraft | Problem:
        chat = message.chat
        key = _key(chat)
        place = Place(key, chat.type, self._member, message.pointer, self._files)
        try:
            draft = record_of(message.fields, place, self._clock, self._last.get(key))
        except Unreadable as why:
            return Problem("skipped", f"{shown(self._member)}{message.pointer}", str(why))
        if draft.said_at:
            self._last[key] = draft.said_at
        return draft


def _key(chat: Chat) -> str:
    return chat.id or storable(chat.name or "") or "chat"


def _thread(chat: Chat) -> ThreadDraft:
    kind = KINDS.get(chat.type, "direct")
    if chat.type == "saved_messages":
        title = "Saved messages"
    else:
        title = storable(chat.name or "").strip() or "Deleted account"
    return ThreadDraft(_key(chat), title, kind)


def _is_export(head: bytes) -> bool:
    if not begins(head, b"{"):
        return False
    if _TYPE.search(head) and _CHAT.search(head):
        return True
    return bool(_ACCOUNT.search(head) and _TELEGRAM.search(head))
