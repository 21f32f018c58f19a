"""`afterself doctor` finds what is really broken, says what to do, and changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.blobs import Blobs
from afterself.archive.store import Archive
from afterself.cli import doctor_installed, doctor_machine, doctor_self
from afterself.cli.doctor_checks import Check
from afterself.home.folder import Self


def doctor(folder: Path, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The command itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "afterself", "--self", str(folder), "doctor", "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
        check=False,
    )
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0), done.stderr
    return done.returncode, {one["name"]: one for one in told["checks"]}


def look(self_: Self) -> dict[str, Check]:
    return {one.name: one for one in doctor_self.checks(self_.path, named=True)}


@pytest.fixture
def filled(fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]) -> Self:
    store(*(said(f"message {n} about the harbour", at=f"2020-01-01T10:{n:02}") for n in range(50)))
    return fresh_self


def test_the_doctor_tells_of_installation_machine_and_self(filled: Self) -> None:
    before = {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()}
    _, told = doctor(filled.path)
    assert {"afterself", "extra “train”", "processor", "memory", "devices", "disk", "embedded base"} <= set(
        told
    )
    assert told["chat engine"]["state"] == told["embedded base"]["state"] == "good"
    assert "knows en, no prose from sources" in told["embedded base"]["found"]
    assert "torch " in told["devices"]["found"]
    assert "50 records" in told["archive"]["found"] and told["audit log"]["state"] == "good"
    assert {path: path.read_bytes() for path in before} == before


def test_an_engine_that_this_processor_cannot_run_is_found_and_ends_nothing(
    tmp_path: Path, filled: Self
) -> None:
    (tmp_path / "xllamacpp.py").write_text("import os; os.kill(os.getpid(), 4)")
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code, told = doctor(filled.path, PYTHONPATH=paths)
    assert code == 1
    assert told["chat engine"]["state"] == "broken" and "signal 4" in told["chat engine"]["found"]
    assert "pip install" in told["chat engine"]["remedy"]


def test_a_changed_audit_log_and_a_lost_file_are_found(filled: Self, tmp_path: Path) -> None:
    assert {one.state for one in look(filled).values()} <= {"good", "note"}
    filled.audit("something")
    filled.audit("another")
    lines = filled.audit_path.read_bytes()
    filled.audit_path.write_bytes(lines.replace(b"something", b"somewhere"))
    assert look(filled)["audit log"].state == "broken"
    with Archive.writing(filled) as archive, archive.transaction():
        archive.register_artifact("weights", "weights/gone", [], {})
    lost = look(filled)["artifacts"]
    assert lost.state == "broken" and "weights/gone" in lost.found and lost.remedy


def test_no_next_step_names_training_once_its_consent_is_revoked(filled: Self) -> None:
    (filled.weights_dir / ".run").mkdir(parents=True)
    (filled.weights_dir / ".run" / "unfinished.pt").write_bytes(b"")
    with Archive.writing(filled) as archive, archive.transaction():
        archive.register_artifact("weights", "weights/gone", [], {})
    steps = (one.remedy for one in look(filled).values())
    assert sum("afterself train" in step for step in steps) == 2
    with Archive.writing(filled) as archive, archive.transaction():
        archive.consents.add("train", False, None, None)
    found = look(filled)
    assert not any("afterself train" in one.remedy for one in found.values())
    assert "afterself consent" in found["training"].remedy and "backup" in found["artifacts"].remedy


def test_a_damaged_archive_is_found(filled: Self) -> None:
    for name in ("archive.db-wal", "archive.db-shm"):
        filled.archive_path.with_name(name).unlink(missing_ok=True)
    data = bytearray(filled.archive_path.read_bytes())
    data[8192:-4096] = os.urandom(len(data) - 4096 - 8192)
    filled.archive_path.write_bytes(data)
    found = look(filled)["archive"]
    assert found.state == "broken" and "backup" in found.remedy


def test_a_kept_export_that_is_gone_is_found(fresh_self: Self, tmp_path: Path) -> None:
    from afterself.importers.contract import Options
    from afterself.importers.ingest import import_path

    file = tmp_path / "chat.jsonl"
    file.write_text('{"conversation": "c", "time": "2020-01-01T10:00:00", "author": "Ben", "text": "hi"}\n')
    import_path(fresh_self, file, Options())
    assert look(fresh_self)["archive"].state == "good"
    for blob in [path for path in fresh_self.blobs_dir.rglob("*") if path.is_file()]:
        blob.unlink()
    assert "1 kept file is missing" in look(fresh_self)["archive"].found
    assert Blobs(fresh_self.blobs_dir, fresh_self.files).path("ab" * 32).parent.name == "ab"


def test_an_open_folder_and_a_sync_program_are_noted_with_what_to_do(filled: Self) -> None:
    filled.path.chmod(0o755)
    (filled.path.parent / ".stfolder").mkdir()
    found = look(filled)
    assert found["access"].state == found["file sync"].state == "note"
    assert "Syncthing" in found["file sync"].found and found["access"].remedy.startswith("chmod")


def test_a_missing_self_is_broken_only_if_it_was_named(tmp_path: Path) -> None:
    (named,) = doctor_self.checks(tmp_path / "none", named=True)
    (default,) = doctor_self.checks(tmp_path / "none", named=False)
    assert (named.state, default.state) == ("broken", "note")
    assert "new" in named.remedy and "new" in default.remedy


@pytest.mark.parametrize(
    ("version", "bounds", "right"),
    [
        ("2.13.0+cpu", ">=2.13,<2.17", True), ("2.17.0", ">=2.13,<2.17", False), ("0.0.73", "==0.0.73", True),
        ("5.22", ">=5.23,<6", False), ("3.1.0", "~=3.1", True), ("2026.10.1", "", True),
    ],
)  # fmt: skip
def test_versions_are_held_against_their_bounds(version: str, bounds: str, right: bool) -> None:
    assert doctor_installed.fits(version, bounds) is right


def test_each_extra_comes_with_what_it_adds_and_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor_installed, "version_of", lambda name: None)
    told = {one.name: one for one in doctor_installed.checks()}
    assert {"extra “docs”", "extra “pretrain”", "extra “dev”"}.isdisjoint(told), "they are no user's"
    train = told["extra “train”"]
    assert train.state == "note" and "torch" in train.found and "training" in train.found
    assert train.remedy.endswith("'.[train]'") or "afterself[train]" in train.remedy
    assert told["its packages"].state == "broken"
    assert doctor_machine._devices().state == "note" or doctor_machine.version_of("torch")


def test_extras_for_developers_are_shown_where_their_tools_are() -> None:
    told = {one.name for one in doctor_installed.checks()}  # pytest runs this
    assert {"extra “train”", "extra “docs”", "extra “dev”"} <= told
