"""What was said so far -> the token ids after which the weights write the owner's next turn.

Older turns are left out first, so that header and the latest turns always stand in the context.
"""

from __future__ import annotations

from collections.abc import Sequence

from afterself.datasets.conversations import Conversation
from afterself.models.tokens import TurnTokenizer
from afterself.models.turns import Header, Turn, turn_text


def fitting_prompt(
    tokenizer: TurnTokenizer, header: Header, turns: Sequence[Turn], room: int, *, group: bool = False
) -> list[int]:
    """Ids of the header and the longest run of last turns that fit into `room` tokens."""
    for start in range(len(turns)):
        prompt = tokenizer.encode_prompt(header, turns[start:], group)
        if len(prompt) <= room:
            return prompt
    alone = tokenizer.encode_prompt(header, (), group)
    if not turns:
        return alone
    last = tokenizer.encode_prompt(Header(), turns[-1:], group)
    return last[-room:] if len(last) > room else last


def conversation_prompt(tokenizer: TurnTokenizer, conversation: Conversation, room: int) -> list[int]:
    """The prompt for the last burst of a conversation, which is the one to be written.

    Lines of it that are given already (the owner spoke last and goes on) stand before the reply.
    """
    *before, last = conversation.bursts
    given: list[int] = []
    if last.given:
        said = Turn(True, last.turn.lines[: last.given])
        given = tokenizer.encode_text(turn_text(said, group=False) + "\n")[-room // 2 :]
    header = conversation.header(conversation.bursts)
    turns = [burst.turn for burst in before]
    return fitting_prompt(tokenizer, header, turns, room - len(given), group=conversation.group) + given
