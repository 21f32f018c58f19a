"""Claude's data export (`conversations.json`) -> threads and records.

`text` may be empty where `content` holds it. Thinking, tools and their results were not said; the
text of attached files was mostly written by others and stays out. Who the owner is stands in
`users.json`, or is the account that each conversation names.
"""

from __future__ import annotations

import re
from typing import Any

from afterself.archive.drafts import Attachment, Person, Problem
from afterself.archive.keys import storable
from afterself.importers.assistant_chats import (
    AssistantImporter,
    Export,
    Said,
    Talk,
)
from afterself.importers.contract import Unreadable
from afterself.importers.json_stream import begins, small_json
from afterself.importers.source_view import SourceView, shown

_SHAPE = re.compile(rb'"chat_messages"\s*:\s*\[')


class ClaudeImporter(AssistantImporter):
    """Reads the zip that Anthropic mails, or the conversations.json in it."""

    name = "Claude export"
    source = "claude"
    reads = "the zip of Claude's data export, or its conversations.json"
    beside = re.compile(r"(?:users|projects|memories)\.json$|projects/[^/]+\.json$")
    found_as = ("Claude conversations", "conversations with chat messages")

    @staticmethod
    def is_export(head: bytes) -> bool:
        """An array of conversations with chat messages."""
        return begins(head, b"[", _SHAPE)

    def export(self, source: SourceView, member: str) -> Export:
        """Who the owner is stands in users.json."""
        users = small_json(source, member, "users.json")
        user = users[0] if isinstance(users, list) and users and isinstance(users[0], dict) else {}
        handle = storable(str(user.get("uuid") or "user"))
        name = storable(str(user.get("full_name") or user.get("email_address") or "You"))
        return _Conversations(source, member, "Claude", Person(handle, name))


class _Conversations(Export):
    def talk_of(self, fields: dict[str, Any], place: str) -> Talk:
        key, messages = fields.get("uuid"), fields.get("chat_messages")
        if not isinstance(key, str) or not isinstance(messages, list):
            raise Unreadable("a conversation without id or messages")
        said = [self._said(message, f"{place}/chat_messages/{n}") for n, message in enumerate(messages)]
        return Talk(key, str(fields.get("name") or "Untitled"), said)

    def _said(self, message: Any, where: str) -> Said | Problem:
        sender = message.get("sender") if isinstance(message, dict) else None
        if sender not in ("human", "assistant") or not isinstance(message.get("uuid"), str):
            return Problem("skipped", shown(self.member) + where, "a message without id or sender")
        files = [
            one
            for key in ("attachments", "files")
            for one in (message[key] if isinstance(message.get(key), list) else ())
            if isinstance(one, dict) and isinstance(one.get("file_name"), str)
        ]
        attachments = tuple(Attachment(storable(one["file_name"]), "omitted") for one in files)
        return Said(
            message["uuid"],
            sender == "human",
            _text(message),
            message.get("created_at"),
            where,
            attachments,
        )


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    pieces = [
        one["text"]
        for one in (content if isinstance(content, list) else ())
        if isinstance(one, dict) and one.get("type") == "text" and isinstance(one.get("text"), str)
    ]
    if pieces:
        return "\n".join(pieces)
    return message["text"] if isinstance(message.get("text"), str) else ""
