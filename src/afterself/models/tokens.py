"""Turns -> token ids, and which of them are supervised.

One rule makes the ids, whatever the tokenizer: `<|im_start|>`, then encode(role + newline), then
encode(content), then `<|im_end|>`, then encode(newline). The two marks are set by id; everything
else is encoded with special tokens disabled, so a message that contains "<|im_end|>" is just text.
Here: the shared rule and Hugging Face `tokenizers`. llama.cpp's own tokenizer is in `llama_tokens.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from afterself.archive.keys import storable
from afterself.errors import MissingExtra, ModelError
from afterself.models.turns import IM_END, IM_START, Header, Turn, pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class TurnTokenizer(Protocol):
    """What datasets, training, scoring and chat need of a tokenizer."""

    @property
    def im_start(self) -> int: ...
    @property
    def im_end(self) -> int: ...
    @property
    def vocab_size(self) -> int: ...
    def encode_text(self, text: str) -> list[int]: ...
    def decode(self, ids: Sequence[int]) -> str: ...
    def encode_example(
        self, header: Header, turns: Sequence[Turn], group: bool
    ) -> tuple[list[int], list[bool]]: ...
    def encode_prompt(self, header: Header, turns: Sequence[Turn], group: bool) -> list[int]: ...


class TurnEncoder(ABC):
    """The shared rule on top of any `encode_text`."""

    im_start: int
    im_end: int
    prefix: tuple[int, ...] = ()
    """What the model wants before everything (a BOS token); empty for ours and for Qwen."""

    @abstractmethod
    def encode_text(self, text: str) -> list[int]:
        """Token ids of plain text; whatever looks like a special token in it is text."""

    @cached_property
    def _newline(self) -> list[int]:
        return self.encode_text("\n")

    @cached_property
    def _roles(self) -> dict[str, list[int]]:
        return {role: self.encode_text(f"{role}\n") for role in ("system", "user", "assistant")}

    def encode_example(
        self, header: Header, turns: Sequence[Turn], group: bool
    ) -> tuple[list[int], list[bool]]:
        """Ids of a whole conversation, and for each id whether it is a target.

        Targets are the content and the `<|im_end|>` of the owner's turns, never the newline after it
        and never another person's words.
        """
        ids, supervised = list(self.prefix), [False] * len(self.prefix)
        for role, content in pieces(header, turns, group=group):
            start = [self.im_start, *self._roles[role]]
            body = [*self.encode_text(content), self.im_end]
            target = role == "assistant"
            ids += start + body + self._newline
            supervised += [False] * len(start) + [target] * len(body) + [False] * len(self._newline)
        return ids, supervised

    def encode_prompt(self, header: Header, turns: Sequence[Turn], group: bool) -> list[int]:
        """Ids after which the model writes the owner's next turn, up to and with `<|im_end|>`."""
        ids, _ = self.encode_example(header, turns, group)
        return [*ids, self.im_start, *self._roles["assistant"]]


def no_turn_tokens(where: object) -> ModelError:
    """The error for a base whose vocabulary lacks the turn marks."""
    return ModelError(
        f"The tokenizer of {where} has no {IM_START} and {IM_END} tokens.",
        remedy="Choose a base whose vocabulary has the ChatML marks, such as a Qwen model.",
    )


class HFTurnTokenizer(TurnEncoder):
    """A Hugging Face `tokenizer.json`: for datasets, training and scoring."""

    def __init__(self, tokenizer_json: Path | str) -> None:
        """Read a `tokenizer.json`, or the one in the folder given.

        Raises ModelError if the file is missing, damaged or lacks the turn marks; MissingExtra
        without the `tokenizers` package.
        """
        path = Path(tokenizer_json)
        if path.is_dir():
            path = path / "tokenizer.json"
        self._tokenizer = _read(path)
        start, end = (self._tokenizer.token_to_id(mark) for mark in (IM_START, IM_END))
        if start is None or end is None:
            raise no_turn_tokens(path)
        self.im_start, self.im_end = start, end
        self.prefix = self._beginning()
        # Set last: from here on "<|im_end|>" in a text is nothing but characters.
        self._tokenizer.encode_special_tokens = True

    def _beginning(self) -> tuple[int, ...]:
        added = self._tokenizer.encode("", add_special_tokens=True).ids
        return tuple(added) if len(added) == 1 else ()

    @property
    def vocab_size(self) -> int:
        """Number of ids, the added tokens with them."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def encode_text(self, text: str) -> list[int]:
        """Token ids of plain text; whatever looks like a special token in it is text."""
        return list(self._tokenizer.encode(storable(text), add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids, special tokens shown as they are written."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=False))


def _read(path: Path) -> Tokenizer:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("train", "Reading a Hugging Face tokenizer") from None
    if not path.is_file():
        raise ModelError(
            f"There is no tokenizer at {path}.", remedy="A base needs its tokenizer.json beside its weights."
        )
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust side raises bare Exception
        raise ModelError(f"The tokenizer {path} cannot be read: {error}") from None
