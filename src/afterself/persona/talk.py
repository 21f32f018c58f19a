"""A conversation with a self: what the visitor says goes in, a reply comes out.

A question for a fact of the owner's life is answered by memory alone: quotes with date, person and
thread, or that nothing is recorded. Everything else is written by the owner's weights at
temperature 1 and comes out marked as generated. The visitor's words live in this object only.
Knows nothing of terminals or HTTP.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self as Own

from afterself.home.folder import Self
from afterself.memory.ask import Answer, Memory
from afterself.models.chat_engine import ChatEngine
from afterself.models.turns import Header, Line, Turn, messages_of
from afterself.persona.engine import REPLY_TOKENS, open_engine, prompt_room
from afterself.persona.prompts import fitting_prompt, usual_header
from afterself.persona.questions import asks_for_a_fact
from afterself.policy import View, open_view

VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Fact:
    """Memory's answer to a question of fact: quotes, or none."""

    answer: Answer

    @property
    def recorded(self) -> bool:
        """True if something was found that answers."""
        return self.answer.recorded


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply that the weights wrote in the owner's manner. It is never a record."""

    messages: tuple[str, ...]
    generated: bool = True


@dataclass
class Talk:
    """An open conversation; close it, or use it as a context manager."""

    engine: ChatEngine
    view: View
    memory: Memory
    header: Header
    owner: str
    temperature: float = 1.0
    seed: int | None = None
    turns: list[Turn] = field(default_factory=list)

    @classmethod
    def open(
        cls, self_: Self, *, to: str | None = None, temperature: float = 1.0, seed: int | None = None
    ) -> Own:
        """Load the newest weights of a self that may talk.

        `to` is who the owner takes the visitor for; by default the contact with the most direct
        messages. Raises NotAllowed if talking was not declared, ModelError without weights.
        """
        self_.require("talk")
        with contextlib.ExitStack() as opened:
            engine = opened.enter_context(open_engine(self_))
            view = opened.enter_context(open_view(self_, "retrieve"))
            talk = cls(
                engine, view, Memory(view), usual_header(view, to), view.owner_name(), temperature, seed
            )
            opened.pop_all()
        return talk

    def say(self, text: str, on_text: Callable[[str], None] | None = None) -> Fact | Spoken:
        """The visitor says `text`; `on_text` receives the generated reply piece by piece."""
        if asks_for_a_fact(text, self.owner):
            return Fact(self.memory.ask(text, k=5))
        self.turns.append(
            Turn(False, tuple(Line(VISITOR, part) for part in text.splitlines() if part.strip()))
        )
        try:
            content = "".join(self._stream(on_text))
        except BaseException:
            self.turns.pop()  # broken off: as if it had not been said
            raise
        messages = tuple(messages_of(content)) or ("…",)
        self.turns.append(Turn(True, tuple(Line(self.owner, m) for m in messages)))
        return Spoken(messages)

    def _stream(self, on_text: Callable[[str], None] | None) -> Iterator[str]:
        seed = self.seed
        if seed is not None:
            self.seed = seed + 1
        room = prompt_room(self.engine)
        for piece in self.engine.generate(
            fitting_prompt(self.engine.tokenizer, self.header, self.turns, room),
            max_tokens=REPLY_TOKENS,
            temperature=self.temperature,
            seed=seed,
        ):
            if on_text is not None:
                on_text(piece)
            yield piece

    def close(self) -> None:
        """Free the engine and the archive."""
        self.engine.close()
        self.view.close()

    def __enter__(self) -> Own:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
