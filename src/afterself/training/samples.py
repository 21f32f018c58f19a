"""Validation contexts -> what the weights in training write there: for a look, and for the smoke test.

Sampled at temperature 1 as in a conversation, with a generator of its own, so that looking does not
change the run. Torch does it here because the weights are still being trained; talking is the
business of `models.chat_engine`. What comes out is generated: it is shown, judged and forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from afterself.datasets import Dataset, Example
from afterself.models.scoring import evaluating
from afterself.training.device import Machine
from afterself.training.loop import autocast


@dataclass(frozen=True, slots=True)
class Written:
    """One reply as token ids, without its end mark. `ended`: the weights ended it themselves."""

    ids: tuple[int, ...]
    ended: bool


def contexts(dataset: Dataset, most: int) -> list[list[int]]:
    """Up to `most` prompts, each ending where a reply of the owner begins; of validation if there is one."""
    examples = dataset.validation or dataset.train
    step = max(1, len(examples) // most)
    return [prompt(example) for example in examples[::step][:most]]


def prompt(example: Example) -> list[int]:
    """The ids before the first target."""
    return example.ids[: example.supervised.index(True)]


def replies(examples: Sequence[Example]) -> list[tuple[int, ...]]:
    """What the owner really said in the examples, as ids, without end marks."""
    found: list[tuple[int, ...]] = []
    for example in examples:
        run: list[int] = []
        for id, supervised in zip([*example.ids, 0], [*example.supervised, False], strict=True):
            if supervised:
                run.append(id)
            elif run:
                found.append(tuple(run[:-1]))
                run = []
    return found


def write(model: Any, prompt: Sequence[int], end: int, on: Machine, *, most: int, seed: int) -> Written:
    """The model's reply after the prompt: up to the id `end`, or `most` tokens of it."""
    import torch

    random = torch.Generator().manual_seed(seed)
    ids = torch.tensor([list(prompt)], device=on.device)
    past, written = None, list[int]()
    with evaluating(model), torch.no_grad(), autocast(on):
        while len(written) < most:
            out = model(input_ids=ids, past_key_values=past, use_cache=True, logits_to_keep=1)
            chances = torch.softmax(out.logits[0, -1].float(), dim=-1).cpu()
            chosen = int(torch.multinomial(chances, 1, generator=random))
            if chosen == end:
                return Written(tuple(written), True)
            written.append(chosen)
            past, ids = out.past_key_values, torch.tensor([[chosen]], device=on.device)
    return Written(tuple(written), False)
