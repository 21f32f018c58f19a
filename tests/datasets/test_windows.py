"""Windows: every word of the owner is a target exactly once, whatever the lengths."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterself.datasets import Burst, Conversation, Example, target_bytes, windows
from afterself.models.tokens import HFTurnTokenizer
from afterself.models.turns import Header, Line, Turn
from tests.datasets.talks import START

WORDS = ("the", "train", "at", "six", "is", "late", "again", "and", "bread")


@pytest.fixture(scope="session")
def tokenizer(tiny_base: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(tiny_base)


def burst(author: str, *texts: str, number: int = 0) -> Burst:
    lines = tuple(Line(author, text) for text in texts)
    return Burst(Turn(author == "me", lines), tuple((f"r{number}.{n}", 1) for n in range(len(lines))), START)


def talk(*bursts: Burst, group: bool = False) -> Conversation:
    return Conversation("t", group, bursts, via="whatsapp", to=() if group else ("Anna",))


def alternating(lengths: list[list[int]]) -> Conversation:
    """Bursts of numbered messages with these numbers of words, Anna and the owner by turns."""
    made = []
    for n, messages in enumerate(lengths):
        texts = [f"{n}x{m} " + " ".join((WORDS * 5)[:size]) for m, size in enumerate(messages)]
        made.append(burst("Anna" if n % 2 == 0 else "me", *texts, number=n))
    return talk(*made)


def words_of(examples: list[Example], tokenizer: HFTurnTokenizer) -> str:
    return "".join(
        tokenizer.decode([i for i, on in zip(e.ids, e.supervised, strict=True) if on]) for e in examples
    )


@settings(max_examples=40)
@given(
    lengths=st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=4), min_size=2, max_size=14),
    context=st.sampled_from([64, 97, 128, 256]),
)
def test_each_burst_is_supervised_exactly_once_and_no_window_is_too_long(
    tokenizer: HFTurnTokenizer, lengths: list[list[int]], context: int
) -> None:
    conversation = alternating(lengths)
    examples = list(windows(conversation, tokenizer, context))
    assert all(len(e.ids) == len(e.supervised) <= context for e in examples)
    targets = [conversation.bursts[n] for n in conversation.targets]
    expected = "".join("\n".join(line.text for line in b.turn.lines) + "<|im_end|>" for b in targets)
    assert words_of(examples, tokenizer) == expected
    assert sum(e.owner_bytes for e in examples) == sum(target_bytes(b) for b in targets)
    assert sum(e.bursts for e in examples) == len(targets)
    assert sum(e.messages for e in examples) == sum(len(b.turn.lines) for b in targets)
    named = Counter(record for e in examples for record in e.records)
    assert set(named) >= {record for b in targets for record, _ in b.records}


def test_a_short_talk_is_one_window_with_exactly_the_golden_ids(tokenizer: HFTurnTokenizer) -> None:
    conversation = talk(burst("Anna", "coming?", "bring the key"), burst("me", "yes", "but late"))
    header = Header(to=(("Anna", None),), via="whatsapp", on="2019-03")
    ids, mask = tokenizer.encode_example(header, [b.turn for b in conversation.bursts], False)
    (example,) = windows(conversation, tokenizer, 256)
    assert (example.ids, example.supervised) == (ids, mask)
    assert example.owner_bytes == len("yes\nbut late") + 1


def test_a_later_window_sees_what_was_said_before_its_first_target(tokenizer: HFTurnTokenizer) -> None:
    conversation = alternating([[12]] * 20)
    for example in list(windows(conversation, tokenizer, 256))[1:]:
        assert example.supervised.index(True) >= 80
        assert len(example.ids) > 180


def test_words_after_the_last_target_are_no_part_of_an_example(tokenizer: HFTurnTokenizer) -> None:
    conversation = talk(burst("me", "hi"), burst("Anna", "farewell", number=1))
    (example,) = windows(conversation, tokenizer, 256)
    assert "farewell" not in tokenizer.decode(example.ids)
    assert example.records == ("r0.0",)


def test_of_a_long_question_the_latest_messages_stay(tokenizer: HFTurnTokenizer) -> None:
    question = burst("Anna", *(f"message number {n}" for n in range(60)))
    (example,) = windows(talk(question, burst("me", "yes", number=1)), tokenizer, 128)
    text = tokenizer.decode(example.ids)
    assert "message number 59<|im_end|>" in text and "message number 1\n" not in text
    assert "r0.59" in example.records and "r0.1" not in example.records


def test_of_a_single_overlong_message_the_end_stays(tokenizer: HFTurnTokenizer) -> None:
    question = burst("Anna", " ".join(f"word{n}" for n in range(200)))
    (example,) = windows(talk(question, burst("me", "yes", number=1)), tokenizer, 128)
    assert "word199<|im_end|>" in tokenizer.decode(example.ids)
    assert len(example.ids) > 110


def test_an_overlong_burst_is_cut_at_message_borders_where_it_can_be(tokenizer: HFTurnTokenizer) -> None:
    own = burst("me", *(f"this is message number {n} of mine" for n in range(30)))
    examples = list(windows(talk(own), tokenizer, 128))
    pieces = [words_of([e], tokenizer) for e in examples]
    assert len(pieces) > 2
    assert all(piece.endswith("\n") for piece in pieces[:-1]) and pieces[-1].endswith("<|im_end|>")


def test_the_header_names_those_who_appear_in_the_window(tokenizer: HFTurnTokenizer) -> None:
    long = " ".join(WORDS * 3)
    conversation = talk(
        burst("Carla", long), burst("me", long, number=1), burst("Ben", long, number=2),
        burst("me", long, number=3), group=True,
    )  # fmt: skip
    first, second = windows(conversation, tokenizer, 160)
    assert "to: Carla;" in tokenizer.decode(first.ids)
    assert "Ben" in tokenizer.decode(second.ids).split("<|im_end|>")[0]


def test_a_crowd_does_not_fill_the_window_with_its_names(tokenizer: HFTurnTokenizer) -> None:
    crowd = [burst(f"Somebody {n} Longname", "ok", number=n) for n in range(60)]
    lines = tuple(b.turn.lines[0] for b in crowd)
    asked = Burst(Turn(False, lines), tuple(b.records[0] for b in crowd))
    (example,) = windows(talk(asked, burst("me", "yes", number=99), group=True), tokenizer, 192)
    head = tokenizer.decode(example.ids).split("<|im_end|>")[0]
    assert len(tokenizer.encode_text(head)) < 192 // 2
    assert len(example.ids) <= 192


def test_given_lines_of_a_burst_are_context_and_the_rest_a_target(tokenizer: HFTurnTokenizer) -> None:
    whole = burst("me", "first?", "second")
    half = Burst(whole.turn, whole.records, whole.at, given=1)
    (example,) = windows(talk(half), tokenizer, 128)
    (full,) = windows(talk(whole), tokenizer, 128)
    assert example.ids == full.ids
    assert words_of([example], tokenizer) == "second<|im_end|>"
    assert example.owner_bytes == len("second") + 1
