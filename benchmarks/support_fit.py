"""Fits the weights of the support check on claims that were written for it, and writes them.

    PYTHONPATH=src python benchmarks/support_fit.py [--write] [--errors]

Six sets of claims, each with its kind: `support_fit/*.txt` hold five invented persons' messages (@) with
claims that are true (=) and false (!) of them; the sixth is the dev half of `claims/`. The model tells true
claims from changed and from invented ones (a multinomial regression in which no doubt may speak for a claim).
Reported is what it says of a tenth of the dev half when fitted on everything else; the two thresholds of the
check were chosen there.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from afterself.memory.support.features import FEATURES, features_of
from afterself.memory.support.near import static_nearness
from support_claims import WRITTEN, Example, examples, of_the_demo

HERE = Path(__file__).parent
CONSTANTS = HERE.parent / "src/afterself/memory/support/constants.py"
RIDGE, STEPS, FOLDS, REPEATS = 3.0, 1500, 10, 3
SHARES = (0.5, 0.4, 0.1)
"""How common true, changed and invented claims are taken to be."""
INVENTED = FEATURES[: FEATURES.index("long") + 1]
CHANGED = FEATURES[FEATURES.index("name_absent") :]
"""Features of either kind; what lies between `name_absent` and `long` is of both."""


@dataclass(frozen=True)
class Weights:
    """Log odds of “changed” and “invented” against “true”, over features that were divided by `spread`."""

    changed: np.ndarray
    invented: np.ndarray
    biases: np.ndarray
    spread: np.ndarray

    def odds(self, x: np.ndarray) -> np.ndarray:
        """The log odds of being true."""
        z = x / self.spread
        return -np.logaddexp(z @ self.changed + self.biases[0], z @ self.invented + self.biases[1])


def fit(x: np.ndarray, kinds: np.ndarray) -> Weights:
    """Multinomial ridge regression, each kind weighed to its share, weights never below 0.

    By Nesterov's accelerated projected gradient; `x` is claims × features, `kinds` 0, 1 or 2.
    """
    spread = np.maximum(x.std(axis=0), 1e-3)
    z = np.concatenate([x / spread, np.ones((len(x), 1))], axis=1)
    weight = np.array([SHARES[kind] / np.mean(kinds == kind) for kind in kinds])
    free = np.array([[name in CHANGED for name in FEATURES], [name in INVENTED for name in FEATURES]])
    penalty = np.array([RIDGE] * len(FEATURES) + [0.0])
    target = np.stack([kinds == 1, kinds == 2])
    step = 1 / (0.5 * np.linalg.norm(z * weight[:, None] ** 0.5, 2) ** 2 + RIDGE)
    beta = ahead = np.zeros((2, len(FEATURES) + 1))
    for n in range(STEPS):
        logits = ahead @ z.T
        scale = np.logaddexp(0, np.logaddexp(*logits))
        slope = ((np.exp(logits - scale) - target) * weight) @ z + penalty * ahead
        new = ahead - step * slope
        new[:, :-1] = np.maximum(new[:, :-1], 0) * free
        ahead = new + n / (n + 3) * (new - beta)
        beta = new
    return Weights(beta[0, :-1], beta[1, :-1], beta[:, -1], spread)


def crossed(x: np.ndarray, kinds: np.ndarray, dev: np.ndarray) -> np.ndarray:
    """The log odds of each dev claim from weights that have not seen it, mean of several divisions."""
    total = np.zeros(len(x))
    for repeat in range(REPEATS):
        fold = np.random.default_rng(repeat).integers(0, FOLDS, len(x))
        for k in range(FOLDS):
            held = dev & (fold == k)
            total[held] += fit(x[~held], kinds[~held]).odds(x[held])
    return total[dev] / REPEATS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    near = static_nearness()
    found = [one for path in sorted(WRITTEN.glob("*.txt")) for one in examples(path)]
    found += of_the_demo()
    x = np.array([features_of(one.claim, one.evidence, one.cast, near) for one in found])
    kinds = np.array([one.kept_apart for one in found])
    dev = np.array([one.dev for one in found])
    odds = crossed(x, kinds, dev)
    report([one for one in found if one.dev], odds, errors=arguments.errors)
    weights = fit(x, kinds)
    for n, name in enumerate(FEATURES):
        print(f"  {name:16} changed {weights.changed[n]:.3f} invented {weights.invented[n]:.3f}")
    if arguments.write:
        write(weights)


def report(claims: list[Example], odds: np.ndarray, *, errors: bool) -> None:
    """How true and false claims lie apart, at some thresholds and by kind."""
    true = np.array([one.true for one in claims])
    print(f"n={len(claims)} true={true.sum()}  AUROC {np.mean(odds[true][:, None] > odds[~true][None]):.3f}")
    for passed in (0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20, 0.25, 0.3):
        at = np.quantile(odds[~true], 1 - passed)
        print(
            f"  passed {passed:.2f}: kept {np.mean(odds[true] >= at):.3f} (score {1 / (1 + np.exp(-at)):.3f})"
        )
    at = np.quantile(odds[~true], 0.92)
    for kind in sorted({(not one.true, one.kind) for one in claims}):
        chosen = np.array([(not one.true, one.kind) == kind for one in claims])
        share = np.mean(odds[chosen] >= at)
        print(f"  {'false' if kind[0] else 'true '} {kind[1]:11} n={chosen.sum():3} over {share:.2f}")
    if errors:
        for one, value in sorted(zip(claims, odds, strict=True), key=lambda pair: float(pair[1])):
            if (value >= at) != one.true:
                print("=" if one.true else "!", one.kind, f"{value - at:.2f}", one.claim)
                print("     <-", " || ".join(record.text[:200] for record in one.evidence))


def write(weights: Weights) -> None:
    """constants.py, in the order of FEATURES."""

    def table(name: str, values: np.ndarray, bias: float) -> str:
        rows = zip(FEATURES, values / weights.spread, strict=True)
        cells = "".join(f'    "{feature}": {value:.4f},\n' for feature, value in rows if value > 0.0005)
        return f"{name}_BIAS = {bias:.4f}\n{name} = {{\n{cells}}}\n"

    CONSTANTS.write_text(
        '"""The weights of the support check, written by benchmarks/support_fit.py, not by hand."""\n\n'
        + table("CHANGED", weights.changed, float(weights.biases[0]))
        + table("INVENTED", weights.invented, float(weights.biases[1])),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
