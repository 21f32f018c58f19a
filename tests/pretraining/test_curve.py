"""The curve of the small runs: what it predicts, and when it predicts nothing."""

from __future__ import annotations

import sys

import pytest

from tests.pretraining.toy import PRETRAINING

sys.path.insert(0, str(PRETRAINING))


def test_a_planted_curve_is_found_again_and_predicts_the_bigger_model() -> None:
    from curve import ALPHA, DEPTH, fit, points, predicted
    from shape import parameters

    def truth(depth: int, tokens: int) -> float:
        return 0.9 + 0.3 * (parameters(depth) / 1e6) ** -ALPHA + 0.8 * (tokens / 1e6) ** -0.3

    rows = [
        {"depth": depth, "parameters": parameters(depth), "steps": steps, "tokens": 4096 * steps,
         "seed": seed, "prose": truth(depth, 4096 * steps) + 0.01 * (seed == 2)}
        for depth in (2, 4) for steps in (64, 128, 256, 512) for seed in (1, 2)
    ]  # fmt: skip
    (floor, a, b), beta, error = fit(points([row for row in rows if row["seed"] == 1], "prose"))
    assert (floor, a, b, beta, error) == pytest.approx((0.9, 0.3, 0.8, 0.3, 0.0), abs=1e-6)
    told = predicted(rows, "prose", 9_000_000)
    assert told["seed_difference"] == pytest.approx(0.01)
    assert told["bits_per_byte"] == pytest.approx(truth(DEPTH, 9_000_000) + 0.005, abs=1e-4)
    low, high = told["interval"]
    assert low <= told["bits_per_byte"] - 0.01 < told["bits_per_byte"] + 0.01 <= high


def test_too_few_runs_predict_nothing() -> None:
    from curve import predicted

    row = {"depth": 2, "parameters": 2_000_000, "steps": 64, "tokens": 262_144, "seed": 1, "prose": 2.0}
    with pytest.raises(SystemExit, match="5 runs are too few"):
        predicted([row] * 5, "prose", 9_000_000)
