"""The demo person's chats + the embedded base -> the adapter that `afterself demo --quick` talks with.

Imports her chats into a throw-away self, trains a LoRA on the split that `train` uses, keeps the epoch
that is best on validation, tries it as `train` does, and writes adapter.gguf (q8_0) and adapter.json
into the package. Same base, same chats, same seed and one thread: the same adapter (the one in
the package is older than the averaging of weights in `training`). Run it with a new base:

    python pretraining/demo_adapter.py
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.datasets import Dataset, build_examples
from afterself.demo.road import make, read_chats
from afterself.demo.shipped import fingerprint, learned_from, read_shipped
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.models.bases import Base, base_config, load_torch, resolve_base
from afterself.models.gguf_lora import export_lora
from afterself.models.tokens import HFTurnTokenizer
from afterself.policy import open_view
from afterself.training.device import machine
from afterself.training.loop import Loop, bits_per_byte
from afterself.training.options import Settings
from afterself.training.run import prepare
from afterself.training.smoke import complaints
from afterself.training.weights import SHIPPED

OUT = Path(__file__).resolve().parents[1] / "src/afterself/demo"
MOST_BYTES = 4_000_000


def tell(report: Report) -> None:
    """One line at the end of each stage, one a minute on the way."""
    if report.finished:
        print(f"{report.stage}: {report.note or 'done'} ({report.elapsed:.0f} s)", flush=True)
    elif report.total and report.eta is not None:
        share = 100 * report.done / report.total
        print(f"{report.stage}: {share:.0f} %, {report.eta:.0f} s left {report.note}", flush=True)


def trained(base: Base, dataset: Dataset, settings: Settings) -> tuple[Loop, float]:
    """The finished run, and the base's validation bits per byte before it."""
    on = machine("cpu")
    model = prepare(load_torch(base), settings)
    loop = Loop(model, dataset, settings, on, Progress(tell, interval=60))
    before = bits_per_byte(model, dataset.validation, dataset.context, on)
    loop.run()
    return loop, before


def facts_of(loop: Loop, before: float) -> dict[str, Any]:
    """What the weights' manifest in a self will say beside ids and hashes."""
    state, dataset = loop.state, loop.dataset
    assert state.best is not None
    return {
        "method": "lora",
        "context": dataset.context,
        "seed": loop.settings.seed,
        "settings": {
            **loop.settings.as_dict(),
            "steps": state.step,
            "best_epoch": round(state.best.epoch, 2),
            SHIPPED: True,
        },
        "examples": len(dataset.train),
        "owner_messages": dataset.messages,
        "tokens": state.tokens,
        "seconds": 0.0,
        "bits_base": round(before, 4),
        "bits_weights": round(state.best.bits, 4),
        "notes": ["came with the package; made by pretraining/demo_adapter.py"],
    }


def write(loop: Loop, base: Base, out: Path, told: dict[str, Any]) -> None:
    """adapter.gguf and its manifest, both or none of use: the manifest pins the bytes."""
    with tempfile.TemporaryDirectory() as folder:
        loop.model.save_pretrained(folder, save_embedding_layers=False)
        adapter = export_lora(Path(folder), base_config(base), out / "adapter.gguf", dtype="q8_0")
    size = adapter.stat().st_size
    if size > MOST_BYTES:
        sys.exit(
            f"The adapter has {size:,} bytes; at most {MOST_BYTES:,} are shipped. Choose a lower --rank."
        )
    adapter.chmod(0o644)
    told = {"license": "LicenseRef-Afterself-weights", "base_sha256": base.sha256, **told}
    told["sha256"] = hashlib.sha256(adapter.read_bytes()).hexdigest()
    (out / "adapter.json").write_text(json.dumps(told, indent=1) + "\n")
    print(f"{adapter}: {size / 1e6:.2f} MB, {read_shipped(out).sha256[:12]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--rate", type=float, default=6e-3)
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args()
    base = resolve_base(None)
    with tempfile.TemporaryDirectory() as folder:
        self_: Self = make(Path(folder) / "self")
        read_chats(self_)
        tokenizer = HFTurnTokenizer(base.path)
        context = min(512, base.context)
        with open_view(self_, "train") as view:
            dataset = build_examples(view, tokenizer, context=context)
            words = fingerprint(learned_from(view))
    settings = Settings(
        "lora", chosen.rate, chosen.epochs, context, chosen.seed, rank=chosen.rank, alpha=chosen.rank
    )
    loop, before = trained(base, dataset, settings)
    facts = facts_of(loop, before)
    after = facts["bits_weights"]
    wrong = complaints(
        loop.model, dataset, tokenizer, loop.on, longest=base.context, before=before, after=after
    )
    if wrong:
        sys.exit(f"The adapter was not written: it {', and it '.join(wrong)}.")
    print(f"validation: {before:.3f} bits per byte under the base, {after:.3f} under the adapter")
    write(loop, base, chosen.out, {"words": words, "facts": facts})


if __name__ == "__main__":
    main()
