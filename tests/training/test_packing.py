"""Packing changes the speed and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from afterself.datasets import Example
from afterself.training.device import Machine
from afterself.training.loop import bits_per_byte, nats
from afterself.training.packing import FEWEST_STEPS, collate, pack, step_rows

PLAIN = Machine(torch.device("cpu"), "CPU", 1, bfloat16=False, memory=None)


@pytest.fixture(scope="module")
def model(tiny_base: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()


def example(length: int, seed: int, supervised: int) -> Example:
    ids = torch.randint(40, 600, (length,), generator=torch.Generator().manual_seed(seed)).tolist()
    return Example(ids, [n >= length - supervised for n in range(length)], "t", (), supervised)


EXAMPLES = [example(length, length, max(1, length // 3)) for length in (7, 31, 12, 50, 5, 22)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_each_example_stands_in_exactly_one_row_and_no_row_is_too_long(lengths: list[int]) -> None:
    rows = pack(lengths, 40)
    assert sorted(n for row in rows for n in row) == list(range(len(lengths)))
    assert all(sum(lengths[n] for n in row) <= 40 for row in rows)


def test_rows_are_well_filled() -> None:
    lengths = [(n * 7) % 61 + 5 for n in range(400)]
    assert sum(lengths) / (len(pack(lengths, 256)) * 256) > 0.97


def test_packed_examples_pay_what_they_pay_alone(model: Any) -> None:
    batch = collate(EXAMPLES, [(1, 0, 2), (3, 4), (5,)])
    packed = nats(model, batch, PLAIN)
    alone = []
    with torch.no_grad():
        for n in (1, 0, 2, 3, 4, 5):
            ids = torch.tensor([EXAMPLES[n].ids])
            logits = model(ids).logits[0, :-1].log_softmax(-1)
            paid = -logits.gather(1, ids[0, 1:, None])[:, 0]
            alone.append(paid[torch.tensor(EXAMPLES[n].supervised[1:])])
    torch.testing.assert_close(packed.detach(), torch.cat(alone), atol=1e-4, rtol=0)


def test_an_example_does_not_see_its_neighbours_in_the_row(model: Any) -> None:
    first = nats(model, collate(EXAMPLES, [(3, 0)]), PLAIN)
    second = nats(model, collate([*EXAMPLES[:3], example(50, 99, 16)], [(3, 0)]), PLAIN)
    torch.testing.assert_close(first[-2:], second[-2:], atol=1e-5, rtol=0)


def test_only_supervised_tokens_are_targets() -> None:
    batch = collate(EXAMPLES, [(1, 0), (3,)])
    expected = [
        i for n in (1, 0, 3) for i, on in zip(EXAMPLES[n].ids, EXAMPLES[n].supervised, strict=True) if on
    ]
    assert batch.targets.tolist() == expected


def test_an_epoch_holds_each_example_once_in_an_order_that_the_seed_decides() -> None:
    lengths = [20 + n % 30 for n in range(500)]

    def epoch(seed: int, number: int) -> list[list[tuple[int, ...]]]:
        return step_rows(lengths, context=256, tokens_per_step=2048, seed=seed, epoch=number)

    assert epoch(1, 0) == epoch(1, 0)
    assert epoch(1, 0) != epoch(1, 1) and epoch(1, 0) != epoch(2, 0)
    assert sorted(n for step in epoch(1, 0) for row in step for n in row) == list(range(500))
    assert all(len(step) <= 8 for step in epoch(1, 0))


@pytest.mark.parametrize("count", [20, 60, 200])
def test_a_small_set_makes_smaller_steps(count: int) -> None:
    steps = step_rows([30] * count, context=512, tokens_per_step=2048, seed=0, epoch=0)
    assert FEWEST_STEPS <= len(steps) <= 2 * FEWEST_STEPS


def test_bits_per_byte_agree_with_the_scorer(model: Any) -> None:
    from afterself.models.scoring import bits_of

    scored = sum(bits_of(model, [(e.ids, e.supervised) for e in EXAMPLES]))
    own = bits_per_byte(model, EXAMPLES, 64, PLAIN)
    assert own == pytest.approx(scored / sum(e.owner_bytes for e in EXAMPLES), rel=1e-5)
