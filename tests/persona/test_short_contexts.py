"""Weights trained on short windows answer too: the prompt leaves room for a reply."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.persona.replies import generate_replies
from afterself.persona.talk import Spoken, Talk
from afterself.training import TrainOptions, train
from tests.training.selves import make_self, talk


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """A self whose weights read 96 tokens, fewer than the longest reply has."""
    folder = tmp_path_factory.mktemp("short") / "ida"
    self_ = make_self(folder, talk("Anna", 30), allow=("archive", "train", "talk"))
    train(self_, str(tiny_base), TrainOptions(method="full", epochs=0.2, context=96, publish_anyway=True))
    return self_


def test_replies_are_written_in_a_context_shorter_than_the_longest_reply(short: Self) -> None:
    contexts = [{"context": [{"author": "Anna", "text": "who baked bread? " * 40}]}, {"context": []}]
    again = [
        list(generate_replies(short, contexts, n=2, seed=3, temperature=1.0, where="c.jsonl"))
        for _ in range(2)
    ]
    assert [len(texts) for texts in again[0]] == [2, 2]
    assert again[0] == again[1]


def test_a_talk_goes_on_in_a_context_shorter_than_the_longest_reply(short: Self) -> None:
    with Talk.open(short, seed=1) as conversation:
        for _ in range(3):
            assert isinstance(conversation.say("Good morning! How are you?"), Spoken)


def test_a_talk_without_a_seed_needs_none(short: Self) -> None:
    with Talk.open(short) as conversation:
        conversation.say("Good morning! How are you?")
        assert conversation.seed is None
