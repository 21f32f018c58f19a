"""What an owner relies on who gives a folder of documents: nothing doubled, nobody else's words theirs."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source
from test_document_goldens import FOLDER, vault

from afterself.errors import SourceError, UnknownFormat
from afterself.home.folder import Self
from afterself.importers import document_html, document_markdown, document_txt
from afterself.importers.contract import Options, Unreadable
from afterself.importers.document_dates import named, when
from afterself.importers.ingest import import_path
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView
from afterself.policy import open_view

sys.path.insert(0, str(FOLDER))
from making import BODY, docx, odt, pdf, zipped

Reading = Callable[..., Read]
ME = Options(me=("Ben Ito", "writer of Vault"), zone="Europe/Berlin")
CHAT = "13/01/2020, 09:00 - Ben: hi\n13/01/2020, 09:01 - Anna: ho\n13/01/2020, 09:02 - Ben: so\n"


def rows(self_: Self) -> dict[str, tuple[str, bool | None, str]]:
    with open_view(self_, "retrieve") as view:
        return {
            f"{r.thread_title}: {r.text[:24]}": (r.author_name, r.is_owner, r.own_text)
            for r in view.records()
        }


def test_the_same_folder_again_changes_nothing_and_a_zip_of_it_is_the_same_folder(
    tmp_path: Path, fresh_self: Self
) -> None:
    folder = vault(tmp_path)
    first = import_path(fresh_self, folder, ME)
    assert first.new > 15 and set(first.owner) == {"Ben Ito", "writer of Vault"}
    again = import_path(fresh_self, folder, ME)
    assert (again.new, again.changed, again.same) == (0, 0, first.new)
    packed = Path(shutil.make_archive(str(tmp_path / "out" / "Vault"), "zip", folder))
    zipped_again = import_path(fresh_self, packed, ME)
    assert (zipped_again.new, zipped_again.changed, zipped_again.same) == (0, 0, first.new)


def test_an_edited_note_is_a_revision_and_a_file_that_is_gone_stays(tmp_path: Path, fresh_self: Self) -> None:
    folder = tmp_path / "Vault"
    folder.mkdir()
    (folder / "a.md").write_text("first words\n")
    (folder / "b.md").write_text("other words\n")
    import_path(fresh_self, folder, ME)
    (folder / "a.md").write_text("first words, and more\n")
    (folder / "b.md").unlink()
    again = import_path(fresh_self, folder, ME)
    assert (again.new, again.changed) == (0, 1)
    with open_view(fresh_self, "retrieve") as view:
        assert sorted(r.text for r in view.records()) == ["first words, and more", "other words"]


def test_two_folders_with_a_file_of_the_same_name_do_not_overwrite_each_other(
    tmp_path: Path, fresh_self: Self
) -> None:
    for name in ("Vault", "Work"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.md").write_text(f"of {name}\n")
        import_path(fresh_self, tmp_path / name, ME)
    assert len(rows(fresh_self)) == 2


def test_a_document_is_mine_only_where_it_names_me_and_unnamed_notes_are_asked_for(
    tmp_path: Path, fresh_self: Self
) -> None:
    folder = vault(tmp_path)
    asked = import_path(fresh_self, folder, Options(me=("Ben Ito",), zone="UTC"))
    assert any("--me “writer of Vault”" in problem.why for problem in asked.problems)
    found = rows(fresh_self)
    assert found["2021-03-05: Slept badly. Read Anna K"][:2] == ("", None)
    assert found["minutes: Minutes\n\nWe meet on Tues"][1] is True
    import_path(fresh_self, folder, ME)
    owner, mine, own = rows(fresh_self)["2021-03-05: Slept badly. Read Anna K"]
    assert (owner, mine) == ("writer of Vault", True)
    assert "happy families" not in own and "links =" not in own and "Tolstoy is right" in own
    assert rows(fresh_self)["Clipped: Somebody else's essay, s"][:2] == ("", None)


def test_words_that_somebody_inserted_or_commented_are_theirs_and_not_the_authors(
    tmp_path: Path, fresh_self: Self
) -> None:
    (tmp_path / "minutes.docx").write_bytes(docx())
    import_path(fresh_self, tmp_path / "minutes.docx", Options(me=("Anna Berg",), zone="Europe/Berlin"))
    found = rows(fresh_self)
    mine = [own for _, is_owner, own in found.values() if is_owner]
    assert sorted(mine) == ["Tuesday", "Which Tuesday?"]


def test_the_same_document_alone_has_its_comments_answered(tmp_path: Path, read: Reading) -> None:
    (tmp_path / "minutes.docx").write_bytes(docx())
    found = read(tmp_path / "minutes.docx")
    document, inserted, asked, answer = found.records
    assert [r.reply_to for r in (inserted, asked, answer)] == ["document", "document", asked.native_id]
    assert document.thread == "minutes.docx"
    assert "".join(a.name for a in found.threads[0].participants) == "Ben Ito"


def test_deleted_and_moved_words_are_not_in_the_text(tmp_path: Path, read: Reading) -> None:
    (tmp_path / "a.docx").write_bytes(docx())
    (tmp_path / "a.odt").write_bytes(odt())
    for record in read(tmp_path).records:
        assert "Monday" not in record.text and "Moved." not in record.text


def test_an_edited_comment_is_a_revision_whatever_number_word_gives_it(
    tmp_path: Path, fresh_self: Self
) -> None:
    path = tmp_path / "minutes.docx"
    path.write_bytes(docx())
    import_path(fresh_self, path, ME)
    comment = '<w:comment w:id="7" w:author="Anna Berg" w:date="2021-02-03T09:20:00Z">'
    comment += "<w:p><w:r><w:t>Which one?</w:t></w:r></w:p></w:comment>"
    path.write_bytes(docx(comments=comment))
    again = import_path(fresh_self, path, ME)
    assert (again.new, again.changed) == (0, 1)


def test_a_pdf_is_nobodys_unless_it_names_the_owner(tmp_path: Path, read: Reading) -> None:
    pytest.importorskip("pypdf")
    (tmp_path / "a.pdf").write_bytes(pdf("words", author="Ben Ito"))
    assert read(tmp_path / "a.pdf").records[0].author is None
    mine = read(tmp_path / "a.pdf", me=("Ben Ito",)).records[0].author
    assert mine is not None and mine.name == "Ben Ito"


def test_a_whatsapp_chat_and_notes_in_one_folder_are_both_read(tmp_path: Path, read: Reading) -> None:
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text(CHAT)
    (tmp_path / "note.txt").write_text("a note\n")
    found = read(tmp_path)
    assert found.formats == ["WhatsApp chat", "documents"]
    assert [r.text for r in found.records] == ["hi", "ho", "so", "a note"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("WhatsApp Chat with Anna.txt", "nothing that begins like a chat"),
        ("messages.html", '<div class="page_wrap">Telegram</div>'),
        ("export.txt", '{"messages": ['),
        ("letter.doc", "\xd0\xcf"),
        ("data.bin", "words"),
    ],
)
def test_what_another_importer_should_have_read_does_not_become_a_note(
    name: str, content: str, tmp_path: Path, read: Reading
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnknownFormat):
        read(tmp_path / name)


def test_json_lines_with_the_name_of_a_note_are_still_rows(tmp_path: Path, read: Reading) -> None:
    row = {"conversation": "a", "time": "2019-03-04T18:02:00Z", "author": "Anna", "text": "hi"}
    (tmp_path / "rows.txt").write_text(json.dumps(row) + "\n")
    (tmp_path / "note.md").write_text("a note\n")
    assert "a note" in [r.text for r in read(tmp_path).records]


def test_a_bomb_in_one_document_does_not_end_the_import(tmp_path: Path, read: Reading) -> None:
    bomb = zipped({"[Content_Types].xml": "", "word/document.xml": b"<a>" + b" " * 60_000_000})
    (tmp_path / "bomb.docx").write_bytes(bomb)
    (tmp_path / "note.md").write_text("a note\n")
    found = read(tmp_path)
    assert [r.text for r in found.records] == ["a note"]
    assert found.skipped == [("bomb.docx", "it is refused: it would unpack to far more than it is")]


def test_a_zip_of_documents_can_hold_documents_that_are_zips(tmp_path: Path, read: Reading) -> None:
    with zipfile.ZipFile(tmp_path / "Letters.zip", "w") as packed:
        packed.writestr("a/minutes.docx", docx())
        packed.writestr("b.odt", odt())
    assert {t.key for t in read(tmp_path / "Letters.zip").threads} == {
        "Letters/a/minutes.docx",
        "Letters/b.odt",
    }


def test_only_pdfs_without_the_library_end_with_the_command_that_installs_it(
    tmp_path: Path, fresh_self: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(pdf("words"))
    with pytest.raises(SourceError, match=r"pip install 'afterself\[documents\]'"):
        import_path(fresh_self, tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("raw", "wanted", "precision"),
    [
        ("2021-03-05", "2021-03-05T00:00:00+00:00", "day"),
        ("2021-03-05 14:30", "2021-03-05T13:30:00+00:00", "minute"),
        ("20210305T143000Z", "2021-03-05T14:30:00+00:00", "second"),
        ("2021-03-05T14:30:00.123456789-05:00", "2021-03-05T19:30:00+00:00", "second"),
        ("D:20210305143000+01'00'", "2021-03-05T13:30:00+00:00", "second"),
        ("03/04/2021", None, "none"),
        ("0000-00-00", None, "none"),
        ("March 5th", None, "none"),
    ],
)
def test_a_date_is_read_if_it_can_mean_one_thing_only(raw: str, wanted: str | None, precision: str) -> None:
    found = when(raw, LocalClock("Europe/Berlin"))
    assert (found.at.isoformat() if found.at else None, found.precision) == (wanted, precision)


@pytest.mark.parametrize(
    ("stem", "day"),
    [
        ("2021-03-05", "2021-03-05"), ("20210305 walk", "2021-03-05"), ("trip 2021_03_05", "2021-03-05"),
        ("2021-13-05", ""), ("2021-03-05 to 2021-03-09", ""), ("invoice 123456789", ""),
    ],
)  # fmt: skip
def test_the_date_in_a_files_name_counts_if_there_is_one(stem: str, day: str) -> None:
    assert named(stem, LocalClock("UTC")) == day


DAMAGED = [docx(), odt(), pdf("words"), BODY.encode()]


@settings(max_examples=40)
@given(
    st.sampled_from(DAMAGED),
    st.integers(0, 4000),
    st.binary(max_size=12),
    st.sampled_from(["docx", "odt", "pdf"]),
)
def test_no_damage_ends_an_import(data: bytes, at: int, junk: bytes, suffix: str) -> None:
    hurt = data[: at % len(data)] + junk + data[at % len(data) + len(junk) :]
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as packed:
        packed.writestr(f"x.{suffix}", hurt)
        packed.writestr("note.md", "still read")
    with SourceView._of_zip(
        "Vault.zip", buffer, limits=SourceView.at.__kwdefaults__["limits"], depth=0
    ) as source:
        assert "still read" in [r.text for r in read_source(source, Options(zone="UTC")).records]


PIECES = st.lists(
    st.sampled_from(["```", "`", "%%", "[[", "]]", "![[", "|", "[a](b)", "](", "<!--",
    "-->", "> ", "> [!tip]", "---", "\n", "\n\n", "\t", "a: b\n", "words ", "<blockquote>", "</pre>",
    "<td>", "<li>", "é", "\ud800", "\0"]),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=150)
@given(PIECES, st.sampled_from([document_markdown.read, document_html.read, document_txt.read]))
def test_any_text_is_read_and_its_spans_fit(text: str, reading: Callable[[bytes], object]) -> None:
    try:
        found = reading(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return
    ends = [0, *(place for span in found.spans for place in (span.start, span.end)), len(found.text)]  # type: ignore[attr-defined]
    assert ends == sorted(ends) and all(span.start < span.end for span in found.spans)  # type: ignore[attr-defined]


def test_hundreds_of_thousands_of_openers_take_no_quadratic_time() -> None:
    for piece in ("%%a<!--", "[[", "`a\n", "> ", "![", "```\n"):
        document_markdown.read((piece * 100_000).encode())
    with pytest.raises(Unreadable, match="nested too deeply"):
        document_html.read(b"<div>" * 100_000)
    assert document_html.read(b"<p>a<li>" * 20_000).text
