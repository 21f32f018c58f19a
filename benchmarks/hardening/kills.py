"""SIGKILL at random moments all over the road: nothing lost, nothing doubled, nothing left behind.

    PYTHONPATH=src python -m benchmarks.hardening.kills [--seed 1] [--only NAME,NAME] [--kills N]

Each step of the road is first run unbroken, and timed. Then copies of the same self are killed at a moment
drawn evenly from that time, some of them several times, looked at, run again to the end, and looked at
again. A kill that came after the end does not count and is drawn anew. Goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.hardening import road
from benchmarks.hardening.damage import State, damage, state
from benchmarks.hardening.results import Lines
from benchmarks.hardening.road import OWNER, Workshop

RESULTS = Path(__file__).parents[1] / "results" / "kills.jsonl"


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the road, from which self it starts, and how often it is killed."""

    name: str
    kills: int
    begins: str
    command: Callable[[Path], Sequence[object]]
    program: str | None = None
    stdin: str = ""
    writes: tuple[str, ...] = ()
    row: int = 2
    """Most kills in a row before the command may end."""
    done: str = ""
    """What the command says when it is run again and was done already; it may refuse then."""


@dataclass
class Killing:
    """The workshop with its prepared selves, and what the unbroken runs gave."""

    shop: Workshop
    base: Path
    seed: int
    lines: Lines
    unbroken: dict[str, tuple[float, State | None, dict[str, Any]]] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        return self.shop.folder / name

    def fresh(self, step: Step) -> Path:
        """A copy of the self that the step starts from, in a folder with nothing beside it."""
        place = self.file("place")
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(self.shop.temporary, ignore_errors=True)
        place.mkdir()
        if step.begins:
            shutil.copytree(self.file("prepared") / step.begins, place / "ida")
        return place / "ida"

    def start(self, step: Step, self_: Path) -> subprocess.Popen[bytes]:
        stdin = self.file("stdin")
        stdin.write_text(step.stdin, encoding="utf-8")
        return self.shop.start(*step.command(self_), program=step.program, stdin=stdin)

    def measure(self, step: Step) -> tuple[float, State | None, dict[str, Any]]:
        """How long an unbroken run takes, and what it leaves."""
        if step.name not in self.unbroken:
            self_ = self.fresh(step)
            began = time.monotonic()
            ran = self.shop.told(self.start(step, self_))
            took = time.monotonic() - began
            assert ran.code == 0, (step.name, ran.err[-2000:])
            wrong = self.look(step, self_, settled=True)
            assert not wrong, (step.name, wrong)
            self.unbroken[step.name] = took, state(self_), made(self_, step)
        return self.unbroken[step.name]

    def look(self, step: Step, self_: Path, *, settled: bool) -> list[str]:
        """What is wrong with the self and with the files that the step writes outside it."""
        wrong = damage(self_, settled=settled, temporary=self.shop.temporary)
        for name in step.writes:
            path = self_.parent / name
            if path.exists() and not whole(path):
                wrong.append(f"{name} is half")
            if settled and not path.exists():
                wrong.append(f"{name} is missing")
        return wrong

    def kill(self, step: Step, number: int) -> bool:
        """One trial: kill, look, perhaps kill again, run to the end, look; whether it was alive."""
        rng = random.Random(f"{self.seed}/{step.name}/{number}")
        duration, after, promised = self.measure(step)
        self_ = self.fresh(step)
        before = state(self_)
        at, hits, wrong, seen = list[float](), 0, list[str](), list[str]()
        for _ in range(rng.randint(1, step.row) if step.row < 3 else step.row):
            at.append(round(rng.uniform(0, duration), 3))
            running = self.start(step, self_)
            time.sleep(at[-1])
            hits += running.poll() is None
            running.send_signal(signal.SIGKILL)
            running.wait()
            wrong += [f"after the kill: {one}" for one in self.look(step, self_, settled=False)]
            seen.append(where(state(self_), before, after))
            if seen[-1] == "neither":
                wrong.append("after the kill the self holds neither what it held nor what it should")
        began = time.monotonic()
        ended = self.shop.told(self.start(step, self_))
        # A busy machine is not always equally busy: what is drawn next is drawn from the shorter time.
        self.unbroken[step.name] = min(duration, time.monotonic() - began), after, promised
        if ended.code and not (step.done and step.done in ended.err):
            wrong.append(f"the next command fails: {ended.err[-300:]}")
        wrong += [f"after the next command: {one}" for one in self.look(step, self_, settled=True)]
        if state(self_) != after:
            wrong.append("after the next command the self does not hold what it should")
        wrong += differences(promised, made(self_, step))
        self.lines.add(
            step=step.name, number=number, at=at, of=round(duration, 3), kills=hits, found=seen, wrong=wrong
        )
        return bool(hits)


def where(found: State | None, before: State | None, after: State | None) -> str:
    """Which of the two allowed states a killed command left."""
    if found == after and found != before:
        return "after"
    # An archive without a record is what a first import makes before it stores anything.
    return "before" if found == before or (not before and not found) else "neither"


def whole(path: Path) -> bool:
    """Whether each line of an exported file is complete."""
    text = path.read_text(encoding="utf-8")
    try:
        return text.endswith("\n") and all(json.loads(line) for line in text.splitlines())
    except ValueError:
        return False


def made(self_: Path, step: Step) -> dict[str, Any]:
    """What training made, as far as it must be the same however often it was killed."""
    found: dict[str, Any] = {}
    for manifest in sorted((self_ / "weights").glob("*/manifest.json")):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        found = {name: facts[name] for name in ("tokens", "bits_base", "bits_weights", "examples")}
        found["steps"] = facts["settings"]["steps"]
    for name in step.writes:
        path = self_.parent / name
        found[name] = path.read_text(encoding="utf-8") if path.exists() else None
    return found


def differences(promised: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """How the outcome differs from the unbroken run's; figures of likeness by more than 1e-3 nat a byte."""
    if promised.keys() != found.keys():
        return ["what was made differs from the unbroken run"]
    wrong = []
    for name, one in promised.items():
        other = found[name]
        near = isinstance(one, float) and isinstance(other, float) and abs(one - other) < 1e-3
        if one != other and not near:
            wrong.append(f"{name} differs from the unbroken run")
    return wrong


def prepare(killing: Killing) -> None:
    """The selves that the steps start from: empty, with a chat, with both chats, trained."""
    prepared, shop = killing.file("prepared"), killing.shop
    said, kitchen = road.messages(500), road.messages(500, contact="Ben", seed=2)
    road.whatsapp_zip(killing.file("first/WhatsApp Chat - Anna.zip"), said[:700])
    road.whatsapp_zip(killing.file("later/WhatsApp Chat - Anna.zip"), said)
    road.json_lines(killing.file("first/kitchen.jsonl"), kitchen[:700])
    road.json_lines(killing.file("later/kitchen.jsonl"), kitchen)
    road.json_lines(killing.file("short.jsonl"), road.messages(60))
    if (prepared / "trained").exists():
        return
    shutil.rmtree(prepared, ignore_errors=True)
    prepared.mkdir(parents=True)

    def do(*arguments: object) -> None:
        ran = shop.run(*arguments)
        assert ran.code == 0, ran.err

    for name in ("empty", "chat", "rows", "both", "short"):
        do(*road.new_arguments(prepared / name))
    chat, rows = killing.file("first/WhatsApp Chat - Anna.zip"), killing.file("first/kitchen.jsonl")
    for name, paths in {"chat": [chat], "rows": [rows], "both": [chat, rows]}.items():
        do("--self", prepared / name, "import", *paths, "--me", OWNER, "--yes", "--json")
    do("--self", prepared / "short", "import", killing.file("short.jsonl"), "--me", OWNER, "--yes", "--json")
    shutil.copytree(prepared / "short", prepared / "making")
    do(*road.train_arguments(prepared / "making", killing.base, epochs=2))
    (prepared / "making").rename(prepared / "trained")


def steps(killing: Killing) -> list[Step]:
    """The road, in the order in which it is walked."""
    base = killing.base

    def importing(folder: str, name: str) -> Callable[[Path], Sequence[object]]:
        path = killing.file(f"{folder}/{name}")
        return lambda self_: ["--self", self_, "import", path, "--me", OWNER, "--yes", "--json"]

    def on(*words: object) -> Callable[[Path], Sequence[object]]:
        return lambda self_: ["--self", self_, *words]

    chat, rows = "WhatsApp Chat - Anna.zip", "kitchen.jsonl"
    said = "Good morning!\nWho baked bread on Sunday?\n/retry\n/history\n/to Anna\nAre you there?\n/history\n"
    return [
        Step("new", 4, "", lambda self_: road.new_arguments(self_), done="exists already"),
        Step("import a WhatsApp zip", 8, "empty", importing("first", chat)),
        Step("import a longer WhatsApp zip", 8, "chat", importing("later", chat)),
        Step("import JSON Lines", 7, "empty", importing("first", rows)),
        Step("import longer JSON Lines", 7, "rows", importing("later", rows)),
        Step("people not-me", 4, "both", on("people", "not-me", OWNER)),
        Step("people merge", 4, "both", on("people", "merge", "Anna", "Ben"), done="are one contact already"),
        Step("people exclude", 4, "trained", on("people", "exclude", "Anna", "--yes")),
        Step("forget a record", 6, "trained", on("forget", "--record", a_record(killing), "--yes"),
             done="of this self"),
        Step("forget a contact", 6, "both", on("forget", "--contact", "Ben", "--with-replies", "--yes"),
             done="Nobody"),
        Step("dataset --export", 6, "both", lambda self_: [
            "--self", self_, "dataset", "--base", base, "--export", self_.parent / "chats.jsonl"],
            writes=("chats.jsonl",), done="exists already"),
        Step("train", 24, "short", lambda self_: road.train_arguments(self_, base, epochs=2),
             program=road.OFTEN, row=8),
        Step("evaluate", 4, "trained", on("evaluate", "--json")),
        Step("ask", 4, "both", on("ask", "Who baked bread?", "--json")),
        Step("reply", 4, "trained", on("reply", "--file", "-", "--json"),
             stdin='{"context": [{"author": "Anna", "text": "who baked bread?"}]}\n' * 5),
        Step("talk", 8, "trained", on("talk", "--seed", "1"), stdin=said),
    ]  # fmt: skip


def a_record(killing: Killing) -> str:
    """The id of the first record of the trained self."""
    ran = killing.shop.run("--self", killing.file("prepared/trained"), "records", "--json", "--limit", 1)
    return str(json.loads(ran.out)["id"])


def main() -> None:
    """Kill until every step has been hit as often as it should; sum up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="names of steps, with commas")
    parser.add_argument("--kills", type=int, help="so many for each step instead of its own number")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-kills")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    shop = Workshop(asked.work.resolve())
    killing = Killing(shop, road.tiny_base(shop.folder / "base"), asked.seed, Lines(asked.results))
    prepare(killing)
    for step in steps(killing):
        if asked.only and step.name not in asked.only.split(","):
            continue
        done = [line for line in killing.lines.done if line.get("step") == step.name]
        hits, number = sum(line["kills"] for line in done), len(done)
        while hits < (asked.kills or step.kills):
            killing.kill(step, number)
            hits, number = hits + killing.lines.done[-1]["kills"], number + 1
    sum_up(killing.lines)


def sum_up(lines: Lines) -> None:
    """How many kills hit, where they found the self, and what was wrong."""
    trials = [line for line in lines.done if "step" in line]
    found = Counter(one for line in trials for one in line["found"])
    lines.add(
        kills=sum(line["kills"] for line in trials),
        by_step={name: sum(line["kills"] for line in trials if line["step"] == name)
                 for name in dict.fromkeys(line["step"] for line in trials)},
        found=dict(found), trials_with_something_wrong=sum(bool(line["wrong"]) for line in trials),
    )  # fmt: skip


if __name__ == "__main__":
    main()
