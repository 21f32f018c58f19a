"""Small runs -> the curve that predicts a bigger one, held against what the bigger one then scored.

Bits per byte = floor + a·N^-α + b·D^-β by kind (N parameters, D tokens, in millions; Hoffmann et al. 2022).
Two sizes cannot tell α from a, nor a few token counts β from the floor: α is theirs, β is looked for only
where longer runs had found it. `predict` writes before the bigger model is scored, `measure` after it.

    python pretraining/curve.py train --work pretraining/runs/small
    python pretraining/curve.py predict --tokens 15000000
    python pretraining/curve.py measure --valid pretraining/runs/valid-sample.json
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from shape import parameters
from shards import KINDS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from this_machine import ROOT, commit, load, machine

RESULT = ROOT / "benchmarks/results/pretraining_curve.json"
DEPTH = 7  # of the bigger model
RUNS = [(depth, steps, 1) for steps in (64, 128, 256, 512) for depth in (2, 4)] + [(4, 128, 2)]
"""Depth, steps of 4,096 tokens, seed."""
RECIPE = "--context 512 --batch 4096 --dialogue 0.579 --muon-lr 6e-3 --adam-lr 5e-3 --threads 1"
FEWEST = 6  # runs: four numbers are fitted, and each run is left out once
ALPHA, BETAS = 0.34, np.linspace(0.20, 0.40, 41)


def train(work: Path, shards: Path, share: float) -> None:
    """Every small run that is not done yet, and its bits per byte on the sample of held-out documents."""
    for depth, steps, seed in RUNS:
        run = work / f"d{depth}-s{steps}-r{seed}"
        if not (run / "valid.json").exists():
            given = f"--depth {depth} --steps {steps} --seed {seed} {RECIPE}".split()
            script("train.py", "--run", run, "--shards", shards, *given)
            scored = script("evaluate.py", "--model", run / "model", "--share", share)
            (run / "valid.json").write_text(scored)
        keep_runs(work, shards, share)


def keep_runs(work: Path, shards: Path, share: float) -> None:
    """The raw points of all runs that are done, into the result."""
    sums = {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(shards.glob("shard-*.xz"))}
    report = {"command": "$ python pretraining/curve.py train, predict, measure", "recipe": RECIPE,
              "shards": sums, "share": share, "date": datetime.now(UTC).isoformat(timespec="minutes"),
              "commit": commit(), "load": load(), "machine": machine(["torch", "numpy"]),
              "runs": found(work)}  # fmt: skip
    RESULT.write_text(json.dumps(report, indent=1) + "\n")


def script(name: str, *given: object) -> str:
    """What a neighbour of this file prints."""
    command = [sys.executable, str(Path(__file__).with_name(name)), *map(str, given)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def found(work: Path) -> list[dict[str, Any]]:
    """What the runs that are done came to."""
    rows = []
    for valid in sorted(work.glob("d*-s*-r*/valid.json")):
        depth, steps, seed = (int(n) for n in re.findall(r"\d+", valid.parent.name))
        last = json.loads((valid.parent / "curve.jsonl").read_text().splitlines()[-1])
        row = {"depth": depth, "parameters": parameters(depth), "steps": steps, "seed": seed}
        scored = {kind: json.loads(valid.read_text())[kind]["bits_per_byte"] for kind in KINDS}
        rows.append({**row, "tokens": last["tokens"], "loss": last["loss"], **scored})
    return rows


def points(rows: list[dict[str, Any]], kind: str) -> np.ndarray:
    """float64 [runs, 3]: parameters and tokens in millions, bits per byte."""
    return np.array([[row["parameters"] / 1e6, row["tokens"] / 1e6, row[kind]] for row in rows])


def fit(known: np.ndarray, betas: Iterable[float] = BETAS) -> tuple[np.ndarray, float, float]:
    """Floor, a and b (least squares, none below 0), β, and the root of the mean squared error."""
    n, d, bits = known.T
    best = (np.zeros(3), 0.0, float("inf"))
    for beta, floor, size in product(betas, (True, False), (True, False)):
        columns = np.stack([floor * np.ones_like(n), size * n**-ALPHA, d**-beta], 1)
        weights = np.linalg.lstsq(columns, bits, rcond=None)[0]
        error = float(np.sqrt(np.mean((columns @ weights - bits) ** 2)))
        if weights.min() >= 0 and error < best[2]:
            best = (weights, float(beta), error)
    return best


def at(known: np.ndarray, n: float, d: float, betas: Iterable[float] = BETAS) -> float:
    """Bits per byte of n million parameters after d million tokens."""
    (floor, a, b), beta, _ = fit(known, betas)
    return float(floor + a * n**-ALPHA + b * d**-beta)


def predicted(rows: list[dict[str, Any]], kind: str, tokens: int) -> dict[str, Any]:
    """The prediction for a bigger model that sees so many tokens.

    Its interval spans each run left out and both ends of β, and a seed's difference.
    """
    known, size = points(rows, kind), (parameters(DEPTH) / 1e6, tokens / 1e6)
    if len(known) < FEWEST:
        raise SystemExit(
            f"{len(known)} runs are too few for a prediction: do at least {FEWEST} (curve.py train)"
        )
    (floor, a, b), beta, error = fit(known)
    seeds = seed_difference(rows, kind)
    spread = [at(np.delete(known, k, 0), *size) for k in range(len(known))]
    spread += [at(known, *size, [end]) for end in (BETAS[0], BETAS[-1])]
    numbers = {"bits_per_byte": at(known, *size), "floor": floor, "a": a, "alpha": ALPHA, "b": b,
               "beta": beta, "rmse": error, "seed_difference": seeds}  # fmt: skip
    ends = [round(min(spread) - seeds, 3), round(max(spread) + seeds, 3)]
    return {name: round(float(value), 4) for name, value in numbers.items()} | {"interval": ends}


def seed_difference(rows: list[dict[str, Any]], kind: str) -> float:
    """The largest difference between runs that differ in the seed alone."""
    cells: dict[tuple[int, int], list[float]] = {}
    for row in rows:
        cells.setdefault((row["depth"], row["steps"]), []).append(row[kind])
    return max(max(same) - min(same) for same in cells.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("step", choices=["train", "predict", "measure"])
    parser.add_argument("--work", type=Path, default=Path("pretraining/runs/small"))
    parser.add_argument("--shards", type=Path, default=Path("pretraining/loan/shards"))
    parser.add_argument("--tokens", type=int, default=15_000_000, help="that the bigger model sees")
    parser.add_argument("--share", type=float, default=0.15, help="share of the held-out documents")
    parser.add_argument("--valid", type=Path, help="evaluate.py's table of the bigger model, same share")
    given = parser.parse_args()
    if given.step == "train":
        return train(given.work, given.shards, given.share)
    report = json.loads(RESULT.read_text())
    if given.step == "predict":
        report["tokens"] = given.tokens
        report["predicted"] = {kind: predicted(report["runs"], kind, given.tokens) for kind in KINDS}
    else:
        scored = json.loads(given.valid.read_text())
        report["measured"] = {kind: scored[kind] for kind in KINDS}
        for kind, row in report["measured"].items():
            part = row["bits_per_byte"] / report["predicted"][kind]["bits_per_byte"]
            row["less_than_predicted_percent"] = round(100 * (1 - part), 2)
    RESULT.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
