"""Evernote's ENEX: each trap is a test by name; a broken note harms no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers import xml_pieces
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView

HEAD, END = '<?xml version="1.0"?>\n<en-export application="Evernote">', "</en-export>"


def note(title: str, enml: str, more: str = "", made: str = "20201011T212822Z", author: str = "Ida") -> str:
    told = f"<note-attributes><author>{author}</author></note-attributes>" if author else ""
    content = f"<content><![CDATA[<en-note>{enml}</en-note>]]></content>"
    return f"<note><title>\n {title} </title>{content}<created>\n{made}</created>{told}{more}</note>"


def write(folder: Path, *notes: str, end: str = END) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "Trips.enex").write_text(HEAD + "".join(notes) + end, encoding="utf-8")
    return folder / "Trips.enex"


def read(folder: Path, *notes: str, end: str = END, me: str = "Ida") -> Read:
    with SourceView.at(write(folder, *notes, end=end)) as source:
        return read_source(source, Options(me=(me,)))


def test_enml_becomes_lines_and_padding_is_no_text(tmp_path: Path) -> None:
    enml = '<div>a &amp;&nbsp;b</div><div><br/></div><div><en-todo checked="true"/>c</div><ul><li>d</li></ul>'
    found = read(tmp_path, note("T", enml))
    assert (found.threads[0].title, found.records[0].text) == ("T", "a & b\n\n[x] c\n\n- d")


def test_what_is_encrypted_is_no_text_and_a_broken_page_gives_what_it_has(tmp_path: Path) -> None:
    found = read(tmp_path, note("a", "<div>PIN:<en-crypt cipher='AES'>RU5D==</en-crypt></div>"),
                 note("b", "<p>not <em>closed</note> here"))  # fmt: skip
    assert [one.text for one in found.records] == ["PIN:", "not closed here"]


def test_a_clip_is_nobodys_words(tmp_path: Path) -> None:
    clip = "<note-attributes><source-url>https://x.example</source-url></note-attributes>"
    found = read(tmp_path, note("a", "theirs", clip, author="")).records[0]
    assert [(one.start, one.end, one.kind) for one in found.spans] == [(0, 6, "quoted")]


def test_a_note_before_1970_and_one_without_date_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, note("a", "x", made="19650405T000000Z"), note("b", "x", made=""))
    assert [str(one.said_at) for one in found.records] == ["1965-04-05 00:00:00+00:00", "None"]


def test_files_stay_in_the_export_and_are_named(tmp_path: Path) -> None:
    file = (
        '<resource><data encoding="base64">\niVBO\nRw==</data><mime>image/png</mime>'
        "<resource-attributes><file-name>ä.png</file-name></resource-attributes></resource>"
    )
    found = read(tmp_path, note("a", '<en-media hash="x"/>', file))
    assert [(one.name, one.state, one.mime, one.size) for one in found.records[0].attachments] == [
        ("ä.png", "omitted", "image/png", 4)
    ]


def test_the_same_note_twice_is_one_and_another_of_that_title_is_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, note("a", "x"), note("a", "x"), note("a", "y"))
    assert [one.text for one in found.records] == ["x", "y"]
    assert len({one.thread for one in found.records}) == 2


def test_an_edited_note_is_a_revision(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, write(tmp_path / "a", note("a", "x")), Options(me=("Ida",)))
    done = import_path(fresh_self, write(tmp_path / "b", note("a", "y")), Options(me=("Ida",)))
    assert (done.new, done.changed, done.owner) == (0, 1, ("Ida",))


def test_a_cut_file_an_empty_note_and_one_that_is_too_large_harm_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_pieces, "LARGEST", 1 << 20)
    large = note("large", "x", f"<resource><data>{'A' * (3 << 20)}</data></resource>")
    found = read(
        tmp_path, note("a", "x"), large, note("e", " "), note("b", "y"), note("c", "z")[:-40], end=""
    )
    assert [one.text for one in found.records] == ["x", "y"]
    assert [why for _, why in found.skipped] == ["the note is too large", "the note is empty"]
    assert [one.severity for one in found.problems].count("error") == 1


@settings(max_examples=60)
@given(st.text(alphabet="<>/&;[]! abendivotk\"='-", max_size=120))
def test_a_note_of_any_text_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, enml: str
) -> None:
    found = read(tmp_path_factory.mktemp("evernote"), note("a", enml), note("b", "last"))
    assert found.records[-1].text == "last"
    assert len(found.records) + len(found.skipped) == 2
