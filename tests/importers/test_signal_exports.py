"""Signal's two exports: each trap is a test by name; a broken line harms no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView

SENT = "1767636000250"


def read(path: Path, text: str, name: str = "Ida/chat.md", zone: str = "UTC") -> Read:
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).write_text(text)
    with SourceView.at(path) as source:
        return read_source(source, Options(zone=zone))


def item(**more: Any) -> dict[str, Any]:
    text = {"standardMessage": {"text": {"body": "hi"}}}
    return {"chatId": "1", "authorId": "2", "dateSent": SENT, "incoming": {}, **text, **more}


def frames(*items: Any) -> str:
    before = [
        {"version": "1", "backupTimeMs": "1769947200000"},
        {"account": {"givenName": "Kaja"}},
        {"recipient": {"id": "1", "self": {}}},
        {
            "recipient": {
                "id": "2",
                "contact": {"aci": "AAI=", "e164": "4512300002", "profileGivenName": "Ida"},
            }
        },
        {"chat": {"id": "1", "recipientId": "2"}},
    ]
    told = [*before, *({"chatItem": one} if isinstance(one, dict) else one for one in items)]
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in told)


def read_frames(path: Path, *items: Any) -> Read:
    return read(path, frames(*items), "main.jsonl")


def test_a_line_that_looks_like_a_message_is_text_where_it_goes_back_and_the_text_has_not_ended(
    tmp_path: Path,
) -> None:
    text = "[2024-02-10 21:03:05] Ida: look\n[2020-01-01 00:00:00] Ben: old  \n\n"
    text += "[2024-02-10 21:03:06] Me: ok  \n"
    found = read(tmp_path, text)
    assert found.lines == [("Ida", "look\n[2020-01-01 00:00:00] Ben: old"), ("Me", "ok")]


def test_messages_of_the_old_form_follow_line_by_line(tmp_path: Path) -> None:
    text = "[2022-01-01, 00:00] Ida: a  \n[2022-01-01, 00:00] Ida: a  \n(- Me: 🥂 -)\n"
    text += "[2022-01-01, 00:01] Me: b  \n"
    found = read(tmp_path, text)
    assert found.lines == [("Ida", "a"), ("Ida", "a"), ("Me", "b")]
    assert {one.precision for one in found.records} == {"minute"}


def test_an_hour_that_is_twice_goes_forward(tmp_path: Path) -> None:
    text = "".join(
        f"[2021-10-31 {clock}] Ida: x  \n\n" for clock in ("02:10:00", "02:50:00", "02:20:00", "03:00:00")
    )
    instants = [one.said_at for one in read(tmp_path, text, zone="Europe/Berlin").records if one.said_at]
    assert instants == sorted(instants) and len(set(instants)) == 4


def test_a_call_and_an_event_are_nobodys_words_and_what_is_answered_is_quoted(tmp_path: Path) -> None:
    text = (
        "[2024-02-10 21:03:05] Me: Missed voice call  \n\n[2024-02-10 21:03:06] No-Sender: Ida joined  \n\n"
    )
    found = read(tmp_path, text + "[2024-02-10 21:03:07] Me: \n\n> old\n\nnew  \n")
    assert [(one.kind, one.author and one.author.name) for one in found.records] == [
        ("call", "Me"),
        ("system", None),
        ("message", "Me"),
    ]
    assert [(one.start, one.end, one.kind) for one in found.records[2].spans] == [(0, 7, "quoted")]


def test_chat_md_without_its_folder_is_known_by_how_it_begins(tmp_path: Path, fresh_self: Self) -> None:
    for number, name in enumerate(("Ida", "Ben")):
        path = tmp_path / name / "chat.md"
        path.parent.mkdir()
        path.write_text(f"[2024-02-1{number} 21:03:05] {name}: hi  \n")
        assert import_path(fresh_self, path, Options(me=("Kaja",), zone="UTC")).threads == 1
    assert import_path(fresh_self, path, Options(me=("Kaja",), zone="UTC")).new == 0


def test_an_edit_after_an_earlier_export_is_a_revision_and_a_deletion_blanks_the_text(
    tmp_path: Path, fresh_self: Self
) -> None:
    edited = item(dateSent="1767636090000", revisions=[item()], standardMessage={"text": {"body": "hello"}})
    gone = item(remoteDeletedMessage={})
    del gone["standardMessage"]
    for one, wanted in ((item(), (1, 0, 0)), (edited, (0, 1, 0)), (edited, (0, 0, 1)), (gone, (0, 1, 0))):
        (tmp_path / "main.jsonl").write_text(frames(one))
        done = import_path(fresh_self, tmp_path / "main.jsonl")
        assert (done.new, done.changed, done.same) == wanted
    assert done.owner == ("Kaja",)


def test_milliseconds_are_an_instant_and_an_answer_names_what_it_answers(tmp_path: Path) -> None:
    quote = {"text": {"body": "yes"}, "quote": {"targetSentTimestamp": SENT}}
    found = read_frames(tmp_path, item(), item(dateSent="1767636000251", standardMessage=quote, outgoing={}))
    assert found.records[0].said_at == datetime(2026, 1, 5, 18, 0, 0, 250000, tzinfo=UTC)
    assert [one.reply_to for one in found.records] == [None, SENT]


def test_two_people_in_one_millisecond_are_two_and_mentions_have_names(tmp_path: Path) -> None:
    told = {"text": {"body": "\ufffc hi", "bodyRanges": [{"start": 0, "length": 1, "mentionAci": "AAI="}]}}
    mine = item(outgoing={}, authorId="1", standardMessage=told)
    found = read_frames(tmp_path, item(), mine)
    assert found.lines == [("Ida", "hi"), ("Kaja", "@Ida hi")]
    assert len({one.native_id for one in found.records}) == 2


def test_what_was_to_vanish_and_what_is_seen_once_is_left_out(tmp_path: Path) -> None:
    vanished = item(expireStartDate="1767636430000", expiresInMs="60000")
    kept = item(dateSent="1767636000999", expireStartDate="1769947199000", expiresInMs="60000")
    once = item(viewOnceMessage={})
    del once["standardMessage"]
    found = read_frames(tmp_path, vanished, kept, once)
    assert [one.native_id for one in found.records] == ["1767636000999"]
    assert len(found.skipped) == 2


@pytest.mark.parametrize(
    "broken", ["{", "[]x", '{"chatItem": {"chatId": "9"}}', '{"chatItem":{"chatId":"1"}}']
)
def test_a_broken_line_is_named_and_harms_no_other(tmp_path: Path, broken: str) -> None:
    found = read_frames(tmp_path, item(), broken, item(dateSent="1767636000999"))
    assert len(found.records) == 2
    assert [one.where for one in found.problems] == ["main.jsonl: line 7"]


def test_a_broken_line_of_data_json_is_named_and_harms_no_other(tmp_path: Path) -> None:
    line = '{"date": "2022-01-01T00:00:12", "sender": "Ida", "body": "a", "reactions": []}\n'
    found = read(tmp_path, line + '{"date": "soon"}\n' + line.replace('"a"', '"b"'), "Ida/data.json")
    assert found.lines == [("Ida", "a"), ("Ida", "b")]
    assert [where for where, _ in found.skipped] == ["Ida/data.json: line 2"]


def test_other_notes_are_not_taken_for_signal(tmp_path: Path) -> None:
    (tmp_path / "chat.md").write_text("# Chat\n\n[2024-02-10 21:03:05] Ida: hi\n")
    with SourceView.at(tmp_path) as source:
        assert read_source(source, Options()).formats == ["documents"]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(("chatId", "authorId", "dateSent", "standardMessage", "revisions", "updateMessage")),
        ANY_JSON,
    ),
    st.text(alphabet="[]0123456789-: Ida(>)\n!.", max_size=60),
)
def test_frames_and_lines_of_any_shape_end_no_export(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], lines: str
) -> None:
    found = read_frames(tmp_path_factory.mktemp("frames"), item() | fields, item(dateSent="1767636000999"))
    assert found.records[-1].native_id == "1767636000999"
    text = f"[2024-02-10 21:03:05] Ida: a  \n{lines}  \n[2924-02-10 21:03:05] Ida: last  \n"
    assert read(tmp_path_factory.mktemp("lines"), text).lines[-1] == ("Ida", "last")
