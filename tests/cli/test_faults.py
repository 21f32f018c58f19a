"""Errors that nobody foresaw, and outputs that end early: one line, no traceback, not a word of a record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import afterself

from afterself.archive.importing import ImportRun
from afterself.home.folder import Self

SECRET = "the-secret-sentence"


def test_an_error_that_nobody_foresaw_tells_its_kind_and_place_and_no_text(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: ImportRun, draft: object, *_: object) -> None:
        raise KeyError(getattr(draft, "text", ""))

    monkeypatch.setattr(ImportRun, "put_record", broken)
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"conversation": "k", "author": "Anna", "text": SECRET}) + "\n")
    ran = afterself("--self", fresh_self.path, "import", source)
    assert ran.code == 1
    assert "A fault in Afterself: KeyError in " in ran.err and "→" in ran.err
    assert SECRET not in ran.out + ran.err and "Traceback" not in ran.err


def run(self_: Path, shell: str) -> subprocess.CompletedProcess[str]:
    """A line for bash in which `afterself` is the command with this self."""
    command = f'afterself() {{ "{sys.executable}" -m afterself --self "{self_}" "$@"; }}; {shell}'
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=dict(os.environ))


@pytest.fixture
def filled(fresh_self: Self, tmp_path: Path) -> Path:
    source = tmp_path / "many.jsonl"
    rows = ({"conversation": "k", "author": "Anna", "text": f"{SECRET} {n}" * 20} for n in range(800))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert afterself("--self", fresh_self.path, "import", source).code == 0
    return fresh_self.path


def test_records_whose_reader_has_seen_enough_end_quietly(filled: Path) -> None:
    ran = run(filled, "afterself records --json | head -1")
    assert json.loads(ran.stdout)["text"].startswith(SECRET) and ran.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_said_plainly(filled: Path) -> None:
    ran = run(filled, "afterself records --json > /dev/full")
    assert ran.returncode == 1 and ran.stderr.startswith("afterself: The disk is full")
    assert "Traceback" not in ran.stderr and "Exception ignored" not in ran.stderr


def test_a_command_whose_output_was_closed_runs_and_says_nothing(filled: Path) -> None:
    """As some programs start others: `>&-`. No file of the self may stand in its place."""
    assert run(filled, "afterself status <&- >&- 2>&-").returncode == 0
