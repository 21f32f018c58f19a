"""ChatGPT's data export (`conversations.json`) -> threads and records.

A conversation is a tree: each edited question and each regenerated answer is a branch. Read is the
path that the person last saw, from `current_node` up to the root; what lies on other branches, tools,
thoughts and hidden messages are skipped and counted. Dictated turns are their transcripts.
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

_SHAPE = re.compile(rb'"mapping"\s*:\s*\{')
_NODE = re.compile(rb'"(?:current_node|conversation_id|create_time|children)"\s*:')
_SPOKEN = ("user", "assistant")
_TEXTS = ("text", "multimodal_text")


class ChatGptImporter(AssistantImporter):
    """Reads the zip that OpenAI mails, or the conversations.json in it."""

    name = "ChatGPT export"
    source = "chatgpt"
    reads = "the zip of ChatGPT's data export, or its conversations.json"
    beside = re.compile(
        r"(?:[^/]+/)*file[-_]|dalle-generations/|user-[^/]+/|[0-9a-f]{8}-[0-9a-f-]{27}/|chat\.html$|"
        r"(?:user|message_feedback|model_comparisons|shared_conversations|group_chats|shopping|sora)\.json$"
    )
    found_as = ("ChatGPT conversations", "conversations with a mapping of messages")

    @staticmethod
    def is_export(head: bytes) -> bool:
        """An array of trees of messages."""
        return begins(head, b"[", _SHAPE, _NODE)

    def export(self, source: SourceView, member: str) -> Export:
        """Who the owner is stands in user.json."""
        user = small_json(source, member, "user.json")
        user = user if isinstance(user, dict) else {}
        handle, name = (storable(str(user.get(key) or "")) for key in ("id", "email"))
        return _Conversations(source, member, "ChatGPT", Person(handle or "user", name or "You"))


class _Conversations(Export):
    def talk_of(self, fields: dict[str, Any], place: str) -> Talk:
        key = fields.get("conversation_id") or fields.get("id")
        nodes = fields.get("mapping")
        if not isinstance(key, str) or not isinstance(nodes, dict):
            raise Unreadable("a conversation without id or messages")
        path = _path(nodes, fields.get("current_node"))
        messages: list[Said | Problem] = []
        before: str | None = None
        for name in path:
            said = self._said(nodes[name], f"{place}/mapping/{name}", before)
            if said is not None:
                messages.append(said)
                before = said.id if isinstance(said, Said) else before
        left = [name for name in nodes if name not in set(path) and _is_turn(nodes[name])]
        messages += [
            Problem("skipped", f"{shown(self.member)}{place}/mapping/{shown(name)}",
                    "on a branch that was left (edited or regenerated)")
            for name in left
        ]  # fmt: skip
        return Talk(key, str(fields.get("title") or "Untitled"), messages)

    def _said(self, node: Any, where: str, before: str | None) -> Said | Problem | None:
        message = node.get("message") if isinstance(node, dict) else None
        if not isinstance(message, dict):
            return None  # the root of the tree
        content, role = message.get("content"), _role(message)
        kind = content.get("content_type") if isinstance(content, dict) else None
        why = _unspoken(message, role, kind)
        if why:
            return Problem("skipped", shown(self.member) + shown(where), why)
        assert isinstance(content, dict)
        text, attachments = self._content(content)
        metadata = message.get("metadata")
        files = metadata.get("attachments") if role == "user" and isinstance(metadata, dict) else None
        named = [
            one
            for one in (files if isinstance(files, list) else ())
            if isinstance(one, dict) and one.get("name")
        ]
        ids = {str(one.get("id")) for one in named}
        attachments = [one for one in attachments if one.name not in ids]  # a picture that also has a name
        attachments += [
            self._file(str(one.get("id") or ""), storable(str(one["name"])), one.get("mime_type"))
            for one in named
        ]
        id = message.get("id") or where.rpartition("/")[2]
        return Said(
            str(id), role == "user", text, message.get("create_time"), where, tuple(attachments), before
        )

    def _content(self, content: dict[str, Any]) -> tuple[str, list[Attachment]]:
        texts: list[str] = []
        attachments: list[Attachment] = []
        parts = content.get("parts")
        for part in parts if isinstance(parts, list) else [content.get("text")]:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                texts.append(part["text"])  # the transcript of what was dictated
            elif isinstance(part, dict) and isinstance(part.get("asset_pointer"), str):
                asset = part["asset_pointer"].rpartition("/")[2]
                attachments.append(self._file(asset, storable(asset), None))
        return "\n".join(text for text in texts if text), attachments

    def _file(self, id: str, name: str, mime: Any) -> Attachment:
        member = next(
            (one for one in self.source.names() if id and one.rpartition("/")[2].startswith(id)), None
        )
        mime = mime if isinstance(mime, str) else None
        size = self.source.size(member) if member else None
        return Attachment(name, "present" if member else "missing", mime, size, member)


def _path(nodes: dict[str, Any], leaf: object) -> list[str]:
    """Names of the nodes from the root to `leaf`, or to the last node if there is none."""
    path: list[str] = []
    at = leaf if isinstance(leaf, str) and leaf in nodes else next(reversed(nodes), None)
    seen: set[str] = set()
    while isinstance(at, str) and at in nodes and at not in seen:
        seen.add(at)
        path.append(at)
        at = nodes[at].get("parent") if isinstance(nodes[at], dict) else None
    return path[::-1]


def _role(message: dict[str, Any]) -> str:
    author = message.get("author")
    return str(author.get("role")) if isinstance(author, dict) else ""


def _unspoken(message: dict[str, Any], role: str, kind: object) -> str | None:
    """Why a message was not said by either to the other; None if it was."""
    metadata = message.get("metadata")
    if isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation"):
        return "hidden from the conversation"
    if role not in _SPOKEN or message.get("recipient", "all") != "all":
        return "not said by the person or the assistant to the other (system, tools)"
    return None if kind in _TEXTS else "no text of the conversation (thoughts, code run, quotations of pages)"


def _is_turn(node: Any) -> bool:
    message = node.get("message") if isinstance(node, dict) else None
    if not isinstance(message, dict) or not isinstance(message.get("content"), dict):
        return False
    return _unspoken(message, _role(message), message["content"].get("content_type")) is None
