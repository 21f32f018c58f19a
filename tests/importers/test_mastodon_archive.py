"""Mastodon's archive: each trap is a test by name; a broken activity harms no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView

ME = "https://a.example/users/ida"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def post(number: int, content: Any = "<p>hello</p>", to: Any = (PUBLIC,), **more: Any) -> dict[str, Any]:
    note = {"id": f"{ME}/statuses/{number}", "type": "Note", "to": list(to), "cc": [], "content": content,
            "published": "2023-01-02T03:04:05Z", "attachment": [], "tag": [], **more}  # fmt: skip
    return {"type": "Create", "actor": ME, "object": note}


def read(folder: Path, *activities: Any, outbox: str | None = None, actor: Any = None) -> Read:
    folder.mkdir(exist_ok=True)
    collection = {
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": 99,
        "orderedItems": activities,
    }
    (folder / "outbox.json").write_text(outbox or json.dumps(collection))
    if actor is not None:
        (folder / "actor.json").write_text(json.dumps(actor))
    with SourceView.at(folder) as source:
        return read_source(source, Options())


def test_a_boost_is_anothers_words_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, {"type": "Announce", "actor": ME, "object": "https://b.example/1"}, post(1))
    assert ([one.text for one in found.records], len(found.skipped)) == (["hello"], 1)


def test_what_was_for_one_person_is_a_conversation_with_them_and_not_public(tmp_path: Path) -> None:
    kim = "https://b.example/users/kim"
    tag = [{"type": "Mention", "href": kim, "name": "@kim@b.example"}]
    found = read(
        tmp_path,
        post(1),
        post(2, to=[kim], tag=tag),
        post(3, to=[f"{ME}/followers"]),
        post(4, to=[], cc=[PUBLIC]),
    )
    assert [(one.kind, one.visibility) for one in found.records] == [
        ("post", "public"), ("message", "private"), ("post", "followers"), ("post", "public")]  # fmt: skip
    assert [(one.title, one.kind) for one in found.threads] == [
        ("Posts", "public"),
        ("@kim@b.example", "direct"),
    ]
    assert [one.handle for one in found.records[1].recipients] == [kim]


def test_html_becomes_text_without_what_nobody_sees(tmp_path: Path) -> None:
    seen = '<span class="ellipsis">d.example</span>'
    html = f"""<p class="quote-inline">RE: <a href="x">x</a></p><p>a &lt;b&gt;<br>c</p>
        <p><a><span class="invisible">https://</span>{seen}<span class="invisible">/e</span></a></p>
        <blockquote>f</blockquote>"""
    found = read(tmp_path, post(1, html)).records[0]
    assert found.text == "a <b>\nc\n\nd.example\n\nf"
    assert [(found.text[one.start : one.end], one.kind) for one in found.spans] == [("f", "quoted")]


def test_a_warning_stands_before_the_text_and_moves_what_is_quoted(tmp_path: Path) -> None:
    found = read(tmp_path, post(1, "<p>a</p><blockquote>b</blockquote>", summary="food")).records[0]
    assert found.text == "food\na\n\nb"
    assert [found.text[one.start : one.end] for one in found.spans] == ["b"]


def test_without_actor_the_account_of_the_activities_is_the_owner(tmp_path: Path) -> None:
    author = read(tmp_path, post(1)).records[0].author
    assert author is not None and (author.handle, author.name) == (ME, "ida")


def test_an_edit_a_chosen_language_and_an_answer_are_told(tmp_path: Path) -> None:
    edited = {"updated": "2023-02-02T00:00:00Z", "contentMap": {"eo": "x"}, "inReplyTo": f"{ME}/statuses/9"}
    other = {"contentMap": {"de": "x", "en": "x"}, "inReplyTo": "https://b.example/9"}
    found = read(tmp_path, post(1, **edited), post(2, **other)).records
    assert [(one.edited, one.language, one.kind) for one in found] == [
        (True, "eo", "post"),
        (False, None, "comment"),
    ]


def test_likes_and_bookmarks_are_no_posts(tmp_path: Path) -> None:
    (tmp_path / "likes.json").write_text(
        '{"type": "OrderedCollection", "orderedItems": ["https://b.example/1"]}'
    )
    found = read(tmp_path, post(1))
    assert (len(found.records), found.formats) == (1, ["Mastodon archive"])


def test_a_broken_activity_or_a_cut_file_harms_no_other(tmp_path: Path) -> None:
    found = read(tmp_path / "a", 7, "x", {"type": "Create"}, post(1, published="gestern"), post(2))
    assert [one.said_at is None for one in found.records] == [True, False]
    assert len(found.skipped) == 2
    whole = json.dumps({"type": "OrderedCollection", "orderedItems": [post(1), post(2)]})
    found = read(tmp_path / "b", outbox=whole[:-40])
    assert ([one.native_id for one in found.records], len(found.problems)) == ([f"{ME}/statuses/1"], 1)


_FIELDS = ("id", "published", "to", "cc", "content", "summary", "contentMap", "tag", "attachment", "oneOf",
           "inReplyTo", "updated")  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON), ANY_JSON)
def test_an_activity_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], actor: Any
) -> None:
    found = read(
        tmp_path_factory.mktemp("mastodon"),
        post(1) | {"object": post(1)["object"] | fields},
        post(2),
        actor=actor,
    )
    assert len(found.records) + len(found.skipped) == 2
