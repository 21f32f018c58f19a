"""What is held back: the latest conversations, whole, and none of it in training."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.datasets import build_examples, conversations, split
from afterself.models.tokens import HFTurnTokenizer
from tests.datasets.talks import Talks, said

DAY = 24 * 60


@pytest.fixture(scope="session")
def tokenizer(tiny_base: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(tiny_base)


def days(count: int, contact: str = "Anna", start: int = 0, replies: int = 2) -> list[dict[str, object]]:
    """A talk a day, each with a few replies."""
    return [
        message
        for day in range(start, start + count)
        for n in range(replies)
        for message in (
            said(contact, f"{contact} asks {day}.{n}", day * DAY + 2 * n),
            said("me", f"reply {day}.{n}", day * DAY + 2 * n + 1),
        )
    ]


def bursts(talks: list) -> int:  # type: ignore[type-arg]
    return sum(len(talk.targets) for talk in talks)


def test_each_thread_gives_its_latest_conversations() -> None:
    talks = list(conversations(Talks(anna=days(200), ben=days(100, "Ben"))))
    train, validation = split(talks)
    assert 25 <= bursts(validation) <= 35
    assert {talk.thread for talk in validation} == {"id-anna", "id-ben"}
    for thread in ("id-anna", "id-ben"):
        last = max(b.at for t in train if t.thread == thread for b in t.bursts)
        assert all(b.at > last for t in validation if t.thread == thread for b in t.bursts)


def test_no_more_than_300_bursts_validate() -> None:
    talks = list(conversations(Talks(anna=days(5000))))
    assert 290 <= bursts(split(talks)[1]) <= 310


def test_many_short_threads_give_the_latest_ones() -> None:
    threads = {f"t{n:03}": days(1, start=n) for n in range(100)}
    validation = split(list(conversations(Talks(**threads))))[1]
    assert [talk.thread for talk in validation] == [f"id-t{n:03}" for n in range(90, 100)]


def test_of_one_endless_talk_the_end_is_held_back() -> None:
    talks = list(conversations(Talks(anna=[{**m, "minute": None} for m in days(300)])))
    assert len(talks) == 1
    train, validation = split(talks)
    assert bursts(validation) == 30
    assert validation[0].bursts[-1] == talks[0].bursts[-1]
    assert [b for t in (*train, *validation) for b in t.bursts] == list(talks[0].bursts)


def test_a_handful_of_replies_is_not_halved() -> None:
    talks = list(conversations(Talks(anna=days(12))))
    assert split(talks) == (talks, [])


@pytest.mark.parametrize("count", [15, 40, 300])
def test_nothing_of_validation_is_in_training(tokenizer: HFTurnTokenizer, count: int) -> None:
    dataset = build_examples(Talks(anna=days(count), ben=days(9, "Ben")), tokenizer, context=128)  # type: ignore[arg-type]
    sides = [{r for e in side for r in e.records} for side in (dataset.train, dataset.validation)]
    assert sides[1] and not sides[0] & sides[1]
    assert dataset.bursts == 2 * (count + 9)


def test_the_same_view_gives_the_same_dataset(tokenizer: HFTurnTokenizer) -> None:
    made = [build_examples(Talks(anna=days(60)), tokenizer, context=128) for _ in range(2)]  # type: ignore[arg-type]
    assert made[0] == made[1]


def test_the_dataset_knows_the_revision_of_each_record_and_of_no_other(tokenizer: HFTurnTokenizer) -> None:
    view = Talks(anna=[said("Anna", "so?", 0, revision=3), said("me", "yes", 1), said("Anna", "bye", 2)])
    dataset = build_examples(view, tokenizer, context=128)  # type: ignore[arg-type]
    assert dataset.revisions == {"anna-0": 3, "anna-1": 1}
