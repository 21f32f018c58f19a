"""Validation bits per byte by kind and source, of a Hugging Face folder.

Held-out documents (cut at 12 kB) are serialised as in training, without a header; windows of
the context length without overlap. Dialogue: content and end of each turn, bytes + 1 a turn;
prose: all text. One pass, no tuning on it.

    python pretraining/evaluate.py --model pretraining/runs/model --share 0.3
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from corpus import documents, encode, pieces
from shape import END_OF_TEXT, TURN_END, TURN_START


def bits_and_bytes(model: torch.nn.Module, ids: np.ndarray, counted: np.ndarray, context: int) -> float:
    """Bits of the counted tokens of one document."""
    total = 0.0
    stream = np.concatenate([[END_OF_TEXT], ids]).astype(np.int64)
    for start in range(0, len(ids), context):
        window = torch.from_numpy(stream[start : start + context + 1])
        logits = model(input_ids=window[None, :-1], use_cache=False).logits[0].float()
        loss = torch.nn.functional.cross_entropy(logits, window[1:], reduction="none")
        mask = torch.from_numpy(counted[start : start + context].astype(np.float32))
        total += float((loss * mask[: len(loss)]).sum())
    return total / math.log(2)


def counted_tokens(ids: np.ndarray, dialogue: bool) -> np.ndarray:
    """Which tokens count: in dialogue the contents and the ends of turns, in prose all text."""
    counted = np.ones(len(ids), dtype=bool)
    if dialogue:
        inside, skip = False, 0
        for n, token in enumerate(ids):
            if token == TURN_START:
                inside, skip = True, 3  # the mark, the role, the newline
            counted[n] = inside and skip <= 0
            skip -= 1
            if token == TURN_END:
                inside = False
    counted[ids == END_OF_TEXT] = False
    return counted


def main() -> None:
    from tokenizers import Tokenizer
    from transformers import Qwen3ForCausalLM

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=Path("pretraining/runs/model"))
    parser.add_argument("--valid", type=Path, default=Path("../shared/corpus/valid.jsonl.zst"))
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of the held-out documents, drawn by seed"
    )
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    model = Qwen3ForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    bits: dict[str, float] = defaultdict(float)
    size: dict[str, int] = defaultdict(int)
    with torch.inference_mode():
        for document in documents(arguments.valid):
            if rng.random() > arguments.share:
                continue
            shown = [(role, text[:12_000]) for role, text in pieces(document, rng) if role != "header"][:120]
            if not shown:
                continue
            ids = next(iter(encode([shown], tokenizer)))
            dialogue = document["kind"] == "dialogue"
            spent = bits_and_bytes(model, ids, counted_tokens(ids, dialogue), arguments.context)
            length = sum(len(text.encode()) + (1 if dialogue else 0) for _, text in shown)
            for key in (
                document["kind"],
                f"{document['kind']}/{document['source'].split('/')[0].split(':')[0]}",
            ):
                bits[key] += spent
                size[key] += length
    rows = {
        key: {"bits_per_byte": round(bits[key] / size[key], 4), "bytes": size[key]} for key in sorted(bits)
    }
    print(json.dumps(rows, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
