from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.plain import terminal_text


@given(st.text(alphabet=st.characters()))
def test_nothing_shown_can_steer_the_terminal(text: str) -> None:
    shown = terminal_text(text)
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]
    assert not [c for c in shown if unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF"}]
    assert not [c for c in shown if unicodedata.bidirectional(c) in {"LRI", "RLI", "FSI", "PDI"}]
    shown.encode("utf-8")
    assert "\n" not in terminal_text(text, one_line=True)


@pytest.mark.parametrize("text", ["Grüße, Ånna — 你好\nשלום", "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "<b>[red]x[/red]"])
def test_words_are_shown_as_they_are(text: str) -> None:
    assert terminal_text(text) == text


def test_an_escape_code_is_shown_instead_of_run() -> None:
    assert terminal_text("a\x1b[2Jb\rc\x9b31md\x07") == "a␛[2Jb␍c\ufffd31md␇"
    assert terminal_text("one\r\ntwo", one_line=True) == "one ⏎ two"
