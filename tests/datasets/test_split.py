"""What validates and what is held out: the latest conversations, whole, and none of them in training."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from afterself.datasets import Conversation, Split, build_examples, split
from afterself.models.tokens import HFTurnTokenizer
from tests.datasets.talks import START, Talks, said

DAY = 24 * 60


@pytest.fixture(scope="session")
def tokenizer(tiny_base: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(tiny_base)


def days(count: int, contact: str = "Anna", start: int = 0, replies: int = 2) -> list[dict[str, object]]:
    """A talk a day, each with a few replies; with others than Anna an hour later."""
    hour = 0 if contact == "Anna" else 60
    return [
        message
        for day in range(start, start + count)
        for n in range(replies)
        for message in (
            said(contact, f"{contact} asks {day}.{n}", day * DAY + hour + 2 * n),
            said("me", f"reply {day}.{n}", day * DAY + hour + 2 * n + 1),
        )
    ]


def bursts(talks: list[Conversation]) -> int:
    return sum(len(talk.targets) for talk in talks)


def sides(**threads: list[dict[str, object]]) -> Split:
    return split(Talks(**threads))  # type: ignore[arg-type]


def in_order(made: Split) -> tuple[list[Conversation], list[Conversation], list[Conversation]]:
    return made.train, made.validation, made.held_out


def sizes(made: Split) -> tuple[int, ...]:
    return tuple(bursts(side) for side in in_order(made))


def times(talks: list[Conversation], thread: str = "id-anna") -> list[datetime]:
    return [b.at for t in talks if t.thread == thread for b in t.bursts if b.at]


def test_each_thread_gives_its_latest_conversations_later_ones_held_out() -> None:
    made = sides(anna=days(200), ben=days(100, "Ben"))
    train, validation, held_out = sizes(made)
    assert 25 <= validation <= 35 and 55 <= held_out <= 65 and train + validation + held_out == 600
    for thread in ("id-anna", "id-ben"):
        train, validation, held_out = (times(side, thread) for side in in_order(made))
        assert max(train) < min(validation) <= max(validation) < min(held_out)


def test_no_more_than_300_bursts_validate_and_500_are_held_out() -> None:
    _, validation, held_out = sizes(sides(anna=days(5000)))
    assert 290 <= validation <= 310 and 490 <= held_out <= 510


def test_many_short_threads_give_the_latest_ones() -> None:
    made = sides(**{f"t{n:03}": days(1, start=n) for n in range(100)})
    assert [talk.thread for talk in made.held_out] == [f"id-t{n:03}" for n in range(90, 100)]
    assert [talk.thread for talk in made.validation] == [f"id-t{n:03}" for n in range(80, 90)]


def test_of_one_endless_talk_the_end_is_held_out_and_what_stands_before_it_validates() -> None:
    messages = [{**m, "minute": None} for m in days(300)]
    made = sides(anna=messages)
    assert [len(side) for side in in_order(made)] == [1, 1, 1] and sizes(made) == (513, 27, 60)
    lines = [b.turn.lines[0].text for side in in_order(made) for talk in side for b in talk.bursts]
    assert lines == [m["text"] for m in messages]
    assert not made.validation[0].bursts[0].owner and not made.held_out[0].bursts[0].owner


def test_the_end_of_the_last_talk_is_cut_off_never_of_one_in_the_middle() -> None:
    early = [{**m, "minute": n / 10} for n, m in enumerate(days(200))]
    late = [{**m, "minute": 9 * DAY + n / 10} for n, m in enumerate(days(100, start=500))]
    train, validation, held_out = (times(side) for side in in_order(sides(anna=early + late)))
    assert max(train) < min(validation) <= max(validation) < min(held_out)


def test_with_very_little_nothing_is_held_out_and_with_less_nothing_validates() -> None:
    assert sizes(sides(anna=days(60))) == (100, 20, 0)
    assert sizes(sides(anna=days(12))) == (24, 0, 0)
    assert sizes(sides(anna=days(67))) == (94, 20, 20)


@pytest.mark.parametrize("cut", [{"until": START + timedelta(days=150)}, {"exclude_threads": ["ben"]}])
def test_who_cuts_by_themselves_loses_nothing_more_of_training(cut: dict[str, object]) -> None:
    made = split(Talks(anna=days(150), ben=days(20, "Ben", start=400)), **cut)  # type: ignore[arg-type]
    assert not made.held_out and bursts(made.learned) == 300


def test_the_silence_that_ends_a_talk_is_learned_without_what_is_held_out() -> None:
    """Four talks a day; with the slow end counted in, the gap learned would make one of them."""
    quick = [
        said("me" if n % 2 else "Anna", f"{day} {n}", day * DAY + part * 120 + n)
        for day in range(100)
        for part in range(4)
        for n in range(10)
    ]
    end = 101 * DAY
    slow = [said("Anna" if n % 2 else "me", f"late {n}", end + n * 70) for n in range(400)]
    made = sides(anna=quick + slow)
    assert bursts(made.held_out) == 220 and len(made.learned) == 396


@pytest.mark.parametrize("count", [15, 40, 300])
def test_no_record_stands_on_two_sides(tokenizer: HFTurnTokenizer, count: int) -> None:
    view = Talks(anna=days(count), ben=days(9, "Ben"))
    dataset = build_examples(view, tokenizer, context=128)  # type: ignore[arg-type]
    seen = [{r for e in side for r in e.records} for side in (dataset.train, dataset.validation)]
    kept = {r for t in split(view).held_out for b in t.bursts for r, _ in b.records}  # type: ignore[arg-type]
    assert seen[1] and not seen[0] & seen[1] and not (seen[0] | seen[1]) & kept
    assert set(dataset.revisions) == seen[0] | seen[1]
    assert dataset.bursts + dataset.held_out.bursts == 2 * (count + 9)


def test_the_same_view_gives_the_same_dataset(tokenizer: HFTurnTokenizer) -> None:
    made = [build_examples(Talks(anna=days(60)), tokenizer, context=128) for _ in range(2)]  # type: ignore[arg-type]
    assert made[0] == made[1]


def test_the_dataset_knows_the_revision_of_each_record_and_of_no_other(tokenizer: HFTurnTokenizer) -> None:
    view = Talks(anna=[said("Anna", "so?", 0, revision=3), said("me", "yes", 1), said("Anna", "bye", 2)])
    dataset = build_examples(view, tokenizer, context=128)  # type: ignore[arg-type]
    assert dataset.revisions == {"anna-0": 3, "anna-1": 1}
