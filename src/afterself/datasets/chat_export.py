"""Conversations -> chat examples (`messages` of system, user, assistant) for other trainers.

TRL, Axolotl and LLaMA-Factory read one JSON object a line. Unlike the windows of our own training
these do not overlap: those trainers learn from every assistant message, so each stands once. What is
longer than a window is cut before the question of a reply. Writing the file is for the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from afterself.datasets.bursts import Burst
from afterself.datasets.conversations import Conversation
from afterself.models.tokens import TurnTokenizer
from afterself.models.turns import Header, pieces


def chat_examples(
    talks: Iterable[Conversation], tokenizer: TurnTokenizer, context: int
) -> Iterator[list[dict[str, str]]]:
    """The messages of each example, about `context` tokens at most; a longer burst stays whole.

    User and assistant take turns, and the assistant is last: where the owner opens, an empty user
    message stands before.
    """
    for talk in talks:
        for part in _parts(talk, tokenizer, context):
            messages = [
                {"role": role, "content": content}
                for role, content in pieces(talk.header(part), [b.turn for b in part], group=talk.group)
            ]
            if part[0].owner:
                first = 1 if messages[0]["role"] == "system" else 0
                messages.insert(first, {"role": "user", "content": ""})
            yield messages


def _parts(talk: Conversation, tokenizer: TurnTokenizer, context: int) -> Iterator[Sequence[Burst]]:
    """The bursts of a talk, cut before questions so that each part fits; each ends with the owner."""
    head = len(tokenizer.encode_example(talk.header(talk.bursts), (), talk.group)[0])
    part: list[Burst] = []
    taken = head
    for pair in _pairs(talk.bursts):
        tokens = sum(len(tokenizer.encode_example(Header(), (b.turn,), talk.group)[0]) for b in pair)
        if part and taken + tokens > context:
            yield part
            part, taken = [], head
        part += pair
        taken += tokens
    if part:
        yield part


def _pairs(bursts: Sequence[Burst]) -> Iterator[list[Burst]]:
    """Each burst of the owner with what was said before it, less those that another source said first."""
    pair: list[Burst] = []
    for burst in bursts:
        pair.append(burst)
        if burst.owner:
            if burst.given < len(burst.turn.lines):
                yield pair
            pair = []


def as_line(messages: list[dict[str, str]], right: str) -> dict[str, Any]:
    """One line of the file: the example, and by what right the self exists that it comes from."""
    return {"messages": messages, "right": right}
