"""Rivals at the same work, in turn -> what each took, side by side, in a file that tells all about it.

A script of this folder gives its sides; each run is a fresh process of the same script (`--as SIDE`)
that does the work once and prints what it measured as one JSON object. Repeats alternate the order
(A B, B A, …), so that a busy machine slows both; a pair is one repeat. CPU seconds and peak memory of
the whole process come from the system. A result file is never replaced unless that is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from this_machine import ROOT, commit, described, load, machine

RESULTS = Path(__file__).resolve().parent / "results"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PYTHONHASHSEED": "0",
}
"""Every run is one thread of a process that asks no network."""


COMMIT = commit()
"""What is measured, asked for when the script starts."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing measured: its name in what a side prints, what to call it, and which way is good.

    The process as a whole gives `process_cpu_s`, `process_wall_s` and `process_peak_mib` unasked.
    """

    key: str
    title: str
    higher_is_better: bool = True
    check: bool = False
    """True if the sides should agree: it shows that they did the same work."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: what it said, what the system says of it, and the load when it began and ended."""

    side: str
    repeat: int
    values: dict[str, Any]
    load: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A set of runs under one name. `ours` is the side the others are held against."""

    name: str
    what: str
    ours: str
    metrics: Sequence[Metric]
    packages: Sequence[str]
    runs: list[Run] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alongside: frozenset[str] = frozenset()
    """Sides that do other work: shown, held against nobody."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was the same for all sides: sizes, hashes, settings."""

    @property
    def sides(self) -> list[str]:
        """The sides in the order given, ours first."""
        return list(dict.fromkeys([self.ours, *(run.side for run in self.runs)]))

    def values(self, side: str, key: str) -> list[float]:
        """A metric of a side over the repeats; empty if it does not report it."""
        runs = sorted((run for run in self.runs if run.side == side), key=lambda run: run.repeat)
        return [float(run.values[key]) for run in runs if run.values.get(key) is not None]


def common_arguments(description: str | None, default_repeats: int = 5) -> argparse.ArgumentParser:
    """The arguments that all comparisons share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=default_repeats, help="pairs of runs (default: 5)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder that the result goes to")
    parser.add_argument("--replace", action="store_true", help="replace a result of the same name")
    parser.add_argument("--as", dest="side", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    return parser


def need_room(folder: Path, name: str, *, replace: bool) -> None:
    """Stop before anything runs if a result of this name is there already."""
    there = [path.name for path in _files(folder, name) if path.exists()]
    if there and not replace:
        sys.exit(f"{' and '.join(there)} stand in {folder}; --replace measures again and replaces them.")


def alternate(sides: Sequence[str], repeats: int, run: Callable[[str, int], Run]) -> list[Run]:
    """Every side once per repeat, the order turned round each time; progress goes to standard error."""
    runs = []
    for repeat in range(repeats):
        for side in sides if repeat % 2 == 0 else list(reversed(sides)):
            found = run(side, repeat)
            runs.append(found)
            cpu = found.values["process_cpu_s"]
            print(f"{repeat + 1}/{repeats}  {side:24} {cpu:8.2f} CPU-s", file=sys.stderr, flush=True)
    return runs


def in_a_process(side: str, repeat: int, script: str, *arguments: str) -> Run:
    """Run `script --as SIDE` once; SystemExit with its error output if it fails."""
    return measured([*script_command(script, side), "--seed", str(repeat), *arguments], side, repeat)


def script_command(script: str, side: str) -> list[str]:
    """How a script of this folder is run for one side."""
    return [sys.executable, script, "--as", side]


def measured(command: Sequence[str], side: str, repeat: int) -> Run:
    """One process: CPU, wall and peak memory from the system, the rest from its last line of output.

    Linux counts the parent's memory as the child's peak until the child has become another program:
    this module imports nothing large.
    """
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": _with_source()}
    before, began = load(), time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )
    assert child.stdout is not None and child.stderr is not None
    out, errors = _both(child)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{side}: the run ended with {child.returncode}\n{errors[-4000:]}")
    values = json.loads(out.strip().rsplit("\n", 1)[-1])
    values |= {
        "process_cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "process_wall_s": round(wall, 3),
        "process_peak_mib": round(usage.ru_maxrss / 1024, 1),
    }
    return Run(side, repeat, values, (before, load()))


def forked(side: str, repeat: int, work: Callable[[], Mapping[str, Any]]) -> Run:
    """The same for sides whose modules take long to import: a copy of this process does the work.

    CPU seconds are those of the copy; what it had imported before is in its peak memory.
    """
    before, began = load(), time.perf_counter()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, json.dumps(work()).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123  a descriptor, no path
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{side}: the run ended with {os.waitstatus_to_exitcode(status)}")
    values = {
        **json.loads(told),
        "process_cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "process_wall_s": round(time.perf_counter() - began, 3),
        "process_peak_mib": round(usage.ru_maxrss / 1024, 1),
    }
    return Run(side, repeat, values, (before, load()))


def _both(child: subprocess.Popen[str]) -> tuple[str, str]:
    """Both outputs to their ends, without reaping the child: its usage is asked of the system."""
    from threading import Thread

    assert child.stdout is not None and child.stderr is not None
    errors: list[str] = []
    reader = Thread(target=lambda: errors.append(child.stderr.read()))  # type: ignore[union-attr]
    reader.start()
    out = child.stdout.read()
    reader.join()
    return out, errors[0]


def _with_source() -> str:
    inherited = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(part for part in (str(ROOT / "src"), inherited) if part)


def say(values: Mapping[str, Any]) -> None:
    """What a side measured, as the last line of its output."""
    print(json.dumps(values), flush=True)


def finish(comparison: Comparison, folder: Path, *, replace: bool) -> None:
    """Write results/NAME.json and NAME.txt and show the latter."""
    need_room(folder, comparison.name, replace=replace)
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_text = _files(folder, comparison.name)
    found = {
        "name": comparison.name,
        "what": comparison.what,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": COMMIT,
        "command": _command(),
        "machine": machine(comparison.packages),
        "threads": 1,
        "facts": comparison.facts,
        "notes": comparison.notes,
        "summary": {metric.key: _summary(comparison, metric) for metric in comparison.metrics},
        "runs": [asdict(run) for run in comparison.runs],
    }
    as_json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = _text(comparison, found)
    as_text.write_text(text, encoding="utf-8")
    print(text, end="")


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.json", folder / f"{name}.txt"


def _command() -> str:
    arguments = [one for one in sys.argv[1:] if one != "--replace"]
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *arguments])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Least, median and greatest of some values."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def _summary(comparison: Comparison, metric: Metric) -> dict[str, Any]:
    """Each side's spread, and ours divided by theirs pair by pair."""
    sides: dict[str, Any] = {}
    ours = comparison.values(comparison.ours, metric.key)
    for side in comparison.sides:
        values = comparison.values(side, metric.key)
        if not values:
            continue
        sides[side] = spread(values)
        if side not in (comparison.ours, *comparison.alongside) and len(values) == len(ours) and all(values):
            ratios = [a / b for a, b in zip(ours, values, strict=True)]
            won = sum(a > b if metric.higher_is_better else a < b for a, b in zip(ours, values, strict=True))
            sides[side] |= {"ours_over_theirs": spread(ratios), "ours_better_in": won, "pairs": len(ratios)}
    return sides


def _verdict(one: Mapping[str, Any]) -> str:
    won, pairs = one["ours_better_in"], one["pairs"]
    if won == pairs:
        return f"ours better in all {pairs} pairs"
    return (
        f"ours WORSE in all {pairs} pairs" if won == 0 else f"within noise: ours better in {won} of {pairs}"
    )


def _text(comparison: Comparison, found: Mapping[str, Any]) -> str:
    loads = [one for run in comparison.runs for one in run.load if one is not None]
    repeats = 1 + max(run.repeat for run in comparison.runs)
    lines = [
        f"# {comparison.what}",
        f"# {found['date']}, commit {found['commit']}, load {min(loads):.1f} to {max(loads):.1f}, one thread"
        if loads else f"# {found['date']}, commit {found['commit']}, one thread",
        *(f"# {line}" for line in described(found["machine"]).split("\n")),
        f"$ {found['command']}",
        *(f"{name}: {value}" for name, value in comparison.facts.items()),
        f"{repeats} repeats in alternating order: min / median / max; ratio: ours over theirs in a repeat",
    ]  # fmt: skip
    for metric in comparison.metrics:
        meant = "higher is better" if metric.higher_is_better else "lower is better"
        lines += ["", f"{metric.title} ({'should agree' if metric.check else meant})"]
        for side, one in found["summary"][metric.key].items():
            line = f"  {side:28}{_three(one):>32}"
            if "pairs" in one:
                line += f"    ratio {_three(one['ours_over_theirs'])}  "
                line += "" if metric.check else _verdict(one)
            lines.append(line.rstrip())
    lines += ["", *comparison.notes] if comparison.notes else []
    return "\n".join(lines) + "\n"


def _three(one: Mapping[str, float]) -> str:
    return " / ".join(_number(one[key]) for key in ("min", "median", "max"))


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}" if abs(value) >= 0.1 else f"{value:.2g}"
