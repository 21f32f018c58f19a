"""What a training run promises: better weights, or the self as it was."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.datasets import build_examples
from afterself.errors import ModelError, NotAllowed, TrainingError
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.models.bases import Base, resolve_base
from afterself.models.scoring import bits_of
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training import (
    Declined,
    Preflight,
    TrainOptions,
    Weights,
    current_weights,
    load_weights,
    require_weights,
    train,
)
from afterself.training.held_out import held_out, trained_records
from afterself.training.score import encode
from afterself.training.withdrawal import Withdrawn
from tests.training.conftest import BARELY, QUICK
from tests.training.selves import OWNER, make_self, talk


def test_the_weights_read_held_out_words_of_the_owner_better_than_the_base(trained_once: Self) -> None:
    weights = require_weights(trained_once)
    assert weights.bits_base is not None and weights.bits_weights is not None
    assert weights.bits_weights < 0.7 * weights.bits_base


def test_what_the_manifest_says_holds_for_the_weights_as_loaded(trained_once: Self, tiny_base: Path) -> None:
    weights, base = require_weights(trained_once), resolve_base(tiny_base)
    with open_view(trained_once, "train") as view:
        dataset = build_examples(view, HFTurnTokenizer(tiny_base), context=weights.context)
    bits = bits_of(load_weights(weights, base), [(e.ids, e.supervised) for e in dataset.validation])
    size = sum(e.owner_bytes for e in dataset.validation)
    assert sum(bits) / size == pytest.approx(weights.bits_weights, rel=0.01)
    assert weights.base_sha256 == base.sha256
    assert (weights.examples, weights.owner_messages) == (len(dataset.train), 130)
    assert (weights.path / str(weights.gguf)).stat().st_size > 0


def test_the_weights_load_in_plain_transformers(trained_once: Self) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path = require_weights(trained_once).path
    model = AutoModelForCausalLM.from_pretrained(path)
    tokenizer = AutoTokenizer.from_pretrained(path)
    ids = tokenizer("who baked bread?", return_tensors="pt").input_ids
    assert model(ids).logits.shape[-1] == 600


def test_the_same_seed_gives_the_same_weights_and_another_others(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40))
    made = [train(self_, str(tiny_base), replace(BARELY, seed=seed)) for seed in (1, 1, 2)]
    first, again, other = ((weights.path / "model.safetensors").read_bytes() for weights in made)
    assert first == again != other


def as_from_the_hub(spec: str, *, allow_network: bool) -> Base:
    return replace(resolve_base(spec, allow_network=allow_network), id="owner/base")


def _no_network(*_: object) -> None:
    raise AssertionError("the hub was asked")


def test_an_adapter_is_a_stock_peft_folder_that_beats_the_base_and_asks_no_hub(
    tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 60))
    monkeypatch.setattr("peft.utils.save_and_load.check_file_exists_on_hf_hub", _no_network)
    monkeypatch.setattr("afterself.training.base_of_self.resolve_base", as_from_the_hub)
    weights = train(self_, str(tiny_base), TrainOptions(method="lora", epochs=3, context=128))
    assert weights.base == "owner/base"
    assert (weights.path / "adapter_model.safetensors").exists()
    assert not (weights.path / "model.safetensors").exists()
    assert weights.bits_base is not None and weights.bits_weights is not None
    assert weights.bits_weights < weights.bits_base
    model = load_weights(weights, resolve_base(tiny_base))
    assert model.peft_config["default"].r == 16
    _refused_when_damaged(weights, resolve_base(tiny_base), "adapter_model.safetensors")


def test_damaged_weights_are_refused_and_never_scored_as_something_else(
    trained: Self, tiny_base: Path
) -> None:
    _refused_when_damaged(require_weights(trained), resolve_base(tiny_base), "model.safetensors")


def test_weights_of_a_self_are_no_base_for_other_weights(trained: Self) -> None:
    """Whoever forgets a record reaches the weights that learned it, and would not reach theirs."""
    with pytest.raises(ModelError, match="would live on"):
        train(trained, str(require_weights(trained).path), BARELY)
    assert len(list(trained.weights_dir.iterdir())) == 1


def _refused_when_damaged(weights: Weights, base: Base, name: str) -> None:
    """A file that was cut off, and one of which a tensor is missing."""
    from safetensors.torch import load_file, save_file

    file = weights.path / name
    file.write_bytes((whole := file.read_bytes())[:-50])
    with pytest.raises(ModelError, match=weights.id) as caught:
        load_weights(weights, base)
    assert "Train again" in caught.value.remedy or "backup" in caught.value.remedy
    file.write_bytes(whole)
    tensors = load_file(file)
    tensors.pop(sorted(tensors)[-1])
    save_file(tensors, file, {"format": "pt"})
    with pytest.raises(ModelError, match="is not whole"):
        load_weights(weights, base)


def test_the_person_sees_what_it_will_take_and_may_decline(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 60))
    seen: list[Preflight] = []

    def decline(told: Preflight) -> bool:
        seen.append(told)
        return False

    with pytest.raises(Declined):
        train(self_, str(tiny_base), QUICK, confirm=decline)
    (told,) = seen
    assert (told.owner_messages, told.owner_turns, told.validation_examples) == (60, 60, 12)
    assert told.seconds > 0 and told.tokens_per_second > 0 and told.memory_needed > 0
    assert any("hardly knows this language" in warning for warning in told.warnings)
    assert list(self_.weights_dir.iterdir()) == []


def test_too_little_to_learn_from_is_said_and_nothing_is_made(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 19))
    with pytest.raises(TrainingError, match=f"only 19 turns of {OWNER}"):
        train(self_, str(tiny_base), QUICK)


def test_a_self_that_may_not_be_trained_is_not_trained(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 30), allow=("archive",))
    with pytest.raises(NotAllowed):
        train(self_, str(tiny_base), QUICK)


def test_what_was_left_out_is_not_in_the_ledger(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40) + talk("Ben", 40))
    options = replace(BARELY, exclude_threads=("Ben",))
    assert train(self_, str(tiny_base), options).owner_messages == 40
    with open_view(self_, "list") as view:
        ben = [record.id for record in view.records() if record.thread_title == "Ben"]
    with Archive.writing(self_) as archive:
        archive.bury(ben)
    assert current_weights(self_) is not None


def test_forgetting_a_record_takes_the_weights_that_learned_from_it(trained: Self, tiny_base: Path) -> None:
    weights = require_weights(trained)
    with open_view(trained, "list") as view:
        record = next(iter(view.records())).id
    with Archive.writing(trained) as archive:
        archive.bury([record])
    with pytest.raises(ModelError, match="are stale"):
        require_weights(trained)
    train(trained, str(tiny_base), BARELY)
    assert not weights.path.exists()


def test_what_is_forgotten_during_training_spoils_the_weights(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40))

    def forget(_: Preflight) -> bool:
        with open_view(self_, "list") as view:
            record = next(iter(view.records())).id
        with Archive.writing(self_) as archive:
            archive.bury([record])
        return True

    with pytest.raises(Withdrawn, match="1 message: forgotten"):
        train(self_, str(tiny_base), BARELY, confirm=forget)
    assert list(self_.weights_dir.iterdir()) == [] and current_weights(self_) is None


def test_weights_of_another_version_of_the_base_do_not_load(trained: Self, tiny_base: Path) -> None:
    manifest = require_weights(trained).path / "manifest.json"
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**facts, "base_sha256": "0" * 64}))
    with pytest.raises(ModelError, match="another version of the base"):
        load_weights(require_weights(trained), resolve_base(tiny_base))


def test_half_written_weights_are_never_loaded_and_go_with_the_next_training(
    tmp_path: Path, tiny_base: Path
) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40))
    leftovers = [self_.weights_dir / name for name in (".making-1", "20200101T000000Z-abcdef")]
    for folder in leftovers:
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
    assert current_weights(self_) is None
    weights = train(self_, str(tiny_base), BARELY)
    assert list(self_.weights_dir.iterdir()) == [weights.path]


def test_another_writer_at_the_end_of_a_training_costs_no_weights(tmp_path: Path, tiny_base: Path) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40))
    held = threading.Event()
    writers: list[threading.Thread] = []

    def other() -> None:
        with self_.writer_lock():
            held.set()
            time.sleep(6)

    def begin(report: Report) -> None:
        if report.stage == "training" and not writers:
            writers.append(threading.Thread(target=other))
            writers[0].start()
            assert held.wait(10)

    assert train(self_, str(tiny_base), BARELY, Progress(begin)).path.is_dir()
    writers[0].join()


def test_what_was_held_out_stands_in_the_manifest_and_can_be_scored(
    trained_once: Self, tiny_base: Path
) -> None:
    weights = require_weights(trained_once)
    replies = held_out(trained_once, weights)
    assert len(replies) == 20 == sum(t["bursts"] for t in weights.held_out["threads"])
    assert "my dear" not in (weights.path / "manifest.json").read_text("utf-8")
    assert not {record for r in replies for record in r.records} & trained_records(trained_once, weights)
    tokenizer = HFTurnTokenizer(tiny_base)
    (example,) = encode(replies[0].reply, tokenizer, weights.context)
    shown = tokenizer.decode(example.ids)
    assert shown.startswith("<|im_start|>system\nto: Anna; on: 2020-03<|im_end|>\n<|im_start|>user\nwho ")
    assert tokenizer.decode(
        [i for i, s in zip(example.ids, example.supervised, strict=True) if s]
    ).startswith("why,")


def test_an_import_after_training_makes_no_held_out_text_of_trained_text(
    trained: Self, tmp_path: Path
) -> None:
    before = held_out(trained, require_weights(trained))
    rows = talk("Anna", 95) + talk("Ben", 60)
    export = tmp_path / "later.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_path(trained, export, Options(me=(OWNER,)))
    after = held_out(trained, require_weights(trained))
    assert len(after) == len(before) + 5
    assert {r.records for r in before} <= {r.records for r in after}
