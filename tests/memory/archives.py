"""Small archives for the tests of memory: a line is a message, Nora is the owner."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.archive.drafts import Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.memory.ask import Answer

OWNER = "Nora Whitlock"


def store(folder: Path, lines: list[dict[str, Any]]) -> Self:
    self_ = Self.create(folder, name=OWNER, right="mine", allow=("archive",))
    with Archive.writing(self_) as archive, archive.transaction():
        run = archive.begin_import("generic", importer="test", version="1", me=[OWNER])
        for title in dict.fromkeys(line["conversation"] for line in lines):
            run.upsert_thread(ThreadDraft(title, title, "group"))
        for line in lines:
            run.put_record(draft(line))
        run.finish_import()
    return self_


def draft(line: dict[str, Any]) -> RecordDraft:
    return RecordDraft(
        thread=line["conversation"],
        raw=json.dumps(line, default=repr).encode(),
        text=line["text"],
        kind=line.get("kind", "message"),
        author=Person(line["author"], line["author"]) if line["author"] else None,
        said_at=datetime.fromisoformat(line["time"]).replace(tzinfo=UTC) if line["time"] else None,
        precision="second" if line["time"] else "none",
        said_raw=line["time"] or "",
        locator=Locator("chats.jsonl"),
        native_id=line["id"],
        spans=line.get("spans", ()),
        deleted=line.get("deleted", False),
    )


def said(number: int, text: str, author: str = OWNER, time: str | None = None, **more: Any) -> dict[str, Any]:
    time = time or f"2020-05-{number:02d}T09:00:00"
    return {"conversation": "c", "time": time, "author": author, "text": text, "id": f"s{number}", **more}


def found(answer: Answer) -> list[str]:
    return [hit.source_key.rsplit("/", 1)[1] for hit in answer.hits]
