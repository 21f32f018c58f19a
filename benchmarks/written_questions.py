"""The chats and questions that were written for this project, as haystacks with evidence.

Three archives: Nora's and the two friends' chats of tests/memory/dev, and the demo person's, whose questions
name the sentence that answers. No text of anybody real is among them, and none of LoCoMo.
"""

from __future__ import annotations

import json
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEV = ROOT / "tests/memory/dev"
PAUSE = timedelta(hours=8)
CATEGORIES = {"multi": 1, "temporal": 2, "open": 3}
Haystack = tuple[str, list[dict[str, Any]], list[dict[str, Any]]]


def haystacks() -> list[Haystack]:
    """(name, turns, questions) of each archive; category 5 is what cannot be answered."""
    return [
        _dev("nora", "chats.jsonl", "questions.jsonl", "Nora Whitlock"),
        _dev("friends", "friends.jsonl", "friends_questions.jsonl", None),
        _demo(),
    ]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _turns(name: str, records: list[dict[str, Any]], owner: str | None) -> list[dict[str, Any]]:
    people = list(dict.fromkeys(record["author"] for record in records))
    turns: list[dict[str, Any]] = []
    session, last = 0, {}  # type: tuple[int, dict[str, datetime]]
    for number, record in enumerate(records):
        at = datetime.fromisoformat(record["time"]).replace(tzinfo=None)
        before = last.get(record["conversation"])
        session += before is None or at - before > PAUSE
        last[record["conversation"]] = at
        turns.append(
            {
                "id": f"{name}/{record['id']}", "conversation": f"{name} {record['conversation']}",
                "session": session, "turn": number, "speaker": record["author"], "participants": people,
                "timestamp": at.isoformat(), "text": record["text"], "caption": "", "owner": owner,
            }
        )  # fmt: skip
    return turns


def _dev(name: str, chats: str, questions: str, owner: str | None) -> Haystack:
    asked = [
        {
            "question": one["question"],
            "cat": CATEGORIES.get(one.get("category", ""), 4) if one["evidence"] else 5,
            "evidence": {f"{name}/{id}" for id in one["evidence"]},
        }
        for one in lines(DEV / questions)
    ]
    return name, _turns(name, lines(DEV / chats), owner), asked


def plain(text: str) -> str:
    """Text for comparing: one kind of apostrophe and blank, no invisible marks."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\u200e", "")).lower()


def _demo() -> Haystack:
    """The demo person's chats, read by the importer as a person would."""
    from afterself.home.folder import Self
    from afterself.importers.contract import Options
    from afterself.importers.ingest import import_path
    from afterself.policy import open_view

    me = "Hester Norkus"
    with tempfile.TemporaryDirectory() as folder:
        self_ = Self.create(Path(folder) / "self", name=me, right="fictional", allow=("archive",))
        for export in sorted((ROOT / "src/afterself/demo/chats").iterdir()):
            import_path(self_, export, Options(me=(me,)))
        with open_view(self_, "retrieve") as view:
            records = [
                {"id": r.source_key, "conversation": r.thread, "time": r.said_at.isoformat(),
                 "author": r.author_name, "text": r.text}
                for r in view.records()
                if r.said_at is not None and r.author is not None and r.text
            ]  # fmt: skip
    asked = []
    for one in lines(ROOT / "tests/demo/questions.jsonl"):
        evidence = {
            f"demo/{r['id']}"
            for r in records
            if one["answerable"] and plain(one["quote"]) in plain(r["text"])
        }
        if bool(evidence) == one["answerable"]:
            asked.append({"question": one["question"], "cat": 4 if evidence else 5, "evidence": evidence})
    return "demo", _turns("demo", records, me), asked
