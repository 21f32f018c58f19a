"""How many of the quotes that are shown answer the question, and how many of the answers are shown.

    PYTHONPATH=src python benchmarks/quotes_shown.py

On the invented chats of tests/memory/dev, which the rule in `memory.shown` was chosen on: ten quotes, the
first few, a list that ends some way below the best score, and the rule as it is. Of the questions that are
answered at all; a quote is right if the question's author named it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory import Hit, Memory
from afterself.memory.shown import AT_LEAST, FALLS_OFF, worth_showing
from afterself.policy import open_view
from this_machine import header

DEV = Path(__file__).resolve().parent.parent / "tests/memory/dev"
SETS = (
    ("Nora Whitlock", "chats.jsonl", "questions.jsonl"),
    ("Imogen", "friends.jsonl", "friends_questions.jsonl"),
)
Rule = Callable[[Sequence[Hit]], Sequence[Hit]]


def answered() -> Iterator[tuple[list[Hit], set[str]]]:
    """The ten hits of each question that is answered, and the native ids of those that answer."""
    with tempfile.TemporaryDirectory() as folder:
        for owner, chats, questions in SETS:
            self_ = Self.create(Path(folder) / owner, name=owner, right="fictional", allow=("archive",))
            import_path(self_, DEV / chats, Options(me=(owner,)))
            with open_view(self_, "retrieve") as view:
                memory = Memory(view)
                for question in map(json.loads, (DEV / questions).read_text("utf-8").splitlines()):
                    answer = memory.ask(question["question"], 10)
                    if question["kind"] == "recorded" and answer.recorded:
                        yield list(answer.hits), set(question["evidence"])


def near(gap: float, least: int = 1) -> Rule:
    """At least so many, then those that near the best one."""
    return lambda hits: [
        hit for n, hit in enumerate(hits) if n < least or hit.score >= max(h.score for h in hits) - gap
    ]


def first(k: int) -> Rule:
    """The first `k`."""
    return lambda hits: hits[:k]


def main() -> None:
    found = list(answered())
    rules: dict[str, Rule] = {"all ten": first(10)}
    rules |= {f"first {k}": first(k) for k in (1, 2, 3, 5)}
    rules |= {f"within {gap} of the best": near(gap) for gap in (0.5, 1, 1.5, 2, 3)}
    rules |= {f"two, then within {gap}": near(gap, 2) for gap in (0.5, 1, 1.5, 2, 3)}
    rules[f"as shown ({AT_LEAST}, within {FALLS_OFF})"] = worth_showing
    print(header())
    print(f"{len(found)} questions")
    for name, rule in rules.items():
        shown = [([hit.source_key.rsplit("/", 1)[1] for hit in rule(hits)], gold) for hits, gold in found]
        right = sum(len(set(ids) & gold) for ids, gold in shown)
        many, all_ = sum(len(ids) for ids, _ in shown), sum(len(gold) for _, gold in shown)
        rates = f"precision {right / many:.3f}  recall {right / all_:.3f}  quotes {many / len(shown):.2f}"
        print(f"{name:24} {rates}")


if __name__ == "__main__":
    main()
