"""A reply that the visitor breaks off leaves the conversation as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.models.turns import Header
from afterself.persona.talk import Talk
from tests.training.selves import make_self, talk


class Interrupted:
    """The edge of the machine: an engine during whose reply somebody presses Ctrl-C."""

    n_ctx = 512
    tokenizer = None

    def generate(self, *_: object, **__: object) -> Iterator[str]:
        yield "why"
        raise KeyboardInterrupt


def test_a_reply_broken_off_is_as_if_it_had_not_been_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterself.memory.ask import Memory
    from afterself.policy import open_view

    self_: Self = make_self(tmp_path / "ida", talk("Anna", 2))
    monkeypatch.setattr("afterself.persona.talk.fitting_prompt", lambda *_: [1])
    with open_view(self_, "retrieve") as view:
        conversation = Talk(Interrupted(), view, Memory(view), Header(), "Ida")  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            conversation.say("hello there")
        assert conversation.turns == []
