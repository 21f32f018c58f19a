from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from afterself.archive import migrations
from afterself.archive.database import open_archive
from afterself.archive.store import Archive
from afterself.errors import ArchiveError
from afterself.home.folder import Self

CONTRACT = {
    "meta",
    "import",
    "blob",
    "import_member",
    "thread",
    "thread_participant",
    "contact",
    "identity",
    "record",
    "alias",
    "recipient",
    "label",
    "revision",
    "span",
    "passage",
    "attachment",
    "same_as",
    "tombstone",
    "artifact",
    "change_log",
    "lexical",
}


def test_an_empty_file_becomes_an_archive_with_every_table_of_the_contract(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert tables >= CONTRACT
    assert db.pragma("user_version") == migrations.LATEST
    assert stat.S_IMODE((tmp_path / "archive.db").stat().st_mode) == 0o600


def test_what_was_acknowledged_survives_a_power_cut_and_what_was_deleted_is_gone(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    assert db.pragma("journal_mode") == "wal"
    assert db.pragma("synchronous") == 2
    assert db.pragma("foreign_keys") == 1
    assert db.pragma("secure_delete") == 1
    assert db.execute("SELECT v FROM lexical_config WHERE k = 'secure-delete'").get == 1


@pytest.mark.parametrize(
    "content", [b"this is no database at all, but a letter" * 200, b"SQLite format 3\0" * 300]
)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_damaged_archive_is_refused_with_a_remedy(tmp_path: Path, content: bytes, read_only: bool) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged") as refused:
        open_archive(path, read_only=read_only)
    assert "backup" in refused.value.remedy
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [False, True])
def test_an_archive_whose_header_lost_its_version_is_called_damaged_and_not_touched(
    fresh_self: Self, read_only: bool
) -> None:
    with Archive.writing(fresh_self):
        pass
    path = fresh_self.archive_path
    content = bytearray(path.read_bytes())
    content[60:64] = bytes(4)
    path.write_bytes(content)
    before = {one: one.read_bytes() for one in fresh_self.path.glob("archive.db*") if one.stat().st_size}
    with pytest.raises(ArchiveError, match="damaged"):
        open_archive(path, read_only=read_only)
    assert {one: one.read_bytes() for one in before} == before


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db", read_only=True)
    with pytest.raises(apsw.ReadOnlyError):
        db.execute("DELETE FROM meta")


def test_a_step_that_fails_leaves_the_version_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(db: Any) -> None:
        db.execute("CREATE TABLE half (x)")
        raise RuntimeError

    open_archive(tmp_path / "archive.db").close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, half))
    db = apsw.Connection(str(tmp_path / "archive.db"))
    with pytest.raises(RuntimeError):
        migrations.migrate(db)
    assert db.pragma("user_version") == migrations.LATEST
    assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").get == 0


def test_an_archive_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be made"):
        open_archive(tmp_path / "gone" / "archive.db")


def test_two_selves_have_different_secrets_and_so_different_ids(
    tmp_path: Path, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    ids = []
    for name in ("one", "two"):
        self_ = Self.create(tmp_path / name, name="A", right="fictional", allow=("archive",))
        store(said("hello"), self_=self_)
        db = open_archive(self_.archive_path, read_only=True)
        ids.append(db.execute("SELECT id, source_key FROM record").fetchall()[0])
    assert ids[0][1] == ids[1][1]
    assert ids[0][0] != ids[1][0]
    assert all(len(id) == 20 and int(id, 16) for id, _ in ids)


def test_an_archive_without_its_secret_is_refused(fresh_self: Self) -> None:
    db = open_archive(fresh_self.archive_path)
    db.execute("DELETE FROM meta")
    db.close()
    with pytest.raises(ArchiveError, match="secret"):
        Archive(fresh_self.archive_path, fresh_self.blobs_dir)


READ = """
import os, sys
from pathlib import Path
import apsw
from afterself.archive.database import open_archive
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
db = open_archive(Path(sys.argv[1]) / "archive.db", read_only=True)
print(db.execute("SELECT count(*) FROM record").get)
"""


def test_an_archive_on_a_read_only_medium_can_be_read(
    said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        self_ = Self.create(folder / "self", name="A", right="fictional", allow=("archive",))
        store(said("hello"), self_=self_)
        self_.archive_path.chmod(0o444)
        self_.path.chmod(0o555)
        folder.chmod(0o755)
        try:
            run = subprocess.run(
                [sys.executable, "-c", READ, str(self_.path)], capture_output=True, text=True, check=False
            )
            assert run.stdout == "1\n", run.stderr
            left = {file.name for file in self_.path.glob("archive.db*")}
            assert left == {"archive.db", "archive.db.sha256"}
        finally:
            self_.path.chmod(0o700)
