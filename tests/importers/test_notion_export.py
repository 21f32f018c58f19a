"""Notion's export: each trap is a test by name; a broken page harms no other."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView

A, B = "a" * 32, "b" * 32
BO = Options(me=("Bo",), zone="UTC")


def read(folder: Path, **pages: str | bytes) -> Read:
    for name, text in pages.items():
        path = folder / name.replace("__", " ").replace("_dot_", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with SourceView.at(folder) as source:
        return read_source(source, BO)


def page(body: str, title: str = "T", id: str = A) -> dict[str, str]:
    return {f"{title}__{id}_dot_md": f"# {title}\n\n{body}"}


def test_properties_are_no_prose_and_say_who_and_when(tmp_path: Path) -> None:
    found = read(
        tmp_path, **page("Created: March 5, 2024 9:15 PM\nCreated by: Bo\nTags: a, b\n\nWords: some.\n")
    )
    record = found.records[0]
    assert (record.text, record.author and record.author.name) == ("Words: some.", "Bo")
    assert record.said_at == datetime(2024, 3, 5, 21, 15, tzinfo=UTC)


def test_prose_with_a_colon_is_prose_unless_a_table_names_it_as_a_column(tmp_path: Path) -> None:
    assert read(tmp_path, **page("Result: good.\n\nMore.\n")).records[0].text == "Result: good.\n\nMore."
    table = {f"Db__{B}_dot_csv": "\ufeffName,Result\nT,good\n"}
    found = read(tmp_path, **table)
    assert [one.text for one in found.records] == ["More."]
    assert [why for _, why in found.skipped] == ["a table: its rows are pages"]


def test_a_callout_is_the_writers_own_and_a_quotation_and_code_are_not(tmp_path: Path) -> None:
    found = read(tmp_path, **page("<aside>\n💡 mine\n\n</aside>\n\n> theirs\n\n```sh\nls\n```\n"))
    text = found.records[0].text
    assert "aside" not in text and "💡 mine" in text
    assert [(one.kind, text[one.start : one.end].split()[-1]) for one in found.records[0].spans] == [
        ("quoted", "theirs"),
        ("code", "```"),
    ]


def test_a_page_that_was_renamed_moved_and_edited_is_a_revision(tmp_path: Path, fresh_self: Self) -> None:
    for number, (path, wanted) in enumerate(
        ((f"Old {A}.md", (1, 0)), (f"Folder {B}/New {A}.md", (0, 1)), (f"New {A}.md", (0, 0)))
    ):
        file = tmp_path / str(number) / path
        file.parent.mkdir(parents=True)
        file.write_text(f"# T\n\nCreated by: Bo\n\nWords{number and 1}.\n")
        done = import_path(fresh_self, tmp_path / str(number), BO)
        assert (done.new, done.changed) == wanted


def test_a_page_of_the_inner_zip_is_read_with_its_picture_and_cut_out_when_it_is_forgotten(
    tmp_path: Path, fresh_self: Self
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr(f"T {A}.md", "# T\n\nCreated by: Bo\n\nWords\n\n![ö.png](T/o%CC%88.png)\n")
        packed.writestr("T/ö.png", b"x")
    with zipfile.ZipFile(tmp_path / "Export-1a2b3c4d.zip", "w") as packed:
        packed.writestr("Export-1a2b3c4d-0000-4000-8000-0123456789ab-Part-1.zip", inner.getvalue())
    with SourceView.at(tmp_path / "Export-1a2b3c4d.zip") as source:
        record = read_source(source, BO).records[0]
    assert [(one.name, one.state) for one in record.attachments] == [("ö.png", "present")]
    assert import_path(fresh_self, tmp_path / "Export-1a2b3c4d.zip", BO).new == 1


def test_a_page_that_names_nobody_is_nobodys_and_that_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, **page("Words"))
    assert found.records[0].author is None
    assert len(found.warnings) == 1


def test_a_page_as_html_is_its_prose_without_its_properties(tmp_path: Path) -> None:
    rows = '<tr class="property-row property-row-created_time"><th>C</th><td>@March 5, 2024</td></tr>'
    html = (
        f"<html><head><title>T</title></head><body><article><header><h1>T</h1><table>{rows}</table></header>"
    )
    html += "<div class='page-body'><p>a &amp; b</p><blockquote>c</blockquote></div></article></body></html>"
    record = read(tmp_path, **{f"T__{A}_dot_html": html}).records[0]
    assert (record.text, record.precision) == ("a & b\n\nc", "day")
    assert [one.kind for one in record.spans] == ["quoted"]


@pytest.mark.parametrize("broken", [b"", b"# T\n\nTags: a\n", b"\x00\x01" * 99])
def test_a_page_of_nothing_and_a_broken_one_are_named_and_harm_no_other(
    tmp_path: Path, broken: bytes
) -> None:
    found = read(tmp_path, **page("Words"), **{f"X__{B}_dot_md": broken})
    assert [one.text for one in found.records] == ["Words"]
    assert [where for where, _ in found.skipped] == [f"X {B}.md"]


@settings(max_examples=40)
@given(st.text(alphabet="#: ab\n><![]()*`-|aside/\r", max_size=80))
def test_a_page_of_any_shape_ends_no_export(tmp_path_factory: pytest.TempPathFactory, odd: str) -> None:
    found = read(tmp_path_factory.mktemp("notion"), **page(odd), **page("last", id=B))
    assert found.records[-1].text == "last"
