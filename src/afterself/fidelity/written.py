"""Held-out contexts -> what the weights write there, for the gates. Nothing of it is kept unless asked for.

Sampled at temperature 1, the distribution that talking uses, with fixed seeds: the same weights on the
same machine write the same again. Several draws for each context where there are few; an even
selection of contexts where there are many. It ends early when its time is up, and tells how far it came.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from afterself.datasets import HeldOutReply
from afterself.home.counting import counted
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.persona.engine import REPLY_TOKENS, open_engine, prompt_room
from afterself.persona.prompts import conversation_prompt
from afterself.training import require_weights

REPLIES = 200
"""Replies asked for: about twice the messages that an exact copy in a hundred needs to show."""

MOST_SECONDS = 120.0
SEED = 1
TEMPERATURE = 1.0


@dataclass(frozen=True, slots=True)
class Written:
    """`replies[n]` are what the weights wrote where held-out reply n stands, as turns; often none or one."""

    replies: tuple[tuple[str, ...], ...]
    asked: int
    temperature: float = TEMPERATURE
    seed: int = SEED

    @property
    def count(self) -> int:
        """Replies written."""
        return sum(map(len, self.replies))

    @classmethod
    def nothing(cls, replies: int) -> Written:
        """Nothing was written, for want of anything to hold it against."""
        return cls(((),) * replies, 0)


def write_replies(
    self_: Self,
    replies: Sequence[HeldOutReply],
    progress: Progress | None = None,
    *,
    count: int = REPLIES,
    temperature: float = TEMPERATURE,
    seconds: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Written:
    """Let the newest weights reply `count` times to held-out contexts; not at all if they have no GGUF.

    Reply number k uses the seed `SEED + k`. After `seconds` nothing more is begun.
    """
    progress = progress or Progress()
    made: list[list[str]] = [[] for _ in replies]
    able = require_weights(self_).gguf is not None
    order = places(len(replies), count) if able else []
    progress.start("writing replies", total=len(order), unit="replies")
    if order:
        with open_engine(self_) as engine:
            room, end = prompt_room(engine), clock() + seconds
            for k, place in enumerate(order):
                if clock() > end:
                    break
                prompt = conversation_prompt(engine.tokenizer, replies[place].reply.conversation, room)
                pieces = engine.generate(
                    prompt, max_tokens=REPLY_TOKENS, temperature=temperature, seed=SEED + k
                )
                made[place].append("".join(pieces))
                progress.advance()
    written = Written(tuple(map(tuple, made)), len(order), temperature)
    progress.finish(counted(written.count, "reply", "replies"))
    return written


def places(contexts: int, count: int) -> list[int]:
    """Which context each reply is for: each as often as the others, spread evenly, also if it ends early."""
    if not contexts:
        return []
    golden = max(1, int(contexts * 0.618))
    step = next(step for step in range(golden, contexts + 1) if math.gcd(step, contexts) == 1)
    return [k * step % contexts for k in range(count)]
