"""What is copied out of training is found, to the letter, and what is not copied passes."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.fidelity.copying import LONG_RUN, LONGEST_RUN, SHORTEST_RUN, Copied, CopyIndex
from afterself.fidelity.gate import judge

DRAW = random.Random(7)
WORDS = ["".join(DRAW.choices("abcdefghijklmnop", k=DRAW.randint(2, 8))) for _ in range(800)]


def messages(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=draw.randint(2, 20))) for _ in range(count)]


def slowly(training: list[str], text: str) -> tuple[int, int]:
    """Longest run and characters inside runs of at least 30, by looking for every one."""
    longest, inside = 0, set[int]()
    for begin in range(len(text)):
        for end in range(begin + SHORTEST_RUN, len(text) + 1):
            if not any(text[begin:end] in message for message in training):
                break
            longest = max(longest, end - begin)
            if end - begin >= LONG_RUN:
                inside.update(range(begin, end))
    return min(longest, LONGEST_RUN), len(inside)


letters = st.text(alphabet="ab é😀\u05d0", max_size=60).map(str.strip)


@given(st.lists(letters, max_size=8), st.lists(letters, max_size=5))
def test_runs_are_those_that_one_finds_by_looking_for_every_one(
    training: list[str], texts: list[str]
) -> None:
    found = CopyIndex(training).look_up(texts)
    expected = [slowly(training, text) for text in texts if text]
    assert list(found.longest) == [longest for longest, _ in expected]
    assert found.covered == sum(inside for _, inside in expected)
    assert found.whole == sum(text in training for text in texts if len(text) >= SHORTEST_RUN)


def test_a_run_does_not_reach_over_the_end_of_a_message() -> None:
    index = CopyIndex(["the first message ends", "here the second begins"])
    assert index.look_up(["message ends" + "here the second"]).longest == (len("here the second"),)


def test_half_a_million_letters_are_searched_in_seconds() -> None:
    training = messages(8000, 1)
    started = time.process_time()
    index = CopyIndex(training)
    index.look_up(messages(300, 2))
    index.look_up(training[:300])
    assert time.process_time() - started < 6


def test_a_copier_fails_and_new_words_pass() -> None:
    training, later, new = messages(2000, 1), messages(200, 2), messages(200, 3)
    index = CopyIndex(training)
    real = index.look_up(later)
    assert judge(index.look_up(new), real).verdict == "pass"
    copier = judge(index.look_up(random.Random(1).choices(training, k=200)), real)
    assert copier.verdict == "fail" and len(copier.reasons) == 3


@pytest.mark.parametrize("part", [40, 60])
def test_copying_only_the_beginnings_fails_too(part: int) -> None:
    training, later = messages(2000, 1), messages(200, 2)
    index = CopyIndex(training)
    begun = [old[:part] + " " + new for old, new in zip(training, messages(200, 4), strict=False)]
    assert judge(index.look_up(begun), index.look_up(later)).verdict == "fail"


def test_a_person_of_set_phrases_is_measured_by_their_own_repeating() -> None:
    phrases = ["Good morning to you all, my dears", "Sleep well and God bless you all"]
    training = messages(500, 1) + phrases
    index = CopyIndex(training)
    later = messages(150, 2) + phrases * 15
    assert judge(index.look_up(messages(150, 3) + phrases * 15), index.look_up(later)).verdict == "pass"
    assert (
        judge(index.look_up(messages(150, 3) + phrases * 15), index.look_up(messages(200, 2))).verdict
        == "fail"
    )


def test_one_message_found_whole_may_be_chance_and_two_of_sixty_are_not() -> None:
    nothing = Copied(300, 200, 0, 9000, 0, (0,) * 300)
    assert judge(Copied(60, 60, 1, 3000, 0, (0,) * 60), nothing).verdict == "pass"
    assert judge(Copied(60, 60, 2, 3000, 0, (0,) * 60), nothing).verdict == "fail"


def test_too_few_messages_are_not_measurable_and_never_a_pass() -> None:
    few, many = Copied(49, 49, 49, 900, 900, (80,) * 49), Copied(300, 200, 0, 9000, 0, (0,) * 300)
    assert judge(few, many).verdict == "not measurable"
    assert judge(many, few).verdict == "not measurable"
    assert "49 written messages" in judge(few, many).reasons[0]


def test_who_writes_only_short_messages_passes_no_gate_that_looks_at_long_ones() -> None:
    short, many = Copied(200, 1, 1, 1600, 0, (0,) * 199 + (20,)), Copied(300, 200, 0, 9000, 0, (0,) * 300)
    for found in (judge(short, many), judge(many, short)):
        assert found.verdict == "not measurable"
    (reason,) = judge(short, many).reasons
    assert reason == "1 written message of at least 15 letters is fewer than the 20 that are needed"
