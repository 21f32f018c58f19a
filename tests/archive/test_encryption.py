"""A plain self becomes an encrypted one and back, whatever happens on the way."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.blobs import Blobs
from afterself.archive.encryption import decrypt_self, encrypt_self
from afterself.archive.store import Archive
from afterself.errors import ArchiveError, Damaged, SelfError, WrongPassphrase
from afterself.home.atomic import make_folder
from afterself.home.audit import broken_audit_lines
from afterself.home.chunks import MAGIC
from afterself.home.folder import Self
from afterself.home.key_header import COPY, NAME, read_header
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view
from tests.conftest import CHEAP, PASSPHRASE
from tests.dying import exits_after, little_room

CANARY = "xylocanary"
NAME_CANARY = "Annacanary"


@pytest.fixture
def filled(tmp_path: Path) -> Self:
    """A plain self with records, blobs, weights, a report and an unfinished import's leftovers."""
    self_ = Self.create(tmp_path / "self", name=NAME_CANARY, right="fictional", allow=("archive", "train"))
    fill(self_, tmp_path)
    return self_


def fill(self_: Self, tmp_path: Path) -> None:
    rows = [
        {"conversation": f"{CANARY} clubhouse", "author": NAME_CANARY if n % 2 else "Ben",
         "time": f"2020-01-01T10:{n:02}:00Z", "text": f"{CANARY} number {n}"} for n in range(40)
    ]  # fmt: skip
    export = tmp_path / f"{CANARY}.jsonl"
    export.write_text("\n".join(json.dumps(row) for row in rows))
    import_path(self_, export, Options(me=(NAME_CANARY,)))
    with open_view(self_, "list") as view:
        made_of = [(one.id, 1) for one in view.records()][1:]
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w1", made_of, {})
    make_folder(self_.weights_dir / "w1")
    self_.files.write(
        self_.weights_dir / "w1" / "model.gguf", CANARY.encode() + random.Random(1).randbytes(200_000)
    )
    self_.files.write(self_.reports_dir / "report.html", f"<p>{CANARY}</p>")
    self_.files.write(self_.reports_dir / "empty", b"")
    self_.audit("noted", what=CANARY)


def content(self_: Self) -> dict[str, Any]:
    """Everything that a self says, however it is kept."""
    with open_view(self_, "list") as view:
        records = [(one.id, one.text, one.author_name) for one in view.records()]
    with Archive.writing(self_) as archive:
        shas = [sha for (sha,) in archive._db.execute("SELECT sha256 FROM blob")]
        found = archive._db.execute("SELECT count(*) FROM lexical WHERE lexical MATCH ?", (CANARY,)).get
    blobs = {sha: Blobs(self_.blobs_dir, self_.files).read(sha) for sha in shas}
    assert all(hashlib.sha256(data).hexdigest() == sha for sha, data in blobs.items())
    files = {
        name: self_.files.read_bytes(self_.path / name)
        for name in ("weights/w1/model.gguf", "reports/report.html", "reports/empty")
    }
    assert broken_audit_lines(self_.audit_path, self_.keys) == []
    return {"declared": self_.declaration, "records": records, "blobs": blobs, "files": files, "found": found}


def canaries(folder: Path) -> list[Path]:
    marks = (CANARY.encode(), NAME_CANARY.encode(), b"clubhous")
    files = [path for path in folder.rglob("*") if path.is_file()]
    named = [path for path in folder.rglob("*") if CANARY in path.name]
    return named + [path for path in files if any(mark in path.read_bytes() for mark in marks)]


def test_a_self_that_was_encrypted_says_the_same_and_shows_nothing(filled: Self) -> None:
    before = content(filled)
    sealed = encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    assert canaries(filled.path) == []
    blob_names = {path.parent.name + path.name for path in filled.blobs_dir.rglob("*") if path.is_file()}
    assert blob_names and not blob_names & set(before["blobs"])
    assert content(Self.open(filled.path, PASSPHRASE)) == before == content(sealed)
    assert canaries(filled.path) == []
    assert {path.stat().st_mode & 0o077 for path in filled.path.rglob("*")} == {0}


def test_a_self_that_was_decrypted_is_the_plain_one_again(filled: Self, tmp_path: Path) -> None:
    before = content(filled)
    shape = {path.relative_to(filled.path) for path in filled.path.rglob("*")}
    encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    plain = decrypt_self(filled.path, PASSPHRASE)
    assert not plain.encrypted and content(plain) == before == content(Self.open(filled.path))
    assert {path.relative_to(filled.path) for path in filled.path.rglob("*")} == shape | {
        Path("training.lock")
    }


def test_an_encrypted_self_is_written_to_as_a_plain_one(sealed_self: Self, tmp_path: Path) -> None:
    fill(sealed_self, tmp_path)
    assert canaries(sealed_self.path) == []
    said = content(Self.open(sealed_self.path, PASSPHRASE))
    assert len(said["records"]) == 40 and said["found"] == 40
    with Archive.writing(sealed_self) as archive:
        archive.forget([said["records"][0][0]])
    after = content(sealed_self)
    assert len(after["records"]) == 39
    assert not any(f"{CANARY} number 0".encode() in data for data in after["blobs"].values())


@pytest.mark.parametrize("there_and_back", [False, True], ids=["goes on", "turns back"])
@pytest.mark.parametrize("direction", ["lock", "unlock"])
def test_a_conversion_killed_at_any_step_loses_nothing(
    filled: Self, tmp_path: Path, direction: str, there_and_back: bool
) -> None:
    before = content(filled)
    if direction == "unlock":
        encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    works: dict[str, Callable[[Path], Self]] = {
        "lock": lambda path: encrypt_self(path, PASSPHRASE, cost=CHEAP),
        "unlock": lambda path: decrypt_self(path, PASSPHRASE),
    }
    back = {"lock": "unlock", "unlock": "lock"}[direction]
    for step in range(0, 1000, 3):
        path = Path(shutil.copytree(filled.path, tmp_path / f"at-{step}"))
        code = exits_after(step, lambda path=path: works[direction](path))  # type: ignore[misc]
        if code == 0:
            assert step > 30
            return
        assert code == 9
        header = read_header(path)
        if header is not None and header.state != "sealed":
            with pytest.raises(SelfError, match="Nothing is lost"):
                Self.open(path, PASSPHRASE)
        done = (header is not None and header.state == "sealed") == (direction == "lock") and (
            header is None or header.state == "sealed"
        )
        if there_and_back and header is not None and header.state != "sealed":
            works[back](path)
        elif not there_and_back and not done:
            works[direction](path)
        opened = Self.open(path, PASSPHRASE)
        assert content(opened) == before
        assert not opened.encrypted or canaries(path) == []
        assert [one for one in path.rglob(".*") if not one.name.startswith(".keys")] == []
        shutil.rmtree(path)
    raise AssertionError("it never ended")


PROGRAM = """
import sys
from pathlib import Path
from afterself.archive.encryption import decrypt_self, encrypt_self
from afterself.home.keys import Cost
path = Path(sys.argv[1])
print("begun", flush=True)
if sys.argv[2] == "lock":
    encrypt_self(path, "seven lanterns on the quay", cost=Cost(8192, 1))
else:
    decrypt_self(path, "seven lanterns on the quay")
"""


def test_a_conversion_that_the_kernel_killed_goes_on(filled: Self) -> None:
    before = content(filled)
    self_, rng = filled, random.Random(5)
    for turn in range(6):
        way = "lock" if not self_.encrypted else "unlock"
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(filled.path), way],
            stdout=subprocess.PIPE,
            env=dict(os.environ),
        )
        assert running.stdout is not None and running.stdout.readline()
        time.sleep(rng.random() * 0.15)
        running.kill()
        running.wait()
        running.stdout.close()
        header = read_header(filled.path)
        if header is not None and header.state != "sealed":
            works = encrypt_self if turn % 2 else decrypt_self
            works(filled.path, PASSPHRASE)
        self_ = Self.open(filled.path, PASSPHRASE)
        assert content(self_) == before


def test_a_wrong_passphrase_changes_nothing(filled: Self) -> None:
    encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    before = {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()}
    with pytest.raises(WrongPassphrase):
        decrypt_self(filled.path, "not the passphrase")
    assert {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()} == before


def test_what_is_so_already_is_said(filled: Self) -> None:
    with pytest.raises(SelfError, match="not encrypted"):
        decrypt_self(filled.path, PASSPHRASE)
    encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    with pytest.raises(SelfError, match="encrypted already"):
        encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)


def test_while_another_command_writes_trains_or_reads_nothing_is_converted(filled: Self) -> None:
    with filled.writer_lock(), pytest.raises(SelfError, match="Another command is writing"):
        encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    with open_view(filled, "list") as view:
        next(iter(view.records()))
        with pytest.raises(SelfError, match="reading"):
            encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    assert not Self.open(filled.path).encrypted
    with Archive.writing(filled) as archive:
        assert archive._db.pragma("journal_mode") == "wal"
    encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)


def test_a_damaged_file_stops_a_decryption_before_anything_changes(filled: Self) -> None:
    sealed = encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    report = sealed.reports_dir / "report.html"
    whole = report.read_bytes()
    report.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Damaged, match=r"report\.html"):
        decrypt_self(filled.path, PASSPHRASE)
    header = read_header(filled.path)
    assert header is not None and header.state == "sealed"
    report.write_bytes(whole)
    assert not decrypt_self(filled.path, PASSPHRASE).encrypted


def test_an_archive_of_another_self_or_damaged_is_told(sealed_self: Self, tmp_path: Path) -> None:
    fill(sealed_self, tmp_path)
    other = Self.create(
        tmp_path / "other", name="B", right="mine", allow=("archive",), passphrase=PASSPHRASE, cost=CHEAP
    )
    shutil.copy(sealed_self.archive_path, other.archive_path)
    with pytest.raises(ArchiveError, match="damaged"), open_view(other, "list"):
        pass
    raw = bytearray(sealed_self.archive_path.read_bytes())
    for at in range(5000, len(raw), 4096):
        raw[at] ^= 1
    sealed_self.archive_path.write_bytes(raw)
    with pytest.raises(ArchiveError, match="damaged"):
        content(sealed_self)


def test_a_blob_that_looks_like_an_encrypted_file_survives_both_ways(filled: Self) -> None:
    disguised = MAGIC + random.Random(7).randbytes(500)
    with Archive.writing(filled) as archive, archive.transaction():
        run = archive.begin_import("generic", importer="test", version="1")
        archive.store_member(run, "disguised", io.BytesIO(disguised))
        archive.store_member(run, "large", io.BytesIO(random.Random(8).randbytes(1 << 20)))
    before = content(filled)
    assert disguised in before["blobs"].values()
    sealed = encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    assert content(sealed) == before
    assert content(decrypt_self(filled.path, PASSPHRASE)) == before


@pytest.fixture
def open_to_all(filled: Self) -> Iterator[Path]:
    """A copy of the self that other users may read and nobody but us may change."""
    with tempfile.TemporaryDirectory(prefix="seal-test-") as folder:
        Path(folder).chmod(0o755)
        copy = Path(shutil.copytree(filled.path, Path(folder) / "self"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield copy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_that_cannot_be_written_stays_as_it_was(open_to_all: Path) -> None:
    os.seteuid(65534)
    try:
        with pytest.raises(SelfError, match="cannot be written"):
            encrypt_self(open_to_all, PASSPHRASE, cost=CHEAP)
    finally:
        os.seteuid(0)
    assert not Self.open(open_to_all).encrypted
    assert not (open_to_all / NAME).exists() and not (open_to_all / COPY).exists()


@pytest.mark.parametrize("room", [500, 2_000, 100_000, 200_050])
def test_a_full_disk_is_told_and_the_conversion_goes_on_when_there_is_room(filled: Self, room: int) -> None:
    before = content(filled)
    with little_room(room), pytest.raises((SelfError, ArchiveError), match=r"full|cannot be|large") as told:
        encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    assert told.value.remedy
    if read_header(filled.path) is None:
        assert content(Self.open(filled.path)) == before
    assert content(encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)) == before
    assert canaries(filled.path) == []


def test_a_disk_too_full_for_a_second_archive_says_that_the_same_command_goes_on(filled: Self) -> None:
    before = content(filled)
    with Archive.writing(filled) as archive:
        archive._db.execute("CREATE TABLE padding AS SELECT randomblob(3000000) AS bytes")
    with little_room(2_000_000), pytest.raises(ArchiveError, match=r"archive\.db") as told:
        encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)
    assert "run the same command again, it goes on where it stopped" in told.value.remedy
    assert content(encrypt_self(filled.path, PASSPHRASE, cost=CHEAP)) == before
