"""What it costs to know a chat again in another source, and how much of it is known.

    python benchmarks/same_words.py --messages 20000 --rounds 3

Imports a made-up WhatsApp chat into an empty self, then the same chat as another program exports it (times
to the minute, two of four names otherwise), then a third chat that shares nothing but short words. Tells
messages per CPU-second of each, how many sayings of the second were linked with the right one, and how many
of either with a wrong one. A version without links tells the speeds alone: so before and after compare.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import ViewRecord, open_view
from this_machine import header
from whatsapp_maker import AUTHORS, write

ME = AUTHORS[0]
OTHERWISE = {AUTHORS[1]: "sadira", AUTHORS[2]: AUTHORS[2], AUTHORS[3]: AUTHORS[3], ME: "me myself"}
SHORT = ("ok", "yes", "no", "haha", "see you", "thanks", "where are you?", "on my way")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(header())
    for number in range(given.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
            told = _round(Path(folder), 200 if number == 0 else given.messages)
        if number:  # the first one loads what is loaded once
            print(json.dumps(told), flush=True)


def _round(folder: Path, messages: int) -> dict[str, Any]:
    self_ = Self.create(folder / "self", name="Speed", right="research", allow=("archive",))
    chat = folder / "WhatsApp Chat with all.txt"
    write(messages, chat)
    told: dict[str, Any] = {"first": _speed(self_, chat)}
    with open_view(self_, "list") as view:
        said = [one for one in view.records() if one.kind == "message" and one.words and one.said_at]
    twin, third = folder / "twin.jsonl", folder / "third.jsonl"
    _write(twin, [("twin", one.said_at, OTHERWISE[one.author_name], one.text) for one in said])
    draw = random.Random(0)
    _write(
        third,
        [
            ("third", one.said_at, draw.choice((ME, AUTHORS[2])),
             draw.choice(SHORT) if n % 2 else f"this was never said before, and is number {n}")
            for n, one in enumerate(said)
        ],
    )  # fmt: skip
    told["twin"], told["third"] = _speed(self_, twin), _speed(self_, third)
    with open_view(self_, "list") as view:
        records = {one.id: one for one in view.records()}
    if "same_as" in ViewRecord.__slots__:
        told |= _right(records)
    return told


def _write(path: Path, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for conversation, at, author, text in rows:
            moment = at.replace(second=0).isoformat()
            line = {"conversation": conversation, "time": moment, "author": author, "text": text}
            file.write(json.dumps(line) + "\n")


def _speed(self_: Self, export: Path) -> int:
    """Messages stored per CPU-second."""
    cpu = time.process_time()
    summary = import_path(self_, export, Options(me=(ME, "me myself"), zone="UTC"))
    return round(summary.new / (time.process_time() - cpu))


def _right(records: dict[str, ViewRecord]) -> dict[str, int]:
    twins = [one for one in records.values() if one.thread_title == "twin"]
    pairs = [(one, records[one.same_as]) for one in records.values() if one.same_as]
    right = sum(
        one.thread_title == "twin" and first.text == one.text and first.said_at is not None
        and one.said_at == first.said_at.replace(second=0)
        and OTHERWISE.get(first.author_name, "") == one.author_name
        for one, first in pairs
    )  # fmt: skip
    return {"twins": len(twins), "linked_right": right, "linked_wrong": len(pairs) - right}


if __name__ == "__main__":
    main()
