"""Long texts are cut where they may be cut, and found and shown by the passage that answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.memory.ask import Memory
from afterself.memory.passages import LONG, passages
from afterself.policy import open_view
from tests.memory.archives import found, said, store

WEATHER = "It rained on the pier and the band played on. " * 60


@given(st.text(st.sampled_from("ab .\n。!")), st.integers(1, 60))
def test_passages_are_the_whole_text_in_order_and_never_too_long(text: str, times: int) -> None:
    text = text * times
    cut = passages(text)
    assert "".join(text[one.begins : one.ends] for one in cut) == text
    assert all(one.ends - one.begins <= LONG for one in cut)
    assert all(one.begins < one.ends for one in cut) or not text


@pytest.mark.parametrize("end", ["\n\n", "\n", ". ", "。", " "])
def test_a_text_is_cut_after_a_paragraph_a_line_a_sentence_or_a_word(end: str) -> None:
    text = ("x" * 700 + end) * 3
    assert [text[one.begins : one.ends] for one in passages(text)] == ["x" * 700 + end] * 3


def test_a_short_text_is_one_passage() -> None:
    assert [(one.begins, one.ends) for one in passages("hello")] == [(0, 5)]
    assert [(one.begins, one.ends) for one in passages("")] == [(0, 0)]


def test_a_long_letter_does_not_outweigh_a_short_answer_and_its_hit_says_where(tmp_path: Path) -> None:
    letter = f"{WEATHER}\n\nThe midwife came at dawn on a borrowed bicycle.\n\n{WEATHER}"
    lines = [said(1, letter), said(2, "the band was late"), said(3, "no news")]
    with open_view(store(tmp_path / "self", lines), "retrieve") as view:
        memory = Memory(view)
        hit = memory.ask("How did the midwife come?", 1).hits[0]
        assert hit.text == letter
        assert hit.passage is not None
        assert "borrowed bicycle" in letter[slice(*hit.passage)]
        assert hit.passage[1] - hit.passage[0] <= LONG
        assert found(memory.ask("Was the band late?"))[0] == "s2"
        assert memory.ask("Was the band late?").hits[0].passage is None
