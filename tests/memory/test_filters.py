"""A question narrowed to a person, a span, a source or a kind is answered from that alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from afterself.memory.ask import Memory
from afterself.memory.filters import Filters, people_called
from afterself.policy import View, open_view
from tests.memory.archives import found, said, store

LINES = [
    said(1, "the harp is upstairs", "Ben", "2019-05-01T09:00:00"),
    said(2, "the harp was sold", time="2020-05-01T09:00:00"),
    said(3, "a harp needs new strings", "Anna", "2021-05-01T09:00:00", kind="note"),
    said(4, "is the harp still there?", "Anna", "2021-06-01T09:00:00"),
    said(5, "no", time="2021-06-01T09:01:00"),
]


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    with open_view(store(tmp_path / "self", LINES), "retrieve") as opened:
        yield opened


def asked(view: View, filters: Filters) -> set[str]:
    return set(found(Memory(view).ask("what about the harp?", 99, filters)))


def test_only_what_passes_is_a_hit(view: View) -> None:
    assert asked(view, Filters(people=people_called(view, "Ben"))) == {"s1"}
    assert asked(view, Filters(since=datetime(2021, 1, 1, tzinfo=UTC))) == {"s3", "s4", "s5"}
    assert asked(view, Filters(until=datetime(2020, 1, 1, tzinfo=UTC))) == {"s1"}
    assert asked(view, Filters(kind="note")) == {"s3"}
    assert asked(view, Filters(source="generic")) == {"s1", "s2", "s3", "s4", "s5"}
    assert asked(view, Filters(source="whatsapp")) == set()


def test_a_question_that_is_left_out_still_lends_to_its_answer(view: View) -> None:
    assert "s5" in asked(view, Filters(own=True))
    assert asked(view, Filters(own=True)) == {"s2", "s5"}
