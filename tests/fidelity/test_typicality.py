"""The judge finds babble and timid writing, and nobody pleases it more than the person does."""

from __future__ import annotations

import random

import numpy as np

from afterself.fidelity.intervals import Estimate
from afterself.fidelity.typicality import WIDEST_GAP, Typicality, typicality
from afterself.models.ngram import WittenBell

DRAW = random.Random(11)
WORDS = ["".join(DRAW.choices("etaoinshrdlu", k=DRAW.randint(2, 8))) for _ in range(400)]


def person(count: int, seed: int, *, commonest: int = 400) -> list[str]:
    """Replies of somebody with a word list of their own, common words first, of lengths that differ."""
    draw = random.Random(seed)
    weights = [1 / (n + 3) for n in range(commonest)]
    return [" ".join(draw.choices(WORDS[:commonest], weights, k=draw.randint(2, 16))) for _ in range(count)]


BACKGROUND = WittenBell(person(400, 1))
REAL = person(400, 2)
TALKS = [str(n // 5) for n in range(400)]


def judged(written: list[str]) -> Typicality:
    return typicality(REAL, [(text,) for text in written], TALKS, BACKGROUND)


def value(found: Typicality) -> float:
    assert isinstance(found.gap, Estimate)
    return found.gap.value


def test_words_like_the_persons_pass() -> None:
    found = judged(person(400, 3))
    assert found.verdict == "pass" and abs(value(found)) < WIDEST_GAP


def test_babble_fails_above_and_a_timid_style_below() -> None:
    draw = random.Random(4)
    babble = ["".join(draw.choices("etaoinshrdlu ", k=40)) for _ in range(400)]
    assert judged(babble).verdict == "fail" and value(judged(babble)) > WIDEST_GAP
    timid = judged(person(400, 3, commonest=15))
    assert timid.verdict == "fail" and value(timid) < -WIDEST_GAP


def test_the_persons_own_words_have_no_gap_at_all() -> None:
    assert value(judged(REAL)) == 0


def test_several_replies_to_one_context_and_none_to_others_count_as_they_are() -> None:
    texts = person(400, 3)
    written = [(texts[n], texts[n + 1]) if n % 2 == 0 else () for n in range(400)]
    found = typicality(REAL, written, TALKS, BACKGROUND)
    assert found.replies == 400 and abs(value(found)) < 0.1


def test_too_few_replies_or_no_background_are_told_or_done_without() -> None:
    few = typicality(REAL[:10], [(text,) for text in REAL[:10]], TALKS[:10], BACKGROUND)
    assert few.verdict == "not measurable"
    alone = typicality(REAL, [(text,) for text in person(400, 3)], TALKS, WittenBell([]))
    assert isinstance(alone.gap, Estimate) and np.isfinite(alone.gap.value)
