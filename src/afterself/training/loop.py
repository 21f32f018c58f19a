"""A model and examples -> the model with better weights: the loop itself, and its measure.

Rows are packed (`packing.py`), the output head runs on targets alone, weights stay float32 under
bfloat16 autocast where the processor has it. The rate warms up and stays; the result is a running
average of the weights, measured on the validation examples every half epoch, the best one kept. All
that changes while it runs is one object, `RunState`; the order of the data follows from seed and step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from afterself.datasets import Dataset, Example
from afterself.errors import TrainingError
from afterself.home.jobs import Progress
from afterself.models.scoring import evaluating
from afterself.training.device import Machine
from afterself.training.options import Settings
from afterself.training.packing import Batch, Row, collate, pack, step_rows
from afterself.training.stopping import Interrupted, heeding_interrupts

if TYPE_CHECKING:
    import torch


EARLY = "stopped early: the kept-back messages got no better"
"""What is said of a run that validation ended."""

STOPPING = "stopping when this step is complete; Ctrl-C again stops at once"
"""What is said when the first Ctrl-C was heard."""

HEAD = 256
"""Targets whose logits are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Validation after a step, in bits per byte of the owner's words."""

    step: int
    epoch: float
    bits: float


@dataclass(slots=True)
class RunState:
    """Everything that changes during a run: with it, settings and dataset a run can go on.

    `average` is what a run makes, `best_weights` the average where validation was best.
    """

    optimizer: torch.optim.Optimizer
    average: dict[str, torch.Tensor]
    step: int = 0
    tokens: int = 0
    evaluations: list[Evaluation] = field(default_factory=list)
    best: Evaluation | None = None
    best_weights: dict[str, torch.Tensor] | None = None
    seconds: float = 0.0
    random: torch.Tensor | None = None

    @property
    def waited(self) -> int:
        """Evaluations since the best one."""
        return sum(1 for e in self.evaluations if self.best and e.step > self.best.step)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a run in order, and after which of them the validation examples are measured."""

    steps: list[list[Row]]
    evaluate_after: frozenset[int]
    per_epoch: int
    tokens: int


def plan_steps(examples: Sequence[Example], settings: Settings) -> Plan:
    """Every step of every epoch: a pure function of the examples' lengths and the settings."""
    lengths = [len(example.ids) for example in examples]
    steps: list[list[Row]] = []
    marks: set[int] = set()
    per_epoch = 0
    for epoch in range(math.ceil(settings.epochs)):
        rows = step_rows(
            lengths,
            context=settings.context,
            tokens_per_step=settings.tokens_per_step,
            seed=settings.seed,
            epoch=epoch,
        )
        per_epoch = per_epoch or len(rows)
        part = rows[: math.ceil(len(rows) * min(1.0, settings.epochs - epoch))]
        marks |= {len(steps) + len(rows) // 2, len(steps) + len(part)}
        steps += part
    tokens = sum(lengths[n] for rows in steps for row in rows for n in row)
    return Plan(steps, frozenset(m for m in marks if 0 < m <= len(steps)), per_epoch, tokens)


def rate_at(step: int, total: int, settings: Settings) -> float:
    """The learning rate of a step (from 0) of `total`: straight up, then it stays."""
    warm = max(1, round(settings.warm_up * total))
    return settings.rate * min(1.0, (step + 1) / warm)


def share_at(step: int, settings: Settings) -> float:
    """What the weights after a step (from 0) weigh in the average of the run.

    Polynomial-decay averaging (Shamir and Zhang 2013, arXiv:1212.1824): later weights count more, the
    first ones hardly. The average stands about where a rate that fell to zero by this step would have
    led, so that a run may end wherever validation is best; weights from the middle of a falling rate are
    worse than those of a shorter run.
    """
    return settings.average / (step + 1 + settings.average) if settings.average else 1.0


def nothing(_: Loop) -> None:
    """What follows a step unless something else is wanted."""


class Loop:
    """One run over one model; `run` trains it in place, from wherever its state stands.

    `after_step` is called whenever a step is complete, its evaluation included; `after_evaluation`
    when the validation examples were measured; `before_stop` when Ctrl-C ends the run after a
    complete step. None of them may change the model.
    """

    after_step: Callable[[Loop], None] = staticmethod(nothing)
    after_evaluation: Callable[[Loop], None] = staticmethod(nothing)
    before_stop: Callable[[Loop], None] = staticmethod(nothing)

    def __init__(
        self, model: Any, dataset: Dataset, settings: Settings, on: Machine, progress: Progress | None = None
    ) -> None:
        import torch

        self.model = model
        self.dataset = dataset
        self.settings = settings
        self.on = on
        self.progress = progress or Progress()
        self.plan = plan_steps(dataset.train, settings)
        self.trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        optimizer = torch.optim.AdamW(
            list(self.trained.values()), lr=settings.rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True
        )
        self.state = RunState(optimizer, {name: p.detach().clone() for name, p in self.trained.items()})

    @property
    def finished(self) -> bool:
        """True when all steps are done, or validation has not got better for too long."""
        return self.state.step >= len(self.plan.steps) or self.state.waited >= self.settings.patience

    def run(self) -> RunState:
        """Train to the end, or until validation stops getting better; the best average stays in the model.

        Interrupted by Ctrl-C when the step under way is complete, a second one ends it at once.
        """
        import torch

        state = self.state
        if state.random is None:
            torch.manual_seed(self.settings.seed)
        else:
            torch.set_rng_state(state.random)
        self.model.train()
        stage = f"training on from step {state.step}" if state.step else "training"
        self.progress.start(stage, total=self.plan.tokens, unit="tokens", done=state.tokens)
        started = time.monotonic() - state.seconds
        with heeding_interrupts(lambda: self.progress.remark(STOPPING)) as wish:
            while not self.finished:
                self._step(self.plan.steps[state.step])
                state.seconds = time.monotonic() - started
                if state.step in self.plan.evaluate_after and self.dataset.validation:
                    with self._averaged():
                        self._evaluate()
                        self.after_evaluation(self)
                state.random = torch.get_rng_state()
                self.after_step(self)
                if wish.asked:
                    self.before_stop(self)
                    raise Interrupted
        with torch.no_grad():
            for name, weight in (state.best_weights or state.average).items():
                self.trained[name].copy_(weight)
        self.model.eval()
        early = state.step < len(self.plan.steps)
        self.progress.finish(f"{self._note()}, {EARLY}" if early else self._note())
        return state

    def _step(self, rows: Sequence[Row]) -> None:
        import torch

        state = self.state
        batch = collate(self.dataset.train, rows).to(self.on.device)
        for group in state.optimizer.param_groups:
            group["lr"] = rate_at(state.step, len(self.plan.steps), self.settings)
        loss = nats(self.model, batch, self.on).mean()
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), self.settings.clip)
        if not torch.isfinite(norm):
            raise TrainingError(
                f"Training diverged at step {state.step + 1}; nothing of it was kept.",
                remedy=f"Try a lower learning rate: --rate {self.settings.rate / 4:g}",
            )
        state.optimizer.step()
        state.optimizer.zero_grad(set_to_none=True)
        share = share_at(state.step, self.settings)
        with torch.no_grad():
            for name, weight in self.trained.items():
                state.average[name].lerp_(weight, share)
        state.step += 1
        state.tokens += batch.tokens
        self.progress.advance(batch.tokens, note=self._note())

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        """The model has the average while it is looked at, and goes on as it was."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    def _exchange(self) -> None:
        import torch

        with torch.no_grad():
            for name, weight in self.trained.items():
                kept = weight.detach().clone()
                weight.copy_(self.state.average[name])
                self.state.average[name].copy_(kept)

    def _evaluate(self) -> None:
        state = self.state
        bits = bits_per_byte(self.model, self.dataset.validation, self.settings.context, self.on)
        found = Evaluation(state.step, state.step / self.plan.per_epoch, bits)
        state.evaluations.append(found)
        if state.best is None or bits < state.best.bits:
            state.best = found
            state.best_weights = {name: p.detach().clone() for name, p in self.trained.items()}

    def _note(self) -> str:
        if not self.state.evaluations:
            return ""
        return f"{self.state.evaluations[-1].bits:.3f} bits per byte"


def nats(model: Any, batch: Batch, on: Machine) -> torch.Tensor:
    """What the model pays for each target of a batch, in nats [n], float32."""
    import torch
    from torch.utils.checkpoint import checkpoint

    plain = model.get_base_model() if hasattr(model, "peft_config") else model
    head = plain.get_output_embeddings()

    def paid(hidden: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(head(hidden).float(), targets, reduction="none")

    with autocast(on):
        hidden = plain.base_model(
            input_ids=batch.ids, attention_mask=batch.mask, position_ids=batch.positions, use_cache=False
        ).last_hidden_state
        # Logits are by far the largest tensors: a few targets at a time, computed again on the way back.
        predicting = torch.split(hidden.flatten(0, 1)[batch.at], HEAD)
        pieces = zip(predicting, torch.split(batch.targets, HEAD), strict=True)
        return torch.cat([checkpoint(paid, *piece, use_reentrant=False) for piece in pieces])


def bits_per_byte(model: Any, examples: Sequence[Example], context: int, on: Machine) -> float:
    """Bits (base 2) for the owner's words in the examples, per UTF-8 byte with one for each end mark."""
    import torch

    rows = pack([len(example.ids) for example in examples], context)
    total = 0.0
    with evaluating(model), torch.no_grad():
        for start in range(0, len(rows), 4):
            batch = collate(examples, rows[start : start + 4]).to(on.device)
            total += float(nats(model, batch, on).double().sum())
    return total / math.log(2) / sum(example.owner_bytes for example in examples)


@contextmanager
def autocast(on: Machine) -> Iterator[None]:
    """bfloat16 where the processor multiplies it, else nothing."""
    import torch

    with torch.autocast(on.device.type, torch.bfloat16, enabled=on.bfloat16):
        yield
