"""A long record is shown where it speaks of what was asked; nothing in it is reworded."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from afterself.memory.excerpt import LINES, MOST, excerpt

FILL = "The weather was as it was, and the bus came late again. "


def test_a_short_record_is_shown_whole() -> None:
    shown = excerpt("I learned to swim in the canal.", "Where did you learn to swim?")
    assert shown.text == "I learned to swim in the canal." and not shown.cut


def test_a_long_record_is_shown_where_most_words_of_the_question_stand() -> None:
    text = FILL * 400 + "I learned to swim in the old canal behind the mill. " + FILL * 400 + "I swim."
    shown = excerpt(text, "Where did you learn to swim?")
    assert "I learned to swim in the old canal" in shown.text
    assert len(shown.text) <= MOST and shown.before and shown.after
    assert shown.text in text


def test_a_record_without_the_words_is_shown_from_its_start() -> None:
    shown = excerpt(FILL * 100, "zebras?")
    assert shown.text.startswith("The weather") and not shown.before and shown.after


def test_a_megabyte_is_cut_in_no_time() -> None:
    began = time.process_time()
    assert "needle" in excerpt(FILL * 18_000 + "needle in hay " + FILL, "needle hay").text
    assert time.process_time() - began < 3


@given(st.text(max_size=3000), st.text(max_size=40))
def test_an_excerpt_is_always_a_slice_of_the_record(text: str, question: str) -> None:
    shown = excerpt(text, question, most=200)
    assert shown.text in text
    assert len(shown.text) <= 200 and shown.text.count("\n") < LINES
