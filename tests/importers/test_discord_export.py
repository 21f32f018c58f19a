"""Discord's package and DiscordChatExporter: each trap is a test by name."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.errors import AfterselfError
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView


def message(id: str, content: Any = "hello", **more: Any) -> dict[str, Any]:
    who = {"id": "7", "name": "ada", "nickname": "Ada", "isBot": False}
    return {"id": id, "type": "Default", "timestamp": "2023-05-01T12:00:00.1234567+02:00",
            "timestampEdited": None, "content": content, "author": who, **more}  # fmt: skip


def export(*messages: Any) -> bytes:
    channel = {"id": "55", "type": "DirectTextChat", "name": "Ada", "category": "Private"}
    head = {"guild": {"id": "0", "name": "Direct Messages"}, "channel": channel, "dateRange": {}}
    return json.dumps({**head, "messages": list(messages), "messageCount": len(messages)}).encode()


def read(data: bytes) -> Read:
    return read_source(SourceView.of_bytes("Ada [55].json", data), Options())


def test_notices_are_nobodys_words_although_they_have_author_and_content() -> None:
    notices = ("ThreadCreated", "ChannelPinnedMessage", "GuildMemberJoin", "RecipientAdd", "Call")
    found = read(
        export(*(message(str(n), "said", type=kind) for n, kind in enumerate(notices)), message("9"))
    )
    assert [one.kind for one in found.records] == ["system"] * 4 + ["call", "message"]


def test_an_instant_is_the_exporters_offset_and_a_seventh_digit_is_cut() -> None:
    found = read(export(message("1"))).records[0]
    assert found.said_at == datetime(2023, 5, 1, 10, 0, 0, 123456, UTC)


def test_a_message_without_time_is_as_old_as_its_id() -> None:
    found = read(export(message("175928847299117063", timestamp=None))).records[0]
    assert found.said_at == datetime(2016, 4, 30, 11, 18, 25, 796000, UTC)


def test_a_forward_is_not_the_words_of_who_passes_it_on() -> None:
    found = read(
        export(message("1", "", forwardedMessage={"content": "their words", "attachments": []}))
    ).records[0]
    assert (found.text, found.forwarded_from is None) == ("their words", False)


def test_reactions_are_no_messages() -> None:
    users = [{"id": "8", "name": "ben"}]
    reaction = {"emoji": {"name": "👍"}, "count": 1, "users": users}
    found = read(export(message("1", reactions=[reaction])))
    assert [(one.kind, one.reply_to) for one in found.records] == [("message", None), ("reaction", "1")]


def test_media_with_a_back_slash_path_is_found_and_belongs_to_the_export(tmp_path: Path) -> None:
    (tmp_path / "x" / "Ada.json_Files").mkdir(parents=True)
    (tmp_path / "x" / "Ada.json_Files" / "a.md").write_text("# not a note")
    sent = [{"id": "2", "url": "Ada.json_Files\\a.md", "fileName": "a.md", "fileSizeBytes": 12}]
    (tmp_path / "x" / "Ada.json").write_bytes(export(message("1", attachments=sent)))
    with SourceView.at(tmp_path / "x") as source:
        found = read_source(source, Options())
    assert [(one.text, one.attachments[0].state) for one in found.records] == [("hello", "present")]


def test_an_export_that_was_aborted_keeps_what_is_whole() -> None:
    found = read(export(message("1"), message("2"))[:-60])
    assert len(found.records) == 1
    assert [one.severity for one in found.problems] == ["error"]


def package(root: Path, folder: str, name: str, rows: str) -> Path:
    channel = root / folder / "123456789012345678"
    channel.mkdir(parents=True)
    (channel / "channel.json").write_text('{"id": "123456789012345678", "type": 0, "name": "general"}')
    (channel / name).write_text(rows, encoding="utf-8")
    (root / "Account").mkdir()
    (root / "Account" / "user.json").write_text('{"id": "7", "username": "ada", "global_name": "Ada"}')
    return root


def test_the_package_with_capital_folders_and_csv_holds_only_its_owner(tmp_path: Path) -> None:
    rows = 'ID,Timestamp,Contents,Attachments\n1,2020-01-01 10:00:00.5+00:00,"a, b\nc <:cat:99>",\n2,,,https://x/y/z.png?a=1\n'
    with SourceView.at(package(tmp_path / "package", "Messages", "messages.csv", rows)) as source:
        found = read_source(source, Options())
    assert [(one.text, one.is_owner, one.author and one.author.name) for one in found.records] == [
        ("a, b\nc :cat:", True, "Ada"), ("", True, "Ada")]  # fmt: skip
    assert found.records[0].said_at == datetime(2020, 1, 1, 10, 0, 0, 500000, UTC)
    assert [one.name for one in found.records[1].attachments] == ["z.png"]


def test_a_record_of_another_shape_is_named_with_its_place(tmp_path: Path) -> None:
    rows = json.dumps([7, {"ID": 2, "Timestamp": "2020-01-01 10:00:00", "Contents": "ok"}, {"Contents": "x"}])
    with SourceView.at(package(tmp_path / "package", "Nachrichten", "messages.json", rows)) as source:
        found = read_source(source, Options())
    assert len(found.records) == 1
    assert [where.rpartition("/")[2] for where, _ in found.skipped] == ["0", "2"]


_FIELDS = ("id", "type", "timestamp", "content", "author", "attachments", "reactions", "reference",
           "forwardedMessage", "stickers", "timestampEdited")  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON), st.data())
def test_messages_of_any_shape_and_damaged_files_raise_nothing(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    fine = bytearray(export(message("1"), message("2") | fields))
    assert read(bytes(fine)).records
    for _ in range(data.draw(st.integers(1, 3))):
        fine[data.draw(st.integers(0, len(fine) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(AfterselfError):
        read(bytes(fine))
