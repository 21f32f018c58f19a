"""What a forgetting removed is forced to disk before it counts as done: no power cut brings it back."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from afterself.archive.clearing import write_anew
from afterself.archive.drafts import RecordDraft
from afterself.archive.store import Archive
from afterself.archive.verifying import verify
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view
from tests.dying import little_room


def test_files_that_a_forgetting_removed_do_not_come_back_with_a_power_cut(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "c.jsonl"
    export.write_text(
        '{"conversation": "x", "time": "2019-03-04T18:00:00Z", "author": "Anna", "text": "a secret"}\n'
    )
    import_path(fresh_self, export, Options())
    with Archive.writing(fresh_self) as archive:
        ids = archive.records_in()
        archive.register_artifact("weights", "weights/w1", [(ids[0], 1)], {})
        (fresh_self.weights_dir / "w1").mkdir()
        fresh_self.files.write(fresh_self.weights_dir / "w1" / "adapter.gguf", b"weights")
    before = {path for path in fresh_self.path.rglob("*") if "archive.db" not in path.name}
    forced: dict[Path, set[str] | int] = {}

    def fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        forced[path] = set(os.listdir(handle)) if path.is_dir() else os.fstat(handle).st_size
        real(handle)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", fsync)
    with Archive.writing(fresh_self) as archive:
        archive.forget(ids)
        assert forced[fresh_self.path / "archive.db-wal"] == 0
        removed = {path for path in before if not path.exists() and path.parent.exists()}
        assert {path.parent.name for path in removed} >= {"weights"} and len(removed) > 1
        for path in removed:
            names = forced.get(path.parent)
            assert isinstance(names, set) and path.name not in names, path.parent.name


@pytest.mark.parametrize("fixture", ["fresh_self", "sealed_self"])
def test_no_word_stays_in_the_free_part_of_a_page(
    fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    self_: Self = request.getfixturevalue(fixture)
    rng, rows = random.Random(0), []
    for n in range(400):
        text = f"{n} {'secretword' if n % 2 else 'kept'} " + "y" * rng.randrange(5, 120)
        at = f"2019-03-{1 + n // 24:02}T{n % 24:02}:00:00Z"
        rows.append({"conversation": "x", "time": at, "author": "Anna", "text": text})
    export = tmp_path / "c.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_path(self_, export, Options())
    with open_view(self_, "list") as view:
        ids = [one.id for one in view.records() if "secretword" in one.text]
    ids.sort(key=lambda one: rng.random())  # pages are rearranged here and there
    with Archive.writing(self_) as archive:
        assert archive.forget(ids).cleared
    assert b"secretword" not in pages(self_)
    assert list(verify(self_)) == []
    with open_view(self_, "list") as view:
        assert len(list(view.records())) == 200


def test_a_disk_too_full_to_write_the_database_anew_leaves_that_to_the_next_command(
    fresh_self: Self, store: Callable[..., Any], said: Callable[..., RecordDraft]
) -> None:
    store(*(said(f"{n} a secret " + "y" * 900, at=f"2020-01-01T10:{n % 60:02}:00") for n in range(200)))
    with Archive.writing(fresh_self) as archive:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        assert archive.bury(archive.records_in()[:150]) == 150
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
        try:
            assert not write_anew(archive._db, fresh_self.path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(verify(fresh_self)) == []


def test_a_failed_writing_anew_leaves_room_for_the_receipt_of_what_was_forgotten(
    fresh_self: Self, store: Callable[..., Any], said: Callable[..., RecordDraft]
) -> None:
    store(*(said(f"{n} a secret " + "y" * 900, at=f"2020-01-01T10:{n % 60:02}:00") for n in range(200)))
    with Archive.writing(fresh_self) as archive:
        assert archive.bury(archive.records_in()[:20]) == 20
        with little_room(fresh_self.archive_path.stat().st_size + 20_000):
            assert not write_anew(archive._db, fresh_self.path)
        assert Path(f"{fresh_self.archive_path}-wal").stat().st_size == 0
    assert list(verify(fresh_self)) == []


def pages(self_: Self) -> bytes:
    """Every byte of the database, decrypted page by page where it is encrypted."""
    copy = self_.path.parent / "copy.db"
    shutil.copyfile(self_.archive_path, copy)
    if self_.keys is not None:
        with contextlib.closing(apsw.Connection(str(copy))) as db:
            db.pragma("cipher", self_.keys.cipher)
            db.pragma("key", self_.keys.archive_key)
            db.pragma("journal_mode", "delete")
            db.pragma("rekey", "")
    content = copy.read_bytes()
    assert content.startswith(b"SQLite format 3")
    return content
