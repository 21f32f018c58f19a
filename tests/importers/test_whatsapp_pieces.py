"""A chat is read thousands of lines at a time, and says the same as if it were read line by line."""

from __future__ import annotations

from itertools import product

import pytest
from golden import FOLDER, NAMES, options_of

from afterself.importers import text_pieces
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.importers.whatsapp import WhatsAppImporter
from afterself.importers.whatsapp_lines import Scanner, header_of
from afterself.importers.whatsapp_phrases import Body, body_of, only_words
from afterself.importers.whatsapp_words import STANDS_FOR


def read(data: bytes, options: Options = Options(zone="UTC")) -> list[object]:
    with SourceView.of_bytes("WhatsApp Chat with X.txt", data) as source:
        return list(WhatsAppImporter().open(source, options))


@pytest.mark.parametrize("size", [1, 100, 1000])
@pytest.mark.parametrize("name", NAMES)
def test_where_a_piece_ends_makes_no_difference(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (FOLDER / f"{name}.txt").read_bytes()
    whole = read(data, options_of(name))
    monkeypatch.setattr(text_pieces, "SIZE", size)
    assert read(data, options_of(name)) == whole


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_and_a_line_of_bytes_that_are_no_text_change_nothing_elsewhere(end: bytes) -> None:
    lines = [b"13/1/20, 09:%02d - Anna: caf\xc3\xa9 %d" % (n, n) for n in range(60)]
    for n, (odd, problems) in product((0, 30, 59), ((b"\xff\xfe", 1), (b"a\rb", 0))):
        chat = [*lines[: n + 1], odd, *lines[n + 1 :]]
        data = end.join(chat) + end
        found = read(data)
        records = [one for one in found if hasattr(one, "text")]
        assert [one.text.split("\n")[0] for one in records] == [f"café {k}" for k in range(60)]
        places = [one.locator for one in records]
        kept = b"".join(data[at.offset : at.offset + at.length] for at in places)
        assert kept == data
        assert len(found) - len(records) - 1 == problems


def test_what_is_taken_for_words_only_holds_nothing_of_whatsapps() -> None:
    bodies = [one.text for name in NAMES for one in read((FOLDER / f"{name}.txt").read_bytes())
              if hasattr(one, "text")]  # fmt: skip
    marks = ("", "\u200e", " ", "<")
    phrases = [mark + phrase + mark[::-1].replace("<", ">") for phrase in STANDS_FOR for mark in marks]
    odd = [
        "Video call, 3 min", "null", "Missed voice call at 9:15", "image omitted",
        "a.jpg (file attached)\nx", "location: https://maps.google.com/?q=1,2",
        "POLL:\nwhich?\nOPTION: a", "x • 2 pages document omitted",
    ]  # fmt: skip
    plain = [text for text in (*bodies, *phrases, *odd) if only_words(text)]
    assert [body_of(text) for text in plain] == [Body(text) for text in plain]
    assert len(plain) > len(bodies) / 2
    assert not any(map(only_words, odd))


@pytest.mark.parametrize("name", NAMES)
def test_the_headers_that_a_file_s_own_expression_finds_are_those_of_the_grammar(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8-sig")
    _, found = Scanner(text).split(text)
    for head, said, date, time, author, line, after in found:
        header = header_of(((head or line or "") + after).split("\n", 1)[0])
        if line is None:
            assert header is not None
            assert header.said == said
            assert said.startswith(date) and said.endswith(time)
            assert header.head.names[0] == author
            assert header.body + len(author) + 2 == len(head)
    assert all(header_of(line) is None for line in text.split("\n") if line not in _first_lines(text))


def _first_lines(text: str) -> set[str]:
    """Lines at which the scanner stops."""
    _, found = Scanner(text).split(text)
    return {((head or line or "") + after).split("\n", 1)[0] for head, _, _, _, _, line, after in found}
