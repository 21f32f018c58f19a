"""The newest weights of a self, loaded into the chat engine: without torch."""

from __future__ import annotations

from pathlib import Path

from afterself.archive.audiences import OWNER
from afterself.errors import ModelError
from afterself.home.folder import Self
from afterself.models.bases import Base, gguf_for, resolve_base
from afterself.models.chat_engine import ChatEngine
from afterself.training.weights import Weights, require_weights

REPLY_TOKENS = 192
"""Longest reply. Longer ones are cut: the weights of a small base rarely stay on a subject longer."""

ONE_THREAD_UP_TO = 64 * 2**20
"""Bytes of weights up to which one thread writes faster than anybody reads, also on a busy machine.

The threads of llama.cpp wait for each other at every step of a token: where other programs use the
cores, two threads took 9 s for what one did in 0.05 s (a 9 MB model, benchmarks/talk_start.py).
"""


def prompt_room(engine: ChatEngine) -> int:
    """Tokens that a prompt may take so that a reply still fits; in a short context, half of it."""
    return engine.n_ctx - min(REPLY_TOKENS, engine.n_ctx // 2)


def open_engine(self_: Self, audience: str = OWNER) -> ChatEngine:
    """Load full weights, or an adapter over its base, that hold nothing which the audience may not see.

    ModelError if there are none or they do not fit.
    """
    weights = require_weights(self_, audience)
    if weights.gguf is None:
        raise ModelError(
            f"The weights {weights.id} have no GGUF: {'; '.join(weights.notes) or 'it was not made'}.",
            remedy="They can be scored, not talked with. Train on a Qwen or Llama base to talk.",
        )
    file = weights.path / weights.gguf
    base = _base_of(weights) if weights.method == "lora" else None
    # What is decrypted into memory stays there for as long as llama.cpp maps it.
    with self_.files.as_path(file) as readable:
        if base is None:
            return ChatEngine(readable, n_ctx=weights.context, threads=_threads_for(readable))
        gguf = gguf_for(base)
        return ChatEngine(gguf, lora=readable, n_ctx=weights.context, threads=_threads_for(gguf))


def _base_of(weights: Weights) -> Base:
    base = resolve_base(weights.base, sha256=weights.base_sha256)
    if base.sha256 != weights.base_sha256:
        raise ModelError(
            f"The adapter {weights.id} belongs to another version of the base {weights.base}.",
            remedy="Bring that base back, or train again on this one.",
        )
    return base


def _threads_for(gguf: Path) -> int | None:
    """1 for a small model; None lets the engine choose."""
    return 1 if gguf.is_file() and gguf.stat().st_size <= ONE_THREAD_UP_TO else None
