"""Token shards -> a base model, within a wall-clock budget that ends exactly in time.

The schedule (warm-up, stable, linear decay over the last 35 %: WSD) is driven by the share
of the budget that is spent, not by steps: whatever the machine gives, the run ends decayed.
Checkpoints are atomic and hold everything (weights, optimisers, place in the data, seconds
spent), so that `kill -9` costs at most `--save-every` seconds; running the same command again
resumes.

    python pretraining/train.py --run pretraining/runs --depth 7 --minutes 95 --threads 2
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from corpus import NOT_A_TARGET
from muon import Muon
from shape import config

WARM_UP, DECAY = 0.02, 0.35  # shares of the budget


class Rows:
    """Rows of `context + 1` tokens in a fixed shuffled order; `place` is the next row to read."""

    def __init__(self, shard: Path, context: int, seed: int) -> None:
        self.tokens = np.memmap(shard, dtype=np.uint16, mode="r")
        self.context, self.seed, self.place = context, seed, 0
        self.rows = (len(self.tokens) - 1) // context
        self._shuffled: tuple[int, np.ndarray] = (-1, np.empty(0, dtype=np.int64))

    def _order(self, epoch: int) -> np.ndarray:
        """The shuffled rows of an epoch; of the last one asked for it is kept."""
        if self._shuffled[0] != epoch:
            order = np.random.default_rng((self.seed, epoch)).permutation(self.rows)
            self._shuffled = (epoch, order)
        return self._shuffled[1]

    def next(self, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets, both int64 [count, context]; -100 where nothing is to be predicted."""
        picked = []
        for n in range(self.place, self.place + count):
            epoch, row = divmod(n, self.rows)
            start = int(self._order(epoch)[row]) * self.context
            picked.append(self.tokens[start : start + self.context + 1])
        self.place += count
        block = torch.from_numpy(np.stack(picked).astype(np.int64))
        ids = block & (NOT_A_TARGET - 1)
        targets = torch.where(block[:, 1:] >= NOT_A_TARGET, torch.tensor(-100), ids[:, 1:])
        return ids[:, :-1], targets


def learning_rate_factor(spent: float) -> float:
    """WSD over the spent share of the budget (0..1)."""
    if spent < WARM_UP:
        return max(spent / WARM_UP, 0.02)
    return min(1.0, max(0.0, (1 - spent) / DECAY))


def optimisers(model: torch.nn.Module, muon_lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for embeddings and norms."""
    matrices = [
        p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n
    ]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [
        Muon(matrices, lr=muon_lr),
        torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def loss_of(
    model: Any, inputs: torch.Tensor, targets: torch.Tensor, device: str, chunk: int = 256
) -> torch.Tensor:
    """Mean cross-entropy in nats; the logits are made a chunk of rows at a time, to stay in cache."""
    with torch.autocast(device, torch.bfloat16):
        hidden = model.model(input_ids=inputs, use_cache=False).last_hidden_state.flatten(0, 1)
        total = hidden.new_zeros((), dtype=torch.float32)
        for part, wanted in zip(hidden.split(chunk), targets.flatten().split(chunk), strict=True):
            logits = torch.nn.functional.linear(part, model.lm_head.weight).float()
            total = total + torch.nn.functional.cross_entropy(
                logits, wanted, ignore_index=-100, reduction="sum"
            )
    return total / (targets != -100).sum()


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves the old or the new one, never half of one."""
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as sink:
        torch.save(state, sink)
        sink.flush()
        os.fsync(sink.fileno())
    temporary.replace(path)


def train(arguments: argparse.Namespace) -> None:
    from transformers import Qwen3ForCausalLM

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    run: Path = arguments.run
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = Rows(run / "tokens.bin", arguments.context, arguments.seed)
    model = Qwen3ForCausalLM(config(arguments.depth)).to(device)
    optimizers = optimisers(model, arguments.muon_lr, arguments.adam_lr)
    base_rates = [group["lr"] for o in optimizers for group in o.param_groups]
    spent_before, step, tokens = 0.0, 0, 0
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        rows.place, spent_before, step, tokens = (state[k] for k in ("place", "seconds", "step", "tokens"))
        print(f"resumed at step {step}, {spent_before:.0f} s spent", flush=True)
    budget = arguments.minutes * 60
    started = last_saved = time.monotonic()
    curve = run / "curve.jsonl"
    running = None
    while (spent := (spent_before + time.monotonic() - started) / budget) < 1:
        factor = learning_rate_factor(spent)
        groups = [group for o in optimizers for group in o.param_groups]
        for group, rate in zip(groups, base_rates, strict=True):
            group["lr"] = rate * factor
        micro_steps = max(1, arguments.batch // (arguments.micro * arguments.context))
        total = 0.0
        for _ in range(micro_steps):
            inputs, targets = (t.to(device) for t in rows.next(arguments.micro))
            loss = loss_of(model, inputs, targets, device)
            (loss / micro_steps).backward()
            total += loss.item() / micro_steps
            tokens += inputs.numel()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step += 1
        running = total if running is None else 0.95 * running + 0.05 * total
        now = time.monotonic()
        if step % 20 == 0:
            rate = tokens / (spent_before + now - started)
            line = {"step": step, "tokens": tokens, "spent": round(spent, 4), "loss": round(running, 4),
                    "lr": round(factor, 4), "tokens_per_s": round(rate)}  # fmt: skip
            with curve.open("a") as sink:
                sink.write(json.dumps(line) + "\n")
        if now - last_saved > arguments.save_every or not math.isfinite(total):
            if not math.isfinite(total):
                raise SystemExit(f"loss is not finite at step {step}; the last checkpoint is kept")
            save(checkpoint, {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers],
                              "place": rows.place, "seconds": spent_before + now - started,
                              "step": step, "tokens": tokens})  # fmt: skip
            export_folder(model, run)
            last_saved = now
    export_folder(model, run)
    save(checkpoint, {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers],
                      "place": rows.place, "seconds": budget, "step": step, "tokens": tokens})  # fmt: skip
    print(f"done: {step} steps, {tokens} tokens", flush=True)


def export_folder(model: Any, run: Path) -> None:
    """The current weights as a Hugging Face folder `model/`, replaced atomically."""
    target, fresh, old = run / "model", run / "model.part", run / "model.old"
    model.save_pretrained(fresh)
    (fresh / "tokenizer.json").write_bytes((run / "tokenizer.json").read_bytes())
    import shutil

    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("pretraining/runs"))
    parser.add_argument("--depth", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=95)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--batch", type=int, default=4096, help="tokens in a step")
    parser.add_argument("--micro", type=int, default=4, help="rows in a micro-batch")
    parser.add_argument("--muon-lr", type=float, default=6e-3)
    parser.add_argument("--adam-lr", type=float, default=5e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=300, help="seconds between checkpoints")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
