"""Scores are what one computes by hand, for every self in the same serialisation."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from afterself.errors import ModelError, UsageError
from afterself.home.folder import Self
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training import TrainOptions, require_weights, train
from afterself.training.score import score, whose
from tests.training.selves import OWNER, make_self, talk

LINES: list[dict[str, Any]] = [
    {
        "context": [
            {"author": "Anna", "text": "who baked bread?"},
            {"author": OWNER, "text": "why, Ben"},
            {"author": "Anna", "text": "when?"},
        ],
        "text": ["on Sunday 😀", "to be sure"],
        "via": "whatsapp",
        "on": "2021-05",
    },
    {"context": [], "text": "I lost the key"},
]


def by_hand(folder: Path, ids: list[int], first: int, last: int) -> float:
    """Bits that the model in a folder pays for ids[first:last], computed without any of our code."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        logs = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return -sum(logs[n - 1, ids[n]].item() for n in range(first, last)) / math.log(2)


def test_bits_and_bytes_are_those_computed_by_hand(trained_once: Self, tiny_base: Path) -> None:
    tokenizer = HFTurnTokenizer(tiny_base)
    reply = tokenizer.encode_text("on Sunday 😀\nto be sure")
    text = tokenizer.encode_text
    ids = [
        1, *text("system\n"), *text("to: Anna; via: whatsapp; on: 2021-05"), 2, *text("\n"),
        1, *text("user\n"), *text("who baked bread?"), 2, *text("\n"),
        1, *text("assistant\n"), *text("why, Ben"), 2, *text("\n"),
        1, *text("user\n"), *text("when?"), 2, *text("\n"),
        1, *text("assistant\n"), *reply, 2,
    ]  # fmt: skip
    first, last = len(ids) - len(reply) - 1, len(ids)
    found = score({"ida": trained_once}, LINES)[0]
    assert found.bytes == len("on Sunday 😀\nto be sure".encode()) + 1
    assert found.bits_base == pytest.approx(by_hand(tiny_base, ids, first, last), rel=1e-5)
    weights = require_weights(trained_once).path
    assert found.bits["ida"] == pytest.approx(by_hand(weights, ids, first, last), rel=1e-5)


def test_replies_come_in_the_order_of_the_file_and_cost_the_same_alone(trained_once: Self) -> None:
    both = score({"ida": trained_once}, LINES)
    (alone,) = score({"ida": trained_once}, LINES[1:])
    assert alone.bytes == both[1].bytes == len("I lost the key") + 1
    assert alone.bits["ida"] == pytest.approx(both[1].bits["ida"], rel=1e-5)


def test_a_long_context_is_cut_from_the_left(trained_once: Self, tiny_base: Path) -> None:
    context = [{"author": "Anna", "text": f"message number {n} about bread"} for n in range(60)]
    one, other = score(
        {"ida": trained_once},
        [
            {"context": context, "text": "to be sure"},
            {"context": [{"author": "Anna", "text": "x"}, *context], "text": "to be sure"},
        ],
    )
    assert one.bits == other.bits
    (blind,) = score({"ida": trained_once}, [{"context": [], "to": "Anna", "text": "to be sure"}])
    assert blind.bits != one.bits


def test_a_reply_longer_than_the_context_is_counted_whole(trained_once: Self, tiny_base: Path) -> None:
    text = " ".join(f"bread number {n}" for n in range(80))
    assert len(HFTurnTokenizer(tiny_base).encode_text(text)) > 2 * require_weights(trained_once).context
    (found,) = score({"ida": trained_once}, [{"context": ["so?"], "text": text}])
    assert found.bytes == len(text) + 1
    assert found.bits_base > 3 * found.bytes


def test_a_self_without_weights_is_told_to_train(tmp_path: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 2))
    with pytest.raises(ModelError, match="do not exist yet") as caught:
        score({"ida": self_}, LINES)
    assert f"afterself --self {self_.path} train\n" in f"{caught.value.remedy}\n"


def test_several_selves_read_the_same_serialisation(
    trained_once: Self, tmp_path: Path, tiny_base: Path
) -> None:
    ben = make_self(tmp_path / "ben", [
        {**row, "author": "Ben" if row["author"] == OWNER else row["author"]} for row in talk("Carla", 40)
    ], name="Ben")  # fmt: skip
    train(ben, str(tiny_base), TrainOptions(method="full", epochs=0.2, context=128, publish_anyway=True))
    lines = [{"context": [{"author": "Ben", "text": "a"}, {"author": "Carla", "text": "b"}], "text": "c"}]
    both = score({"ida": trained_once, "ben": ben}, lines)
    assert both[0].bits_base == score({"ben": ben}, lines)[0].bits_base
    assert both[0].bits["ben"] == score({"ben": ben}, lines)[0].bits["ben"]
    assert both[0].bits["ida"] != both[0].bits["ben"]


def test_selves_on_different_bases_are_not_compared(trained_once: Self, tmp_path: Path) -> None:
    other = Self.open(Path(shutil.copytree(trained_once.path, tmp_path / "other")))
    manifest = require_weights(other).path / "manifest.json"
    sha256 = require_weights(other).base_sha256
    manifest.write_text(manifest.read_text().replace(sha256, "0" * 64))
    with pytest.raises(UsageError, match="different bases"):
        score({"ida": trained_once, "other": other}, LINES)


def test_the_owner_is_known_by_the_declared_name_and_those_of_the_exports(trained_once: Self) -> None:
    with open_view(trained_once, "train") as view:
        assert view.owner_names() == (OWNER,)


def test_of_several_owners_the_one_who_never_speaks_last_speaks() -> None:
    talks = [["Ida", "Ben"], ["Ben", "Ida", "Ben"], ["Ida", "Carla", "Ben"], ["Ben"]]
    lines = [{"context": [{"author": a, "text": "x"} for a in talk], "text": ["y"]} for talk in talks]
    assert whose(lines, {"ben": ["Ben"], "ida": ["Ida"], "zoe": ["Zoe"]}) == "ida"


def test_else_the_one_found_in_most_contexts_speaks() -> None:
    lines = [{"context": [{"author": a, "text": "x"}], "text": "y"} for a in ("Ben", "Ida", "Ben")]
    assert whose(lines, {"ida": ["Ida"], "ben": ["Ben"]}) == "ben"
