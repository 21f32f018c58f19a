"""A conversation with a self: what the visitor says goes in, a reply comes out.

A question for a fact of the owner's life is answered by memory alone: quotes with date, person and
thread, or that nothing is recorded. Everything else is written by the owner's weights at
temperature 1 and comes out marked as generated. The visitor's words live in this object only.
Knows nothing of terminals or HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self as Own

from afterself.home.folder import Self
from afterself.memory.ask import Answer, Memory
from afterself.models.chat_engine import ChatEngine
from afterself.models.tokens import TurnTokenizer
from afterself.models.turns import Header, Line, Turn, messages_of
from afterself.persona.questions import asks_for_a_fact
from afterself.policy import View, open_view
from afterself.training.weights import Weights, current_weights

REPLY_TOKENS = 256
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
    weights: Weights
    temperature: float = 1.0
    seed: int | None = None
    turns: list[Turn] = field(default_factory=list)

    @classmethod
    def open(cls, self_: Self, *, to: str | None = None, temperature: float = 1.0, seed: int | None = None) -> Own:
        """Load the newest weights of a self that may talk.

        `to` is who the owner takes the visitor for; by default the contact with the most direct
        messages. Raises NotAllowed if talking was not declared, ModelError without weights.
        """
        self_.require("talk")
        weights = current_weights(self_)
        view = open_view(self_, "retrieve")
        engine = ChatEngine(weights.gguf, lora=weights.lora, n_ctx=weights.context)
        return cls(engine, view, Memory(view), usual_header(view, to), view.owner_name(), weights, temperature, seed)

    def say(self, text: str, on_text: Callable[[str], None] | None = None) -> Fact | Spoken:
        """The visitor says `text`; `on_text` receives the generated reply piece by piece."""
        if asks_for_a_fact(text, self.owner):
            return Fact(self.memory.ask(text, k=5))
        self.turns.append(Turn(False, tuple(Line(VISITOR, part) for part in text.splitlines() if part.strip())))
        content = "".join(self._stream(on_text))
        messages = tuple(messages_of(content)) or ("…",)
        self.turns.append(Turn(True, tuple(Line(self.owner, m) for m in messages)))
        return Spoken(messages)

    def _stream(self, on_text: Callable[[str], None] | None) -> Iterator[str]:
        seed = self.seed if self.seed is not None else time.time_ns() & 0x7FFFFFFF
        if self.seed is not None:
            self.seed += 1
        prompt = self._prompt()
        for piece in self.engine.generate(
            prompt,
            max_tokens=min(REPLY_TOKENS, self.weights.context - len(prompt)),
            temperature=self.temperature,
            seed=seed,
        ):
            if on_text is not None:
                on_text(piece)
            yield piece

    def _prompt(self) -> list[int]:
        """Header and as many of the last turns as leave room for a reply."""
        return fitting_prompt(self.engine.tokenizer, self.header, self.turns, self.weights.context - REPLY_TOKENS)

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


def usual_header(view: View, to: str | None = None) -> Header:
    """The header of the owner's most usual direct talk, at the end of the archive.

    The weights know their register by header, so an unknown visitor is put in the place of the contact whom the
    owner wrote to most.
    """
    threads = [t for t in view.threads() if t.kind == "direct" and any(not p.is_owner for p in t.participants)]
    if to is not None:
        chosen = [t for t in threads if any(p.name.casefold() == to.casefold() for p in t.participants)]
        threads = chosen or threads
    if not threads:
        return Header(to=((to, None),) if to else ())
    thread = max(threads, key=lambda t: t.records)
    other = next(p for p in thread.participants if not p.is_owner)
    return Header(
        to=((to or other.name, other.relation),),
        via=thread.source if thread.source != "generic" else None,
        on=thread.last.strftime("%Y-%m") if thread.last else None,
    )


def fitting_prompt(tokenizer: TurnTokenizer, header: Header, turns: list[Turn], room: int) -> list[int]:
    """Token ids of header and the longest run of last turns that fit into `room` tokens."""
    for start in range(len(turns)):
        prompt = tokenizer.encode_prompt(header, turns[start:], False)
        if len(prompt) <= room:
            return prompt
    return tokenizer.encode_prompt(header, turns[-1:], False)[-room:]
