"""How often memory declines what the owner never said, and whether it says why.

    PYTHONPATH=src python benchmarks/declining.py [--split dev|test] [--errors]

Three sets of claims/: questions about the demo person (unanswerable.jsonl, written without knowledge of
memory); what strangers ask her self (strangers.jsonl: about the world, about the machine, tasks, things
never told); and German questions about German chats (german/). Right are: an answer where the owner said
it; "never", "other" with the right person, "after", or "software" elsewhere. “Given” counts the answers
whose evidence is among the first five hits; “lost” those of them that are declined nevertheless. `--errors`
is for the dev half; the test half is for figures, once for a committed version.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory import Memory
from afterself.memory.ask import Answer
from afterself.memory.declining import declined, last_known, sure
from afterself.policy import View, open_view
from support_check import CLAIMS, auroc, imported, interval, plain
from this_machine import header

DRAWS = 500
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ADDED = ", of them added later"
Question = dict[str, Any]


@dataclass
class Tally:
    """What came of the questions of one kind."""

    said: Counter[str] = field(default_factory=Counter)
    right: list[float] = field(default_factory=list)
    sureness: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)


def questions(name: str, split: str) -> list[Question]:
    """One half of the questions of a file."""
    found = [json.loads(line) for line in (CLAIMS / name).read_text("utf-8").splitlines()]
    return [one for one in found if one["split"] == split]


def germans(folder: Path) -> Self:
    """A self with the German chats."""
    owner = "Henrike Vogt"
    self_ = Self.create(folder / "german", name=owner, right="fictional", allow=("archive",))
    import_path(self_, CLAIMS / "german/chats.jsonl", Options(me=(owner,)))
    return self_


def right(question: Question, given: str, who: str) -> bool:
    """Whether it did what this question asks for."""
    kind = question["kind"]
    if question.get("about") == "machine":
        return given in ("software", "never")
    if kind in ("answerable", "recorded"):
        return given == "answered"
    person = question.get("said_by", [{}])[0].get("author")
    return given == kind and (kind != "other" or person in (None, who))


def evidence_found(question: Question, answer: Answer) -> bool:
    """Whether one of the first five hits is what the question's author named."""
    ids = set(question["evidence"]) if question["id"].startswith("g") else set()
    excerpts = [] if ids else [plain(one["excerpt"]) for one in question["evidence"]]
    return any(
        hit.source_key.rsplit("/", 1)[1] in ids or any(one in plain(hit.text) for one in excerpts)
        for hit in answer.hits[:5]
    )


def measure(
    view: View, asked: list[Question], tallies: dict[str, Tally], prefix: str, *, errors: bool
) -> None:
    """Ask a self its questions."""
    memory, last = Memory(view), last_known(view)
    for question in asked:
        answer = memory.ask(question["question"], 10)
        why = declined(answer, last, NOW)
        given, who = (why.reason, why.who) if why else ("answered", "")
        kind = question.get("about") or question["kind"]
        language = question.get("language", "de")
        name = f"{prefix}{kind}" + ("" if language == "en" or prefix == "german: " else ", other languages")
        for tally in [tallies[name]] + ([tallies[name + ADDED]] if "added" in question else []):
            tally.said[given] += 1
            tally.right.append(float(right(question, given, who)))
            tally.sureness.append(sure(answer, last, NOW))
            if question["kind"] in ("answerable", "recorded") and evidence_found(question, answer):
                tally.lost.append(float(given != "answered"))
        if errors and not right(question, given, who):
            print(f"{prefix}{kind:10} {given:8} {answer.answerable:.2f}", question["question"])


def report(tallies: dict[str, Tally]) -> None:
    """Rates by kind, then how far the answerable ones stand before the others."""
    for name, one in tallies.items():
        refused = 1 - one.said["answered"] / len(one.right)
        lost = f" lost of the given {interval(one.lost)} n={len(one.lost)}" if one.lost else ""
        print(f"{name:36} n={len(one.right):3} declined {refused:.3f} right {interval(one.right)}", end=" ")
        print(f"{dict(one.said)}{lost}")
    for prefix, answerable in (
        ("demo: ", "demo: answerable"),
        ("strangers: ", "demo: answerable"),
        ("german: ", "german: recorded"),
    ):
        unanswered = {
            name.removeprefix(prefix): one.sureness
            for name, one in tallies.items()
            if name.startswith(prefix)
            and not name.endswith(ADDED)
            and name not in (answerable, f"{answerable}, other languages")
        }
        every = [value for values in unanswered.values() for value in values]
        for name, values in {"all": every, **unanswered}.items():
            print(f"AUROC {prefix}{name} {auroc_interval(tallies[answerable].sureness, values)}")


def auroc_interval(higher: list[float], lower: list[float]) -> str:
    """The chance that a question with an answer is surer than one without, with its 95 % interval."""
    drawn = random.Random(20261121)
    found = sorted(
        auroc(drawn.choices(higher, k=len(higher)), drawn.choices(lower, k=len(lower))) for _ in range(DRAWS)
    )
    return f"{auroc(higher, lower):.3f} [{found[DRAWS // 40]:.3f}, {found[-DRAWS // 40]:.3f}] n={len(lower)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    split, errors = arguments.split, arguments.errors and arguments.split == "dev"
    tallies: dict[str, Tally] = defaultdict(Tally)
    with tempfile.TemporaryDirectory() as folder:
        with open_view(imported(Path(folder)), "retrieve") as view:
            measure(view, questions("unanswerable.jsonl", split), tallies, "demo: ", errors=errors)
            measure(view, questions("strangers.jsonl", split), tallies, "strangers: ", errors=errors)
        with open_view(germans(Path(folder)), "retrieve") as view:
            measure(view, questions("german/questions.jsonl", split), tallies, "german: ", errors=errors)
    print(header())
    report(dict(sorted(tallies.items())))


if __name__ == "__main__":
    main()
