"""Questions that lean on the one before: what a pronoun stands for; whole questions stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import OWNER, said, store

from afterself.memory.ask import Answer, Memory
from afterself.memory.follow_ups import FollowUps
from afterself.memory.names import NameBook, Person
from afterself.policy import open_view

NAMES = NameBook([Person(1, OWNER, True), Person(2, "Jonas", False), Person(3, "Lina Holt", False)], OWNER)


def meant(*questions: str) -> str:
    """The last question as it is meant after the others, on each of which nothing was found."""
    follow_ups, whole = FollowUps(), ""
    for question in questions:
        whole = follow_ups.meant(question, NAMES).question
        follow_ups.asked(whole, Answer(whole, (), 0.0), NAMES)
    return whole


@pytest.mark.parametrize(
    ("before", "asked", "means"),
    [
        ("Who is Jonas?", "How old is he?", "How old is Jonas?"),
        ("who is jonas", "where does he live", "where does jonas live"),
        ("Who is Lina?", "What is her job?", "What is Lina's job?"),
        ("Who is Mr Okafor?", "Did you like him?", "Did you like Mr Okafor?"),
        ("Who is your daughter?", "And where does she live?", "And where does your daughter live?"),
        ("Do you have any children?", "How old are they?", "How old are your children?"),
        ("Do you have a dog?", "What is it called?", "What is your dog called?"),
        ("What is your boat called?", "What colour is it?", "What colour is your boat?"),
        ("How old is Jonas?", "And the cat?", "How old is the cat?"),
        ("How old is Jonas?", "And you?", "How old is you?"),
        ("Where do you live?", "What about Jonas?", "Where do Jonas live?"),
        ("What was your job?", "And your father?", "What was your father's job?"),
        ("How do you make your plum jam?", "And the pickles?", "How do you make the pickles?"),
        ("How did you meet your husband?", "And when was that?", "When did you meet your husband?"),
        ("Tell me about the flood", "When was that?", "When the flood"),
    ],
)
def test_a_follow_up_is_asked_with_what_its_pronoun_stands_for(before: str, asked: str, means: str) -> None:
    assert meant(before, asked) == means


def test_what_a_pronoun_stands_for_is_carried_over_several_questions() -> None:
    assert meant("Who is Jonas?", "How old is he?", "Where does he live?") == "Where does Jonas live?"


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("Who is Jonas?", "How old is Lina?"),
        ("Who is Jonas?", "Where do you live?"),
        ("Who is Jonas?", "When did Lina say she was ill?"),
        ("Who is your daughter?", "How old is he?"),
        ("What is your boat called?", "Was it raining?"),
        ("What is your boat called?", "What time is it?"),
        ("What is your boat called?", "Where did the dog find it?"),
        ("Who is Jonas?", "When did the war end?"),
        ("Who is Jonas?", "And why did you never learn to drive?"),
        ("Who is Jonas?", ""),
    ],
)
def test_a_question_that_says_what_it_means_is_asked_in_its_own_words(before: str, asked: str) -> None:
    assert meant(before, asked) == asked


def test_a_question_about_somebody_of_whom_nothing_was_said_leans_on_nothing() -> None:
    assert FollowUps().meant("How old is he?", NAMES).of_nothing
    assert not FollowUps().meant("How old are you?", NAMES).of_nothing
    follow_ups = FollowUps()
    follow_ups.asked("Who broke the window?", Answer("Who broke the window?", (), 0.0), NAMES)
    assert follow_ups.meant("When was that?", NAMES).of_nothing


def test_who_an_answer_names_is_meant_by_the_next_question(tmp_path: Path) -> None:
    lines = [
        said(1, "It was Alfie who broke the chapel window, with a cricket ball"),
        said(2, "the kettle is on"),
        said(3, "Alfie and Petra rowed the boat across the drain"),
    ]
    with open_view(store(tmp_path / "self", lines), "retrieve") as view:
        memory, follow_ups = Memory(view), FollowUps()
        question = "Who broke the chapel window?"
        follow_ups.asked(question, memory.ask(question), memory.names)
        assert follow_ups.meant("How old was he?", memory.names).question == "How old was Alfie?"
        assert follow_ups.meant("When was that?", memory.names).question == "When broke the chapel window?"
        question = "Who rowed the boat across the drain?"
        follow_ups.asked(question, memory.ask(question), memory.names)
        assert follow_ups.meant("How old was he?", memory.names).of_nothing, "two are named: it is open who"
