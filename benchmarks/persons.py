"""How much better do weights read a person's later replies than the bare base? Measured on real persons.

For each person a `research` self is built in a temporary folder by the commands that anybody uses:
new, import, train (the test period left out by --until or --exclude-thread), score on the held-out
replies with their true context. Printed: bits per byte under base and weights, and their difference
with a 95 % bootstrap interval over conversations. Nothing trained is kept.

    AFTERSELF_SHARED=../shared python benchmarks/persons.py --base embedded --persons johnson,tdonohue
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from this_machine import commit, machine

HERE = Path(__file__).resolve().parent
CONTEXT_MESSAGES = 40
"""Messages of true context given to each reply; the scorer cuts what does not fit."""

MOST_MESSAGES, MOST_BURSTS = 500, 300
RESAMPLES = 10_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One person's material: rows to import, how the test period is left out, and the held-out rows."""

    name: str
    rows: list[Row]
    leave_out: list[str]
    test: set[int]
    """Positions in `rows` of the held-out messages."""


def shared_folder() -> Path:
    """Where the persons' texts lie; they are no part of the repository."""
    folder = Path(os.environ.get("AFTERSELF_SHARED", HERE.parents[1] / "shared"))
    if not (folder / "persons" / "splits.json").is_file():
        sys.exit(
            f"No persons in {folder}. Set AFTERSELF_SHARED to the folder that holds persons/splits.json."
        )
    return folder / "persons"


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def johnson(folder: Path) -> Person:
    """File order; the first 80 % of his turns train, the last 20 % test; letters are left out."""
    rows = read_rows(folder / "johnson.jsonl")
    name = "Samuel Johnson"
    spoken = [n for n, row in enumerate(rows) if not row["conversation"].startswith("boswell/letter")]
    turns = [n for n in spoken if rows[n]["author"] == name]
    test = set(turns[math.floor(0.8 * len(turns)) :])
    rows = [rows[n] | {"n": n} for n in spoken]
    held_out = {n for n, row in enumerate(rows) if row.pop("n") in test}
    threads = dict.fromkeys(rows[n]["conversation"] for n in sorted(held_out))
    return Person(name, rows, [arg for t in threads for arg in ("--exclude-thread", t)], held_out)


def duraspace(folder: Path, name: str, split: dict[str, Any]) -> Person:
    """Cut at 75 % of the person's messages by time; the latest `ntr` before it train, the next `nte` test."""
    rows = read_rows(folder / "duraspace.jsonl")
    own = sorted((row["time"], n) for n, row in enumerate(rows) if row["author"] == name)
    cut = own[math.floor(0.75 * len(own))][0]
    before = [time for time, _ in own if time < cut]
    after = [n for time, n in own if time >= cut][: split["nte"]]
    first = before[-split["ntr"] :][0]
    last = max(rows[n]["time"] for n in after)
    kept = [n for n, row in enumerate(rows) if first <= row["time"] <= last]
    places = {n: k for k, n in enumerate(kept)}
    return Person(name, [rows[n] for n in kept], ["--until", cut], {places[n] for n in after if n in places})


def replies(person: Person) -> list[tuple[str, dict[str, Any]]]:
    """(conversation, line for `afterself score`) of the first held-out bursts, with what was said before."""
    found: list[tuple[str, dict[str, Any]]] = []
    said: dict[str, list[Row]] = {}
    messages = 0
    open_burst: dict[str, dict[str, Any]] = {}
    for n, row in enumerate(person.rows):
        talk = row["conversation"]
        before = said.setdefault(talk, [])
        if row["author"] != person.name:
            open_burst.pop(talk, None)
        elif n in person.test and messages < MOST_MESSAGES:
            messages += 1
            if talk not in open_burst:
                context = [{k: m[k] for k in ("author", "text", "time")} for m in before[-CONTEXT_MESSAGES:]]
                line = {"author": person.name, "context": context, "time": row["time"], "text": []}
                open_burst[talk] = line
                found.append((talk, line))
            open_burst[talk]["text"].append(row["text"])
        before.append(row)
    return found[:MOST_BURSTS]


def afterself(*arguments: str, input: str | None = None) -> str:
    """One command as a person runs it; its standard output."""
    command = [sys.executable, "-c", "from afterself.cli import main; main()", *arguments]
    done = subprocess.run(command, input=input, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"afterself {' '.join(arguments[:4])} … failed with {done.returncode}")
    return done.stdout


Floats = np.ndarray[Any, np.dtype[np.float64]]


def bootstrap(groups: list[str], base: Floats, weights: Floats, size: Floats, seed: int) -> list[float]:
    """95 % interval of bits per byte saved, whole conversations resampled."""
    names, index = np.unique(groups, return_inverse=True)
    saved = np.bincount(index, base - weights)
    sizes = np.bincount(index, size)
    drawn = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    ratios = saved[drawn].sum(1) / sizes[drawn].sum(1)
    return [float(q) for q in np.quantile(ratios, (0.025, 0.975))]


def measure(person: Person, arguments: argparse.Namespace) -> dict[str, Any]:
    """Build, train, score, and forget one person."""
    with tempfile.TemporaryDirectory(prefix="afterself-persons-") as folder:
        self_ = str(Path(folder) / "self")
        export = Path(folder) / "export.jsonl"
        export.write_text("".join(json.dumps(row) + "\n" for row in person.rows), encoding="utf-8")
        me = ("--name", person.name, "--right", "research")
        afterself("--self", self_, "new", *me, "--allow", "archive,train", "--no-passphrase", "--yes")
        read = ("--me", person.name, "--zone", "UTC", "--yes", "--json")
        afterself("--self", self_, "import", str(export), *read)
        chosen = ["--base", arguments.base, "--seed", str(arguments.seed)]
        for name in ("method", "epochs", "rate"):
            if getattr(arguments, name) is not None:
                chosen += [f"--{name}", str(getattr(arguments, name))]
        train = ("train", *chosen, *person.leave_out, "--yes", "--json")
        trained = json.loads(afterself("--self", self_, *train))
        held_out = replies(person)
        lines = "".join(json.dumps(line) + "\n" for _, line in held_out)
        started = time.monotonic()
        out = afterself("--self", self_, "score", "--file", "-", "--json", input=lines)
        seconds = time.monotonic() - started
    scores = [json.loads(line) for line in out.splitlines()]
    base = np.array([s["bits_base"] for s in scores])
    weights = np.array([next(iter(s["bits"].values())) for s in scores])
    size = np.array([s["bytes"] for s in scores], dtype=float)
    low, high = bootstrap([talk for talk, _ in held_out], base, weights, size, arguments.seed)
    return {
        "person": person.name,
        "replies": len(scores),
        "conversations": len({talk for talk, _ in held_out}),
        "bytes": int(size.sum()),
        "bits_per_byte_base": base.sum() / size.sum(),
        "bits_per_byte_weights": weights.sum() / size.sum(),
        "saved": (base - weights).sum() / size.sum(),
        "saved_95": [low, high],
        "scoring_seconds": round(seconds, 1),
        "training": {k: v for k, v in trained.items() if k not in ("path", "weights")},
    }


def persons(folder: Path, wanted: list[str]) -> Iterator[Person]:
    """The persons asked for; `johnson` or the nick of somebody in the DuraSpace channel."""
    split = json.loads((folder / "splits.json").read_text(encoding="utf-8"))["duraspace"]
    for name in wanted:
        if name != "johnson" and name not in split["persons"]:
            sys.exit(f"Nobody here is called {name}; there are johnson, {', '.join(split['persons'])}.")
        yield johnson(folder) if name == "johnson" else duraspace(folder, name, split)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--base", default="embedded", help="base model, as for afterself train")
    parser.add_argument("--persons", default="", help="names with commas (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--method", choices=("full", "lora"))
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "persons.json")
    arguments = parser.parse_args()
    folder = shared_folder()
    everybody = json.loads((folder / "splits.json").read_text(encoding="utf-8"))["duraspace"]["persons"]
    wanted = [name for name in arguments.persons.split(",") if name] or ["johnson", *everybody]
    found = []
    for person in persons(folder, wanted):
        result = measure(person, arguments)
        found.append(result)
        low, high = result["saved_95"]
        print(
            f"{result['person']:16} {result['replies']:4} replies  "
            f"base {result['bits_per_byte_base']:.3f}  weights {result['bits_per_byte_weights']:.3f}  "
            f"saved {result['saved']:.3f} [{low:.3f}, {high:.3f}]",
            flush=True,
        )
    report = {
        "what": "bits per byte of held-out replies: bare base, weights, and what they save",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(("torch", "transformers", "peft")),
        "seed": arguments.seed,
        "resamples": RESAMPLES,
        "persons": found,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
