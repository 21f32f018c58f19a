"""An interval covers what it promises, over few conversations too; nothing is claimed from too little."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from afterself.fidelity.identification import identify
from afterself.fidelity.intervals import Draws, Estimate, TooFew, expanded_tail


@pytest.mark.parametrize(("conversations", "t"), [(5, 2.7764), (8, 2.3646), (20, 2.0930), (100, 1.9842)])
def test_few_conversations_give_a_wider_interval_as_students_t_does(conversations: int, t: float) -> None:
    wider = t * np.sqrt(conversations / (conversations - 1))
    assert expanded_tail(conversations) == pytest.approx(NormalDist().cdf(-wider), rel=0.05)


@pytest.mark.parametrize("conversations", [6, 30])
def test_an_interval_holds_the_truth_about_95_times_in_100(conversations: int) -> None:
    random = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        mood = random.normal(2.0, 0.3, conversations)
        talks = np.repeat(np.arange(conversations), 10)
        bits = 40 * random.normal(mood[talks], 0.5)
        found = Draws([str(n) for n in talks], resamples=1000).ratio(bits, np.full(len(bits), 40.0))
        assert isinstance(found, Estimate)
        held += found.low <= 2.0 <= found.high
    assert 0.90 <= held / 300 <= 0.99


@pytest.mark.parametrize(("replies", "conversations"), [(19, 19), (100, 4), (0, 0)])
def test_with_too_little_the_number_is_given_and_no_figure(replies: int, conversations: int) -> None:
    draws = Draws([str(n % max(1, conversations)) for n in range(replies)])
    found = draws.ratio(np.ones(replies), np.ones(replies))
    assert found == TooFew(replies, conversations)
    assert f"{replies} replies in {conversations} conversations" in str(found)


def test_paired_differences_are_sharper_than_the_figures_they_come_from() -> None:
    random = np.random.default_rng(1)
    hard = random.gamma(4, 20, 200)
    draws, size = Draws([str(n // 5) for n in range(200)]), np.full(200, 40.0)
    alone = draws.ratio(hard, size)
    gain = draws.ratio(hard - 0.8 * hard + random.normal(0, 1, 200), size)
    assert isinstance(alone, Estimate) and isinstance(gain, Estimate)
    assert gain.high - gain.low < 0.4 * (alone.high - alone.low)
    assert gain.low > 0


def test_selves_that_know_nothing_are_told_apart_by_chance_only() -> None:
    random = np.random.default_rng(2)
    draws, size = Draws([str(n // 4) for n in range(300)]), np.full(300, 40.0)
    own = random.normal(80, 10, 300)
    others = {name: own + random.normal(0, 5, 300) for name in "abc"}
    found = identify(own, others, size, draws)
    assert found.chance == 0.25
    for size_ in (1, 5, 20):
        accuracy = found.accuracy[size_]
        assert isinstance(accuracy, Estimate)
    one = found.accuracy[1]
    assert isinstance(one, Estimate) and one.low < 0.2 < one.high + 0.1


def test_a_small_advantage_shows_the_surer_the_more_replies_there_are() -> None:
    random = np.random.default_rng(2)
    draws, size = Draws([str(n // 4) for n in range(300)]), np.full(300, 40.0)
    own = random.normal(80, 10, 300)
    found = identify(own, {name: own + random.normal(3, 8, 300) for name in "abc"}, size, draws)
    values = [found.accuracy[n] for n in (1, 5, 20)]
    assert all(isinstance(value, Estimate) for value in values)
    one, five, twenty = (value.value for value in values if isinstance(value, Estimate))
    assert one < five < twenty and twenty > 0.7
    swap = found.swap["a"]
    assert isinstance(swap, Estimate) and swap.low > 0


def test_twenty_replies_at_once_need_sixty_to_be_measured() -> None:
    draws, size = Draws([str(n // 4) for n in range(59)]), np.full(59, 40.0)
    found = identify(np.zeros(59), {"a": np.ones(59)}, size, draws)
    assert isinstance(found.accuracy[5], Estimate) and isinstance(found.accuracy[20], TooFew)


def test_a_self_that_is_always_found_is_not_called_certain() -> None:
    random = np.random.default_rng(3)
    draws, size = Draws([str(n // 4) for n in range(100)]), np.full(100, 40.0)
    own = random.normal(80, 10, 100)
    found = identify(own, {"a": own + 20, "b": own + 30}, size, draws)
    for size_, groups in ((1, 25), (5, 20), (20, 5)):
        accuracy = found.accuracy[size_]
        assert isinstance(accuracy, Estimate)
        assert accuracy.value == accuracy.high == 1.0
        assert accuracy.low == pytest.approx(0.025 ** (1 / groups))
    never = identify(own, {"a": own - 20}, size, draws).accuracy[5]
    assert isinstance(never, Estimate) and never.value == never.low == 0.0
    assert never.high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_one_conversation_is_named_as_one() -> None:
    assert str(TooFew(28, 1)) == "not measurable with 28 replies in 1 conversation"
