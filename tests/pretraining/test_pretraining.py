"""How the base is made: each step of the recipe at toy size, and a whole loan of a machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.pretraining.toy import PRETRAINING, write_corpus

torch = pytest.importorskip("torch")
pytest.importorskip("zstandard")
sys.path.insert(0, str(PRETRAINING))

TOY = ["--depth", "2", "--context", "64", "--batch", "512", "--micro", "4", "--threads", "1"]


def run(*arguments: object, cwd: Path = PRETRAINING.parent, **env: str) -> str:
    """A script of the recipe, in a process of its own."""
    found = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=300, env={**os.environ, **env},
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy corpus as three shards."""
    corpus = tmp_path_factory.mktemp("corpus")
    write_corpus(corpus)
    protected = tmp_path_factory.mktemp("protected")
    from corpus import documents, text_of

    spoken = [text_of(d) for d in documents(corpus / "chats.jsonl.zst")]
    (protected / "person.jsonl").write_text(json.dumps({"text": spoken[9]}) + "\n")
    out = tmp_path_factory.mktemp("shards")
    run(PRETRAINING / "corpus.py", "shards", "--corpus", corpus, "--out", out, "--shards", 3,
        "--protect", protected)  # fmt: skip
    return out


def streams(shards: Path) -> list[dict[str, np.ndarray]]:
    from shards import read_shard

    return [read_shard(path) for path in sorted(shards.glob("*.xz"))]


def test_the_same_corpus_gives_the_same_tokens(shards: Path) -> None:
    digest = hashlib.sha256()
    for found in streams(shards):
        for tokens in found.values():
            digest.update(tokens.tobytes())
    assert digest.hexdigest()[:16] == "4346915b79fb75b8"


def test_no_placeholder_and_no_letter_for_a_name_reaches_the_model(shards: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(shards / "tokenizer.json"))
    tokens = np.concatenate([found["dialogue"] for found in streams(shards)])
    text = tokenizer.decode((tokens & 0x7FFF).tolist(), skip_special_tokens=False)
    assert "[user" not in text
    assert "to: A;" not in text and "to: B;" not in text
    assert "<|im_start|>system\nto: " in text
    assert "<|im_start|>assistant\n" in text and "<|im_start|>user\n" in text


def test_what_overlaps_with_a_measured_person_is_dropped_and_counted(shards: Path) -> None:
    report = json.loads((shards / "contamination.json").read_text())
    (name,) = (key for key in report["protected_13_grams"] if key != "held_out")
    assert report["sources"]["chats"][name] == 1
    assert report["sources"]["chats"]["held_out"] >= 1
    assert report["sources"]["books"]["held_out"] == 2
    assert report["sources"]["books"][name] == 0


def test_headers_are_read_but_never_a_target(shards: Path) -> None:
    from rows import Rows

    rows = Rows(shards, 64, "cpu", seed=1)
    rows.load(rows.arrived())
    inputs, targets = rows.next(64)
    assert inputs.shape == targets.shape == (64, 64)
    assert 0 < (targets == -100).float().mean() < 0.5
    assert inputs.max() < 12_288


def test_a_shard_that_arrives_late_catches_up_with_the_others(shards: Path, tmp_path: Path) -> None:
    from rows import Rows

    first, *later = sorted(shards.glob("*.xz"))
    shutil.copy(first, tmp_path)
    rows = Rows(tmp_path, 64, "cpu", seed=1)
    rows.load(rows.arrived())
    for _ in range(20):
        rows.next(32)
    for path in later:
        shutil.copy(path, tmp_path)
    rows.load(rows.arrived())
    for _ in range(200):
        rows.next(32)
    passes = [stream.passes for stream in rows.streams["prose"]]
    assert max(passes) - min(passes) < 0.3
    half = Rows(tmp_path, 64, "cpu", seed=1)
    half.load(half.arrived())
    half.restore(rows.state())
    assert torch.equal(half.next(8)[0], rows.next(8)[0])


def test_the_network_is_qwen3_as_transformers_computes_it() -> None:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from model import Model
    from shape import config

    torch.manual_seed(0)
    shape = config(2, 128)
    model = Model(shape, 128)
    plain = {k: v for k, v in shape.items() if k not in ("architectures", "model_type", "dtype")}
    stock = Qwen3ForCausalLM(Qwen3Config(**plain))
    stock.load_state_dict(model.state_dict(), strict=False)
    stock.tie_weights()
    ids = torch.randint(0, 12_288, (3, 100))
    with torch.inference_mode():
        own = model(ids[:, :-1], ids[:, 1:], chunk=64)
        logits = stock(ids[:, :-1]).logits.flatten(0, 1)
        theirs = torch.nn.functional.cross_entropy(logits, ids[:, 1:].flatten(), reduction="sum")
    assert float(own) == pytest.approx(float(theirs), rel=1e-5)


def test_a_gpu_compiles_the_network_once_and_for_all_batches(shards: Path) -> None:
    """Each compilation costs a minute of a rented machine. The warm-up is that of `Machine`."""
    from machine import Machine
    from model import Model
    from rows import Rows
    from shape import config

    machine, model, graphs = Machine(1), Model(config(2, 64), 64), []

    def backend(graph: object, _: object) -> object:
        graphs.append(graph)
        return graph.forward  # type: ignore[attr-defined]

    compiled = machine.compiled(model, 4, 64, wanted=True, backend=backend)
    rows = Rows(shards, 64, "cpu", seed=1)
    rows.load(rows.arrived())
    for _ in range(3):
        inputs, targets = rows.next(4)
        with machine.autocast():
            compiled(inputs, targets, 256).backward()
    assert len(graphs) == 1


def test_the_recipe_at_toy_size_ends_where_it_always_ended(shards: Path, tmp_path: Path) -> None:
    """Driven by steps instead of time, on one thread, with a fixed seed (torch 2.13 on x86-64: 4.2606)."""
    train = [PRETRAINING / "train.py", "--shards", shards, "--steps", 40, "--log-every", 1, *TOY]
    told = run(*train, "--run", tmp_path / "whole")
    assert float(told.rsplit("loss ", 1)[1]) == pytest.approx(4.261, abs=0.02)


SAME_EVERYWHERE = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"}
"""Only instructions that every x86-64 processor has, so that sums are added up in one order on all of them.

With a processor's own the weights differ in their last bits from one kind to the next, and so does the hash;
without, a step takes ten times as long: few are made.
"""
PINNED = ("2.13.", "x86_64", "4fdd63adbfaaa7d7")


def test_the_recipe_gives_the_same_weights_to_the_last_bit(shards: Path, tmp_path: Path) -> None:
    """A whole schedule of six steps; the hash of all tensors where the version of torch is the pinned one."""
    from safetensors import safe_open

    train = [PRETRAINING / "train.py", "--shards", shards, *TOY, "--steps", 6, "--batch", 256]
    run(*train, "--run", tmp_path, **SAME_EVERYWHERE)
    digest = hashlib.sha256()
    with safe_open(tmp_path / "model/model.safetensors", "pt") as weights:
        for name in sorted(weights.keys()):
            digest.update(name.encode() + weights.get_tensor(name).view(torch.uint8).numpy().tobytes())
    version, processor, expected = PINNED
    if torch.__version__.startswith(version) and platform.machine() == processor:
        assert digest.hexdigest()[:16] == expected


ENDS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
import train
train.main()
left = [name for task in Path("/proc/self/task").glob("*/comm") if "gloo" in (name := task.read_text())]
assert not left, f"threads that outlive the run abort it now and then: {left}"
"""


def test_two_ranks_learn_as_one_does_and_leave_no_thread(shards: Path, tmp_path: Path) -> None:
    given = ["--shards", shards, "--steps", 12, "--log-every", 1, *TOY]
    alone = run(PRETRAINING / "train.py", *given, "--run", tmp_path / "one", "--micro", 8)
    (tmp_path / "ends.py").write_text(ENDS)
    both = run("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--",
               tmp_path / "ends.py", PRETRAINING, *given, "--run", tmp_path / "two")  # fmt: skip
    one, two = (float(told.split("loss ")[-1].split()[0]) for told in (alone, both))
    assert two == pytest.approx(one, abs=0.05)


def test_a_loan_runs_unattended_from_shards_to_weights(shards: Path, tmp_path: Path) -> None:
    """A bare copy of the tree; shards arrive in two commands; the trainer is killed between them."""
    tree = tmp_path / "tree"
    shutil.copytree(PRETRAINING, tree / "pretraining", ignore=shutil.ignore_patterns("runs*", "loan", "__*"))
    carry, work, home = tree / "pretraining/loan/carry", tmp_path / "machine", tmp_path / "home"
    carry.mkdir(parents=True)
    paths = sorted(shards.glob("*.xz"))
    shutil.copy(shards / "tokenizer.json", carry)
    shutil.copy(paths[0], carry)
    step = ["pretraining/loan.py", "step", "--work", work, "--budget", "25"]
    toy = ["--", *TOY, "--calibrate", "0.5", "--save-every", "1", "--log-every", "1"]
    told = run(*step, "--seconds", "1", "--out", home / "1", *toy, cwd=tree)
    assert json.loads((home / "1/report.json").read_text())["alive"], told
    until = time.monotonic() + 120
    while not (work / "run/checkpoint.pt").exists() and time.monotonic() < until:
        time.sleep(0.2)
    os.kill(int((work / "pid").read_text()), signal.SIGKILL)
    shutil.rmtree(carry)
    carry.mkdir()
    for path in paths[1:]:
        shutil.copy(path, carry)
    told = run(*step, "--seconds", "200", "--out", home / "2", *toy, cwd=tree)
    report = json.loads((home / "2/report.json").read_text())
    assert report["done"] and not report["survived"] and report["failures"] == 0, told
    assert report["last"]["shards"] == 3
    assert len(list((home / "2").iterdir())) <= 8
    assert "resumed at step" in (home / "2/train.log").read_text()
    run(PRETRAINING / "loan.py", "join", "--home", home / "2", "--run", tmp_path / "run",
        "--shards", shards, "--context", "64")  # fmt: skip
    from transformers import Qwen3ForCausalLM

    loaded = Qwen3ForCausalLM.from_pretrained(tmp_path / "run/model")
    assert sum(p.numel() for p in loaded.parameters()) == pytest.approx(1.87e6, rel=0.01)


def test_weights_come_home_half_way_in_a_form_that_continues(shards: Path, tmp_path: Path) -> None:
    from model import Model
    from shape import config
    from weights import join, load_weights, save_bytes, split

    weights = Model(config(2, 64), 64).state_dict()
    save_bytes(weights, tmp_path / "w.safetensors", {"seconds": 12.0, "step": 3, "tokens": 99})
    out = tmp_path / "out"
    out.mkdir()
    split(tmp_path / "w.safetensors", out, part=300_000)
    back, progress = load_weights(join(out / "w.safetensors.json", tmp_path / "home"))
    assert progress == {"seconds": 12.0, "step": 3, "tokens": 99}
    name = "model.layers.0.mlp.up_proj.weight"
    assert (back[name] - weights[name]).abs().max() < 0.01 * weights[name].abs().max()
    told = run(PRETRAINING / "train.py", "--run", tmp_path / "run", "--shards", shards, "--steps", 5, *TOY,
               "--init", tmp_path / "home/w.safetensors")  # fmt: skip
    assert "from weights alone: step 3" in told and "done: 5 steps" in told
    (out / "w.safetensors.01").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"w\.safetensors\.01 is damaged"):
        join(out / "w.safetensors.json", tmp_path / "home")
