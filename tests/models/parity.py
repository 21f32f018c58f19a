"""How far llama.cpp's next-token log-probabilities lie from torch's, over several prompts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch

from afterself.models.chat_engine import ChatEngine


def prompts(vocab: int = 600) -> list[list[int]]:
    """Ids of several lengths, behind a turn mark."""
    rng = random.Random(5)
    return [[1, *(rng.randrange(32, vocab) for _ in range(n))] for n in (1, 4, 23, 90, 200)]


def largest_difference(model: Any, gguf: Path, lora: Path | None = None) -> float:
    """Largest |Δ log-prob| in nat over the whole vocabulary and all prompts."""
    worst = 0.0
    with ChatEngine(gguf, lora, threads=1) as engine:
        for ids in prompts():
            with torch.inference_mode():
                expected = torch.log_softmax(model(torch.tensor([ids])).logits[0, -1].float(), -1)
            got = engine.next_logprobs(ids, len(expected))
            assert len(got) == len(expected)
            worst = max(worst, *(abs(float(expected[n]) - value) for n, value in got.items()))
    return worst
