"""Exports of chats with assistants: only what was said, each side's words its own, damage told."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.errors import SourceError
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView


def node(id: str, parent: str | None, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    content = more.pop("content", {"content_type": "text", "parts": list(parts)})
    return {"id": id, "parent": parent, "children": [], "message": {
        "id": f"m-{id}", "author": {"role": role}, "create_time": 1700000000.5, "content": content,
        "recipient": "all", "metadata": {}, **more}}  # fmt: skip


def tree(*nodes: dict[str, Any], current: str | None = None, **more: Any) -> dict[str, Any]:
    mapping = {"root": {"id": "root", "parent": None, "children": [], "message": None}}
    mapping |= {one["id"]: one for one in nodes}
    return {"conversation_id": "c1", "title": "Bread", "create_time": 1700000000.0, "mapping": mapping,
            "current_node": current or nodes[-1]["id"], **more}  # fmt: skip


def read(export: Any) -> Read:
    data = export if isinstance(export, bytes) else json.dumps(export).encode()
    return read_source(SourceView.of_bytes("conversations.json", data), Options())


def test_the_path_that_was_last_seen_is_read_and_left_branches_are_counted() -> None:
    found = read([tree(
        node("a", "root", "user", "how long must it rise?"),
        node("b1", "a", "assistant", "one hour"),
        node("b2", "a", "assistant", "two hours"),
        node("c", "b2", "user", "thanks"),
    )])  # fmt: skip
    assert found.lines == [("You", "how long must it rise?"), ("ChatGPT", "two hours"), ("You", "thanks")]
    assert [r.is_owner for r in found.records] == [True, False, True]
    assert [why for _, why in found.skipped] == ["on a branch that was left (edited or regenerated)"]
    assert found.records[0].said_at == datetime.fromtimestamp(1700000000.5, UTC)
    assert found.records[0].native_id == "m-a"


def test_thoughts_tools_hidden_messages_and_instructions_are_not_what_was_said() -> None:
    found = read([tree(
        node("s", "root", "system", "you are helpful"),
        node("i", "s", "user", content={"content_type": "user_editable_context", "user_profile": "x"}),
        node("h", "i", "user", "hidden", metadata={"is_visually_hidden_from_conversation": True}),
        node("u", "h", "user", "what is 2+2?"),
        node("t", "u", "assistant", content={"content_type": "thoughts", "thoughts": []}),
        node("p", "t", "assistant", "print(2+2)", recipient="python"),
        node("x", "p", "tool", content={"content_type": "execution_output", "text": "4"}),
        node("z", "x", "assistant", "four"),
    )])  # fmt: skip
    assert found.lines == [("You", "what is 2+2?"), ("ChatGPT", "four")]
    assert len(found.skipped) == 6


def test_a_dictated_turn_is_its_transcript_and_a_picture_an_attachment() -> None:
    parts = [{"content_type": "audio_transcription", "text": "hello there"},
             {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-abc"}]  # fmt: skip
    content = {"content_type": "multimodal_text", "parts": parts}
    found = read([tree(node("a", "root", "user", content=content))]).records[0]
    assert found.text == "hello there"
    assert [(a.name, a.state) for a in found.attachments] == [("file-abc", "missing")]


def test_fenced_code_in_a_prompt_is_not_the_persons_own_words() -> None:
    found = read([tree(node("a", "root", "user", "why?\n```python\nx = 1\n```\nplease"))]).records[0]
    assert [(found.text[s.start : s.end], s.kind) for s in found.spans] == [("```python\nx = 1\n```", "code")]


def test_a_tree_that_bites_its_tail_is_read_once() -> None:
    found = read([tree(node("a", "b", "user", "one"), node("b", "a", "assistant", "two"))])
    assert len(found.records) == 2


def claude(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"uuid": "c1", "name": "Garden", "created_at": "2024-05-01T10:00:00Z", "account": {"uuid": "u1"},
            "chat_messages": list(messages), **more}  # fmt: skip


def said(id: str, sender: str, text: str, **more: Any) -> dict[str, Any]:
    return {"uuid": id, "sender": sender, "text": text, "created_at": "2024-05-01T10:00:00.123456Z", **more}


def test_a_message_whose_text_is_empty_is_read_from_its_content() -> None:
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "plant them now"},
               {"type": "tool_use", "name": "web"}]  # fmt: skip
    found = read([claude(said("1", "human", "tulips?"), said("2", "assistant", "", content=content))])
    assert found.lines == [("You", "tulips?"), ("Claude", "plant them now")]
    assert found.records[0].said_at == datetime(2024, 5, 1, 10, 0, 0, 123456, UTC)


def test_the_text_of_an_attached_file_is_not_the_persons_own_words() -> None:
    attached = [{"file_name": "letter.txt", "extracted_content": "Dear Sir", "file_size": 8}]
    found = read([claude(said("1", "human", "shorten this", attachments=attached))]).records[0]
    assert found.text == "shorten this"
    assert [(a.name, a.state) for a in found.attachments] == [("letter.txt", "omitted")]


def test_the_zip_says_who_its_owner_is(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("conversations.json", json.dumps([claude(said("1", "human", "hi"))]))
        packed.writestr("users.json", json.dumps([{"uuid": "u1", "full_name": "Eva Lind"}]))
        packed.writestr("projects.json", "[]")
    with SourceView.at(path) as source:
        found = read_source(source, Options())
    assert [(r.author.handle, r.author.name) for r in found.records if r.author] == [("u1", "Eva Lind")]


def test_one_conversation_of_another_shape_does_not_end_the_import() -> None:
    found = read([claude(said("1", "human", "hi")), 7, {"uuid": "x"}, claude("odd", {}, uuid="c2")])
    assert len(found.records) == 1
    places = ("/1", "/2", "/3/chat_messages/0", "/3/chat_messages/1")
    assert [where for where, _ in found.skipped] == [f"conversations.json{place}" for place in places]


def test_a_cut_off_export_keeps_what_was_whole_or_says_that_there_is_nothing() -> None:
    whole = json.dumps([claude(said("1", "human", "hi"), uuid=f"c{n}") for n in range(3)]).encode()
    found = read(whole[:-30])
    assert len(found.records) == 2
    assert [p.severity for p in found.problems] == ["error"]
    with pytest.raises(SourceError, match="Nothing in"):
        read(whole[:150])


_MESSAGE_FIELDS = ("id", "author", "create_time", "content", "recipient", "metadata")
_CLAUDE_FIELDS = ("uuid", "sender", "text", "content", "created_at", "attachments", "files")


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(_MESSAGE_FIELDS), ANY_JSON),
    st.dictionaries(st.sampled_from(_CLAUDE_FIELDS), ANY_JSON),
)
def test_messages_of_any_shape_raise_nothing(fields: dict[str, Any], other: dict[str, Any]) -> None:
    odd = node("b", "a", "user", "odd")
    odd["message"] |= fields
    assert read([tree(node("a", "root", "user", "fine"), odd)]).records
    assert read([claude(said("1", "human", "fine"), said("2", "human", "odd") | other)]).records
