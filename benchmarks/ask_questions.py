"""How well a self's memory answers a file of questions: hit@k, and how it tells what was never said.

    PYTHONPATH=src python benchmarks/ask_questions.py --me NAME EXPORT… --questions questions.jsonl

Exports are imported into a self in a temporary folder. A line of questions is {"question", and either
"answerable" with the "quote" that answers, or "kind" ("recorded", or why not) with "evidence", native ids}.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory.ask import Hit, Memory, own_words_first
from afterself.policy import open_view
from this_machine import header

KS = (1, 5, 10)


def answers(hit: Hit, question: dict[str, Any]) -> bool:
    """Whether a hit is what the question's author named as its answer."""
    if question.get("evidence"):
        return hit.source_key.rsplit("/", 1)[1] in question["evidence"]
    return plain(question["quote"]) in plain(hit.text)


def plain(text: str) -> str:
    """Text for comparing: one kind of apostrophe and blank, no invisible marks."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\u200e", "")).lower()


def auroc(higher: list[float], lower: list[float]) -> float:
    """The chance that one of `higher` exceeds one of `lower`."""
    wins = sum((a > b) + 0.5 * (a == b) for a in higher for b in lower)
    return wins / (len(higher) * len(lower))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exports", nargs="+", type=Path)
    parser.add_argument("--me", required=True)
    parser.add_argument("--questions", required=True, type=Path)
    arguments = parser.parse_args()
    questions = [json.loads(line) for line in arguments.questions.read_text("utf-8").splitlines()]
    sure: dict[str, list[float]] = defaultdict(list)
    answered: dict[str, list[bool]] = defaultdict(list)
    ranks: dict[str, list[list[bool]]] = {"as ranked": [], "own words first": []}
    with tempfile.TemporaryDirectory() as folder:
        self_ = Self.create(Path(folder) / "self", name=arguments.me, right="research", allow=("archive",))
        for export in arguments.exports:
            import_path(self_, export, Options(me=(arguments.me,)))
        with open_view(self_, "retrieve") as view:
            memory = Memory(view)
            for question in questions:
                kind = question.get("kind") or ("recorded" if question["answerable"] else "never mentioned")
                answer = memory.ask(question["question"], max(KS))
                sure[kind].append(answer.answerable)
                answered[kind].append(answer.recorded)
                if kind == "recorded":
                    for name, hits in (
                        ("as ranked", answer.hits),
                        ("own words first", own_words_first(answer.hits)),
                    ):
                        ranks[name].append([answers(hit, question) for hit in hits])
    print(header())
    for name, found in ranks.items():
        rates = "  ".join(f"hit@{k} {sum(any(one[:k]) for one in found) / len(found):.3f}" for k in KS)
        print(f"{name:16} n={len(found)}  {rates}")
    for kind, values in sure.items():
        share = sum(answered[kind]) / len(values)
        against = "" if kind == "recorded" else f"  AUROC {auroc(sure['recorded'], values):.3f}"
        print(f"{kind:22} n={len(values)}  answered: {share:.3f}{against}")


if __name__ == "__main__":
    main()
