"""Where a talk ends: learned from how the people of a thread talk, or a night."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.datasets import conversations
from afterself.datasets.gaps import GAP, LONGEST, SHORTEST, learned_gap
from tests.datasets.talks import Talks, said

HOUR = 3600.0


def times(within: float, between: float, talks: int = 60, each: int = 8, seed: int = 1) -> list[datetime]:
    """`talks` talks of `each` messages; silences in seconds, a few times longer or shorter by chance."""
    rng = random.Random(seed)
    at, found = datetime(2020, 1, 6, tzinfo=UTC), []
    for _ in range(talks):
        for n in range(each):
            found.append(at)
            at += timedelta(seconds=(within if n < each - 1 else between) * rng.lognormvariate(0, 0.7))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("within", "between"), [(60, 24 * HOUR), (300, 100 * HOUR), (30, 10 * HOUR)])
def test_the_silence_between_talks_is_found_between_the_two_humps(
    within: float, between: float, seed: int
) -> None:
    assert 4 * within < learned_gap(times(within, between, seed=seed)).total_seconds() < between / 2


def test_slow_correspondents_may_take_a_day_to_answer() -> None:
    gap = learned_gap(times(5 * HOUR, 20 * 24 * HOUR))
    assert timedelta(hours=20) < gap <= LONGEST


def test_few_messages_keep_the_general_gap() -> None:
    assert learned_gap(times(60, 24 * HOUR, talks=5)) == GAP
    assert learned_gap([]) == learned_gap([None] * 100) == GAP


def test_bursts_and_answers_are_not_taken_for_two_talks() -> None:
    assert learned_gap(times(5, 240)) == GAP


def test_one_hump_keeps_the_general_gap() -> None:
    assert learned_gap(times(3 * HOUR, 3 * HOUR)) == GAP


@given(st.lists(st.integers(0, 10**7), max_size=200))
def test_whatever_the_times_the_gap_stays_within_its_bounds(seconds: list[int]) -> None:
    at, said_at = datetime(2020, 1, 1, tzinfo=UTC), []
    for second in seconds:
        at += timedelta(seconds=second)
        said_at.append(at)
    assert learned_gap(said_at) == GAP or SHORTEST <= learned_gap(said_at) <= LONGEST


def test_each_thread_is_cut_by_its_own_silences() -> None:
    def thread(within: float, between: float) -> list[dict[str, object]]:
        at = times(within, between, each=4)
        return [
            said("Anna" if n % 2 == 0 else "me", f"{n}", (moment - at[0]).total_seconds() / 60)
            for n, moment in enumerate(at)
        ]

    view = Talks(quick=thread(60, 5 * HOUR), slow=thread(5 * HOUR, 20 * 24 * HOUR))
    made = [talk.thread for talk in conversations(view)]  # type: ignore[arg-type]
    assert 55 <= made.count("id-quick") <= 65 and 50 <= made.count("id-slow") <= 70
    general = [talk.thread for talk in conversations(view, gap=GAP)]  # type: ignore[arg-type]
    assert general.count("id-quick") < 30 and general.count("id-slow") > 80
