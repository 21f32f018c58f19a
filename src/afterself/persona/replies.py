"""Given contexts -> the replies that the weights write, for measuring. Nothing else answers here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from afterself.archive.audiences import OWNER
from afterself.datasets.replies import read_replies
from afterself.home.folder import Self
from afterself.persona.engine import REPLY_TOKENS, open_engine, prompt_room
from afterself.persona.prompts import conversation_prompt
from afterself.policy import open_view


def generate_replies(
    self_: Self,
    contexts: Sequence[dict[str, Any]],
    *,
    n: int,
    seed: int,
    temperature: float,
    where: str,
    audience: str = OWNER,
) -> Iterator[list[str]]:
    """For each context `n` replies as the weights wrote them: a message of a burst a line.

    Context number i and reply number j use the seed `seed + i * n + j`: a file gives the same replies again.
    """
    with open_view(self_, "train", audience) as view:
        owners = view.owner_names()
    self_.audit_use("replies generated", contexts=len(contexts), each=n)
    read = read_replies([{**context, "text": "."} for context in contexts], owners, where)
    with open_engine(self_, audience) as engine:
        for i, reply in enumerate(read):
            prompt = conversation_prompt(engine.tokenizer, reply.conversation, prompt_room(engine))
            yield [
                "".join(
                    engine.generate(
                        prompt, max_tokens=REPLY_TOKENS, temperature=temperature, seed=seed + i * n + j
                    )
                ).lstrip()
                for j in range(n)
            ]
