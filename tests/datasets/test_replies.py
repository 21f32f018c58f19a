"""A file of replies is serialised as training would have done it."""

from __future__ import annotations

from typing import Any

import pytest

from afterself.datasets.replies import Reply, read_replies
from afterself.errors import UsageError
from afterself.models.turns import render


def read(*values: dict[str, Any], owners: tuple[str, ...] = ("Me Myself",)) -> list[Reply]:
    return read_replies(values, owners, "r.jsonl")


def string(reply: Reply) -> str:
    talk = reply.conversation
    return render(talk.header(talk.bursts), [b.turn for b in talk.bursts], group=talk.group)


def test_a_direct_reply_is_serialised_as_in_training() -> None:
    context = [{"author": "Anna", "text": "coming?"}, {"author": "Anna", "text": "bring the key"}]
    (reply,) = read({"context": context, "text": ["yes", "but late"], "via": "whatsapp", "on": "2019-03"})
    assert string(reply) == (
        "<|im_start|>system\nto: Anna; via: whatsapp; on: 2019-03<|im_end|>\n"
        "<|im_start|>user\ncoming?\nbring the key<|im_end|>\n"
        "<|im_start|>assistant\nyes\nbut late<|im_end|>\n"
    )
    assert reply.bytes == len("yes\nbut late") + 1


def test_several_speakers_make_a_group_and_the_owner_is_known_by_name() -> None:
    context = [
        {"author": "Anna", "text": "a"},
        {"author": "me  MYSELF", "text": "b"},
        {"author": "Ben", "text": "c"},
    ]
    (reply,) = read({"context": context, "text": "d"})
    assert string(reply) == (
        "<|im_start|>system\nto: Anna, Ben<|im_end|>\n<|im_start|>user\nAnna: a<|im_end|>\n"
        "<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nBen: c<|im_end|>\n"
        "<|im_start|>assistant\nd<|im_end|>\n"
    )


def test_plain_strings_are_somebody_elses_words_and_flags_win_over_names() -> None:
    context = ["hi", {"author": "Anna", "text": "so", "role": "owner"}, {"text": "ok", "is_owner": False}]
    (reply,) = read({"context": context, "text": "d"})
    assert [b.owner for b in reply.conversation.bursts] == [False, True, False, True]


def test_a_reply_that_goes_on_after_own_words_counts_only_itself() -> None:
    context = [{"author": "Anna", "text": "a"}, {"author": "Me Myself", "text": "first"}]
    (reply,) = read({"context": context, "text": "second"})
    assert string(reply).endswith("assistant\nfirst\nsecond<|im_end|>\n")
    assert reply.conversation.bursts[-1].given == 1
    assert reply.bytes == len("second") + 1


def test_a_line_may_say_whose_reply_it_is() -> None:
    context = [{"author": "Ben", "text": "a"}, {"author": "Anna", "text": "b"}]
    (reply,) = read({"context": context, "text": "c", "author": "Ben"})
    assert [b.owner for b in reply.conversation.bursts] == [True, False, True]


def test_the_month_comes_from_the_time_of_the_reply_or_of_its_context() -> None:
    first, second = read(
        {"context": [], "text": "x", "time": "2020-05-01T10:00:00"},
        {"context": [{"author": "Anna", "text": "a", "time": "2021-07-01"}], "text": "x"},
    )
    assert "on: 2020-05" in string(first) and "on: 2021-07" in string(second)


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"text": ""}, "text"),
        ({"text": [1]}, "text"),
        ({"text": "a", "context": "b"}, "context"),
        ({"text": "a", "context": [1]}, "context"),
        ({"text": "a", "time": "noon"}, "time"),
        ({"text": "a", "on": "March"}, "on"),
    ],
)
def test_an_odd_reply_is_named(odd: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=f"reply 2: “{told}”"):
        read({"text": "fine"}, odd)
