"""A stranger's first questions to a self: is the first quote an answer, and is none given where none is?

    PYTHONPATH=src python benchmarks/first_questions.py [--split dev|test] [--each]

Two selves: the demo person, and an invented piano tuner with 112 messages and notes (tests/memory/first).
The questions (age, birthday, home, work, family, who somebody is, when something was, tastes, things never
told) were written before anything was changed for them; odd ones of each kind are dev, even ones test. What
is judged is the order that a person sees. `--each` prints every question of the dev half; the test half is
for figures.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory import Memory
from afterself.memory.ask import Answer, Hit, own_words_first
from afterself.memory.declining import Declined, declined, last_known
from afterself.policy import View, open_view
from support_check import imported, plain
from this_machine import header

WRITTEN = Path(__file__).resolve().parent.parent / "tests/memory/first"
TUNER = "Yusuf Lindqvist"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
MOST = 10
Question = dict[str, Any]


def questions(name: str, split: str) -> list[Question]:
    """One half of a file."""
    found = [json.loads(line) for line in (WRITTEN / name).read_text("utf-8").splitlines()]
    return [one for one in found if one["split"] == split]


def selves(folder: Path) -> Iterator[tuple[str, Self, str]]:
    """Each self with the name of its questions."""
    yield "demo", imported(folder), "demo_questions.jsonl"
    self_ = Self.create(folder / "tuner", name=TUNER, right="fictional", allow=("archive",))
    import_path(self_, WRITTEN / "chats.jsonl", Options(me=(TUNER,)))
    yield "tuner", self_, "questions.jsonl"


def shown(answer: Answer, why: Declined | None) -> list[Hit]:
    """The quotes of an answer in the order in which they are shown; none where it is declined."""
    if why is not None and why.reason != "other":
        return []
    leading = [hit for hit in answer.hits if not hit.is_owner and hit.author == why.who] if why else []
    return [*leading, *own_words_first([hit for hit in answer.hits if hit not in leading])]


def answers(hit: Hit, question: Question) -> bool:
    """Whether a quote, alone or with the words before it that are shown with it, is what was named."""
    if hit.source_key.rsplit("/", 1)[1] in question["answers"]:
        return True
    before = hit.context_before.text if hit.context_before else ""
    texts = [plain(hit.text), plain(before)]
    return any(plain(one) in text for one in question["answers"] for text in texts if len(one) > 4)


def came_of(question: Question, quotes: list[Hit]) -> str:
    """What came of one question."""
    if not question["answers"]:
        return "wrong quote" if quotes else "declined"
    if not quotes:
        return "nothing shown"
    return "answer first" if answers(quotes[0], question) else "wrong quote"


def wilson(right: int, n: int) -> str:
    """A share with its 95 % interval (Wilson, 1927)."""
    if not n:
        return "none"
    p, z = right / n, 1.96
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return f"{p:.3f} [{(middle - half) / whole:.3f}, {(middle + half) / whole:.3f}]"


def measure(view: View, asked: list[Question], *, each: bool) -> Iterator[tuple[Question, str, list[Hit]]]:
    """Ask one self its questions."""
    memory, last = Memory(view), last_known(view)
    for question in asked:
        answer = memory.ask(question["question"], MOST)
        quotes = shown(answer, declined(answer, last, NOW))
        came = came_of(question, quotes)
        if each:
            first = quotes[0].text[:70].replace("\n", " ") if quotes else ""
            print(f"{came:13} {answer.answerable:.2f} {question['question']:42} {first}")
        yield question, came, quotes


def report(came: list[tuple[Question, str, list[Hit]]]) -> None:
    """Rates over all, then by kind."""
    recorded = [(q, said) for q, said, _ in came if q["answers"]]
    nothing = [said for q, said, _ in came if not q["answers"]]
    for what in ("answer first", "wrong quote", "nothing shown"):
        right = sum(said == what for _, said in recorded)
        print(f"  recorded n={len(recorded)}: {what:14} {wilson(right, len(recorded))}")
    held = sum(any(answers(hit, q) for hit in quotes[:3]) for q, _, quotes in came if q["answers"])
    print(f"  recorded n={len(recorded)}: among first 3  {wilson(held, len(recorded))}")
    print(f"  nothing  n={len(nothing)}: declined       {wilson(nothing.count('declined'), len(nothing))}")
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for question, said, _ in came:
        by_kind[question["about"]][said] += 1
    for kind, counts in by_kind.items():
        print(f"    {kind:10} {dict(counts)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--each", action="store_true")
    arguments = parser.parse_args()
    each = arguments.each and arguments.split == "dev"
    every: list[tuple[Question, str, list[Hit]]] = []
    print(header())
    with tempfile.TemporaryDirectory() as folder:
        for name, self_, file in selves(Path(folder)):
            with open_view(self_, "retrieve") as view:
                came = list(measure(view, questions(file, arguments.split), each=each))
            print(f"{name}, {arguments.split} half")
            report(came)
            every += came
    print(f"both, {arguments.split} half")
    report(every)


if __name__ == "__main__":
    main()
