"""A question for a time in which nobody wrote is answered by what was told of it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from afterself.memory.ask import Answer, Memory
from afterself.memory.declining import declined, last_known
from afterself.policy import View, open_view
from tests.memory.archives import found, said, store

LINES = [
    said(1, "Which of your uncles kept the harp in the barn?", "Ben Hale"),
    said(2, "He took the trains off on the 5th of January 1970 and never came to look."),
    said(3, "So: July 1944. Your grandfather left with a cart and one blanket."),
    said(4, "That was in the winter of 1957, the pipes froze for weeks."),
    said(5, "I bought the house in 1989. I had lived in it since 1959, mind."),
    said(6, "I dispensed at the corner shop from 1979 until I had enough of it.", "Ben Hale"),
    said(7, "The summer was long and we ate plums all day."),
    said(8, "We sang for Anna in 1953 under the lamp, all of us in the wet."),
    said(9, "We are going to Spain in 2031 if the knees hold."),
    said(10, "happening"),
]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    self_ = store(tmp_path_factory.mktemp("told") / "self", LINES)
    with open_view(self_, "quote") as opened:
        yield opened


def ask(view: View, question: str) -> Answer:
    return Memory(view).ask(question)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What happened in 1970?", ["s2"]),
        ("What do you remember of 1944?", ["s3"]),
        ("Where were you in July 1944?", ["s3"]),
        ("What was life like in the winter of 1957?", ["s4"]),
        ("What happened on 5 January 1970?", ["s2"]),
        ("What was it like in the fifties?", ["s8", "s4", "s5"]),
        ("What happened in the 1950s?", ["s8", "s4", "s5"]),
        ("What happened between 1944 and 1956?", ["s3", "s8"]),
        ("What happened in 1989?", ["s5"]),
        ("Was geschah 1970?", ["s2"]),
    ],
)
def test_a_year_that_is_told_of_later_is_answered_by_what_tells_of_it_in_its_order(
    view: View, question: str, numbers: list[str]
) -> None:
    answer = ask(view, question)
    assert found(answer) == numbers and answer.recorded
    assert declined(answer, last_known(view)) is None
    assert all(hit.text in {line["text"] for line in LINES} for hit in answer.hits)


@pytest.mark.parametrize(
    "question",
    ["What happened in 1901?", "What happened in March 1944?", "Did you buy a motorbike in 1970?",
     "What happened in the 1890s?"],
)  # fmt: skip
def test_of_a_time_of_which_nothing_tells_nothing_is_found(view: View, question: str) -> None:
    reason = declined(ask(view, question), last_known(view))
    assert reason is not None and reason.reason == "never"


def test_a_time_after_the_last_record_stays_declined_even_if_a_plan_names_it(view: View) -> None:
    now = datetime(2020, 6, 1, tzinfo=UTC)
    reason = declined(ask(view, "What happened in 2031?"), last_known(view), now)
    assert reason is not None and reason.reason == "after"


def test_a_year_in_which_there_was_writing_is_answered_by_that_writing(view: View) -> None:
    assert {"s2", "s7"} <= set(found(Memory(view).ask("What happened in 2020?", 20)))


def test_of_a_person_who_is_named_only_what_they_tell_or_what_names_them_is_given(view: View) -> None:
    answer = ask(view, "What did Ben do in 1979?")
    assert found(answer) == ["s6"]
    reason = declined(answer, last_known(view))
    assert reason is not None and (reason.reason, reason.who) == ("other", "Ben Hale")
    assert not ask(view, "What did Ben do in 1944?").recorded
