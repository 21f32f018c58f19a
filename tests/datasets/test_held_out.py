"""What weights never saw can be had for measuring, and nothing that they saw can slip in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from afterself.datasets import Dataset, HeldOut, build_examples, held_out_replies, split
from afterself.models.tokens import HFTurnTokenizer
from tests.datasets.talks import START, Talks, said
from tests.datasets.test_split import DAY, days


@pytest.fixture(scope="session")
def tokenizer(tiny_base: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(tiny_base)


def made_from(view: Talks, tokenizer: HFTurnTokenizer, **cut: object) -> Dataset:
    return build_examples(view, tokenizer, context=128, **cut)  # type: ignore[arg-type]


def found(view: Talks, dataset: Dataset) -> list[str]:
    """The texts of the held-out replies of a view, after training on a dataset."""
    manifest = HeldOut.from_dict(dataset.held_out.as_dict())
    replies = list(held_out_replies(view, dataset.revisions, manifest))  # type: ignore[arg-type]
    assert all(reply.reply.conversation.bursts[-1].owner for reply in replies)
    return [line.text for r in replies for line in r.reply.conversation.bursts[-1].turn.lines]


def test_the_replies_are_those_that_the_split_held_out_with_their_true_context(
    tokenizer: HFTurnTokenizer,
) -> None:
    view = Talks(anna=days(100), ben=days(50, "Ben"))
    dataset = made_from(view, tokenizer)
    replies = list(held_out_replies(view, dataset.revisions, dataset.held_out))  # type: ignore[arg-type]
    talks = split(view).held_out  # type: ignore[arg-type]
    assert len(replies) == dataset.held_out.bursts == sum(len(t.targets) for t in talks)
    assert {r.thread for r in replies} == {"id-anna", "id-ben"}
    second = next(r for r in replies if r.reply.conversation.bursts[-1].turn.lines[0].text == "reply 99.1")
    assert [line.text for b in second.reply.conversation.bursts for line in b.turn.lines] == [
        "Anna asks 99.0", "reply 99.0", "Anna asks 99.1", "reply 99.1",
    ]  # fmt: skip
    assert second.records == ("anna-399",) and second.conversation == "anna-396"
    assert second.at is not None and not {r for x in replies for r in x.records} & set(dataset.revisions)


def test_the_manifest_knows_threads_times_and_counts_and_no_word(tokenizer: HFTurnTokenizer) -> None:
    dataset = made_from(Talks(anna=days(100)), tokenizer)
    (thread,) = dataset.held_out.threads
    assert (thread.thread, thread.conversations, thread.bursts) == ("id-anna", 10, 20)
    assert thread.since == dataset.held_out.since == "2019-06-02T18:00:00+00:00"
    assert "reply" not in str(dataset.held_out.as_dict()) and "anna-" not in str(dataset.held_out.as_dict())


def test_what_comes_later_is_measured_with_what_was_trained_on_or_is_older_is_not(
    tokenizer: HFTurnTokenizer,
) -> None:
    dataset = made_from(Talks(anna=days(100)), tokenizer)
    old, new = days(5, "Ben", start=3), days(5, "Cem", start=120)
    grown = Talks(anna=days(102), ben=old, cem=new)
    texts = found(grown, dataset)
    assert texts == [f"reply {day}.{n}" for day in [*range(90, 102), *range(120, 125)] for n in range(2)]


def test_a_reply_to_what_was_trained_on_is_not_measured_without_its_question() -> None:
    until = [*days(80), said("Anna", "and?", 80 * DAY), said("me", "yes", 80 * DAY + 1)]
    then = 80 * DAY
    more = [said("me", "late", then + 2), said("Anna", "so?", then + 3), said("me", "so", then + 4)]
    trained = {f"anna-{n}": 1 for n in range(len(until))}
    texts = [
        r.reply.conversation.bursts[-1].turn.lines[0].text
        for r in held_out_replies(Talks(anna=until + more), trained, HeldOut())  # type: ignore[arg-type]
    ]
    assert texts == ["so"]


def test_after_until_everything_later_is_held_out_and_after_an_exclusion_the_thread(
    tokenizer: HFTurnTokenizer,
) -> None:
    view = Talks(anna=days(100), ben=days(10, "Ben", start=95))
    dataset = made_from(view, tokenizer, until=START + timedelta(days=98))
    assert found(view, dataset) == [f"reply {day}.{n}" for day in (98, 99, *range(98, 105)) for n in range(2)]
    dataset = made_from(view, tokenizer, exclude_threads=["ben"])
    assert found(view, dataset) == [f"reply {day}.{n}" for day in range(95, 105) for n in range(2)]


def test_of_one_endless_talk_the_end_is_found_again(tokenizer: HFTurnTokenizer) -> None:
    view = Talks(anna=[{**m, "minute": None} for m in days(100)])
    dataset = made_from(view, tokenizer)
    assert len(found(view, dataset)) == dataset.held_out.bursts == 20
