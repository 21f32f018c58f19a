"""What a run will be, told before it starts: machine, base, data, time and memory.

Time and memory are measured, not guessed: one step's rows go through the model and back, the
gradients are thrown away and the weights stay as they are. Whether to go on is for the caller.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from afterself.datasets import Dataset
from afterself.errors import TrainingError
from afterself.models.bases import Base
from afterself.models.probe import kept_probe
from afterself.training.device import Machine, free_memory
from afterself.training.loop import Loop, bits_per_byte, nats
from afterself.training.options import Settings
from afterself.training.packing import Row, collate

UNKNOWN_LANGUAGE = 3.0
"""Bits per byte above which a base hardly knows the language it reads."""

BYTES_OF_A_MESSAGE = 60
"""A chat message where the amounts below were measured; whoever writes long mails needs fewer of them."""

THIN, ENOUGH, PLENTY = 300, 1000, 3000
"""Messages. Measured with n-gram mixtures on twelve people's chats, sets of twenty replies: with 100
messages the right one of twelve was named in 56 % and held-out text was not read better than by the
whole channel's model; with 300 in 75 %, with 1,000 in 85 %, with 3,000 in 89 %."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """A run before it starts. Sizes are in tokens and bytes, times in seconds, `None` is unknown.

    `languages` are the shares of the owner's languages in what they wrote.
    `resumes` tells which checkpoint the run goes on from, `others` how many it does not fit.
    """

    base: str
    license: str
    device: str
    threads: int
    precision: str
    settings: Settings
    parameters: int
    trained_parameters: int
    owner_messages: int
    owner_turns: int
    examples: int
    validation_examples: int
    train_turns: int
    validation_turns: int
    held_out_turns: int
    tokens_per_epoch: int
    steps: int
    tokens_per_second: float
    seconds: float
    memory_needed: int
    memory_free: int | None
    base_bits: float
    languages: dict[str, float]
    warnings: tuple[str, ...]
    verdict: str
    resumes: str | None = None
    others: int = 0


def preflight(loop: Loop, base: Base, dataset: Dataset, on: Machine) -> Preflight:
    """Measure one step and say what the whole run will take.

    TrainingError if the memory does not suffice. The model is left as it was.
    """
    speed, memory = _probe(loop, on)
    sample = (dataset.validation or dataset.train)[:40]
    bits = bits_per_byte(loop.model, sample, dataset.context, on)
    trained = sum(p.numel() for p in loop.trained.values())
    held_back = sum(len(example.ids) for example in dataset.validation)
    # Reading without learning takes about a third; the base is measured once before.
    measured = (len(loop.plan.evaluate_after) + 1) * held_back / 3
    # Still to come beside what the probe took: two moments of the optimiser, the best average so far.
    needed = memory + 12 * trained
    free = free_memory() if on.device.type == "cpu" else on.memory
    if free is not None and 12 * trained > free:
        raise TrainingError(
            f"Training needs {12 * trained / 1e9:.1f} GB more memory, and {free / 1e9:.1f} GB are free.",
            remedy="Choose a smaller base, or train an adapter: --method lora",
        )
    return Preflight(
        base=base.id,
        license=base.license,
        device=on.name,
        threads=on.threads,
        precision="bfloat16" if on.bfloat16 else "float32",
        settings=loop.settings,
        parameters=sum(p.numel() for p in loop.model.parameters()),
        trained_parameters=trained,
        owner_messages=dataset.messages,
        owner_turns=dataset.bursts,
        examples=len(dataset.train),
        validation_examples=len(dataset.validation),
        train_turns=sum(e.bursts for e in dataset.train),
        validation_turns=sum(e.bursts for e in dataset.validation),
        held_out_turns=dataset.held_out.bursts,
        tokens_per_epoch=dataset.tokens,
        steps=len(loop.plan.steps),
        tokens_per_second=speed,
        seconds=(loop.plan.tokens + measured) / speed,
        memory_needed=needed,
        memory_free=free,
        base_bits=bits,
        languages=dataset.languages,
        warnings=tuple(_warnings(dataset, bits, base)),
        verdict=verdict(dataset.messages, sum(e.owner_bytes for e in (*dataset.train, *dataset.validation))),
    )


def verdict(messages: int, size: int) -> str:
    """Whether so much of the owner (`size` in bytes) usually suffices, in plain words."""
    amount = max(messages, size // BYTES_OF_A_MESSAGE)
    advice = f"some {ENOUGH:,} messages usually suffice, {PLENTY:,} are good"
    if amount < THIN:
        return (
            f"too thin: below about {THIN} messages the weights stay close to the base; {advice}. "
            "Search and quotes work with any number."
        )
    if amount < ENOUGH:
        return f"little: words and spelling will be theirs in traces; {advice}."
    if amount < PLENTY:
        return f"enough for their manner; {PLENTY:,} messages would be better."
    return "plenty: more than what usually suffices."


def _probe(loop: Loop, on: Machine) -> tuple[float, int]:
    """(tokens a second, bytes at the peak) of learning from the first step's rows; the first try warms up."""
    rows = loop.plan.steps[0]
    _forth_and_back(loop, rows[:1], on)
    started = time.perf_counter()
    tokens = _forth_and_back(loop, rows, on)
    return tokens / (time.perf_counter() - started), _peak_memory(on)


def _forth_and_back(loop: Loop, rows: list[Row], on: Machine) -> int:
    import torch

    batch = collate(loop.dataset.train, rows).to(on.device)
    torch.autograd.backward(nats(loop.model, batch, on).mean())
    loop.state.optimizer.zero_grad(set_to_none=True)
    if on.device.type == "cuda":
        torch.cuda.synchronize()
    return batch.tokens


def _peak_memory(on: Machine) -> int:
    import resource
    import sys

    import torch

    if on.device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(on.device))

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def known_and_foreign(languages: Iterable[str], base: Base) -> tuple[Sequence[str], list[str]]:
    """What a base knows, and which of `languages` it does not: by its card, else by its probe."""
    if base.languages:
        return base.languages, [code for code in languages if code not in (*base.languages, "und")]
    probe = kept_probe(base)
    return (probe.knows, [code for code in languages if code in probe.unknown]) if probe else ((), [])


def _warnings(dataset: Dataset, bits: float, base: Base) -> list[str]:
    told = []
    knows, foreign = known_and_foreign(dataset.languages, base)
    if sum(dataset.languages[code] for code in foreign) > 0.5:
        told.append(
            f"The owner writes mostly {foreign[0]}, and the base {base.id} knows "
            f"{', '.join(knows) or 'no language'}. The weights will imitate spelling more than sense; a base "
            "of that language does better: --base."
        )
    elif bits > UNKNOWN_LANGUAGE:
        told.append(
            f"The base {base.id} hardly knows this language ({bits:.1f} bits per byte; its own are below 2). "
            "The weights will imitate spelling more than sense; a base of that language does better: --base."
        )
    if not dataset.validation:
        told.append("Too little is there to hold some back: how well it worked will not be measured.")
    elif not dataset.held_out.bursts and not dataset.held_out.by_person:
        told.append("Too little is there to hold some out: `evaluate` will have nothing to measure with.")
    return told
