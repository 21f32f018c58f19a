"""Coverage-guided fuzzing of every parser of foreign exports (atheris, which is libFuzzer for Python).

    PYTHONPATH=src python -m benchmarks.hardening.fuzz --seconds 60 [--cpu 90 --minutes 60] [--only eml,x]

Each format is fuzzed in a process of its own, from the fixtures of the tests and the corpus of earlier runs
(`fuzz_targets`). The importers' bytecode is instrumented, so that inputs which reach new branches are kept.
A finding is whatever an importer must not do: raise anything but AfterselfError, yield a draft that cannot be
stored or a record of a thread that it did not declare, take longer than 20 s, or need more than 1 GB. atheris
(Apache-2.0) is needed by this script alone: pip install atheris.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.hardening.fuzz_targets import (
    CORPUS,
    FOUND,
    LONGEST,
    ROOT,
    TARGETS,
    check,
    importer_of,
    kept,
    seeds,
)
from benchmarks.hardening.results import Lines

RESULTS = ROOT / "benchmarks/results/fuzz.jsonl"
SLOWEST, MEMORY = 20, 1024
_DONE = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)")


def fuzz_one(target: str, corpus: Path, found: Path, seconds: int) -> None:
    """Fuzz one format in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["afterself.importers"]):
        importer = importer_of(target)

    def one(data: bytes) -> None:
        try:
            check(importer, target, data)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = f"{target}-{type(error).__name__}-{Path(where.filename).stem}-{where.lineno}"
            if not (found / name).exists():
                (found / name).write_bytes(data)
                (found / f"{name}.txt").write_text(traceback.format_exc())

    words = corpus.with_suffix(".words")
    words.write_text("".join(f'"{word}"\n' for word in _words(target)))
    arguments = [
        sys.argv[0], f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}", f"-artifact_prefix={found}/{target}-", f"-dict={words}", str(corpus),
    ]  # fmt: skip
    atheris.Setup(arguments, one)
    atheris.Fuzz()


def fuzz(target: str, seconds: int, work: Path) -> dict[str, Any]:
    """Fuzz one format in a child; what came of it."""
    corpus, found = work / target, work / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    begun = [*seeds(target), *kept(target).values()]
    for data in begun:
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.hardening.fuzz", "--child", target, "--seconds", str(seconds),
         "--work", str(work)],
        capture_output=True, text=True, errors="replace", cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = _DONE.findall(ran.stderr) or [("0", "0", "0", "0")]
    runs, coverage, features, inputs = (int(number) for number in told[-1])
    return {
        "format": target, "runs": runs, "edges": coverage, "edges_of_seeds": int(told[0][1]),
        "features": features,
        "seeds": len(begun), "corpus": inputs, "wall_s": round(time.monotonic() - started),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "findings": sorted(path.name for path in found.iterdir() if path.name.startswith(f"{target}-")),
        "ended": "in time" if ran.returncode == 0 else ran.stderr[-300:],
    }  # fmt: skip


def keep(target: str, work: Path, most: int = 100) -> None:
    """The smallest inputs that libFuzzer kept, and every finding ever, as one zip: the same for the same."""
    reached = sorted((work / target).iterdir(), key=lambda path: (path.stat().st_size, path.name))
    inputs = {path.name[:12]: path.read_bytes() for path in reached[:most]}
    found = sorted((work / "found").glob(f"{target}-*"))
    inputs.update({f"{FOUND}{one.name}": one.read_bytes() for one in found if one.suffix != ".txt"})
    inputs.update({name: data for name, data in kept(target).items() if name.startswith(FOUND)})
    CORPUS.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(CORPUS / f"{target}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(inputs.items()):
            packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def _words(target: str) -> list[str]:
    """What a format's files are made of: the most frequent names and marks of its seeds."""
    text = b"\n".join(seeds(target)).decode("latin-1")
    found = Counter(
        re.findall(r"[A-Za-z][\w:.-]{2,24}|[0-9]{1,2}[./:-][0-9]{1,2}|<[!/]?[\w:]+|\W{2,4}", text)
    )
    plain = (word for word, _ in found.most_common(600) if word.isascii() and word.isprintable())
    return [word for word in plain if '"' not in word and "\\" not in word][:300]


def together(before: dict[str, Any] | None, came: dict[str, Any]) -> dict[str, Any]:
    """Two turns of a format as one: the second went on from the first one's corpus."""
    if before is None:
        return came
    sums = {name: before[name] + came[name] for name in ("runs", "wall_s", "cpu_s")}
    first = {name: before[name] for name in ("edges_of_seeds", "seeds")}
    ended = came["ended"] if before["ended"] == "in time" else before["ended"]
    return {**came, **sums, **first, "ended": ended}


def turns(targets: list[str], asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Every format in turn, again and again until each had its CPU time; one result for each."""
    came: dict[str, dict[str, Any]] = {}
    ends = time.monotonic() + 60 * asked.minutes
    left = targets
    while left:
        for target in left:
            seconds = min(asked.seconds, int(ends - time.monotonic()))
            if target not in came or seconds > 0:
                came[target] = together(came.get(target), fuzz(target, max(seconds, 5), asked.work))
                keep(target, asked.work)
        short = time.monotonic() < ends
        left = [one for one in left if short and came[one]["cpu_s"] < asked.cpu]
    return list(came.values())


def main() -> int:
    """Every format in turn; 1 if anything was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60, help="wall time of a format's turn")
    parser.add_argument("--cpu", type=int, default=0, help="CPU-seconds that each format gets at least")
    parser.add_argument("--minutes", type=int, default=600, help="wall time after which no turn begins")
    parser.add_argument("--only", default="", help="names of formats, with commas")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-fuzz")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        fuzz_one(asked.child, asked.work / asked.child, asked.work / "found", asked.seconds)
        return 0
    lines = Lines(asked.results)
    bad = 0
    for came in turns(asked.only.split(",") if asked.only else list(TARGETS), asked):
        lines.add(**came)
        bad += len(came["findings"])
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
