"""How long a self of very many records takes to answer, in one process, after it was unlocked.

    python benchmarks/million_records.py DIR [--passphrase-file FILE] [--repeats 5]

DIR is a self that something was imported into by the real command. Each question opens its own view, as the
command does, and is asked a few times; the first time is told apart, since the file may not be in memory
then.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from afterself.home.folder import Self
from afterself.memory.search import search
from afterself.policy import open_view
from this_machine import header


def questions(self_: Self) -> dict[str, Callable[[], object]]:
    """What a person asks first, by the command that asks it."""

    def page() -> object:
        with open_view(self_, "list") as view:
            return list(itertools.islice(view.records(), 100)), view.overview.how_many()

    def found(words: str) -> Callable[[], object]:
        def ask() -> object:
            with open_view(self_, "retrieve") as view:
                return search(view, words)

        return ask

    def listed(what: str) -> Callable[[], object]:
        def ask() -> object:
            with open_view(self_, "list") as view:
                return {
                    "people": view.people,
                    "imports": view.history.imports,
                    "threads": view.threads,
                    "counts": view.overview.counts,
                    "languages": view.own.languages,
                }[what]()

        return ask

    return {
        "status: counts": listed("counts"),
        "status: languages": listed("languages"),
        "people": listed("people"),
        "records, first 100": page,
        "imports": listed("imports"),
        "threads": listed("threads"),
        "search, three rare words": found("zuzutas vuelqui hagwemsto"),
        "search, a common word": found("lo"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("self", type=Path)
    parser.add_argument("--passphrase-file", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    word = given.passphrase_file.read_text(encoding="utf-8").strip() if given.passphrase_file else None
    self_ = Self.open(given.self, word)
    print(header())
    with open_view(self_, "list") as view:
        counts = view.overview.counts()
    print(json.dumps({
        "encrypted": self_.encrypted, "records": counts.records, "threads": counts.threads,
        "archive_mib": round(self_.archive_path.stat().st_size / 2**20, 1), "repeats": given.repeats,
    }))  # fmt: skip
    for name, ask in questions(self_).items():
        cpu, wall = [], []
        for _ in range(given.repeats):
            began, at = time.process_time(), time.perf_counter()
            ask()
            cpu.append((time.process_time() - began) * 1000)
            wall.append((time.perf_counter() - at) * 1000)
        ms = {"first": round(cpu[0]), "median": round(statistics.median(cpu)), "max": round(max(cpu))}
        print(json.dumps({"question": name, "cpu_ms": ms, "wall_ms_least": round(min(wall))}))


if __name__ == "__main__":
    main()
