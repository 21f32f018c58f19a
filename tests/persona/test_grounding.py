"""A generated sentence that claims a fact carries its record, or is marked as a guess."""

from __future__ import annotations

import pytest

from afterself.home.folder import Self
from afterself.memory import Memory
from afterself.persona import Fact, Spoken, Talk
from afterself.persona.grounding import Grounding, claims_a_fact, sentences_of
from afterself.policy import open_view


@pytest.mark.parametrize(
    "sentence",
    [
        "I painted the boat red.",
        "Anna came on Sunday",
        "it was bought in 1953",
        "we lived by the harbour",
        "Ben is dead.",
        "mum is in hospital",
        "She has cancer.",
        "they live in a caravan",
    ],
)
def test_what_tells_of_somebody_claims_a_fact(sentence: str) -> None:
    assert claims_a_fact(sentence)


@pytest.mark.parametrize(
    "sentence", ["Good morning!", "are you coming?", "let me see", "mind the step", "I hope so"]
)
def test_greetings_questions_and_wishes_claim_none(sentence: str) -> None:
    assert not claims_a_fact(sentence)


def test_a_burst_is_read_sentence_by_sentence() -> None:
    assert sentences_of(["Yes. I had two.", "and a dog"]) == ["Yes.", "I had two.", "and a dog"]


def test_a_sentence_is_cited_if_a_record_carries_it_and_a_guess_if_not(talker: Self) -> None:
    with open_view(talker, "quote") as view:
        checked = Grounding(view, Memory(view)).check(
            ["My boat is called Heron.", "My boat is called Osprey."]
        )
    assert [one.by is not None for one in checked] == [True, False]
    assert checked[0].by is not None and checked[0].by.text == "My boat is called Heron"


def test_of_a_long_burst_what_is_not_looked_up_counts_as_a_guess(talker: Self) -> None:
    with open_view(talker, "quote") as view:
        checked = Grounding(view, Memory(view)).check(["My boat is called Heron."] * 15)
    assert [one.by is not None for one in checked] == [True] * 12 + [False] * 3


def test_with_quotes_alone_nothing_is_generated(talker: Self) -> None:
    with Talk.open(talker, answers="recorded") as talk:
        assert talk.engine is None
        assert isinstance(talk.say("hello, mind the step"), Fact)


def test_in_a_free_talk_the_weights_answer_and_what_they_claim_is_checked(talker: Self) -> None:
    with Talk.open(talker, answers="free", temperature=0) as talk:
        assert isinstance(talk.say("What is your boat called?"), Spoken)
        reply = talk.retry() and talk.say("hello")
        assert isinstance(reply, Spoken) and "the gate was open" in reply.messages
        cited = [one.by.text for one in reply.checked if one.by is not None]
        assert "the gate was open" in cited


def test_nonsense_that_comes_near_a_record_gets_no_citation(talker: Self) -> None:
    with open_view(talker, "quote") as view:
        said = ["Heron is a Thorchet.", "I have stopped my boat with a Heron of milk."]
        checked = Grounding(view, Memory(view)).check(said)
    assert [one.by for one in checked] == [None, None]
