"""Token shards -> a base model, within a wall-clock budget that ends exactly in time.

The schedule (warm-up, stable, linear decay over the last 35 %: WSD) is driven by the share of
the time that is spent, not by steps: whatever the machine gives, the run ends decayed. The end
is `--budget` seconds of training or the moment `--deadline`, whichever comes first. Checkpoints
are atomic and hold everything, so the same command resumes. The same script runs on CPU cores,
on a GPU (bf16, compiled, all tokens on the device), and on several under torchrun.

    python pretraining/train.py --run pretraining/runs --depth 8 --budget 36000
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from machine import Machine
from model import Model
from muon import Muon
from rows import Rows
from shape import config, flops_per_token
from weights import load_weights, save_checkpoint, save_folder

WARM_UP, DECAY, REWARM = 0.02, 0.35, 0.01  # shares of the budget


def rate_factor(spent: float) -> float:
    """WSD over the spent share of the budget (0..1)."""
    if spent < WARM_UP:
        return max(spent / WARM_UP, 0.02)
    return min(1.0, max(0.0, (1 - spent) / DECAY))


class Trainer:
    """Model, optimisers and data of one run, and the place where it stands."""

    def __init__(self, arguments: argparse.Namespace, machine: Machine) -> None:
        self.arguments, self.machine = arguments, machine
        torch.manual_seed(arguments.seed)
        self.shape = config(arguments.depth, arguments.context)
        self.model = Model(self.shape, arguments.context).to(machine.device)
        self.model.stream = torch.bfloat16 if machine.cuda else None
        self.rows = Rows(
            arguments.shards, arguments.context, machine.device, arguments.seed, arguments.dialogue
        )
        self.rows.load(machine.agree(self.rows.arrived()))
        self.interrupted = False
        self.micro = arguments.micro or (64 if machine.cuda else 4)
        self.compiled = machine.compiled(self.model, self.micro, arguments.context, arguments.compile)
        self.reset(arguments.muon_lr, arguments.adam_lr)

    def reset(self, muon_lr: float, adam_lr: float) -> None:
        """Fresh optimisers and counters; the weights stay as they are."""
        matrices = [p for n, p in self.model.named_parameters() if p.ndim == 2 and "embed" not in n]
        chosen = {id(p) for p in matrices}
        rest = [p for p in self.model.parameters() if id(p) not in chosen]
        self.optimizers: list[torch.optim.Optimizer] = [
            Muon(matrices, lr=muon_lr),
            torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
        ]
        self.rates = [group["lr"] for o in self.optimizers for group in o.param_groups]
        self.seconds, self.step, self.tokens, self.rewarm = 0.0, 0, 0, -1.0

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs."""
        return {"model": self.model.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers],
                "rows": self.rows.state(), "seconds": self.seconds, "step": self.step,
                "tokens": self.tokens, "depth": self.arguments.depth}  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            rates = [group["lr"] for group in optimizer.param_groups]
            optimizer.load_state_dict(saved)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate
        self.rows.restore(state["rows"])
        self.seconds, self.step, self.tokens = (state[k] for k in ("seconds", "step", "tokens"))

    def begin_from(self, path: Path) -> None:
        """Continue from weights alone (the machine that trained them is gone): a short re-warm."""
        weights, progress = load_weights(path)
        self.model.load_state_dict(weights)
        self.seconds, self.step, self.tokens = (progress.get(k, 0) for k in ("seconds", "step", "tokens"))
        self.rewarm = self.seconds

    def update(self, factor: float) -> Tensor:
        """One optimiser step over `batch` tokens; the mean loss in nats, still on the device."""
        groups = [group for o in self.optimizers for group in o.param_groups]
        for group, rate in zip(groups, self.rates, strict=True):
            group["lr"] = rate * factor
        world = self.machine.world
        micro_steps = max(1, self.arguments.batch // (self.micro * self.arguments.context * world))
        total = torch.zeros((), device=self.machine.device)
        for _ in range(micro_steps):
            inputs, targets = self.rows.next(self.micro * world)
            self.tokens += inputs.numel()
            if world > 1:
                inputs, targets = (t[self.machine.rank :: world].contiguous() for t in (inputs, targets))
            with self.machine.autocast():
                summed = self.compiled(inputs, targets, 0 if self.machine.cuda else 256)
            loss = summed / (targets != -100).sum().clamp(min=1)
            (loss / micro_steps).backward()
            total += loss.detach() / micro_steps
        self.machine.average([p.grad for p in self.model.parameters() if p.grad is not None], total)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return total


def run(trainer: Trainer, budget: float, until: float = math.inf, quiet: bool = False) -> tuple[float, bool]:
    """Train until the budget or this process's `until` (time.time()) is over: smoothed loss, finished.

    The loss is read one step late, so that a GPU never waits for the host.
    """
    arguments, machine = trainer.arguments, trainer.machine
    before, started = trainer.seconds, time.monotonic()
    last_saved = last_looked = started
    mark = (started, trainer.tokens)
    running, pending = math.nan, None
    while True:
        now = time.monotonic()
        trainer.seconds = before + now - started
        total = min(budget, trainer.seconds + max(0.0, arguments.deadline - time.time()))
        spent = trainer.step / arguments.steps if arguments.steps else trainer.seconds / max(total, 1e-9)
        over = trainer.interrupted or time.time() >= until
        spent, stop, look = machine.decide(min(spent, 1.0), over, now - last_looked > 2)
        ending = spent >= 1 or stop
        factor = rate_factor(spent)
        if trainer.rewarm >= 0:
            factor *= min(1.0, (trainer.seconds - trainer.rewarm) / (REWARM * total) + 0.02)
        loss = None if ending else trainer.update(factor)
        if pending is not None:
            value = float(pending)
            if not math.isfinite(value):
                if quiet:
                    return math.nan, True
                raise SystemExit(f"loss is not finite at step {trainer.step}; the last checkpoint is kept")
            running = value if math.isnan(running) else 0.95 * running + 0.05 * value
        pending = loss
        if not quiet and (ending or trainer.step % arguments.log_every == 0):
            now = time.monotonic()
            rate = (trainer.tokens - mark[1]) / max(now - mark[0], 1e-9)
            mark = (now, trainer.tokens)
            note(trainer, spent, running, factor, rate)
        if ending:
            return running, spent >= 1
        if quiet:
            continue
        if look:
            trainer.rows.load(machine.agree(trainer.rows.arrived()))
            last_looked = now
        if now - last_saved > arguments.save_every:
            keep(trainer)
            last_saved = time.monotonic()


def note(trainer: Trainer, spent: float, loss: float, factor: float, rate: float) -> None:
    """One line of the curve."""
    line = {
        "step": trainer.step,
        "tokens": trainer.tokens,
        "spent": round(spent, 4),
        "loss": None if math.isnan(loss) else round(loss, 4),
        "lr": round(factor, 4),
        "tokens_per_s": round(rate),
        "epochs": trainer.rows.epochs(),
        "shards": len(trainer.rows.names),
    }
    if trainer.machine.matrix_rate:
        flops = rate * flops_per_token(trainer.arguments.depth, trainer.arguments.context)
        line["share_of_matrix_rate"] = round(flops / trainer.machine.matrix_rate / trainer.machine.world, 4)
    if trainer.machine.rank == 0:
        with (trainer.arguments.run / "curve.jsonl").open("a") as sink:
            sink.write(json.dumps(line) + "\n")


def keep(trainer: Trainer) -> None:
    """Write the checkpoint (rank 0)."""
    if trainer.machine.rank == 0:
        save_checkpoint(trainer.arguments.run / "checkpoint.pt", trainer.state())


def calibrate(trainer: Trainer) -> float:
    """A short whole run for each Muon rate from the same start; the best rate, kept in calibrate.json."""
    arguments = trainer.arguments
    found = arguments.run / "calibrate.json"
    if found.exists():
        return float(json.loads(found.read_text())["muon_lr"])
    start = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    place = trainer.rows.state()
    losses: dict[str, float] = {}
    for rate in arguments.calibrate_rates:
        trainer.model.load_state_dict(start)
        trainer.rows.restore(place)
        trainer.reset(rate, arguments.adam_lr)
        deadline, arguments.deadline = arguments.deadline, math.inf
        losses[f"{rate:g}"] = round(run(trainer, arguments.calibrate, quiet=True)[0], 4)
        arguments.deadline = deadline
        print(f"calibration: muon {rate:g}: loss {losses[f'{rate:g}']}, {trainer.tokens} tokens", flush=True)
    trainer.model.load_state_dict(start)
    trainer.rows.restore(place)
    finite = [(loss, rate) for rate, loss in losses.items() if math.isfinite(loss)]
    best = min(finite)[1] if finite else f"{arguments.muon_lr:g}"
    if trainer.machine.rank == 0:
        found.write_text(json.dumps({"muon_lr": float(best), "losses": losses}))
    return float(best)


def train(arguments: argparse.Namespace) -> None:
    """A whole run, or as much of it as this process is given."""
    until = time.time() + arguments.until_seconds if arguments.until_seconds else math.inf
    arguments.run.mkdir(parents=True, exist_ok=True)
    machine = Machine(arguments.threads)
    trainer = Trainer(arguments, machine)
    signal.signal(signal.SIGTERM, lambda *_: setattr(trainer, "interrupted", True))
    checkpoint = arguments.run / "checkpoint.pt"
    rate = arguments.muon_lr
    if arguments.calibrate and not arguments.init:
        rate = calibrate(trainer)
    trainer.reset(rate, arguments.adam_lr)
    if checkpoint.exists():
        trainer.restore(torch.load(checkpoint, map_location=machine.device, weights_only=True))
        print(f"resumed at step {trainer.step}, {trainer.seconds:.0f} s trained", flush=True)
    elif arguments.init:
        trainer.begin_from(arguments.init)
        print(f"from weights alone: step {trainer.step}, {trainer.seconds:.0f} s trained", flush=True)
    loss, finished = run(trainer, arguments.budget, until)
    keep(trainer)
    if machine.rank == 0:
        tokenizer = arguments.shards / "tokenizer.json"
        save_folder(trainer.model.state_dict(), trainer.shape, tokenizer, arguments.run / "model")
        place = "done" if finished else "paused"
        print(f"{place}: {trainer.step} steps, {trainer.tokens} tokens, loss {loss:.4f}", flush=True)
    machine.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("pretraining/runs"))
    parser.add_argument("--shards", type=Path, default=Path("pretraining/loan/shards"))
    parser.add_argument("--depth", type=int, default=7)
    parser.add_argument("--budget", type=float, default=6000, help="seconds of training in all")
    parser.add_argument("--deadline", type=float, default=math.inf, help="Unix time at which it must end")
    parser.add_argument("--until-seconds", type=float, default=0, help="pause after so many; 0: never")
    parser.add_argument("--steps", type=int, default=0, help="drive the schedule by steps (tests)")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--batch", type=int, default=4096, help="tokens in a step")
    parser.add_argument("--micro", type=int, default=0, help="rows at once; 0: 64 on a GPU, 4 on CPU cores")
    parser.add_argument("--dialogue", type=float, default=0.5, help="share of the rows")
    parser.add_argument("--muon-lr", type=float, default=6e-3)
    parser.add_argument("--adam-lr", type=float, default=4e-3)
    parser.add_argument("--calibrate", type=float, default=0, help="seconds for each rate; 0: none")
    parser.add_argument("--calibrate-rates", type=float, nargs="+", default=[3e-3, 6e-3, 1.2e-2])
    parser.add_argument("--init", type=Path, help="weights to continue from if there is no checkpoint")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=300, help="seconds between checkpoints")
    parser.add_argument("--log-every", type=int, default=20, help="steps between lines of the curve")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
