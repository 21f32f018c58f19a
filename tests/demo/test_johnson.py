"""Samuel Johnson out of the book that the visitor downloaded; the book here is an invented imitation."""

from __future__ import annotations

import html
import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from afterself.demo.boswell import spoken
from afterself.demo.johnson import life, rows
from afterself.errors import SourceError
from tests.demo.conftest import play

HERE = Path(__file__).parent / "boswell"
IMITATION = HERE / "imitation.txt"


def page_of(text: str) -> str:
    """The imitation as Project Gutenberg's HTML lays it out: curly quotes, entities, footnotes in a class."""
    text = re.sub(r"(?<=\w)'(?=\w)|(?<=[\w.,;:!?])'", "’", text).replace("'", "‘")
    blocks = []
    for block in re.split(r"\n\n+", text):
        foot = ' class="foot"' if block.startswith("     ") else ""
        blocks.append(f"<p{foot}>\n{html.escape(block, quote=False).replace('--', '&mdash;')}\n</p>")
    body = "\n".join(blocks)
    return f"<!DOCTYPE html>\n<html><head><title>JOHNSON. 'x'</title></head><body>{body}</body></html>"


def test_dialogue_quotes_letters_and_dates_come_out_as_the_golden_file_says() -> None:
    golden = json.loads((HERE / "imitation.json").read_text(encoding="utf-8"))
    assert list(rows(life(IMITATION))) == golden


def test_the_licence_the_preface_footnotes_and_marks_are_nobodys_words() -> None:
    said = "\n".join(turn.text for turn in life(IMITATION))
    assert not re.search(r"licence|preface|footnote|second paragraph|first year|\*|\[12\]|\{231\}", said)


@pytest.mark.parametrize("kind", ["html", "zip", "latin"])
def test_the_page_the_zip_and_the_older_encoding_of_the_book_give_the_same_turns(
    kind: str, tmp_path: Path
) -> None:
    text = IMITATION.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    path = tmp_path / f"pg1564.{kind}"
    if kind == "html":
        path.write_text(page_of(text), encoding="utf-8")
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("1564/1564.txt", text)
    else:
        path.write_bytes(text.encode("latin-1"))
    assert life(path) == life(IMITATION)


def test_another_book_is_refused_with_the_name_of_the_right_one_and_where_it_is(tmp_path: Path) -> None:
    other = tmp_path / "pg11.txt"
    other.write_text("*** START OF THE PROJECT GUTENBERG EBOOK 11 ***\n\nAlice was beginning.\n")
    _, err, code = play("demo", "--person", "johnson", "--from", str(other), cwd=tmp_path)
    assert code == SourceError.exit_code
    assert "pg11.txt" in err and "1564" in err and "www.gutenberg.org/ebooks/1564" in err
    assert not (tmp_path / "johnson-self").exists()


def test_johnson_without_the_book_is_told_which_text_to_get(tmp_path: Path) -> None:
    _, err, code = play("demo", "--person", "johnson", cwd=tmp_path)
    assert code == 2 and "ebook 1564" in err and "--from" in err


def test_a_folder_without_a_book_and_a_binary_file_are_errors_not_tracebacks(tmp_path: Path) -> None:
    binary = tmp_path / "pg1564.txt"
    binary.write_bytes(os.urandom(2000))
    (tmp_path / "empty").mkdir()
    for path in (binary, tmp_path / "empty", tmp_path / "missing.txt"):
        with pytest.raises(SourceError):
            life(path)


def test_the_book_is_searched_and_cited_before_anything_is_trained(tmp_path: Path) -> None:
    folder = tmp_path / "self"
    command = ("demo", "--person", "johnson", "--from", str(IMITATION), "--folder", str(folder))
    out, err, code = play(*command)
    assert code == 8 and "to learn from" in err  # an imitation of some turns is too little
    assert "Samuel Johnson, lexicographer" in out
    out, _, _ = play("--self", str(folder), "ask", "What did you say about the wheelbarrow?")
    assert "1763-03-08 · Samuel Johnson" in out and "the one carriage that never" in out
    records, _, _ = play("--self", str(folder), "records", "--json")
    owner = [r for r in map(json.loads, records.splitlines()) if r["is_owner"]]
    assert len(owner) == 14 and {r["kind"] for r in owner} == {"utterance", "mail"}


@pytest.mark.parametrize(
    "hostile", ["'" * 5000, "(said he" * 500, "JOHNSON. '" * 800, "A" * 100_000, "he said, '\n"]
)
def test_hostile_paragraphs_end_in_time(hostile: str) -> None:
    spoken(["1763: AETAT. 54.]--It began.", hostile, hostile])
