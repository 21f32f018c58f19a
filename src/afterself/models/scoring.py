"""Token ids and a torch model -> how many bits the model pays for the supervised tokens.

Works with full weights and with a PEFT adapter, on the CPU always in float32. What is too long for the
model loses context on the left; a reply longer than half the context is read in overlapping windows, so
that every supervised token is counted exactly once. Ids come from `tokens.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afterself.errors import MissingExtra, ModelError

if TYPE_CHECKING:
    import torch

Scored = tuple[Sequence[int], Sequence[bool]]
"""Token ids, and for each whether it is counted."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one example that fits into the context; `counted` are positions within `ids`."""

    example: int
    ids: Sequence[int]
    counted: tuple[int, ...]


def windows(number: int, example: Scored, context: int) -> Iterator[Window]:
    """Cut an example so that each counted token stands in one window, behind at least half a context.

    Raises ModelError if the very first token is to be counted (nothing predicts it) or if ids and mask
    differ in length.
    """
    ids, supervised = example
    wanted = [n for n, yes in enumerate(supervised) if yes]
    if len(ids) != len(supervised) or wanted[:1] == [0] or context < 2:
        raise ModelError("An example cannot be scored: its first token is supervised, or its mask is off.")
    while wanted:
        # The window ends where its first counted token still has half a context before it.
        end = min(wanted[-1] + 1, context + max(0, wanted[0] - context // 2))
        start = max(0, end - context)
        taken = [n for n in wanted if n < end]
        yield Window(number, ids[start:end], tuple(n - start for n in taken))
        wanted = wanted[len(taken) :]


def bits_of(
    model: Any, examples: Sequence[Scored], *, context: int | None = None, batch_tokens: int = 4096
) -> list[float]:
    """Bits (base 2) that the model pays for the supervised tokens of each example.

    `model` is a transformers causal model or a PEFT model over one; `context` in tokens defaults to
    what its config says; a batch holds at most `batch_tokens` tokens, padding included. The same
    input gives the same numbers. Raises ModelError for half-precision weights on the CPU.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtra("train", "Scoring") from None
    plain = model.get_base_model() if hasattr(model, "peft_config") else model
    weight = next(plain.parameters())
    if weight.device.type == "cpu" and weight.dtype != torch.float32:
        raise ModelError("Scores on the CPU need float32 weights.", remedy="Load the base with load_torch().")
    length = context or int(plain.config.max_position_embeddings)
    cut = [w for n, example in enumerate(examples) for w in windows(n, example, length)]
    totals = [0.0] * len(examples)
    with evaluating(model), torch.inference_mode(), torch.autocast(weight.device.type, enabled=False):
        for batch in _batches(cut, batch_tokens):
            for window, bits in zip(batch, _bits(plain, batch, weight.device), strict=True):
                totals[window.example] += bits
    return totals


def _batches(cut: list[Window], batch_tokens: int) -> Iterator[list[Window]]:
    """Windows of like length together, longest first."""
    batch: list[Window] = []
    for window in sorted(cut, key=lambda w: (-len(w.ids), w.example)):
        if batch and (len(batch) + 1) * len(batch[0].ids) > batch_tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _bits(model: Any, batch: list[Window], device: torch.device) -> list[float]:
    import torch

    width = len(batch[0].ids)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
    rows = torch.tensor([row for row, w in enumerate(batch) for _ in w.counted], device=device)
    places = torch.tensor([n for w in batch for n in w.counted], device=device)
    ids, mask = ids.to(device), mask.to(device)
    hidden = model.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    logits = model.get_output_embeddings()(hidden[rows, places - 1]).float()
    paid = torch.nn.functional.cross_entropy(logits, ids[rows, places], reduction="none").double()
    per_row = torch.zeros(len(batch), dtype=torch.float64, device=device).index_add_(0, rows, paid)
    return [nats / math.log(2) for nats in per_row.tolist()]


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Dropout off, and afterwards the mode that the model was in."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)
