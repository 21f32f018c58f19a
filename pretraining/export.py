"""A trained Hugging Face folder -> what the package ships: base.gguf (q8_0), tokenizer.json, card.json.

The context in the GGUF is the one the model was trained with. The card says what went in and
what came out; its figures come from the run's own files and from `evaluate.py`, never by hand.

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


def card(run: Path, config: dict[str, Any], context: int, name: str, shards: Path) -> dict[str, Any]:
    """The model card as data: `docs` and the probe read it too."""
    noted = run / "tokens.json"  # runs made before there were shards
    if noted.exists():
        corpus = json.loads(noted.read_text())
    else:
        listed = json.loads((shards / "shards.json").read_text())
        corpus = {"tokens": {kind: sum(row[kind] for row in listed) for kind in ("dialogue", "prose")}}
    ppmd = run / "ppmd.json"
    curve = [json.loads(line) for line in (run / "curve.jsonl").read_text().splitlines()]
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
        "corpus": corpus,
        "tokens_seen": curve[-1]["tokens"],
        "steps": curve[-1]["step"],
        "curve": [{k: point[k] for k in ("tokens", "loss")} for point in tenths],
        "validation": json.loads((run / "valid.json").read_text()),
        "ppmd": json.loads(ppmd.read_text())["ppmd"] if ppmd.exists() else {},
        "cannot": "It knows nothing reliably, writes English only, and makes grammatical half-sense.",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("pretraining/runs"))
    parser.add_argument("--out", type=Path, default=EMBEDDED)
    parser.add_argument("--shards", type=Path, default=Path("pretraining/loan/shards"))
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--name", default="afterself stand-in base")
    arguments = parser.parse_args()
    model = arguments.run / "model"
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
    facts = card(arguments.run, config, arguments.context, arguments.name, arguments.shards)
    facts["sha256"] = hashlib.sha256(gguf.read_bytes()).hexdigest()
    (arguments.out / "card.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    print(f"{gguf}: {gguf.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
