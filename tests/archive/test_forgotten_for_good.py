"""What a forgetting removed is forced to disk before it counts as done: no power cut brings it back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path


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
