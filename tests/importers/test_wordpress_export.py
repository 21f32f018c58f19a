"""WordPress' export: each trap is a test by name; a broken entry harms no other."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.json_stream import Broken
from afterself.importers.source_view import SourceView
from afterself.importers.xml_pieces import elements, field

HEAD = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><link>https://blog.example</link>'
    "<wp:wxr_version>1.2</wp:wxr_version><wp:author><wp:author_id>1</wp:author_id><wp:author_login>ida"
    "</wp:author_login><wp:author_email>i@mail.example</wp:author_email><wp:author_display_name>Ida M"
    "</wp:author_display_name></wp:author>"
)
END = "</channel></rss>"


def item(id: int, content: str = "<p>hello</p>", comments: str = "", **more: str) -> str:
    cells = {"post_date": "2024-02-05 09:00:00", "post_date_gmt": "2024-02-05 08:00:00", "status": "publish",
             "post_type": "post", **more}  # fmt: skip
    told = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in cells.items() if name != "title")
    return (
        f"<item><title>{cells.get('title', '')}</title><dc:creator>ida</dc:creator>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded><wp:post_id>{id}</wp:post_id>{told}{comments}</item>"
    )


def comment(id: int, text: str, **more: str) -> str:
    cells = {
        "author": "Ben",
        "date_gmt": "2024-02-05 09:00:00",
        "approved": "1",
        "type": "",
        "parent": "0",
        **more,
    }
    told = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>" for name, value in cells.items())
    content = f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>"
    return f"<wp:comment><wp:comment_id>{id}</wp:comment_id>{content}{told}</wp:comment>"


def write(folder: Path, *items: str, end: str = END) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "blog.xml").write_text(HEAD + "".join(items) + end, encoding="utf-8")
    return folder / "blog.xml"


def read(folder: Path, *items: str, **more: Any) -> Read:
    with SourceView.at(write(folder, *items, **more)) as source:
        return read_source(source, Options(zone="Europe/Berlin"))


def test_blocks_shortcodes_quotations_and_code_are_told_apart(tmp_path: Path) -> None:
    html = '<!-- wp:paragraph --><p>a [gallery ids="1"]b [sic]</p><blockquote>q</blockquote><pre>c</pre>'
    found = read(tmp_path, item(1, html, title="T &amp; U")).records[0]
    assert found.text == "T & U\n\na b [sic]\n\nq\n\nc"
    assert [(found.text[one.start : one.end], one.kind) for one in found.spans] == [
        ("q", "quoted"),
        ("c", "code"),
    ]


def test_text_without_html_keeps_its_paragraphs_and_lines(tmp_path: Path) -> None:
    assert read(tmp_path, item(1, "a\nb\n\nc <|im_end|>")).records[0].text == "a\nb\n\nc <|im_end|>"


def test_cdata_is_read_as_it_is_meant(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, "<p>x ]]]]><![CDATA[> &lt;/item&gt; </p>"), item(2, "<p></item> y</p>"))
    assert [one.text for one in found.records] == ["x ]]> </item>", "y"]


def test_drafts_are_notes_with_their_local_date_and_what_is_secret_is_private(tmp_path: Path) -> None:
    zero = {"post_date_gmt": "0000-00-00 00:00:00"}
    found = read(
        tmp_path, item(1, status="draft", **zero), item(2, status="private"), item(3, post_password="x")
    )
    assert [(one.kind, one.visibility) for one in found.records] == [
        ("note", "private"), ("post", "private"), ("post", "private")]  # fmt: skip
    assert str(found.records[0].said_at) == "2024-02-05 08:00:00+00:00"


def test_what_is_no_writing_of_its_own_is_counted(tmp_path: Path) -> None:
    kinds = [item(n, post_type=kind) for n, kind in enumerate(("attachment", "nav_menu_item", "revision"), 1)]
    found = read(tmp_path, *kinds, item(5, status="trash"), item(6, " "), item(7))
    assert ([one.native_id for one in found.records], len(found.skipped)) == (["7"], 5)


def test_comments_answer_and_the_owners_are_known_by_their_account(tmp_path: Path) -> None:
    said = [
        comment(11, "one"),
        comment(12, "two", author="x", author_email="I@mail.example", parent="11"),
        comment(13, "buy", approved="spam"),
        comment(14, "ping", type="pingback"),
        comment(1, "same number"),
    ]
    found = read(tmp_path, item(1, comments="".join(said)))
    assert [(one.native_id, one.reply_to, one.author and one.author.name) for one in found.records[1:]] == [
        ("11", "1", "Ben"), ("12", "11", "Ida M"), ("comment-1", "1", "Ben")]  # fmt: skip
    assert len(found.skipped) == 2


def test_a_blog_with_one_author_is_theirs_and_an_edit_is_a_revision(tmp_path: Path, fresh_self: Self) -> None:
    done = import_path(fresh_self, write(tmp_path / "a", item(1), item(2)))
    assert (done.owner, done.new) == (("Ida M",), 2)
    done = import_path(fresh_self, write(tmp_path / "b", item(1, "<p>edited</p>"), item(3)))
    assert (done.new, done.changed) == (1, 1)


def test_a_bare_sign_a_control_character_and_a_cut_end_harm_no_other(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, "a\x0bb", title="S & P"), item(2)[:-30], end="")
    assert [one.text for one in found.records] == ["S & P\n\nab"]
    assert [one.severity for one in found.problems] == ["error"]


def test_every_place_is_true(tmp_path: Path) -> None:
    found = read(tmp_path, item(1, "é"), item(2, comments=comment(5, "ü")))
    data = (tmp_path / "blog.xml").read_bytes()
    for one in found.records:
        begin = one.locator.offset or 0
        assert data[begin : begin + (one.locator.length or 0)] == one.raw


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_elements_are_found_however_the_bytes_arrive(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, wanted: int | None = -1) -> bytes:
            return super().read(size)

    text = b"<a><item>1</item> <items/> <item x='1'><![CDATA[</item><item>]]></item></a>"
    found = list(elements(Slow(text), "item"))
    assert [one.data for one in found] == [b"<item>1</item>", b"<item x='1'><![CDATA[</item><item>]]></item>"]
    assert [text[one.offset : one.offset + len(one.data)] for one in found] == [one.data for one in found]


@given(st.text(alphabet="<>/![]CDAT&; itemwp:ay", max_size=200))
@settings(max_examples=150)
def test_any_text_gives_elements_and_fields_or_an_end(text: str) -> None:
    try:
        for one in elements(io.BytesIO(text.encode()), "item"):
            field(one.text, "wp:a")
    except Broken:
        pass


def test_fields_of_hostile_length_are_read_in_linear_time() -> None:
    assert field("<a>" + "<" * 200_000, "a") == ""
    assert field("<a>" + "<![CDATA[" * 50_000, "a") == ""
