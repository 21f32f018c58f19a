"""Archives as earlier versions left them (`landed/`, one a schema) open, migrate and hold what they held.

Each was made by the commands of its time: three messages of a made-up chat between Ida and Anna, of which
the third was forgotten.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import tempfile
from pathlib import Path

import apsw
import pytest

from afterself.archive.database import open_archive
from afterself.archive.migrations import LATEST
from afterself.archive.store import Archive
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view

LANDED = sorted((Path(__file__).parent / "landed").glob("schema-*.db.xz"))
SAID = [("Ida", "the boat is ready"), ("Anna", "then let us go"), ("Ida", "a secret to forget")]


@pytest.fixture(params=LANDED, ids=lambda path: path.name)
def landed(request: pytest.FixtureRequest, fresh_self: Self) -> Self:
    """A self whose archive is one of an earlier version."""
    fresh_self.archive_path.unlink(missing_ok=True)
    fresh_self.archive_path.write_bytes(lzma.decompress(request.param.read_bytes()))
    return fresh_self


def schema(path: Path) -> list[tuple[str, str]]:
    db = apsw.Connection(str(path))
    return list(db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"))


def test_there_is_an_archive_of_each_schema_that_landed() -> None:
    assert {int(path.name.split("-")[1].split(".")[0]) for path in LANDED} >= set(range(2, LATEST))


def test_it_becomes_what_a_new_archive_is(landed: Self, tmp_path: Path) -> None:
    open_archive(landed.archive_path).close()
    open_archive(tmp_path / "new.db").close()
    tables = [{name for name, _ in schema(path)} for path in (landed.archive_path, tmp_path / "new.db")]
    assert tables[0] == tables[1]
    db = apsw.Connection(str(landed.archive_path))
    assert db.pragma("user_version") == LATEST
    assert db.pragma("integrity_check") == "ok"


def test_what_was_said_is_there_and_what_was_forgotten_does_not_come_back(
    landed: Self, tmp_path: Path
) -> None:
    path = tmp_path / "c.jsonl"
    rows = [
        {"conversation": "anna", "time": f"2019-03-04T18:0{n + 2}:00+01:00", "author": who, "text": text}
        for n, (who, text) in enumerate(SAID)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    again = import_path(landed, path, Options(me=("Ida",)))
    assert (again.new, again.same, again.forgotten) == (0, 2, 1)
    with open_view(landed, "retrieve") as view:
        assert [(record.author_name, record.text) for record in view.records()] == SAID[:2]
        assert [id for id, _ in view.match('"boat"', 5)] == [next(iter(view.records())).id]


def test_it_can_be_written_to(landed: Self) -> None:
    with Archive.writing(landed) as archive, archive.transaction():
        assert [one.name for one in archive.people.identities()] == ["Ida", "Anna"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_where_nothing_can_be_written_it_is_said_that_it_must_be_copied_first(landed: Self) -> None:
    with tempfile.TemporaryDirectory(prefix="landed-") as folder:
        Path(folder).chmod(0o755)
        copy = Path(shutil.copytree(landed.path, Path(folder) / "self"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = (copy / "archive.db").read_bytes()
        os.seteuid(65534)
        try:
            with pytest.raises(ArchiveError, match="older Afterself") as told:
                open_view(Self.open(copy), "list")
        finally:
            os.seteuid(0)
        assert "Copy the folder" in told.value.remedy
        assert (copy / "archive.db").read_bytes() == before
