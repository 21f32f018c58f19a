"""Validation bits per byte by kind and source, of a model folder.

Held-out documents (cut at 12 kB) are serialised as in training, without a header; windows of the
context length without overlap, several at once. Dialogue: content and end of each turn, bytes + 1
a turn; prose: all text. One pass, no tuning on it. Every document's figures are written as they
come, and the same command goes on where it stopped. `ppmd.py` scores the same documents.

    python pretraining/evaluate.py --model pretraining/runs/model > pretraining/runs/valid.json
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from corpus import documents, encode, pieces
from model import Model
from shape import END_OF_TEXT, TURN_END, TURN_START
from weights import load_weights

CUT = 12_000  # characters of a piece
PIECES = 120  # of a document


def held_out(valid: Path, share: float = 1.0, seed: int = 5) -> Iterator[tuple[str, str, list[Any]]]:
    """(kind, source, pieces without header) of the held-out documents, or of a share drawn by seed."""
    rng = random.Random(seed)
    for document in documents(valid):
        if rng.random() > share:
            continue
        shown = [(role, text[:CUT]) for role, text in pieces(document, rng) if role != "header"][:PIECES]
        if shown:
            yield document["kind"], document["source"].split("/")[0].split(":")[0], shown


def counted_bytes(kind: str, shown: list[Any]) -> int:
    """UTF-8 bytes, and one for the end of each turn of a dialogue."""
    return sum(len(text.encode()) + (1 if kind == "dialogue" else 0) for _, text in shown)


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


def windows(ids: np.ndarray, counted: np.ndarray, context: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Inputs and targets of a document, int64 [context]; -100 where nothing counts."""
    stream = np.concatenate([[END_OF_TEXT], ids]).astype(np.int64)
    for start in range(0, len(ids), context):
        piece = stream[start : start + context + 1]
        inputs, targets = np.zeros(context, np.int64), np.full(context, -100)
        inputs[: len(piece) - 1] = piece[:-1]
        targets[: len(piece) - 1] = np.where(counted[start : start + context], piece[1:], -100)
        yield inputs, targets


class Scorer:
    """Bits of documents under one model, a few windows at a time."""

    def __init__(self, folder: Path, context: int, batch: int = 8) -> None:
        from tokenizers import Tokenizer

        self.context, self.batch = context, batch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        weights, _ = load_weights(folder / "model.safetensors")
        self.model = Model(json.loads((folder / "config.json").read_text()), context)
        self.model.load_state_dict({k: v for k, v in weights.items() if not k.startswith("lm_head")})
        self.model.to(self.device).eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.encode_special_tokens = True

    @torch.inference_mode()
    def bits(self, kind: str, shown: list[Any]) -> float:
        """Bits of the counted tokens of one document."""
        ids = next(iter(encode([shown], self.tokenizer)))
        cut = list(windows(ids, counted_tokens(ids, kind == "dialogue"), self.context))
        total = 0.0
        for start in range(0, len(cut), self.batch):
            inputs, targets = (
                torch.from_numpy(np.stack(side)).to(self.device)
                for side in zip(*cut[start : start + self.batch], strict=True)
            )
            hidden = self.model.hidden(inputs)
            for row, wanted in zip(hidden, targets, strict=True):
                logits = F.linear(row[wanted != -100], self.model.model.embed_tokens.weight)
                total += float(F.cross_entropy(logits, wanted[wanted != -100], reduction="sum"))
        return total / math.log(2)


def table(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Bits per byte by kind and by kind/source, with a 95 % interval over documents (bootstrap)."""
    groups: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for row in rows:
        for key in (row["kind"], f"{row['kind']}/{row['source']}"):
            groups[key].append((row["bits"], row["bytes"]))
    out = {}
    rng = np.random.default_rng(0)
    for key, pairs in sorted(groups.items()):
        bits, size = np.array(pairs).T
        draws = rng.integers(0, len(bits), (2000, len(bits)))
        low, high = np.quantile(bits[draws].sum(1) / size[draws].sum(1), [0.025, 0.975])
        out[key] = {
            "bits_per_byte": round(float(bits.sum() / size.sum()), 4),
            "interval": [round(float(low), 3), round(float(high), 3)],
            "documents": len(bits),
            "bytes": int(size.sum()),
        }
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=Path("pretraining/runs/model"))
    parser.add_argument("--valid", type=Path, default=Path("../shared/corpus/valid.jsonl.zst"))
    parser.add_argument("--share", type=float, default=1.0, help="share of the documents, drawn by seed")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--progress", type=Path, help="where figures are kept; by default in the folder")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    name = f"valid-{arguments.context}-{arguments.share:g}.jsonl"
    progress = arguments.progress or arguments.model / name
    rows = [json.loads(line) for line in progress.read_text().splitlines()] if progress.exists() else []
    scorer = Scorer(arguments.model, arguments.context)
    with progress.open("a") as sink:
        for n, (kind, source, shown) in enumerate(held_out(arguments.valid, arguments.share)):
            if n < len(rows):
                continue
            row = {"kind": kind, "source": source, "bits": scorer.bits(kind, shown)}
            rows.append({**row, "bytes": counted_bytes(kind, shown)})
            sink.write(json.dumps(rows[-1]) + "\n")
            sink.flush()
    print(json.dumps(table(rows), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
