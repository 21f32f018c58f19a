from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.ordering import time_in_order, times_in_order, weave

rows = st.lists(st.integers(0, 30), unique=True)
times = st.one_of(st.none(), st.integers(-(10**15), 10**15))
precisions = st.sampled_from(["second", "minute", "day", "none"])


@given(rows, rows)
def test_weaving_loses_and_doubles_nothing_and_keeps_the_order_of_the_file(
    known: list[int], seen: list[int]
) -> None:
    woven = weave(known, seen)
    assert sorted(woven) == sorted(set(known) | set(seen))
    assert [row for row in woven if row in set(seen)] == seen
    unseen = [row for row in known if row not in set(seen)]
    if not set(seen) & set(known):
        assert woven == known + seen
    else:
        assert sorted(row for row in woven if row not in set(seen)) == sorted(unseen)


@given(rows, st.data())
def test_two_parts_of_one_sequence_are_woven_into_it(whole: list[int], data: st.DataObject) -> None:
    middle = data.draw(st.integers(0, len(whole)))
    overlap = data.draw(st.integers(0, middle))
    assert weave(whole[:middle], whole[overlap:]) == whole
    if overlap < middle:
        assert weave(whole[overlap:], whole[:middle]) == whole


@given(st.lists(st.tuples(times, precisions)))
def test_a_thread_has_either_a_time_for_every_record_or_for_none(said: list[tuple[int | None, str]]) -> None:
    ordered = times_in_order(said)
    assert len(ordered) == len(said)
    assert all(time is None for time in ordered) or all(time is not None for time in ordered)


def test_a_coarse_time_follows_the_finer_one_it_may_be() -> None:
    noon = 12 * 3_600_000_000
    assert time_in_order(0, "day", noon) == noon
    assert time_in_order(0, "day", 2 * 86_400_000_000) == 0
    assert time_in_order(0, "second", noon) == 0
    assert time_in_order(None, "none", noon) == noon
