"""A question about what it is that answers is told from one about the owner's life."""

from __future__ import annotations

import pytest

from afterself.memory.ask import Answer
from afterself.memory.asked_of_software import asks_what_it_is
from afterself.memory.declining import declined, sure


@pytest.mark.parametrize(
    "question",
    [
        "Are you a real person?",
        "are you really human or just a bot?",
        "Am I talking to an AI?",
        "Hi, who made you?",
        "What are you?",
        "Who are you?",
        "And who are you, really?",
        "Wer bist du?",
        "Was bist du?",
        "How were you trained?",
        "Do you know that you are dead?",
        "Bist du ein echter Mensch?",
        "Es-tu un robot ?",
        "¿Eres una persona real?",
    ],
)
def test_what_it_is_is_asked_of_the_program(question: str) -> None:
    assert asks_what_it_is(question)
    why = declined(Answer(question, (), 1.0, enough=True), None)
    assert why is not None and why.reason == "software" and sure(Answer(question, (), 1.0), None) == 0.0


@pytest.mark.parametrize(
    "question",
    [
        "Are you a real Londoner?",
        "Who made you laugh?",
        "How were you trained as a signalwoman?",
        "Did you ever work with a computer?",
        "Are you alone?",
        "Who are you going with?",
        "Who are you named after?",
        "Wer bist du in dem Stück?",
        "Is this the right bus?",
        "Bist du in Husum geboren?",
    ],
)
def test_what_only_sounds_like_it_is_asked_of_the_owner(question: str) -> None:
    assert not asks_what_it_is(question)
