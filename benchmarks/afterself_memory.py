"""Afterself's memory under a turn-level LoCoMo evaluation: an adapter, no data.

The evaluation script (not part of this repository, as LoCoMo is CC BY-NC 4.0) loads this module and calls
`ingest`, `search` and `confidence`. Every haystack becomes a self in a temporary folder and is asked
through `afterself.memory`, so that what is measured is what a person gets. Nobody is the owner, unless the
turns say who.

    PYTHONPATH=src python eval_retrieval.py benchmarks/afterself_memory.py [--pooled]
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.archive.drafts import Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.memory.ask import Answer, Memory
from afterself.memory.upkeep import keep_up
from afterself.policy import open_view

_open: dict[str, Any] = {}


def ingest(turns: list[dict[str, Any]]) -> None:
    """Make a fresh self of these turns and open its memory."""
    if "view" in _open:
        _open["view"].close()
    folder = Path(tempfile.mkdtemp(prefix="afterself-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    owner = turns[0].get("owner")
    self_ = Self.create(folder / "self", name=owner or "Nobody", right="research", allow=("archive",))
    with Archive.writing(self_) as archive, archive.transaction():
        run = archive.begin_import("generic", importer="benchmark", version="1", me=[owner] if owner else [])
        for conversation in dict.fromkeys(turn["conversation"] for turn in turns):
            run.upsert_thread(ThreadDraft(conversation, conversation, "direct"))
        for number, turn in enumerate(turns):
            run.put_record(_draft(turn, number))
        run.finish_import()
    keep_up(self_, most=None)
    _open["view"] = open_view(self_, "retrieve")
    _open["memory"] = Memory(_open["view"])
    _open["turns"] = turns
    _open["archive"] = self_.archive_path


def _draft(turn: dict[str, Any], number: int) -> RecordDraft:
    text = f"{turn['text']} [{turn['caption']}]" if turn["caption"] else turn["text"]
    return RecordDraft(
        thread=turn["conversation"],
        raw=text.encode(),
        text=text,
        kind="message",
        author=Person(turn["speaker"], turn["speaker"]),
        said_at=datetime.fromisoformat(turn["timestamp"]).replace(tzinfo=UTC),
        precision="second",
        said_raw=turn["timestamp"],
        locator=Locator("turns"),
        native_id=str(number),
    )


def size() -> int:
    """Bytes of the archive with everything in it, the index and the texts among it."""
    path: Path = _open["archive"]
    return path.stat().st_size


def _answer(question: str, k: int) -> Answer:
    if _open.get("asked") != (question, k):
        _open["asked"], _open["answer"] = (question, k), _open["memory"].ask(question, k)
    answer: Answer = _open["answer"]
    return answer


def search(question: str, k: int) -> list[str]:
    """Turn ids, best first."""
    _open["k"] = k
    hits = _answer(question, k).hits
    return [_open["turns"][int(hit.source_key.rsplit("/", 1)[1])]["id"] for hit in hits]


def confidence(question: str) -> float:
    """How sure the memory is that the question can be answered, 0 to 1."""
    return _answer(question, _open["k"]).answerable
