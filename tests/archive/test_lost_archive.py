"""An archive that is gone is told, and never replaced by an empty one with another secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from afterself.archive.ledger import list_artifacts
from afterself.archive.store import Archive
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.policy import open_view


def gone(self_: Self) -> None:
    for name in ("archive.db", "archive.db-wal", "archive.db-shm"):
        (self_.path / name).unlink(missing_ok=True)


@pytest.mark.parametrize("trace", ["the audit log", "a blob", "weights", "the journal"])
def test_a_self_that_was_used_is_not_taken_for_an_empty_one(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any], trace: str
) -> None:
    store(said("one"))
    gone(fresh_self)
    if trace == "the audit log":
        fresh_self.audit("imported", formats=["x"], new=1)
    elif trace == "the journal":
        (fresh_self.path / "archive.db-wal").write_bytes(b"x")
    else:
        (fresh_self.path / {"a blob": "blobs", "weights": "weights"}[trace] / "ab").mkdir()
    for opening in (
        lambda: open_view(fresh_self, "list"), lambda: list_artifacts(fresh_self), lambda: write(fresh_self)
    ):  # fmt: skip
        with pytest.raises(ArchiveError, match="is missing"):
            opening()
    assert not fresh_self.archive_path.exists()


def write(self_: Self) -> None:
    with Archive.writing(self_):
        pass


def test_an_archive_that_became_empty_is_lost_too(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    store(said("one"))
    gone(fresh_self)
    fresh_self.archive_path.touch()
    fresh_self.audit("imported", formats=["x"], new=1)
    with pytest.raises(ArchiveError, match="is missing"):
        write(fresh_self)
    assert fresh_self.archive_path.stat().st_size == 0


def test_a_new_self_has_none_yet_and_gets_one(fresh_self: Self) -> None:
    assert list_artifacts(fresh_self) == []
    write(fresh_self)
    assert fresh_self.archive_path.stat().st_size


def test_half_made_weights_and_checkpoints_of_a_killed_training_go_when_the_self_is_next_written_to(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    store(said("one"))
    weights = fresh_self.weights_dir
    for name in (".making-x/model.safetensors", ".run/.y.pt.0123456789ab"):
        (weights / name).parent.mkdir()
        (weights / name).write_bytes(b"learned from something that may be forgotten next")
    write(fresh_self)
    assert [path for path in weights.rglob("*") if path.is_file()] == []
