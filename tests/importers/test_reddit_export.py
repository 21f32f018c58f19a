"""Reddit's tables and rexport's snapshots: each trap is a test by name; a broken row harms no other."""

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

COMMENTS = "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n"
POSTS = "id,permalink,date,ip,subreddit,gildings,title,url,body\n"
MESSAGES = "id,permalink,thread_id,date,ip,from,to,subject,body\n"
CHATS = (
    "message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,"
    "subreddit,channel_name,conversation_type\n"
)


def comment(id: str, body: str, parent: str = "t3_p") -> str:
    return f"{id},https://reddit.example/{id}/,2022-08-05 12:00:00 UTC,,s,0,l,{parent},{body},\n"


def write(folder: Path, **tables: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, me: str = "ida", **tables: str) -> Read:
    with SourceView.at(write(folder, **tables)) as source:
        return read_source(source, Options(me=(me,)))


def test_posts_and_comments_are_the_owners_though_no_column_says_so(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        me="",
        comments=COMMENTS + comment("c1", "hi"),
        statistics="statistic,value\naccount name,ida\n",
    )
    author = found.records[0].author
    assert author is not None and (author.name, found.records[0].is_owner) == ("ida", True)


def test_parts_marks_and_line_breaks_in_quotes_are_one_table(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        comments="\ufeff" + COMMENTS + comment("c1", '"a\n\nb ""c"""'),
        comments_1=COMMENTS + comment("c2", "d"),
    )
    assert [one.text for one in found.records] == ['a\n\nb "c"', "d"]


def test_quoted_lines_are_anothers_words_and_escapes_are_undone(tmp_path: Path) -> None:
    found = read(tmp_path, comments=COMMENTS + comment("c1", '"&gt; they &amp; she\n\nI"')).records[0]
    assert found.text == "> they & she\n\nI"
    assert [(found.text[one.start : one.end], one.kind) for one in found.spans] == [
        ("> they & she", "quoted")
    ]


def test_what_was_removed_has_no_words_and_a_post_keeps_its_title(tmp_path: Path) -> None:
    posts = POSTS + "p1,x,2022-08-05 12:00:00 UTC,,s,0,My title,https://i.example/a.jpg,[removed]\n"
    found = read(tmp_path, posts=posts, comments=COMMENTS + comment("c1", "[deleted]"))
    assert [(one.text, [file.name for file in one.attachments]) for one in found.records] == [
        ("My title", ["a.jpg"])
    ]
    assert [why for _, why in found.skipped] == ["a comment without words"]


def test_tables_of_headers_and_votes_are_no_records(tmp_path: Path) -> None:
    headers = "id,permalink,date,ip,subreddit,gildings,link,parent\nc1,x,d,,s,0,l,p\n"
    found = read(
        tmp_path,
        comments=COMMENTS + comment("c1", "hi"),
        comment_headers=headers,
        post_votes="id,direction\n",
    )
    assert (len(found.records), found.formats) == (1, ["Reddit data request"])


def test_an_answer_finds_its_comment_without_the_prefix(tmp_path: Path) -> None:
    found = read(tmp_path, comments=COMMENTS + comment("c1", "a") + comment("c2", "b", "t1_c1"))
    assert [one.reply_to for one in found.records] == ["p", "c1"]


def test_a_message_in_both_tables_is_one_and_its_thread_is_the_first(
    tmp_path: Path, fresh_self: Self
) -> None:
    row = "m1,x,,2022-09-01 08:00:00 UTC,,ben,ida,Saw?,yes\n"
    answer = "m2,x,m1,2022-09-01 08:01:00 UTC,,ida,ben,re: Saw?,no\n"
    folder = write(tmp_path / "a", messages=MESSAGES + row + answer, messages_archive=MESSAGES + row)
    done = import_path(fresh_self, folder, Options(me=("ida",)))
    assert (done.new, done.same, done.threads) == (2, 1, 1)


def test_a_chat_is_named_after_the_others(tmp_path: Path) -> None:
    rows = [
        f"!{n},2023-05-05 10:00:0{n} UTC,,{who},hi,,room,,,direct\n" for n, who in enumerate(("ida", "ben"))
    ]
    assert [(one.title, one.kind) for one in read(tmp_path, chat_history=CHATS + "".join(rows)).threads] == [
        ("ben", "direct")
    ]


def test_a_broken_row_harms_no_other_and_every_place_is_true(tmp_path: Path) -> None:
    body = (
        COMMENTS
        + comment("c1", "é")
        + "c2,only,three\n"
        + comment("", "no id")
        + comment("c3", '"never closed')
        + comment("c4", "z")
    )
    found = read(tmp_path, comments=body)
    assert [one.native_id for one in found.records] == ["c1", "c4"]
    assert len(found.skipped) == 3
    data = (tmp_path / "comments.csv").read_bytes()
    for one in found.records:
        begin = one.locator.offset or 0
        assert data[begin : begin + (one.locator.length or 0)].startswith((one.native_id or "?").encode())


def test_a_date_that_is_none_leaves_the_comment_without_a_time(tmp_path: Path) -> None:
    row = comment("c1", "hi").replace("2022-08-05 12:00:00 UTC", "registration ip")
    assert [one.precision for one in read(tmp_path, comments=COMMENTS + row).records] == ["none"]


def test_what_was_saved_of_others_is_not_read_from_a_snapshot(tmp_path: Path) -> None:
    said = {
        "id": "c1",
        "body": "mine",
        "created_utc": 1672531201.0,
        "author": {"name": "ida"},
        "subreddit": "s",
    }
    other = {"id": "zz", "body": "theirs", "created_utc": 1672531201.0, "author": {"name": "ben"}}
    snapshot = {
        "comments": [said, 5, {"id": "c2"}],
        "saved": [other],
        "submissions": [],
        "profile": {"name": "ida"},
    }
    (tmp_path / "rexport.json").write_text(json.dumps(snapshot))
    found = read(tmp_path)
    assert ([one.text for one in found.records], len(found.skipped)) == (["mine"], 2)
    (tmp_path / "rexport.json").write_text(json.dumps(snapshot)[:-90])
    found = read(tmp_path)
    assert [one.text for one in found.records] == ["mine"]
    assert any(one.severity == "error" for one in found.problems)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(("id", "body", "created_utc", "author", "parent_id", "edited")), ANY_JSON
    ),
    st.text(max_size=80),
)
def test_a_row_or_item_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], row: str
) -> None:
    folder = tmp_path_factory.mktemp("reddit")
    said = {"id": "c1", "body": "mine", "created_utc": 1672531201.0, **fields}
    (folder / "rexport.json").write_text(
        json.dumps({"comments": [said, {"id": "c9", "body": "x"}], "link_id": 1})
    )
    text = row.encode("utf-8", "replace").decode().replace("\0", "")
    found = read(folder, comments=COMMENTS + text + "\n" + comment("c5", "last"))
    assert any(one.native_id == "c9" for one in found.records)
    assert any(one.native_id == "c5" for one in found.records) or '"' in text or "\r" in text
