"""Discord: the data package and exports of DiscordChatExporter (JSON) -> threads and records.

The package (`discord_package`) holds what its owner wrote and nothing of anybody else; an export of one
channel (`discord_chat`) holds everybody's messages and does not say whose it is. Both know a message by
Discord's own id, so that a message of both is one record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afterself.archive.drafts import Kind, Problem, Yielded
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options
from afterself.importers.discord_chat import chat_records, is_chat
from afterself.importers.discord_package import Package, package_of
from afterself.importers.json_stream import json_members
from afterself.importers.source_view import SourceView, shown

_MEDIA = re.compile(r"[^/]+_Files/")
"""The folder of pictures that DiscordChatExporter writes beside `NAME.json`."""

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:AuthorID,Author,Date,Content,Attachments|={20,}\r?\nGuild: .*\r?\nChannel: )"
)
"""How its CSV and TXT begin."""


class DiscordImporter:
    """Reads Discord's data package and DiscordChatExporter's JSON."""

    name = "Discord export"
    version = "1"
    source = "discord"
    reads = "the zip of Discord's data package, or JSON of DiscordChatExporter"
    kinds: frozenset[Kind] = frozenset(("message", "reaction", "call", "system"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if folders lie as the package's do, or a file begins as a channel's export."""
        package, chats = package_of(source), _chats(source)
        found = [*(package.members() if package else ()), *chats, *_pages(source)]
        if not found:
            return Detection(0.0, "", "")
        format = "Discord data package" if package else "DiscordChatExporter JSON"
        also = [*came_with(source, chats, _MEDIA), *(package.others() if package else [])]
        return Detection.of(0.95, format, "channels and messages as Discord's", found, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """The package's channels, then every channel's export."""
        package: Package | None = package_of(source)
        if package is not None:
            yield from package.records()
        chats = _chats(source)
        for member in chats:
            yield from chat_records(source, member, one_of_many=len(chats) > 1)
        for member in _pages(source):
            yield Problem(
                "skipped", shown(member), "DiscordChatExporter's text or table: export it again as JSON"
            )


def _pages(source: SourceView) -> list[str]:
    """Exports in the forms that do not say which message is which."""
    named = [name for name in source.names() if name.lower().endswith((".csv", ".txt"))]
    return [name for name in named if _PAGE.match(source.head(name, 4096))]


def _chats(source: SourceView) -> list[str]:
    return [name for name in json_members(source) if is_chat(source.head(name))]
