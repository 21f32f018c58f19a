"""Likeness of real persons' weights: against the bare base, letter counting, and each other.

For each person a `research` self is built as in persons.py and kept in --work; its later replies are
scored under base and weights, and read by the Witten-Bell mixture of the same training messages with
(a) the others' messages of the same window and (b) up to 40,000 of the channel's latest before the cut.
Then the eight DuraSpace selves compete for each other's replies. Numbers of every reply are kept as one
file a person in --raw: what is there is not done again, so that a run can be stopped at any time.

    AFTERSELF_SHARED=../shared python benchmarks/persons_likeness.py --work /tmp/persons --persons johnson
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from afterself.fidelity.identification import identify
from afterself.fidelity.intervals import Draws
from afterself.fidelity.likeness import measured_json
from afterself.models.ngram import WittenBell, bits
from afterself.models.turns import message_text
from persons import HERE, Person, afterself, persons, read_rows, replies, shared_folder

MOST_BACKGROUND = 40_000
IDENTIFY_REPLIES = 100
"""Replies of each person that all eight selves read: each costs eight readings."""

Raw = dict[str, Any]


def cpu() -> float:
    """CPU seconds of this process and of the commands that it ran."""
    return sum(
        use.ru_utime + use.ru_stime
        for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def kept(path: Path, make: Callable[[], Raw]) -> Raw:
    """The numbers in a file, made and written there if it is missing."""
    if not path.is_file():
        before = cpu()
        made = make() | {"cpu_seconds": 0.0}
        made["cpu_seconds"] = round(cpu() - before, 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".part").write_text(json.dumps(made) + "\n", encoding="utf-8")
        path.with_suffix(".part").replace(path)
    found: Raw = json.loads(path.read_text(encoding="utf-8"))
    return found


def build(person: Person, folder: Path, arguments: argparse.Namespace) -> Raw:
    """The person's self in `folder`, with weights; what training says. An unfinished training goes on."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    self_ = str(folder)
    if not folder.exists():
        who = ("--name", person.name, "--right", "research", "--allow", "archive,train")
        afterself("--self", self_, "new", *who, "--no-passphrase", "--yes")
    export = folder.with_suffix(".jsonl")
    export.write_text("".join(json.dumps(row) + "\n" for row in person.rows), encoding="utf-8")
    read = ("--me", person.name, "--zone", "UTC", "--yes", "--json")
    afterself("--self", self_, "import", str(export), *read)
    train = ("train", "--base", arguments.base, "--seed", str(arguments.seed), *person.leave_out)
    epochs = ("--epochs", str(arguments.epochs)) if arguments.epochs else ()
    trained = json.loads(afterself("--self", self_, *train, *epochs, "--yes", "--json"))
    return {k: v for k, v in trained.items() if k not in ("path", "weights")}


def read_by_counting(
    person: Person, channel: list[dict[str, Any]], turns: list[str]
) -> dict[str, list[float]]:
    """Bits of each turn under own + background, for both backgrounds."""
    left_out = set(person.leave_out[1::2]) if person.leave_out[0] == "--exclude-thread" else set()
    cut = None if left_out else person.leave_out[1]
    own, window = [], []
    for row in person.rows:
        early = row["conversation"] not in left_out if cut is None else row["time"] < cut
        if early:
            (own if row["author"] == person.name else window).append(message_text(row["text"]))
    mine = WittenBell(own)
    found = {"own_only": bits([mine], turns), "same_window": bits([mine, WittenBell(window)], turns)}
    if cut is not None:
        earlier = [r for r in channel if r["author"] != person.name and r["time"] < cut]
        latest = sorted(earlier, key=lambda row: row["time"])[-MOST_BACKGROUND:]
        found["channel"] = bits([mine, WittenBell(message_text(r["text"]) for r in latest)], turns)
    return {name: [round(float(b), 3) for b in values] for name, values in found.items()}


def measure(
    person: Person, folder: Path, training: Path, channel: list[dict[str, Any]], arguments: argparse.Namespace
) -> Raw:
    """Everything about one person but the competition."""
    trained = kept(training, lambda: build(person, folder, arguments))
    held_out = replies(person)
    lines = "".join(json.dumps(line) + "\n" for _, line in held_out)
    out = afterself("--self", str(folder), "score", "--file", "-", "--json", input=lines)
    scores = [json.loads(line) for line in out.splitlines()]
    turns = ["\n".join(filter(None, map(message_text, line["text"]))) for _, line in held_out]
    assert [one["bytes"] for one in scores] == [len(turn.encode()) + 1 for turn in turns]
    talks = list(dict.fromkeys(talk for talk, _ in held_out))
    return {
        "person": person.name,
        "seed": arguments.seed,
        "conversation": [talks.index(talk) for talk, _ in held_out],
        "bytes": [one["bytes"] for one in scores],
        "bits": {
            "base": [round(one["bits_base"], 3) for one in scores],
            "weights": [round(next(iter(one["bits"].values())), 3) for one in scores],
            **read_by_counting(person, channel, turns),
        },
        "training": trained,
    }


def compete(person: Person, selves: dict[str, Path]) -> Raw:
    """Bits of some of a person's replies under every self's weights."""
    found = replies(person)
    most = min(IDENTIFY_REPLIES, len(found))
    chosen = [found[n * len(found) // most] for n in range(most)]
    lines = "".join(json.dumps(line) + "\n" for _, line in chosen)
    folders = {name: str(folder) for name, folder in selves.items()}
    joined = ",".join(folders.values())
    out = afterself("score", "--self", joined, "--file", "-", "--json", input=lines)
    scores = [json.loads(line) for line in out.splitlines()]
    talks = list(dict.fromkeys(talk for talk, _ in chosen))
    return {
        "person": person.name,
        "conversation": [talks.index(talk) for talk, _ in chosen],
        "bytes": [one["bytes"] for one in scores],
        "bits": {name: [round(one["bits"][path], 3) for one in scores] for name, path in folders.items()},
    }


def figures(raw: Raw) -> Raw:
    """Bits per byte under each reader, and what the weights save, with intervals."""
    draws, size = Draws([str(n) for n in raw["conversation"]]), np.array(raw["bytes"], dtype=float)
    read = {name: np.array(values) for name, values in raw["bits"].items()}
    return {
        "person": raw["person"],
        "replies": draws.replies,
        "conversations": draws.conversations,
        "bytes": int(size.sum()),
        "bits_per_byte": {name: measured_json(draws.ratio(values, size)) for name, values in read.items()},
        "saved_over": {
            name: measured_json(draws.ratio(values - read["weights"], size))
            for name, values in read.items()
            if name != "weights"
        },
        "training": raw["training"],
        "cpu_seconds": raw["cpu_seconds"],
    }


def told_apart(raw: Raw) -> Raw:
    """How often a person's replies are given to their own self, and what they cost under the others."""
    draws, size = Draws([str(n) for n in raw["conversation"]]), np.array(raw["bytes"], dtype=float)
    read = {name: np.array(values) for name, values in raw["bits"].items()}
    own = read.pop(raw["person"])
    found = identify(own, read, size, draws)
    return {
        "person": raw["person"],
        "replies": draws.replies,
        "chance": found.chance,
        "accuracy": {str(n): measured_json(value) for n, value in found.accuracy.items()},
        "swap": {name: measured_json(value) for name, value in found.swap.items()},
        "swap_mean": measured_json(draws.ratio(np.mean([b - own for b in read.values()], axis=0), size)),
        "cpu_seconds": raw["cpu_seconds"],
    }


def shown(found: Raw) -> str:
    """An estimate as text."""
    if "value" not in found:
        return f"not measurable with {found['replies']} in {found['conversations']}"
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def print_person(found: Raw) -> None:
    counts = f"{found['replies']} replies, {found['conversations']} conversations, {found['bytes']:,} bytes"
    print(f"{found['person']}  ({counts}, {found['cpu_seconds'] / 60:.1f} CPU minutes)")
    for name, value in found["bits_per_byte"].items():
        saved = found["saved_over"].get(name)
        print(
            f"  {name:12} {shown(value)}" + (f"   weights save {shown(saved)}" if saved else ""), flush=True
        )


def print_told(found: Raw) -> None:
    at = "  ".join(f"{n}: {shown(value)}" for n, value in found["accuracy"].items())
    print(f"{found['person']:12} {at}  swap {shown(found['swap_mean'])}", flush=True)


def base_name(base: str) -> str:
    """What the files of one base are kept under, so that a new base begins anew."""
    from afterself.models.bases import resolve_base

    return resolve_base(base).sha256[:8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="where the selves are built and kept")
    parser.add_argument("--base", default="embedded", help="base model, as for afterself train")
    parser.add_argument("--persons", default="", help="names with commas (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=float, help="as for afterself train (default: its own)")
    parser.add_argument("--no-identify", action="store_true", help="leave the competition out")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "persons_likeness.json")
    arguments = parser.parse_args()
    os.nice(max(0, 10 - os.nice(0)))
    folder = shared_folder()
    everybody = json.loads((folder / "splits.json").read_text(encoding="utf-8"))["duraspace"]["persons"]
    wanted = [name for name in arguments.persons.split(",") if name] or ["johnson", *everybody]
    place = arguments.work / f"{base_name(arguments.base)}-{arguments.seed}-{arguments.epochs or 'default'}"
    raw = place / "raw"
    selves = {name: place / "selves" / name for name in wanted}
    channel = read_rows(folder / "duraspace.jsonl")
    met = dict(zip(wanted, persons(folder, wanted), strict=True))
    measured = []
    for name, person in met.items():
        training = raw / f"{name}.training.json"
        make = functools.partial(measure, person, selves[name], training, channel, arguments)
        one = kept(raw / f"{name}.json", make)
        measured.append(figures(one))
        print_person(measured[-1])
    rivals = {name: path for name, path in selves.items() if name != "johnson"}
    apart = []
    for name, person in met.items():
        if name == "johnson" or len(rivals) < 2 or arguments.no_identify:
            continue
        file = raw / f"{name}.among-{len(rivals)}.json"
        apart.append(told_apart(kept(file, functools.partial(compete, person, rivals))))
        print_told(apart[-1])
    report = {
        "what": "later replies of real persons: bits per byte under base, weights, Witten-Bell; told apart",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "seed": arguments.seed,
        "persons": measured,
        "identification": apart,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
