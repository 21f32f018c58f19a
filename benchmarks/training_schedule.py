"""Later replies of real persons under weights of two ways of training: the same replies, pair by pair.

Builds on persons_likeness.py: the selves that it made with other commits or options lie in --work, with
the bits of every reply. Each person is trained once more by the present code into --place and the same
replies are read by those weights alone; then every way is compared with `default` (the three passes at
a falling rate that came before) and `one` (one pass of it), conversations resampled.

    AFTERSELF_SHARED=../shared python benchmarks/training_schedule.py --work /tmp/persons --persons helix84
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from afterself.fidelity.intervals import Draws
from afterself.fidelity.likeness import measured_json
from persons import HERE, Person, persons, replies, shared_folder
from persons_likeness import Raw, base_name, build, kept, shown
from this_machine import commit, machine


def read(person: Person, folder: Path) -> list[float]:
    """Bits of each held-out reply under the weights in a self."""
    from afterself.datasets.replies import read_replies
    from afterself.home.folder import Self
    from afterself.home.jobs import Progress
    from afterself.models.bases import resolve_base
    from afterself.models.tokens import HFTurnTokenizer
    from afterself.training.score import bits_under, encode
    from afterself.training.weights import load_weights, require_weights

    weights = require_weights(Self.open(folder))
    base = resolve_base(weights.base, sha256=weights.base_sha256)
    tokenizer = HFTurnTokenizer(base.path)
    given = read_replies([line for _, line in replies(person)], (person.name,), "replies")
    examples = [encode(reply, tokenizer, weights.context) for reply in given]
    return bits_under(load_weights(weights, base), examples, Progress(), "the weights")


def measure(person: Person, folder: Path, training: Path, arguments: argparse.Namespace) -> Raw:
    """The person trained by the present code, and what their replies cost then."""
    trained = kept(training, lambda: build(person, folder, arguments))
    return {"bits": [round(bits, 3) for bits in read(person, folder)], "training": trained}


def compared(before: Raw, one: Raw, now: Raw) -> Raw:
    """Bits per byte of each way, and what the present one saves over the others."""
    draws = Draws([str(n) for n in before["conversation"]])
    size = np.array(before["bytes"], dtype=float)
    bits = {
        "base": np.array(before["bits"]["base"]),
        "three passes, falling": np.array(before["bits"]["weights"]),
        "one pass, falling": np.array(one["bits"]["weights"]),
        "now": np.array(now["bits"]),
    }
    assert before["bytes"] == one["bytes"] and len(now["bits"]) == len(before["bytes"])
    return {
        "person": before["person"],
        "replies": draws.replies,
        "conversations": draws.conversations,
        "bits_per_byte": {way: measured_json(draws.ratio(b, size)) for way, b in bits.items()},
        "saved_now_over": {
            way: measured_json(draws.ratio(b - bits["now"], size)) for way, b in bits.items() if way != "now"
        },
        "training": {way: _cost(raw) for way, raw in (("three", before), ("one", one), ("now", now))},
    }


def _cost(raw: Raw) -> Raw:
    trained: dict[str, Any] = raw["training"]
    return {key: trained[key] for key in ("tokens", "cpu_seconds", "validation_bits_per_byte")}


def show(found: Raw) -> None:
    print(f"{found['person']}  ({found['replies']} replies, {found['conversations']} conversations)")
    for way, bits in found["bits_per_byte"].items():
        saved = found["saved_now_over"].get(way)
        print(f"  {way:22} {shown(bits)}" + (f"   now saves {shown(saved)}" if saved else ""))
    for way, cost in found["training"].items():
        bits, spent = cost["validation_bits_per_byte"]["weights"], cost["cpu_seconds"]
        print(f"  trained {way:6} {cost['tokens']:>9,} tokens {spent:7.1f} CPU-s  validation {bits:.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="the folder of persons_likeness.py")
    parser.add_argument("--place", type=Path, required=True, help="where the new selves are built and kept")
    parser.add_argument("--base", default="embedded")
    parser.add_argument("--persons", default="mdiggory,hpottinger,helix84")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "training_schedule.json")
    arguments = parser.parse_args()
    arguments.epochs = None
    os.nice(max(0, 10 - os.nice(0)))
    earlier = {
        way: arguments.work / f"{base_name(arguments.base)}-{arguments.seed}-{name}" / "raw"
        for way, name in (("three", "default"), ("one", "1.0"))
    }
    measured = []
    for person in persons(shared_folder(), arguments.persons.split(",")):
        raw = arguments.place / f"{person.name}.json"
        folder, training = (
            arguments.place / "selves" / person.name,
            arguments.place / f"{person.name}.training.json",
        )
        now = kept(raw, lambda p=person, f=folder, t=training: measure(p, f, t, arguments))
        three, one = (
            json.loads((place / f"{person.name}.json").read_text("utf-8")) for place in earlier.values()
        )
        measured.append(compared(three, one, now))
        show(measured[-1])
    report = {
        "what": "later replies of real persons, bits per byte: training before and now, paired by reply",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(("torch", "transformers")),
        "seed": arguments.seed,
        "persons": measured,
    }
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
