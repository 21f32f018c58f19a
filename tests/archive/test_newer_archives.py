"""An archive that a newer Afterself has written is read, with a warning, and nothing is written to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from afterself.archive import migrations
from afterself.archive.database import open_archive
from afterself.archive.drafts import RecordDraft
from afterself.archive.newer import OpenedReadOnly
from afterself.archive.store import Archive
from afterself.archive.verifying import verify
from afterself.custody import pack
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.policy import open_view

Said = Callable[..., RecordDraft]
Store = Callable[..., Any]


def change(path: Path, sql: str) -> bytes:
    """The archive after a later version changed its tables."""
    db = apsw.Connection(str(path))
    db.pragma("user_version", migrations.LATEST + 1)
    db.execute(sql)
    db.pragma("journal_mode", "delete")
    db.close()
    path.with_name("archive.db.sha256").unlink(missing_ok=True)
    return path.read_bytes()


@pytest.fixture
def newer(fresh_self: Self, store: Store, said: Said) -> tuple[Self, bytes]:
    store(said("the boat is ready", "Anna"), said("then let us go", "Ben"), me=["Anna"])
    added = "CREATE TABLE mood (record INTEGER, word TEXT); ALTER TABLE record ADD COLUMN mood TEXT"
    return fresh_self, change(fresh_self.archive_path, added)


def test_it_is_read_with_a_warning_and_not_touched(newer: tuple[Self, bytes]) -> None:
    self_, before = newer
    with (
        pytest.warns(OpenedReadOnly, match="newer Afterself .* only be read"),
        open_view(self_, "list") as view,
    ):
        assert [one.text for one in view.records()] == ["the boat is ready", "then let us go"]
        assert len(view.match("boat", 5)) == 1
    with pytest.warns(OpenedReadOnly):
        found = list(verify(self_))
    assert {(one.file, one.note) for one in found} == {("archive.db", True)}
    assert self_.archive_path.read_bytes() == before


def test_it_is_never_written(newer: tuple[Self, bytes], tmp_path: Path) -> None:
    self_, before = newer
    with pytest.raises(ArchiveError, match="newer Afterself") as refused, Archive.writing(self_):
        pass
    assert "Update" in refused.value.remedy
    with pytest.raises(ArchiveError), pytest.warns(OpenedReadOnly):
        pack(self_, tmp_path / "a.bundle")
    assert self_.archive_path.read_bytes() == before and not (tmp_path / "a.bundle").exists()
    beside = [path for path in self_.path.glob("archive.db-*") if path.suffix != ".db-shm"]
    assert all(path.stat().st_size == 0 for path in beside if not path.name.endswith("-shm"))


def test_no_audience_but_the_owner_is_shown_what_a_newer_version_may_have_hidden(
    newer: tuple[Self, bytes],
) -> None:
    with pytest.warns(OpenedReadOnly), pytest.raises(ArchiveError, match="what an audience may see"):
        open_view(newer[0], "quote", "family")


@pytest.mark.parametrize("read_only", [True, False])
def test_one_whose_tables_are_not_those_known_here_is_refused_and_not_touched(
    tmp_path: Path, read_only: bool
) -> None:
    path = tmp_path / "archive.db"
    open_archive(path).close()
    before = change(path, "ALTER TABLE contact RENAME COLUMN relation TO bond")
    with pytest.raises(ArchiveError, match="newer") as refused:
        open_archive(path, read_only=read_only)
    assert "Update" in refused.value.remedy
    assert path.read_bytes() == before
