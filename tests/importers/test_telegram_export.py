"""Telegram's result.json: each trap is a test by name, and damaged files neither end nor hang an import."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.errors import AfterselfError, UnknownFormat
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.importers.telegram_json import Mended

UTC_ZONE = Options(zone="UTC")
FIELDS = (
    "id type text text_entities from from_id date date_unixtime photo file poll location_information "
    "reply_to_message_id forwarded_from members media_type sticker_emoji via_bot mime_type file_size"
).split()


def message(id: int, text: Any = "hello", **more: Any) -> dict[str, Any]:
    at = {"date": "2023-05-01T12:00:00", "date_unixtime": "1682935200"}
    who = {"from": "Ada", "from_id": "user11"}
    return {"id": id, "type": "message", **at, **who, "text": text, "text_entities": [], **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Ada", "type": "personal_chat", "id": 11, "messages": list(messages), **more}


def read(export: Any, options: Options = UTC_ZONE) -> Read:
    data = export if isinstance(export, bytes) else json.dumps(export).encode()
    return read_source(SourceView.of_bytes("result.json", data), options)


def test_the_instant_comes_from_unixtime_and_not_from_the_wall_clock() -> None:
    found = read(chat(message(1)), Options(zone="Asia/Tokyo")).records[0]
    assert found.said_at == datetime(2023, 5, 1, 10, 0, tzinfo=UTC)
    assert found.said_raw == "2023-05-01T12:00:00"


def test_an_old_export_without_unixtime_is_read_in_the_given_zone() -> None:
    old = message(1)
    del old["date_unixtime"]
    found = read(chat(old), Options(zone="Europe/Berlin")).records[0]
    assert found.said_at == datetime(2023, 5, 1, 10, 0, tzinfo=UTC)
    assert found.zone == "Europe/Berlin"


def test_control_characters_that_are_no_json_are_mended() -> None:
    text = json.dumps(chat(message(1, "VT"))).replace('"VT"', '"a\\x0Bb \\\\x0B"').encode()
    assert read(text).records[0].text == "a\x0bb \\x0B"


@settings(max_examples=200)
@given(st.binary(max_size=60), st.integers(1, 7))
def test_mending_is_the_same_however_the_file_is_cut(noise: bytes, size: int) -> None:
    text = noise.replace(b"n", b"\\x0B").replace(b"m", b"\\\\")

    class Slow(io.BytesIO):
        def read(self, count: int | None = -1) -> bytes:
            return super().read(size)

    assert Mended(Slow(text)).readall() == Mended(io.BytesIO(text)).readall()


def test_text_as_a_list_of_strings_and_entities_is_joined() -> None:
    parts = [
        "see ",
        {"type": "link", "text": "https://example.org"},
        " and ",
        {"type": "bold", "text": "this"},
    ]
    found = read(chat(message(1, parts)))
    assert found.records[0].text == "see https://example.org and this"
    assert found.records[0].spans == ()


def test_code_and_blockquotes_are_not_own_words() -> None:
    entities = [
        {"type": "plain", "text": "look "},
        {"type": "pre", "text": "x = 1", "language": "python"},
        {"type": "blockquote", "text": "they said"},
    ]
    found = read(chat(message(1, "", text_entities=entities))).records[0]
    assert [(found.text[s.start : s.end], s.kind) for s in found.spans] == [
        ("x = 1", "code"), ("they said", "quoted")]  # fmt: skip


def test_a_forward_keeps_whose_words_they_are_even_if_that_account_is_gone() -> None:
    first, second = read(chat(message(1, forwarded_from="Ben"), message(2, forwarded_from=None))).records
    assert (first.forwarded_from, second.forwarded_from) == ("Ben", "Deleted account")


def test_a_deleted_account_has_no_name_and_its_messages_stay_together() -> None:
    gone = {"from": None, "from_id": "user7"}
    found = read(chat(message(1, **gone), message(2, **gone), name=None)).records
    assert {(r.author.handle, r.author.name) for r in found if r.author} == {("user7", "Deleted account")}


def test_bare_numbers_of_old_exports_are_the_same_person_as_today() -> None:
    found = read(chat(message(1, from_id=11), message(2, from_id="user11"))).records
    assert {r.author.handle for r in found if r.author} == {"user11"}


def test_a_file_that_was_left_out_is_an_omitted_attachment_and_no_text() -> None:
    left_out = "(File not included. Change data exporting settings to download.)"
    found = read(chat(message(1, "", file=left_out, media_type="voice_message", mime_type="audio/ogg")))
    assert found.records[0].text == ""
    assert [(a.state, a.mime) for a in found.records[0].attachments] == [("omitted", "audio/ogg")]


def test_files_beside_the_export_are_present_and_others_missing(tmp_path: Path) -> None:
    photos = tmp_path / "ChatExport" / "photos"
    photos.mkdir(parents=True)
    (photos / "a.jpg").write_bytes(b"jpeg")
    export = chat(message(1, "", photo="photos/a.jpg"), message(2, "", photo="photos/b.jpg"))
    (tmp_path / "ChatExport" / "result.json").write_text(json.dumps(export), encoding="utf-8")
    with SourceView.at(tmp_path / "ChatExport") as source:
        found = read_source(source, UTC_ZONE)
    assert [a.state for r in found.records for a in r.attachments] == ["present", "missing"]


def test_service_messages_are_nobodys_words_and_calls_are_calls() -> None:
    pin = {"id": 1, "type": "service", "date_unixtime": "1682935200", "action": "pin_message", "actor": "Ada"}
    call = pin | {"id": 2, "action": "phone_call", "duration_seconds": 30}
    assert [r.kind for r in read(chat(pin, call)).records] == ["system", "call"]


def test_messages_telegram_could_not_export_are_counted_and_named() -> None:
    found = read(chat({"id": 1, "type": "unsupported"}, message(2), 17, message(4, date_unixtime="never")))
    assert [r.native_id for r in found.records] == ["2"]
    assert [where for where, _ in found.skipped] == [f"result.json/messages/{n}" for n in (0, 2, 3)]


def test_a_whole_account_has_its_owner_its_chats_and_those_it_left() -> None:
    export = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 5, "first_name": "Eva", "last_name": "Lind", "bio": ""},
        "chats": {"about": "", "list": [
            chat(message(1)),
            {"type": "saved_messages", "id": 5, "messages": [message(1, "a note", from_id="user5")]},
        ]},
        "left_chats": {"about": "", "list": [chat(message(9), type="private_group", id=99, name="Old")]},
    }  # fmt: skip
    found = read(export)
    assert [(t.key, t.title, t.kind) for t in found.threads] == [
        ("11", "Ada", "direct"), ("5", "Saved messages", "note"), ("99", "Old", "group")]  # fmt: skip
    assert [(r.thread, r.native_id, r.locator.pointer) for r in found.records] == [
        ("11", "1", "/chats/list/0/messages/0"),
        ("5", "1", "/chats/list/1/messages/0"),
        ("99", "9", "/left_chats/list/0/messages/0"),
    ]


def test_a_truncated_export_gives_what_stands_before_the_cut_and_says_so() -> None:
    whole = json.dumps(chat(*(message(n) for n in range(40)))).encode()
    found = read(whole[: len(whole) * 2 // 3])
    assert 20 <= len(found.records) < 40
    assert [p.severity for p in found.problems] == ["error"]
    assert "ends in the middle" in found.problems[0].why


def test_the_html_export_is_named_and_the_way_to_json_told() -> None:
    page = b'<html><body><div class="page_wrap"><div class="history"></div></div></body></html>'
    with pytest.raises(UnknownFormat, match="choose JSON"):
        read_source(SourceView.of_bytes("messages.html", page), UTC_ZONE)


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_an_export_raises_anything_but_an_error_with_a_remedy(data: st.DataObject) -> None:
    fine = bytearray(
        json.dumps(chat(*(message(n, ["a", {"type": "pre", "text": "b"}]) for n in range(3)))).encode()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(fine) - 1))
        fine[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(AfterselfError):
        read(bytes(fine))


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text(max_size=8),
            lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
            max_leaves=6,
        ),
    )
)  # fmt: skip
def test_a_message_of_any_shape_is_a_record_or_a_problem(fields: dict[str, Any]) -> None:
    found = read(chat(message(1), fields))
    assert len(found.records) + len(found.skipped) == 2
