"""Every retriever over the same haystacks and questions, in one run, with paired intervals.

    PYTHONPATH=src python benchmarks/retrieval_table.py --evaluation ../shared/eval/eval_retrieval.py
    PYTHONPATH=src python benchmarks/retrieval_table.py --own

The first reads turn-level LoCoMo through an evaluation script that is not in this repository (CC BY-NC);
`--own` reads the chats and questions that were written for this project. A system is a module with `ingest`,
`search` and perhaps `confidence`. Intervals: 10,000 bootstrap draws of questions, paired between the
systems, seed 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from this_machine import header

KS = (1, 5, 10)
DRAWS = 10_000
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "unanswerable"}
Row = dict[str, Any]


def system(name: str) -> ModuleType:
    """A retriever by its name: a module beside this one, with “:hybrid” for its vectors."""
    module, _, option = name.partition(":")
    spec = importlib.util.spec_from_file_location(
        f"{module}_{option}", Path(__file__).parent / f"{module}.py"
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"there is no {module}.py beside this script")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    if option:
        setattr(loaded, option.upper(), True)
    return loaded


def run(name: str, haystacks: list[Any]) -> tuple[list[Row], float, int]:
    """One row a question, the CPU seconds that it took, the bytes of the indexes (0: it does not tell)."""
    retriever, rows, before, size = system(name), [], cpu(), 0
    for _, turns, questions in haystacks:
        retriever.ingest([dict(turn) for turn in turns])
        size += retriever.size() if hasattr(retriever, "size") else 0
        retriever.search("What did they say about it?", 50)  # what is loaded once is no part of a question
        for question in questions:
            began = cpu()
            found = list(dict.fromkeys(retriever.search(question["question"], 50)))
            ms = (cpu() - began) * 1000
            rank = next((n for n, id in enumerate(found, start=1) if id in question["evidence"]), 0)
            row: Row = {"category": question["cat"], "MRR": 1 / rank if rank else 0.0, "ms": ms}
            for k in KS:
                held = len(question["evidence"] & set(found[:k]))
                row[f"R@{k}"] = held / max(1, len(question["evidence"]))
            row["sure"] = (
                retriever.confidence(question["question"]) if hasattr(retriever, "confidence") else None
            )
            rows.append(row)
    return rows, cpu() - before, size


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def auroc(rows: list[Row]) -> float | None:
    """The chance that an answerable question is surer than an unanswerable one."""
    if not rows or rows[0]["sure"] is None:
        return None
    yes = np.array([row["sure"] for row in rows if row["category"] != 5])
    no = np.array([row["sure"] for row in rows if row["category"] == 5])
    if not len(yes) or not len(no):
        return None
    return float(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean."""
    draws = np.random.default_rng(1).integers(0, len(values), (DRAWS, len(values)))
    means = values[draws].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def table(
    results: dict[str, tuple[list[Row], float, int]], baselines: list[str], say: Callable[[str], None]
) -> None:
    """Means of the answerable questions, each system's difference to the baselines, and the kinds of
    question.
    """
    measures = [*(f"R@{k}" for k in KS), "MRR"]
    answerable = {name: [r for r in rows if r["category"] != 5] for name, (rows, *_) in results.items()}
    say(
        f"{'system':34}"
        + "".join(f"{m:>8}" for m in measures)
        + "   AUROC  CPU s  ms: median  p95  index KiB"
    )
    for name, rows in answerable.items():
        means = "".join(f"{np.mean([r[m] for r in rows]):8.3f}" for m in measures)
        sure = auroc(results[name][0])
        ms = [row["ms"] for row in results[name][0]]
        size = f"{results[name][2] / 1024:11.0f}" if results[name][2] else "          -"
        say(
            f"{name:34}{means}   {'-' if sure is None else f'{sure:.3f}'}  {results[name][1]:6.1f}"
            f"  {np.median(ms):10.1f} {np.quantile(ms, 0.95):4.1f} {size}"
        )
    for baseline in baselines:
        for name, rows in answerable.items():
            if name == baseline or name in baselines:
                continue
            parts = []
            for m in measures:
                gain = np.array([r[m] for r in rows]) - np.array([r[m] for r in answerable[baseline]])
                low, high = interval(gain)
                parts.append(f"{m} {gain.mean():+.3f} [{low:+.3f}, {high:+.3f}]")
            say(f"{name} − {baseline} (n={len(rows)}): " + "  ".join(parts))
    for name, rows in answerable.items():
        kinds = sorted({r["category"] for r in rows})
        say(name + ": " + "   ".join(
            f"{CATEGORIES.get(c, c)} n={sum(r['category'] == c for r in rows)} "
            + " ".join(f"{np.mean([r[m] for r in rows if r['category'] == c]):.3f}" for m in measures)
            for c in kinds if len(kinds) > 1
        ))  # fmt: skip


def own_haystacks() -> list[Any]:
    """The chats and questions of this repository, in the shape of the evaluation script."""
    from written_questions import haystacks

    return haystacks()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evaluation", type=Path, help="eval_retrieval.py of the LoCoMo folder")
    parser.add_argument("--own", action="store_true", help="the questions written for this project")
    parser.add_argument("--systems", nargs="+", default=["recipe", "recipe:hybrid", "afterself_memory"])
    parser.add_argument("--against", nargs="+", default=["recipe", "recipe:hybrid"])
    parser.add_argument("--rows", type=Path, help="write one JSON line a question and system")
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    if arguments.own:
        haystacks = own_haystacks()
    else:
        spec = importlib.util.spec_from_file_location("evaluation", arguments.evaluation)
        assert spec is not None and spec.loader is not None
        evaluation = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(evaluation)
        haystacks = evaluation.load(arguments.evaluation.parent / "locomo5.json")
    results = {name: run(name, haystacks) for name in arguments.systems}
    print(header())
    table(results, [name for name in arguments.against if name in results], print)
    if arguments.rows:
        lines = (json.dumps({"system": name, **row}) for name, (rows, *_) in results.items() for row in rows)
        arguments.rows.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
