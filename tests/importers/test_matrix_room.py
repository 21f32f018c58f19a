"""Matrix rooms: each trap is a test by name; a broken event harms no other."""

from __future__ import annotations

import json
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

IDA, BEN = "@ida:a.example", "@ben:a.example"


def event(id: str, body: Any = "hello", sender: str = IDA, **more: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": body, **more.pop("content", {})}
    made = {"type": "m.room.message", "sender": sender, "content": content, "event_id": id}
    return {**made, "room_id": "!r:a.example", "origin_server_ts": 1714554000000, **more}


def member(id: str, name: str) -> dict[str, Any]:
    content = {"membership": "join", "displayname": name}
    return {
        "type": "m.room.member",
        "sender": id,
        "state_key": id,
        "content": content,
        "event_id": f"${name}",
    }


def related(id: str, kind: str = "m.replace", **more: Any) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": kind, "event_id": id, **more}}


def edit(target: str, body: str, sender: str = IDA, at: int = 1714554060000) -> dict[str, Any]:
    content = {**related(target), "m.new_content": {"msgtype": "m.text", "body": body}}
    return event(f"$of {target} {at}", f" * {body}", sender, content=content, origin_server_ts=at)


def write(folder: Path, *events: Any, by: str = "Ida", cut: int = 0) -> Path:
    room = {
        "room_name": "Kitchen",
        "exported_by": by,
        "messages": [member(IDA, "Ida"), member(BEN, "Ben"), *events],
    }
    text = json.dumps(room)
    folder.mkdir(exist_ok=True)
    (folder / "export.json").write_text(text[: len(text) - cut])
    return folder


def read(folder: Path, *events: Any, **more: Any) -> Read:
    with SourceView.at(write(folder, *events, **more)) as source:
        return read_source(source, Options())


def test_an_edit_changes_its_target_and_the_last_one_counts(tmp_path: Path) -> None:
    found = read(tmp_path, event("$1"), edit("$1", "second", at=1714554070000), edit("$1", "first"))
    assert [(one.native_id, one.text, one.edited) for one in found.records] == [("$1", "second", True)]


def test_an_edit_by_somebody_else_or_of_a_message_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, event("$1"), edit("$1", "forged", BEN), edit("$9", "lost"))
    assert [(one.text, one.edited) for one in found.records] == [("hello", False)]
    assert "an edit of a message that is not in this export" in [why for _, why in found.skipped]


def test_what_an_answer_quotes_is_cut_and_what_a_person_quotes_is_marked(tmp_path: Path) -> None:
    answer = {"m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}}
    found = read(tmp_path, event("$2", "> <@x> a\n> b\n\nyes\n> no", content=answer), event("$3", "> a\nb"))
    assert [(one.text, one.reply_to) for one in found.records] == [("yes\n> no", "$1"), ("> a\nb", None)]
    assert [one.kind for record in found.records for one in record.spans] == ["quoted", "quoted"]


def test_a_thread_answers_its_root_and_an_answer_in_it_its_message(tmp_path: Path) -> None:
    fallback = related("$1", "m.thread", is_falling_back=True, **{"m.in_reply_to": {"event_id": "$2"}})
    real = related("$1", "m.thread", **{"m.in_reply_to": {"event_id": "$2"}})
    found = read(tmp_path, event("$3", content=fallback), event("$4", content=real))
    assert [one.reply_to for one in found.records] == ["$1", "$2"]


def test_notices_reactions_stickers_and_state_are_not_what_was_said(tmp_path: Path) -> None:
    reaction = {
        "type": "m.reaction",
        "sender": BEN,
        "event_id": "$r",
        "content": related("$1", "m.annotation", key="👍"),
    }
    notice = event("$2", content={"msgtype": "m.notice"})
    sticker = {"type": "m.sticker", "sender": BEN, "event_id": "$s", "content": {"body": "a duck"}}
    found = read(tmp_path, event("$1"), notice, reaction, sticker, {"type": "m.room.topic", "sender": IDA})
    assert [(one.kind, one.text) for one in found.records] == [
        ("message", "hello"), ("system", "hello"), ("reaction", "👍"), ("message", "")]  # fmt: skip
    assert len(found.skipped) == 3


def test_what_was_redacted_since_is_blanked(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, write(tmp_path / "a", event("$1", "secret"), event("$2")))
    gone = event("$1") | {"content": {}, "unsigned": {"redacted_because": {"type": "m.room.redaction"}}}
    done = import_path(fresh_self, write(tmp_path / "b", gone, event("$2")))
    assert (done.new, done.changed, done.same) == (0, 1, 1)


@pytest.mark.parametrize(("by", "owner"), [
    ("Ida", ("Ida",)), (f"Ben ({BEN})", ("Ben",)), ("Kim", ()),
])  # fmt: skip
def test_who_exported_the_room_is_its_owner_if_only_one_is_called_so(
    tmp_path: Path, fresh_self: Self, by: str, owner: tuple[str, ...]
) -> None:
    assert import_path(fresh_self, write(tmp_path / "a", event("$1"), by=by)).owner == owner


def test_a_file_that_is_cut_off_and_a_broken_event_harm_no_other(tmp_path: Path) -> None:
    found = read(tmp_path / "a", 5, "x", event("$1"), event("", "no id"), event("$2"), cut=40)
    assert [one.native_id for one in found.records] == ["$1"]
    assert any(one.severity == "error" for one in found.problems)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(("type", "sender", "event_id", "origin_server_ts", "unsigned")), ANY_JSON
    ),
    st.dictionaries(st.sampled_from(("msgtype", "body", "m.relates_to", "m.new_content", "info")), ANY_JSON),
)
def test_an_event_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], content: dict[str, Any]
) -> None:
    odd = event("$1", content=content) | fields
    found = read(tmp_path_factory.mktemp("matrix"), odd, event("$2"), by=str(fields))
    assert len(found.records) + len(found.skipped) == 4  # with the two who joined
