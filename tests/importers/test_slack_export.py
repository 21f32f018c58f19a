"""Slack's export: each trap is a test by name; a broken day or message harms no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.importers.contract import Options
from afterself.importers.marked_text import marked
from afterself.importers.slack_text import plain
from afterself.importers.source_view import SourceView

USERS = [
    {"id": "U1", "name": "ada", "profile": {"display_name": "Ada", "email": "ada@example.org"}},
    {"id": "U2", "name": "ben", "profile": {"display_name": "", "real_name": "Ben Roth"}},
    {"id": "U9", "name": "app", "is_bot": True, "profile": {}},
]


def message(ts: str, text: Any = "hello", user: str = "U1", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": ts, **more}


def read(folder: Path, *messages: Any, day: bytes | None = None, me: tuple[str, ...] = ()) -> Read:
    (folder / "general").mkdir(parents=True, exist_ok=True)
    (folder / "D0ABCDEF").mkdir(exist_ok=True)
    lists = {"users": USERS, "channels": [{"id": "C1", "name": "general", "members": ["U1", "U2"]}],
             "dms": [{"id": "D0ABCDEF", "members": ["U1", "U2"]}]}  # fmt: skip
    for name, entries in lists.items():
        (folder / f"{name}.json").write_text(json.dumps(entries))
    (folder / "general" / "2023-03-01.json").write_bytes(day or json.dumps(messages).encode())
    (folder / "D0ABCDEF" / "2023-03-01.json").write_text(json.dumps([message("1677657601.000001", "hi")]))
    with SourceView.at(folder) as source:
        return read_source(source, Options(me=me))


def test_a_time_stamp_is_the_id_and_the_instant_to_its_last_digit(tmp_path: Path) -> None:
    found = read(tmp_path, message("1452837318.000002")).records[1]
    assert (found.native_id, found.said_at) == ("1452837318.000002", datetime(2016, 1, 15, 5, 55, 18, 2, UTC))


def test_what_apps_post_and_slack_notes_is_nobodys_words(tmp_path: Path) -> None:
    notes = (
        "bot_message",
        "channel_join",
        "channel_topic",
        "channel_name",
        "bot_add",
        "reminder_add",
        "huddle_thread",
    )
    odd = [message(f"{n}.1", subtype=subtype) for n, subtype in enumerate(notes)]
    found = read(tmp_path, *odd, message("50.1", user="U9"), message("51.1", bot_id="B1"), message("52.1"))
    assert [one.kind for one in found.records[1:]] == ["system"] * 9 + ["message"]


def test_a_tombstone_is_a_deleted_message(tmp_path: Path) -> None:
    found = read(
        tmp_path, message("5.1", "This message was deleted.", "USLACKBOT", subtype="tombstone")
    ).records[1]
    assert (found.deleted, found.text, found.kind) == (True, "", "message")


def test_an_answer_in_a_thread_answers_its_root_also_where_it_was_broadcast(tmp_path: Path) -> None:
    answer = message("6.1", thread_ts="5.1", subtype="thread_broadcast")
    found = read(tmp_path, message("5.1", thread_ts="5.1"), answer, message("7.1", edited={"user": "U1"}))
    assert [(one.reply_to, one.edited) for one in found.records[1:]] == [
        (None, False),
        ("5.1", False),
        (None, True),
    ]


@pytest.mark.parametrize(("raw", "shown"), [
    ("<@U1> in <#C1|general> and <#C1>", "@Ada in #general and #general"),
    ("<!here> <!subteam^S1|@team> <!date^1|yesterday>", "@here @team yesterday"),
    ("<http://example.org|example.org> <https://x.org/a?b=1&amp;c>", "example.org https://x.org/a?b=1&c"),
    ("a &lt;b&gt; &amp;amp; 1 < 2", "a <b> &amp; 1 < 2"),
])  # fmt: skip
def test_mentions_links_and_entities_are_what_people_saw(raw: str, shown: str) -> None:
    assert plain(raw, {"C1": "general"}, {"U1": "Ada"}) == shown


def test_code_and_quoted_lines_are_not_own_words() -> None:
    text = "look\n> they said\n> so\nand `x` or\n```y = 1\n```"
    assert [(text[one.start : one.end], one.kind) for one in marked(text)] == [
        ("> they said\n> so", "quoted"), ("`x`", "code"), ("```y = 1\n```", "code")]  # fmt: skip


def test_old_exports_prose_of_a_file_is_no_text(tmp_path: Path) -> None:
    prose = "<@U1|ada> uploaded a file: <https://x/y|plan.pdf> and commented: for you"
    sent = {"id": "F1", "name": "plan.pdf", "size": 9, "url_private": "https://files.slack.com/x"}
    found = read(tmp_path, message("5.1", prose, subtype="file_share", file=sent)).records[1]
    assert (found.text, [(one.name, one.state) for one in found.attachments]) == (
        "for you",
        [("plan.pdf", "remote")],
    )


def test_files_that_slackdump_saved_belong_to_the_export(tmp_path: Path) -> None:
    (tmp_path / "__uploads" / "F1").mkdir(parents=True)
    (tmp_path / "__uploads" / "F1" / "note.md").write_text("# not a note of mine")
    found = read(tmp_path, message("5.1", files=[{"id": "F1", "name": "note.md"}]))
    assert [one.state for one in found.records[1].attachments] == ["present"]
    assert found.formats == ["Slack export"]


def test_a_direct_message_is_named_after_the_other_and_me_may_be_an_address(tmp_path: Path) -> None:
    found = read(tmp_path, message("5.1"), me=("ada@example.org",))
    assert [(one.title, one.kind) for one in found.threads] == [("Ben Roth", "direct"), ("general", "group")]


def test_a_broken_day_and_a_broken_message_harm_no_other(tmp_path: Path) -> None:
    found = read(tmp_path / "a", 7, message("soon"), message("5.1"), {"text": "x"})
    assert [one.text for one in found.records] == ["hi", "hello"]
    assert [where for where, _ in found.skipped] == [f"general/2023-03-01.json/{n}" for n in (0, 1, 3)]
    cut = json.dumps([message("5.1"), message("6.1")]).encode()[:-30]
    found = read(tmp_path / "b", day=cut)
    assert ([one.text for one in found.records], len(found.problems)) == (["hi", "hello"], 1)


_FIELDS = ("ts", "user", "text", "subtype", "files", "file", "attachments", "reactions", "edited", "comment",
           "thread_ts", "bot_id", "user_profile")  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON), st.sampled_from(["", "file_share", "tombstone"]))
def test_a_message_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], subtype: str
) -> None:
    odd = message("5.1", subtype=subtype) | fields
    found = read(tmp_path_factory.mktemp("slack"), odd, message("6.1"))
    assert len([one for one in found.records if one.kind != "reaction"]) + len(found.skipped) == 3
