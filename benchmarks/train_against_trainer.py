"""Our training loop against transformers' Trainer and TRL's SFTTrainer with packing: the same work.

    python benchmarks/train_against_trainer.py --model base --precision bf16
    python benchmarks/train_against_trainer.py --model 30m  --precision bf16

The same model, examples of the demo person, AdamW (fused), learning rate at every step, clipping and
number format; one epoch, no evaluation, no logging, nothing saved. Each run is a fork of a process that
has imported everything and run nothing; the clock runs during the loop alone, so that imports, making
the model and TRL's packing are not counted.
TRL (Apache-2.0) goes into the environment by hand: `pip install trl==1.16.0`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner import ONE_THREAD, Comparison, Metric, alternate, common_arguments, finish, forked, need_room
from this_machine import ROOT

OURS = "ours, packed"
METRICS = (
    Metric("targets_per_cpu_s", "supervised tokens per CPU-second of the loop"),
    Metric("tokens_per_cpu_s", "all tokens that are not padding, per CPU-second of the loop"),
    Metric("bits_per_byte", "bits per byte of held-out replies after training", check=True),
    Metric("grown_mib", "peak memory that the loop adds, MiB", higher_is_better=False),
)
CONTEXT = 512
SHAPE_30M = {
    "hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 4,
    "head_dim": 64, "intermediate_size": 1280, "vocab_size": 12288, "max_position_embeddings": 1024,
    "tie_word_embeddings": True,
}  # fmt: skip


def import_all() -> None:
    """Everything that a side needs, before the copies of this process are made."""
    import peft  # noqa: F401
    import torch
    import transformers.models.qwen3.modeling_qwen3
    import trl
    from datasets import Dataset  # noqa: F401

    torch.set_num_threads(1)
    _ = (trl.SFTTrainer, transformers.Trainer)  # they are imported when first named


def prepare(work: Path, count: int) -> dict[str, Any]:
    """The demo person's examples into `work`, the first `count` to train on, and what they are."""
    from afterself.datasets import build_examples
    from afterself.demo.road import make, read_chats
    from afterself.models.bases import resolve_base
    from afterself.models.tokens import HFTurnTokenizer
    from afterself.policy import open_view

    self_ = make(work / "self")
    read_chats(self_)
    base = resolve_base()
    with open_view(self_, "train") as view:
        found = build_examples(view, HFTurnTokenizer(base.path), context=CONTEXT)
    sides = {"train": found.train[:count], "validation": found.validation}
    (work / "examples.json").write_text(json.dumps({
        name: [(one.ids, one.supervised, one.owner_bytes) for one in side] for name, side in sides.items()
    }))  # fmt: skip
    return {"examples": len(sides["train"]), "tokens": sum(len(e.ids) for e in sides["train"]),
         "supervised": sum(sum(e.supervised[1:]) for e in sides["train"]),
         "held out": len(found.validation), "base sha256": base.sha256[:16]}  # fmt: skip


def examples(work: Path) -> dict[str, list[Any]]:
    """What `prepare` wrote, as examples."""
    from afterself.datasets import Example

    told = json.loads((work / "examples.json").read_text())
    return {
        name: [Example(ids, supervised, "", (), size) for ids, supervised, size in side]
        for name, side in told.items()
    }


def model_named(name: str) -> Any:
    """The embedded base with its weights, or a Qwen3 of 28.3M parameters with random ones."""
    import torch

    torch.manual_seed(0)
    if name == "base":
        from afterself.models.bases import load_torch, resolve_base

        return load_torch(resolve_base())
    from transformers import Qwen3Config, Qwen3ForCausalLM

    return Qwen3ForCausalLM(Qwen3Config(**SHAPE_30M))


def settings_for(model: Any, seed: int) -> Any:
    """What `afterself train` would choose for this width, for one epoch; the last weights, as Trainer has."""
    from afterself.training.options import Settings, default_rate

    rate = default_rate("full", model.config.hidden_size)
    return Settings("full", rate, epochs=1, context=CONTEXT, seed=seed, average=0.0)


def ours(model: Any, train: list[Any], bf16: bool, seed: int, work: Path) -> tuple[Callable[[], int], int]:
    """(what to time, which gives the steps done; tokens of a step at most) of our loop."""
    from afterself.datasets import Dataset
    from afterself.training.device import machine
    from afterself.training.loop import Loop

    found = machine("cpu")
    on = type(found)(found.device, found.name, 1, bf16, found.memory)
    loop = Loop(model, Dataset(train, [], CONTEXT), settings_for(model, seed), on)
    return lambda: loop.run().step, 0


def steps_of(train: list[Any], settings: Any) -> int:
    from afterself.training.loop import plan_steps

    return len(plan_steps(train, settings).steps)


def _optimiser(model: Any, settings: Any, total: int) -> tuple[Any, Any]:
    """The optimiser and rates of our loop, for a Trainer."""
    import torch

    from afterself.training.loop import rate_at

    adamw = torch.optim.AdamW(
        model.parameters(), lr=settings.rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True
    )
    # The schedule is asked once more than there are steps.
    share = [rate_at(min(step, total - 1), total, settings) / settings.rate for step in range(total + 1)]
    return adamw, torch.optim.lr_scheduler.LambdaLR(adamw, lambda step: share[min(step, total)])


def _arguments(work: Path, bf16: bool, seed: int, clip: float) -> dict[str, Any]:
    return {
        "output_dir": str(work / "trainer"), "num_train_epochs": 1, "bf16": bf16, "use_cpu": True,
        "max_grad_norm": clip, "seed": seed, "data_seed": seed, "report_to": [], "disable_tqdm": True,
        "save_strategy": "no", "logging_strategy": "no", "eval_strategy": "no",
    }  # fmt: skip


def _columns(train: list[Any]) -> list[dict[str, list[int]]]:
    return [
        {"input_ids": one.ids,
         "labels": [n if s else -100 for n, s in zip(one.ids, one.supervised, strict=True)]}
        for one in train
    ]  # fmt: skip


def trainer(
    model: Any, train: list[Any], bf16: bool, seed: int, work: Path, by_length: bool = False
) -> tuple[Callable[[], int], int]:
    """transformers' Trainer over padded batches of as many examples as make our number of steps."""
    import torch
    from transformers import Trainer, TrainingArguments

    settings = settings_for(model, seed)
    size = round(len(train) / steps_of(train, settings))
    total = -(-len(train) // size)

    def padded(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
        longest = max(len(row["input_ids"]) for row in rows)
        filled = {"input_ids": 0, "labels": -100, "attention_mask": 0}
        tensors = {key: torch.full((len(rows), longest), value) for key, value in filled.items()}
        for n, row in enumerate(rows):
            length = len(row["input_ids"])
            tensors["input_ids"][n, :length] = torch.tensor(row["input_ids"])
            tensors["labels"][n, :length] = torch.tensor(row["labels"])
            tensors["attention_mask"][n, :length] = 1
        return tensors

    arguments = TrainingArguments(
        **_arguments(work, bf16, seed, settings.clip),
        per_device_train_batch_size=size,
        remove_unused_columns=False,
        train_sampling_strategy="group_by_length" if by_length else "random",
    )
    made = Trainer(
        model, arguments, data_collator=padded, train_dataset=_columns(train),  # type: ignore[arg-type]
        optimizers=_optimiser(model, settings, total),
    )  # fmt: skip
    return lambda: made.train().global_step, size


def trainer_by_length(*given: Any) -> tuple[Callable[[], int], int]:
    """The same, batches of examples of like length: least padding."""
    return trainer(*given, by_length=True)


def trl_packed(
    model: Any, train: list[Any], bf16: bool, seed: int, work: Path
) -> tuple[Callable[[], int], int]:
    """TRL's SFTTrainer, packing, two rows of the context a step, loss on the targets alone."""
    from datasets import Dataset as Table
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from afterself.models.bases import resolve_base

    settings = settings_for(model, seed)
    tokenizer = AutoTokenizer.from_pretrained(resolve_base().path, config=model.config)
    tokenizer.pad_token, tokenizer.eos_token = "<|endoftext|>", "<|im_end|>"
    arguments = SFTConfig(
        **_arguments(work, bf16, seed, settings.clip),
        per_device_train_batch_size=max(1, round(len(train) / steps_of(train, settings) / 3)),
        packing=True,
        max_length=CONTEXT,
        gradient_checkpointing=False,
        model_init_kwargs=None,
    )
    made = SFTTrainer(
        model, args=arguments, train_dataset=Table.from_list(_columns(train)), processing_class=tokenizer,
        optimizers=_optimiser(model, settings, steps_of(train, settings)),
    )  # fmt: skip
    return lambda: made.train().global_step, 0


SIDES: dict[str, Callable[..., tuple[Callable[[], int], int]]] = {
    OURS: ours,
    "Trainer, padded": trainer,
    "Trainer, batches by length": trainer_by_length,
    "TRL, packed": trl_packed,
}


def run(side: str, work: Path, name: str, bf16: bool, seed: int) -> dict[str, Any]:
    """One side once: trains in place, then is measured by our own measure, in float32."""
    import torch

    from afterself.training.device import machine
    from afterself.training.loop import bits_per_byte

    torch.set_num_threads(1)
    found = examples(work)
    model = model_named(name)
    with tempfile.TemporaryDirectory() as folder:
        go, _ = SIDES[side](model, found["train"], bf16, seed, Path(folder))
        before = resident_mib()
        began, cpu = time.perf_counter(), time.process_time()
        steps = go()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    on = machine("cpu")
    exact = type(on)(on.device, on.name, 1, False, on.memory)
    return {
        "cpu_s": round(cpu, 3), "wall_s": round(wall, 3), "steps": steps, "grown_mib": round(grown, 1),
        "targets_per_cpu_s": sum(sum(one.supervised[1:]) for one in found["train"]) / cpu,
        "tokens_per_cpu_s": sum(len(one.ids) for one in found["train"]) / cpu,
        "bits_per_byte": bits_per_byte(model, found["validation"], CONTEXT, exact),
    }  # fmt: skip


def resident_mib() -> float:
    """Memory of this process that is in RAM now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = common_arguments(__doc__)
    parser.add_argument("--model", choices=("base", "30m"), default="base")
    parser.add_argument("--precision", choices=("bf16", "fp32"), default="bf16")
    parser.add_argument("--examples", type=int, default=96, help="examples of the demo person to train on")
    parser.add_argument("--sides", default=",".join(map(str, range(len(SIDES)))), help=argparse_help())
    given = parser.parse_args()
    os.environ.update(ONE_THREAD)
    sys.path.insert(0, str(ROOT / "src"))
    import_all()
    name = f"train_{given.model}_{given.precision}"
    need_room(given.results, name, replace=given.replace)
    chosen = [list(SIDES)[int(n)] for n in given.sides.split(",")]
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        work, bf16 = Path(folder), given.precision == "bf16"
        told = forked("prepare", 0, lambda: prepare(work, given.examples)).values
        runs = alternate(
            chosen,
            given.repeats,
            lambda side, n: forked(side, n, lambda: run(side, work, given.model, bf16, n)),
        )
    wanted = ("examples", "tokens", "supervised", "held out", "base sha256")
    comparison = Comparison(
        name,
        f"One epoch over examples of the demo person, {given.precision}, "
        + ("embedded base" if given.model == "base" else "random Qwen3 of 28.3M parameters"),
        OURS,
        METRICS,
        ("torch", "transformers", "accelerate", "trl", "datasets"),
        runs,
        facts={key: told[key] for key in wanted}
        | {"steps": "; ".join(f"{r.side} {r.values['steps']}" for r in runs if r.repeat == 0)},
        notes=["Repeats differ in the seed that orders the examples; sides of a repeat share it, but not the "
               "batches: the bits agree as far as an order of batches can move them."],
    )  # fmt: skip
    finish(comparison, given.results, replace=given.replace)


def argparse_help() -> str:
    return "which sides, by number: " + ", ".join(f"{n} {side}" for n, side in enumerate(SIDES))


if __name__ == "__main__":
    main()
