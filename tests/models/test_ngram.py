"""The cheap reader counts what one counts by hand, and no byte of a reply is left out."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.models.ngram import ORDER, WittenBell, bits
from afterself.models.turns import messages_of


def slow_chance(training: list[bytes], history: bytes, byte: int) -> float:
    """Witten and Bell's formula, straight from the page, with dictionaries."""
    chance = 1 / 256
    padded = [b"\n" * ORDER + text + b"\n" for text in training]
    for length in range(ORDER + 1):
        context = history[len(history) - length :]
        after = Counter(
            text[n] for text in padded for n in range(ORDER, len(text)) if text[n - length : n] == context
        )
        if after:
            seen, different = sum(after.values()), len(after)
            chance = (after[byte] + different * chance) / (seen + different)
    return chance


def test_a_message_costs_what_the_formula_says() -> None:
    training = ["good morning", "good night", "grüß dich", "no"]
    model = WittenBell(training)
    raw = [text.encode() for text in training]
    text = "good grüße".encode() + b"\n"
    padded = b"\n" * ORDER + text
    cost = -sum(
        math.log2(slow_chance(raw, padded[n : n + ORDER], padded[n + ORDER])) for n in range(len(text))
    )
    assert bits([model], ["good grüße"])[0] == pytest.approx(cost, rel=1e-9)


def test_all_chances_sum_to_one_in_every_context() -> None:
    training = [b"abc", b"abd", b"", b"b"]
    model = WittenBell([text.decode() for text in training])
    for start in ("", "a", "ab", "zz"):
        costs = bits([model], [start + chr(c) for c in range(1, 128) if chr(c) != "\n"])
        assert all(costs > 0)
        total = sum(slow_chance(training, (b"\n" * ORDER + start.encode())[-ORDER:], c) for c in range(256))
        assert total == pytest.approx(1)


def test_half_and_half_lies_between_the_two_and_nothing_learned_is_eight_bits_a_byte() -> None:
    own, background = WittenBell(["to be sure, sir"] * 9), WittenBell(["what is it"] * 9)
    assert bits([WittenBell([])], ["four"])[0] == pytest.approx(8 * 5)
    alone = bits([own], ["to be sure, sir"])[0]
    mixed = bits([own, background], ["to be sure, sir"])[0]
    assert alone < mixed < alone + 16


def test_a_burst_is_read_message_by_message_and_every_newline_is_paid() -> None:
    model = WittenBell(["one", "two\n more", "three"])
    assert bits([model], ["one\ntwo\n more"])[0] == pytest.approx(bits([model], ["one", "two\n more"]).sum())
    assert messages_of("one\ntwo\n more") == ["one", "two\nmore"]


@given(st.lists(st.text(max_size=20), max_size=6), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_has_a_finite_cost(training: list[str], turns: list[str]) -> None:
    found = bits([WittenBell(training)], turns)
    assert len(found) == len(turns) and all(0 < cost < math.inf for cost in found)


def test_a_person_is_read_better_by_their_own_words_than_by_anothers() -> None:
    draw = random.Random(3)
    mine = [" ".join(draw.choices("sir indeed madam depend upon it".split(), k=5)) for _ in range(200)]
    yours = [" ".join(draw.choices("lol yeah thx ok brb dude".split(), k=5)) for _ in range(200)]
    own, other = WittenBell(mine[:150]), WittenBell(yours[:150])
    assert bits([own], mine[150:]).sum() < 0.7 * bits([other], mine[150:]).sum()
