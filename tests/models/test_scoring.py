"""Bits are the model's own, for the owner's tokens and no others."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model
from transformers import Qwen3ForCausalLM

from afterself.errors import ModelError
from afterself.models import Header, HFTurnTokenizer, Line, Turn
from afterself.models.scoring import Scored, bits_of, windows


@pytest.fixture(scope="module")
def model(tiny_base: Path) -> Qwen3ForCausalLM:
    return Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()


def examples(count: int = 9, longest: int = 120) -> list[Scored]:
    rng = random.Random(count)
    made: list[Scored] = []
    for _ in range(count):
        size = rng.randint(3, longest)
        ids = [1, *(rng.randrange(32, 600) for _ in range(size - 1))]
        made.append((ids, [False, *(rng.random() < 0.4 for _ in range(size - 1))]))
    return made


def by_hand(model: Any, example: Scored) -> float:
    """The definition: minus log2 of each supervised token's probability, given all before it."""
    ids, supervised = example
    with torch.no_grad():
        chances = torch.log_softmax(model(torch.tensor([list(ids)])).logits[0].double(), -1)
    return -sum(float(chances[n - 1, ids[n]]) for n in range(1, len(ids)) if supervised[n]) / math.log(2)


def test_bits_are_minus_log2_of_the_supervised_tokens(model: Any) -> None:
    made = examples()
    for got, example in zip(bits_of(model, made), made, strict=True):
        assert got == pytest.approx(by_hand(model, example), rel=1e-5)


def test_the_batch_size_and_the_order_do_not_matter(model: Any) -> None:
    made = examples()
    one_by_one = bits_of(model, made, batch_tokens=1)
    assert bits_of(model, made, batch_tokens=100_000) == pytest.approx(one_by_one, rel=1e-5)
    assert bits_of(model, made[::-1])[::-1] == pytest.approx(one_by_one, rel=1e-5)


def test_the_same_input_gives_the_same_bits_to_the_last_digit(model: Any) -> None:
    assert bits_of(model, examples()) == bits_of(model, examples())


def test_a_model_that_knows_nothing_pays_log2_of_the_vocabulary_for_each_token(tiny_base: Path) -> None:
    blank = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)
    with torch.no_grad():
        blank.get_input_embeddings().weight.zero_()
    (bits,) = bits_of(blank, [([1, 40, 41, 42, 2, 43], [False, False, True, True, True, False])])
    assert bits == pytest.approx(3 * math.log2(600), rel=1e-6)


def test_a_reply_of_real_turns_is_scored_with_its_end_and_without_its_context(
    tiny_base: Path, model: Any
) -> None:
    tokenizer = HFTurnTokenizer(tiny_base)
    turns = [
        Turn(False, (Line("Anna", "are you coming?"),)),
        Turn(True, (Line("me", "yes"), Line("me", "at six"))),
    ]
    ids, supervised = tokenizer.encode_example(Header(via="mail"), turns, False)
    assert sum(supervised) == len(tokenizer.encode_text("yes\nat six")) + 1
    assert bits_of(model, [(ids, supervised)]) == pytest.approx([by_hand(model, (ids, supervised))], rel=1e-5)


def test_what_does_not_fit_is_cut_on_the_left(model: Any) -> None:
    rng = random.Random(1)
    ids = [1, *(rng.randrange(32, 600) for _ in range(99))]
    supervised = [n >= 90 for n in range(100)]
    cut: Scored = (ids[-40:], supervised[-40:])
    assert bits_of(model, [(ids, supervised)], context=40) == pytest.approx([by_hand(model, cut)], rel=1e-5)


@given(
    supervised=st.lists(st.booleans(), min_size=1, max_size=80).map(lambda mask: [False, *mask]),
    context=st.integers(2, 30),
)
def test_every_supervised_token_is_counted_once_with_at_least_half_a_context_before_it(
    supervised: list[bool], context: int
) -> None:
    ids = list(range(len(supervised)))
    counted = []
    for window in windows(0, (ids, supervised), context):
        assert len(window.ids) <= context
        assert list(window.ids) == ids[window.ids[0] : window.ids[0] + len(window.ids)]
        for place in window.counted:
            assert place > 0
            assert place >= min(context // 2, window.ids[place])
            counted.append(window.ids[place])
    assert counted == [n for n, yes in enumerate(supervised) if yes]


def test_a_reply_longer_than_the_context_is_scored_in_windows(model: Any) -> None:
    ids = [1, *(random.Random(2).randrange(32, 600) for _ in range(149))]
    supervised = [False] + [True] * 149
    (bits,) = bits_of(model, [(ids, supervised)], context=50)
    whole = by_hand(model, (ids, supervised))
    assert bits != whole
    assert bits == pytest.approx(whole, rel=0.2)


def test_an_adapter_is_scored_as_its_merged_weights(tiny_base: Path) -> None:
    torch.manual_seed(4)
    base = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)
    before = bits_of(base, examples())
    tuned = get_peft_model(
        base,
        LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", lora_dropout=0.5, task_type="CAUSAL_LM"),
    )
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name:
                weight.copy_(0.05 * torch.randn(weight.shape))
    tuned.train()
    got = bits_of(tuned, examples())
    assert tuned.training
    assert got != pytest.approx(before, rel=1e-3)
    with tuned.disable_adapter():
        assert bits_of(tuned, examples()) == pytest.approx(before, rel=1e-6)
    assert bits_of(tuned.merge_and_unload(), examples()) == pytest.approx(got, rel=1e-4)


def test_half_precision_on_the_cpu_is_refused(tiny_base: Path) -> None:
    half = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.bfloat16)
    with pytest.raises(ModelError, match="float32"):
        bits_of(half, examples())


def test_autocast_around_the_call_changes_nothing(model: Any) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = bits_of(model, examples())
    assert inside == bits_of(model, examples())


def test_a_first_token_that_nothing_predicts_is_refused(model: Any) -> None:
    with pytest.raises(ModelError, match="first token"):
        bits_of(model, [([1, 2], [True, True])])


def test_an_example_without_supervised_tokens_costs_nothing(model: Any) -> None:
    assert bits_of(model, [([1, 40], [False, False]), *examples(1)])[0] == 0.0
    assert bits_of(model, []) == []
