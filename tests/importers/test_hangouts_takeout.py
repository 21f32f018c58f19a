"""Hangouts in a Takeout: each trap is a test by name; a broken event harms no other."""

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

IDA, BEN = {"gaia_id": "1"}, {"gaia_id": "2"}


def event(id: str, *segments: Any, sender: Any = IDA, **more: Any) -> dict[str, Any]:
    found = [{"type": "TEXT", "text": one} if isinstance(one, str) else one for one in segments or ("hi",)]
    made = {"event_id": id, "sender_id": sender, "timestamp": "1462442460000001"}
    return {**made, "chat_message": {"message_content": {"segment": found}}, **more}


def talk(id: str, *events: Any, **more: Any) -> dict[str, Any]:
    people = [{"id": IDA, "fallback_name": "Ida"}, {"id": BEN, "fallback_name": "Ben"}]
    about = {"id": {"id": id}, "participant_data": people, **more}
    about["self_conversation_state"] = {"self_read_state": {"participant_id": IDA}}
    return {"conversation": {"conversation": about}, "events": list(events)}


def write(folder: Path, *talks: Any, cut: int = 0) -> Path:
    text = json.dumps({"conversations": talks})
    (folder / "Hangouts.json").write_text(text[: len(text) - cut])
    return folder


def read(folder: Path, *talks: Any, cut: int = 0) -> Read:
    with SourceView.at(write(folder, *talks, cut=cut)) as source:
        return read_source(source, Options())


def test_segments_are_one_text_and_microseconds_an_instant(tmp_path: Path) -> None:
    found = read(tmp_path, talk("t", event("e", "a ", {"type": "LINE_BREAK"}, "b"))).records[0]
    assert (found.text, found.said_at) == ("a \nb", datetime(2016, 5, 5, 10, 1, 0, 1, tzinfo=UTC))


def test_whose_state_a_conversation_holds_is_the_owner(tmp_path: Path, fresh_self: Self) -> None:
    done = import_path(fresh_self, write(tmp_path, talk("t", event("e"), event("f", sender=BEN))))
    assert (done.owner, done.new) == (("Ida",), 2)


def test_a_direct_chat_is_named_after_the_other_and_a_group_as_it_is_called(tmp_path: Path) -> None:
    found = read(
        tmp_path, talk("t", event("e")), talk("g", event("f"), type="GROUP", name="Bikes"), talk("empty")
    )
    assert [(one.title, one.kind) for one in found.threads] == [("Ben", "direct"), ("Bikes", "group")]


def test_calls_and_joins_are_nobodys_words_and_a_picture_is_a_link(tmp_path: Path) -> None:
    call = {"event_id": "c", "sender_id": IDA, "timestamp": "1", "hangout_event": {}}
    photo = {"attachment": [{"embed_item": {"plus_photo": {"url": "https://p.example/a/b.jpg?x"}}}]}
    found = read(tmp_path, talk("t", call, event("p", chat_message={"message_content": photo})))
    assert [[(one.name, one.state) for one in record.attachments] for record in found.records] == [
        [("b.jpg", "remote")]
    ]
    assert len(found.skipped) == 1


def test_a_broken_event_a_conversation_without_id_and_a_cut_file_harm_no_other(tmp_path: Path) -> None:
    found = read(tmp_path, talk("t", 5, event(""), event("e")), {}, talk("u", event("f"), event("g")), cut=90)
    assert [one.native_id for one in found.records] == ["e"]
    assert any(one.severity == "error" for one in found.problems)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(("event_id", "sender_id", "timestamp", "chat_message")), ANY_JSON),
    st.dictionaries(st.sampled_from(("id", "participant_data", "type", "name")), ANY_JSON),
)
def test_an_event_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], about: dict[str, Any]
) -> None:
    odd = talk("t", event("e") | fields)
    odd["conversation"]["conversation"] |= about
    found = read(tmp_path_factory.mktemp("hangouts"), odd, talk("u", event("f")))
    assert len(found.records) + len(found.skipped) == 2
