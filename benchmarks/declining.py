"""How often memory declines what the owner never said, and whether it says why.

    PYTHONPATH=src python benchmarks/declining.py [--split dev|test] [--errors]

Questions about the demo person (claims/unanswerable.jsonl, written without knowledge of memory), asked of a
self with her chats. Right are: an answer where she said it; "never", "other" with the right person, or
"after" elsewhere. `--errors` is for the dev half; the test half is for figures, once for a committed
version.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.memory import Memory
from afterself.memory.declining import declined, last_known, sure
from afterself.policy import open_view
from support_check import CLAIMS, auroc, imported, interval
from this_machine import header

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def questions(split: str) -> list[dict[str, Any]]:
    """One half of the questions."""
    found = [json.loads(line) for line in (CLAIMS / "unanswerable.jsonl").read_text("utf-8").splitlines()]
    return [one for one in found if one["split"] == split]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    said: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, list[float]] = defaultdict(list)
    sureness: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, open_view(imported(Path(folder)), "retrieve") as view:
        memory, last = Memory(view), last_known(view)
        for question in questions(arguments.split):
            answer = memory.ask(question["question"], 10)
            why = declined(answer, last, NOW)
            kind, given = question["kind"], why.reason if why else "answered"
            name = kind if question["language"] == "en" else f"{kind}, other languages"
            person = question.get("said_by", [{}])[0].get("author")
            fits = given == ("answered" if kind == "answerable" else kind)
            right[name].append(float(fits and (kind != "other" or (why is not None and why.who == person))))
            said[name][given] += 1
            if question["language"] == "en":
                sureness[kind].append(sure(answer, last, NOW))
            if arguments.errors and arguments.split == "dev" and not right[name][-1]:
                print(f"{kind:10} {given:8} {answer.answerable:.2f}", question["question"])
    print(header())
    for name, counts in sorted(said.items()):
        kind = name.split(",")[0]
        total = sum(counts.values())
        refused = f"declined {(total - counts['answered']) / total:.3f}  " if kind != "answerable" else ""
        if name == kind and kind != "answerable":
            refused += f"AUROC {auroc(sureness['answerable'], sureness[kind]):.3f}  "
        print(f"{name:28} n={total:3} {refused}right {interval(right[name])}  {dict(counts)}")
    unanswered = [value for kind, values in sureness.items() if kind != "answerable" for value in values]
    print(f"AUROC, all that cannot be answered (English): {auroc(sureness['answerable'], unanswered):.3f}")


if __name__ == "__main__":
    main()
