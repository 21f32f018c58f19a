from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import pytest

from afterself.archive.blobs import Blobs
from afterself.archive.store import Archive
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.home.sealed import Files


def blobs_of(self_: Self) -> Blobs:
    return Blobs(self_.blobs_dir, self_.files)


def test_the_same_bytes_are_kept_once_and_privately(fresh_self: Self) -> None:
    data = b"raw export" * 1000
    first = blobs_of(fresh_self).write(io.BytesIO(data))
    assert blobs_of(fresh_self).write(io.BytesIO(data)) == first
    assert first == (hashlib.sha256(data).hexdigest(), len(data))
    files = [path for path in fresh_self.blobs_dir.rglob("*") if path.is_file()]
    assert files == [blobs_of(fresh_self).path(first[0])]
    assert files[0].read_bytes() == data
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_source_that_breaks_while_read_leaves_no_blob(fresh_self: Self) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise EOFError

    with pytest.raises(EOFError):
        blobs_of(fresh_self).write(io.BufferedReader(Broken()))
    assert list(fresh_self.blobs_dir.rglob("*")) == []


def test_blobs_without_a_row_are_swept_and_others_stay(fresh_self: Self) -> None:
    with Archive.writing(fresh_self) as archive:
        with archive.transaction():
            run = archive.begin_import("generic", importer="test", version="1")
            archive.store_member(run, "kept.txt", io.BytesIO(b"kept"))
        blobs_of(fresh_self).write(io.BytesIO(b"left over"))
        (fresh_self.blobs_dir / ".incoming-0123").write_bytes(b"torn")
        assert archive.sweep() == 2
        assert archive.sweep() == 0
    (left,) = [path for path in fresh_self.blobs_dir.rglob("*") if path.is_file()]
    assert left.read_bytes() == b"kept"
    assert blobs_of(fresh_self).sweep([]) == 1


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where the folder should be")
    with pytest.raises(ArchiveError, match="blobs"):
        Blobs(tmp_path / "blobs", Files(tmp_path)).write(io.BytesIO(b"x"))
