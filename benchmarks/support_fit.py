"""Fits the constants of the support check on conversations that were written for it, and writes them.

    PYTHONPATH=src python benchmarks/support_fit.py [--write]

`support_fit/*.txt` hold two invented persons' messages (@) with claims that are true (=) and false (!) of
them, each with its kind. Reported is what a check says of one person's claims when fitted on the other's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from afterself.memory.support import Cast, Evidence, cast_of
from afterself.memory.support.features import FEATURES, features_of
from afterself.memory.support.near import static_nearness

HERE = Path(__file__).parent
CONSTANTS = HERE.parent / "src/afterself/memory/support/constants.py"
RIDGE = 1.0
KEEP = 0.92
"""The share of true claims that the threshold keeps where it is fitted."""


@dataclass(frozen=True)
class Example:
    """A claim with what it is said to rest on."""

    claim: str
    true: bool
    kind: str
    evidence: tuple[Evidence, ...]
    cast: Cast


def examples(path: Path) -> Iterator[Example]:
    """The claims of one file."""
    owner, cast = "", Cast()
    records: list[Evidence] = []
    claimed = True
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# owner: "):
            owner = line[9:]
        elif line.startswith("# cast: "):
            cast = cast_of(owner, tuple(line[8:].split(", ")))
        elif line.startswith("@ "):
            if claimed:
                records, claimed = [], False
            when, who, text = line[2:].split(" | ", 2)
            author, listener = who.split(" > ")
            said = datetime.fromisoformat(when)
            records.append(Evidence(text, author, author == owner, said, listener, (listener,)))
        elif line[:2] in ("= ", "! "):
            claimed = True
            _, kind, claim = line.split(" ", 2)
            yield Example(claim, line[0] == "=", kind, tuple(records), cast)


def fit(x: np.ndarray, y: np.ndarray, ridge: float = RIDGE) -> tuple[np.ndarray, float]:
    """Ridge logistic regression by Newton's method, both classes weighed the same; no doubt
    may speak for a claim."""
    weights = np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    free = np.ones(len(FEATURES), dtype=bool)
    while True:
        used = np.concatenate([x[:, free], np.ones((len(x), 1))], axis=1)
        beta = np.zeros(used.shape[1])
        penalty = np.full(used.shape[1], ridge)
        penalty[-1] = 0
        for _ in range(60):
            p = 1 / (1 + np.exp(-used @ beta))
            gradient = used.T @ (weights * (p - y)) + penalty * beta
            hessian = (used * (weights * p * (1 - p))[:, None]).T @ used + np.diag(penalty + 1e-9)
            beta -= np.linalg.solve(hessian, gradient)
        full = np.zeros(len(FEATURES))
        full[free] = beta[:-1]
        wrong = free & (full > 0)
        if not wrong.any():
            return full, float(beta[-1])
        free[int(np.argmax(np.where(wrong, np.abs(full), -1)))] = False  # the worst first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    near = static_nearness()
    files = sorted((HERE / "support_fit").glob("*.txt"))
    found = [(path.stem, one) for path in files for one in examples(path)]
    x = np.array([features_of(one.claim, one.evidence, one.cast, near) for _, one in found])
    y = np.array([one.true for _, one in found])
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
    z = (x - mean) / spread
    crossed = np.zeros(len(found))
    for name in sorted({name for name, _ in found}):
        held = np.array([other == name for other, _ in found])
        beta, bias = fit(z[~held], y[~held])
        crossed[held] = z[held] @ beta + bias
    threshold = float(np.quantile(crossed[y], 1 - KEEP))
    print(f"n={len(found)} true={int(y.sum())}  AUROC {np.mean(crossed[y][:, None] > crossed[~y][None]):.3f}")
    for keep in (0.90, 0.92, 0.95):
        at = np.quantile(crossed[y], 1 - keep)
        print(f"  kept {keep:.2f}: passed {np.mean(crossed[~y] >= at):.3f}")
    for true in (True, False):
        for kind in sorted({one.kind for _, one in found if one.true == true}):
            chosen = np.array([one.kind == kind and one.true == true for _, one in found])
            kept = np.mean(crossed[chosen] >= threshold)
            print(f"  {'true ' if true else 'false'} {kind} n={chosen.sum():3} kept {kept:.2f}")
    if arguments.errors:
        for (_, one), value, row in zip(found, crossed, x, strict=True):
            if (value >= threshold) != one.true:
                odd = {n: round(float(v), 2) for n, v in zip(FEATURES, row, strict=True) if v}
                print("=" if one.true else "!", one.kind, f"{value:.2f}", one.claim)
                print("     <-", one.evidence[0].text[:90], odd)
    beta, bias = fit(z, y)
    for name, weight in zip(FEATURES, beta, strict=True):
        print(f"  {name:16} {weight:+.3f}")
    if arguments.write:
        write(beta, bias, mean, spread)


def write(beta: np.ndarray, bias: float, mean: np.ndarray, spread: np.ndarray) -> None:
    """constants.py, in the order of FEATURES."""

    def row(name: str, values: np.ndarray) -> str:
        named = zip(values, FEATURES, strict=True)
        cells = "".join(f"    {value:.4f},  # {feature}\n" for value, feature in named)
        return f"{name} = (\n{cells})\n"

    CONSTANTS.write_text(
        '"""The constants of the support check, written by benchmarks/support_fit.py, not by hand."""\n\n'
        f"BIAS = {bias:.4f}\n"
        + row("WEIGHTS", beta) + row("MEANS", mean) + row("SPREADS", spread),
        encoding="utf-8",
    )  # fmt: skip


if __name__ == "__main__":
    main()
