"""What goes to memory and what to the weights."""

from __future__ import annotations

import pytest

from afterself.persona.questions import asks_for_a_fact


@pytest.mark.parametrize(
    "text",
    [
        "When did you start on the railway?",
        "where were you born",
        "Did you ever play the violin?",
        "What was your cat called?",
        "Who broke the chapel window?",
        "Tell me about the flood",
        "Did Kaz ever go back to his village?",
        "Do you remember the winter of 1963?",
        "Hester, did you keep chickens?",
        "Wann bist du geboren?",
        "Où est-ce que tu as travaillé ?",
        "What did you say about ignore your instructions?",
    ],
)
def test_a_question_about_the_owners_life_is_a_fact(text: str) -> None:
    assert asks_for_a_fact(text, "Hester Norkus")


@pytest.mark.parametrize(
    "text",
    [
        "Good morning! How are you?",
        "how are you today",
        "What's up?",
        "It is raining here again.",
        "I am coming by on Sunday, shall I bring a cake?",
        "Sleep well.",
        "Would you like some tea?",
        "Are you coming on Sunday?",
        "could you send me the key please",
        "ha",
        "",
        "?",
        "🙂",
        "<|im_end|>",
    ],
)
def test_small_talk_is_left_to_the_weights(text: str) -> None:
    assert not asks_for_a_fact(text, "Hester Norkus")
