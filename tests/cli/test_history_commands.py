"""`records show`, `imports` and `correct`: what a person sees of a record, and puts right."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self

CHAT = """12/03/2020, 10:01 - Ben Ito: are you coming?
12/03/2020, 10:02 - Anna: yes, at \x1b[31msicks
12/03/2020, 10:04 - Anna: fine
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The self of Anna, who chats with Ben."""
    self_ = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    chat = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    chat.write_text(CHAT, "utf-8")
    assert run(self_.path, "import", chat, "--me", "Anna", "--zone", "UTC", "--json").code == 0
    return self_.path


def run(folder: Path, *arguments: object, stdin: bytes = b"") -> Ran:
    return afterself("--self", folder, *arguments, stdin=stdin)


def id_of(folder: Path, words: str) -> str:
    return next(str(one["id"]) for one in run(folder, "records", "--json").lines if words in one["text"])


def shown(folder: Path, id: str) -> dict[str, Any]:
    record: dict[str, Any] = run(folder, "records", "show", id, "--json").json
    return record


def test_a_record_shows_its_import_its_place_in_it_and_its_key(folder: Path) -> None:
    record = shown(folder, id_of(folder, "sicks"))
    (one,) = record["revisions"]
    assert record["source_key"].startswith("whatsapp/")
    assert record["said_raw"].startswith("12/03/2020") and record["zone"] == "UTC"
    assert one["why"] == "import" and one["current"] and one["import"]["kept"]
    assert one["import"]["name"] == "WhatsApp Chat with Ben Ito.txt"
    assert one["import"]["offset"] == CHAT.index("12/03/2020, 10:02")


def test_what_a_record_says_cannot_steer_the_terminal(folder: Path) -> None:
    ran = run(folder, "records", "show", id_of(folder, "sicks"))
    assert ran.code == 0 and "sicks" in ran.out and "\x1b" not in ran.out


def test_a_correction_from_standard_input_shows_with_its_reason_and_can_be_taken_back(folder: Path) -> None:
    id = id_of(folder, "sicks")
    done = run(folder, "correct", id, "--text", "-", "--why", "typo", "--json", stdin=b"yes, at six\n").json
    assert done == {"id": id, "revision": 2, "changed": True, "learned_from_before": []}
    record = shown(folder, id)
    assert record["text"] == "yes, at six"
    assert [(one["why"], one["note"]) for one in record["revisions"]] == [
        ("import", None),
        ("correction", "typo"),
    ]
    assert "CURRENT" in run(folder, "records", "show", id).out
    assert run(folder, "correct", id, "--undo").code == 0
    record = shown(folder, id)
    assert "sicks" in record["text"] and record["revisions"][1]["undone"]


def test_nobody_is_asked_for_a_text_where_nobody_sits(folder: Path) -> None:
    ran = run(folder, "correct", id_of(folder, "sicks"))
    assert ran.code == 2 and "--text" in ran.err


def test_the_editor_gets_a_private_file_that_is_gone_afterwards(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import os, sys\n"
        f"open({str(seen)!r}, 'w').write(f'{{sys.argv[1]}} {{os.stat(sys.argv[1]).st_mode}}')\n"
        "open(sys.argv[1], 'w').write('yes, at six\\n')\n"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr("afterself.cli.correct_command.interactive", lambda: True)
    id = id_of(folder, "sicks")
    assert run(folder, "correct", id).code == 0
    path, mode = seen.read_text().split()
    assert Path(path).is_relative_to(folder) and not Path(path).parent.exists()
    assert stat.S_IMODE(int(mode)) == 0o600
    assert shown(folder, id)["text"] == "yes, at six"


def test_the_imports_are_listed_with_what_each_was_the_first_to_bring(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text(
        '{"conversation": "n", "time": "2020-01-01", "author": "Anna", "text": "quagga"}\n'
    )
    assert run(folder, "import", tmp_path / "notes.jsonl", "--json").code == 0
    first, second = run(folder, "imports", "--json").lines
    assert (first["importer"], first["records"]) == ("WhatsApp export", 3)
    assert (second["name"], second["records"], second["kept"]) == ("notes.jsonl", 1, 1)
    assert "notes.jsonl" in run(folder, "imports").out and "missing numbers" not in run(folder, "imports").out


def test_numbers_of_imports_that_are_missing_from_the_list_are_explained(
    folder: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.jsonl"
    note.write_text('{"conversation": "n", "author": "Anna", "text": "quagga"}\n')
    assert run(folder, "import", tmp_path / "WhatsApp Chat with Ben Ito.txt", "--zone", "UTC").code == 0
    assert run(folder, "import", note).code == 0
    assert [one["number"] for one in run(folder, "imports", "--json").lines] == [1, 3]
    assert "The missing numbers were imports that brought nothing new" in run(folder, "imports").out
