"""What many tests start from: a fresh self, drafts in one line, and a way to store them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from afterself.archive.drafts import Locator, OwnerHint, Person, RecordDraft, ThreadDraft
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.home.keys import Cost

settings.register_profile("steady", deadline=None, derandomize=True)
"""A busy machine is no defect; all runs try the same examples (hardening/fuzz.py seeks new ones)."""
settings.load_profile("steady")


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random Qwen3 with a tokenizer in the embedded base's shape (read only)."""
    from tests.models.tiny_model import write_tiny_base

    return write_tiny_base(tmp_path_factory.mktemp("tiny-base"))


@pytest.fixture
def fresh_self(tmp_path: Path) -> Self:
    """An empty self of an invented person."""
    return Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))


PASSPHRASE = "seven lanterns on the quay"
CHEAP = Cost(memory=8192, passes=1)
"""A cost of trying a passphrase that lets many tests try one."""


@pytest.fixture
def sealed_self(tmp_path: Path) -> Self:
    """An empty, encrypted self of an invented person; its passphrase is PASSPHRASE."""
    allow = ("archive", "train", "talk")
    return Self.create(
        tmp_path / "sealed", name="Anna", right="fictional", allow=allow, passphrase=PASSPHRASE, cost=CHEAP
    )


@pytest.fixture(scope="session")
def said() -> Callable[..., RecordDraft]:
    """Makes drafts: said("hi", "Ben", "2020-01-01T10:00"). A message in thread "t"; times are UTC."""
    return _said


def _said(text: str, author: str | Person | None = "Anna", at: str | None = None, **more: Any) -> RecordDraft:
    moment = None if at is None else datetime.fromisoformat(at).replace(tzinfo=UTC)
    values: dict[str, Any] = {
        "thread": "t",
        "raw": f"{at}|{author}|{text}".encode("utf-8", "surrogatepass"),
        "text": text,
        "kind": "message",
        "author": Person(author, author) if isinstance(author, str) else author,
        "said_at": moment,
        "precision": "none" if at is None else "second",
        "said_raw": at or "",
        "locator": Locator("chat.txt"),
    }
    return RecordDraft(**(values | more))


@pytest.fixture
def store(fresh_self: Self) -> Callable[..., Counter[str]]:
    """Import drafts and give the outcomes: store(said("hi"), …, me=["Anna"], source="generic")."""

    def put(*items: Any, source: str = "generic", me: Any = (), self_: Self = fresh_self) -> Counter[str]:
        with Archive.writing(self_) as archive, archive.transaction():
            run = archive.begin_import(source, importer="test", version="1", me=me)
            declared: set[str] = set()
            for item in items:
                if isinstance(item, ThreadDraft):
                    run.upsert_thread(item)
                    declared.add(item.key)
                elif isinstance(item, OwnerHint):
                    run.authorship.hint(item.person)
                else:
                    if item.thread not in declared:
                        declared.add(item.thread)
                        run.upsert_thread(ThreadDraft(item.thread, item.thread, "group"))
                    run.put_record(item)
            run.finish_import()
            return Counter(run.counts)

    return put
