"""A trained Hugging Face folder -> what the package ships: base.gguf (q8_0), tokenizer.json, card.json.

The context in the GGUF is the one the model was trained with. The card says what went in and
what came out; its figures come from the runs' own files and from `evaluate.py`, never by hand.
Where one run began with the weights of another, both are named, the first first.

    python pretraining/evaluate.py > pretraining/runs/valid.json
    python pretraining/export.py
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.gguf_export import export_gguf, read_config

EMBEDDED = Path(__file__).resolve().parents[1] / "src/afterself/models/embedded"


def phase(run: Path, shards: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What one run had at hand and saw, and its curve."""
    listed = json.loads((shards / "shards.json").read_text())
    corpus = {"tokens": {kind: sum(row[kind] for row in listed) for kind in ("dialogue", "prose")}}
    curve = [json.loads(line) for line in (run / "curve.jsonl").read_text().splitlines()]
    return {"corpus": corpus, "tokens_seen": curve[-1]["tokens"], "steps": curve[-1]["step"]}, curve


def card(
    runs: list[Path], shards: list[Path], config: dict[str, Any], context: int, name: str
) -> dict[str, Any]:
    """The model card as data: `docs` and the probe read it too."""
    phases, curve = [], []
    for run, of_run in zip(runs, shards, strict=True):
        seen = sum(one["tokens_seen"] for one in phases)
        one, points = phase(run, of_run)
        phases.append(one)
        curve += [{"tokens": seen + point["tokens"], "loss": point["loss"]} for point in points]
    ppmd = runs[-1] / "ppmd.json"
    tenths = [curve[round(n * (len(curve) - 1) / 10)] for n in range(11)]
    return {
        "name": name,
        "license": "LicenseRef-Afterself-weights",
        "license_file": "LICENSE-weights",
        "architecture": {k: config[k] for k in (
            "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "head_dim", "intermediate_size", "vocab_size", "tie_word_embeddings")},
        "context": context,
        "languages": ["en"],
        "phases": phases,
        "tokens_seen": curve[-1]["tokens"],
        "curve": tenths,
        "validation": json.loads((runs[-1] / "valid.json").read_text()),
        "ppmd": json.loads(ppmd.read_text())["ppmd"] if ppmd.exists() else {},
        "cannot": "It knows nothing reliably, writes English only, and makes grammatical half-sense.",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--run", type=Path, nargs="+", default=[Path("pretraining/runs")], help="the first first"
    )
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    parser.add_argument(
        "--shards", type=Path, nargs="+", default=[Path("pretraining/loan/shards")], help="of each run"
    )
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--name", default="afterself base")
    arguments = parser.parse_args()
    model = arguments.run[-1] / "model"
    config = {**read_config(model), "max_position_embeddings": arguments.context}
    arguments.out.mkdir(parents=True, exist_ok=True)
    gguf = export_gguf(
        model,
        arguments.out / "base.gguf",
        dtype="q8_0",
        config=config,
        name=arguments.name,
        license_id="LicenseRef-Afterself-weights",
        license_link="LICENSE-weights",
    )
    shutil.copyfile(model / "tokenizer.json", arguments.out / "tokenizer.json")
    facts = card(arguments.run, arguments.shards, config, arguments.context, arguments.name)
    facts["sha256"] = hashlib.sha256(gguf.read_bytes()).hexdigest()
    (arguments.out / "card.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    print(f"{gguf}: {gguf.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
