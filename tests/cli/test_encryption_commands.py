"""What a person sees of encryption: making, locking, unlocking, changing and recovering a self."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from afterself.home.folder import Self
from afterself.home.key_header import read_header
from afterself.home.keys import Cost
from tests.cli.command_line import Ran, afterself
from tests.conftest import CHEAP, PASSPHRASE
from tests.persona.pseudo_terminal import PseudoTerminal

CANARY = "xylocanary"
OWNER = "Annacanary"
DECLARED = ("--name", OWNER, "--right", "fictional", "--allow", "archive,train,talk", "--yes")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Passphrases cost next to nothing to try, nobody is asked, and the temporary folder is our own."""
    monkeypatch.setattr(Cost, "calibrated", classmethod(lambda cls, seconds=0.0: CHEAP))
    monkeypatch.setenv("CI", "1")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "self"


def export(folder: Path) -> Path:
    rows = []
    for n in range(120):
        day, said = (
            f"2020-0{1 + n // 28}-{1 + n % 28:02}",
            f"{CANARY} why, my dear, the kettle is on, to be sure",
        )
        rows.append(
            {"conversation": f"Ben{CANARY}", "author": "Ben", "time": f"{day}T10:00:00Z", "text": "hello?"}
        )
        rows.append(
            {"conversation": f"Ben{CANARY}", "author": OWNER, "time": f"{day}T10:01:00Z", "text": said}
        )
    path = folder / "chat.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def readable(folder: Path) -> list[Path]:
    marks = (CANARY.encode(), OWNER.encode(), b"the kettle", b"__metadata__", b"GGUF", PASSPHRASE.encode())
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if CANARY in path.name or any(mark in path.read_bytes() for mark in marks)]


def contents(folder: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {path: path.read_bytes() for path in files}


def test_the_whole_road_with_an_encrypted_self_leaves_nothing_readable(
    folder: Path, secret: Path, tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: object, stdin: bytes = b"") -> Ran:
        done = afterself("--self", folder, "--passphrase-file", secret, *words, stdin=stdin)
        assert done.code == 0, done.err
        assert readable(folder) == [] and list((tmp_path / "temporary").rglob("*")) == []
        assert PASSPHRASE not in done.out + done.err
        return done

    assert "recovery" in run("new", *DECLARED).err
    run("import", export(tmp_path), "--me", OWNER, "--yes", "--json")
    status = run("status", "--json").json
    assert (status["encrypted"], status["records"], status["name"]) == (True, 240, OWNER)
    assert "not encrypted" not in run("status").out
    run("people", "me", OWNER)
    assert run("records", "--json", "--limit", 1).lines[0]["thread_title"] == f"Ben{CANARY}"
    assert CANARY in run("ask", "where is the kettle", "--json").out
    run("train", "--base", tiny_base, "--epochs", 1, "--context", 128, "--publish-anyway", "--yes", "--json")
    replies = json.dumps({"context": [{"author": "Ben", "text": "hello?"}], "text": "why, my dear"})
    assert run("score", "--file", "-", "--json", stdin=replies.encode()).lines[0]["bits"]
    assert run("reply", "--file", "-", "--json", stdin=replies.encode()).lines[0]["generated"]
    run("talk", stdin=b"hello\n")
    looked = afterself("--self", folder, "--passphrase-file", secret, "doctor", "--json").json["checks"]
    assert {one["state"] for one in looked if one["part"] == "Self"} <= {"good", "note"}
    first = run("records", "--json", "--limit", 2).lines[1]["id"]
    run("forget", "--record", first, "--yes")
    assert run("status", "--json").json["records"] == 239


def test_without_its_passphrase_every_command_refuses_and_says_how_to_give_it(
    folder: Path, secret: Path, tmp_path: Path
) -> None:
    assert afterself("--self", folder, "--passphrase-file", secret, "new", *DECLARED).code == 0
    before = contents(folder)
    secret.write_text("not the passphrase")
    commands: list[tuple[Any, ...]] = [
        ("status",), ("records",), ("import", export(tmp_path)), ("ask", "x"), ("train", "--yes"), ("talk",),
        ("people",), ("unlock",), ("unlock", "--permanently", "--yes"), ("passphrase",), ("recovery",),
    ]  # fmt: skip
    for words in commands:
        refused = afterself("--self", folder, *words)
        assert refused.code in (2, 3) and "--passphrase-file" in refused.err, words
        wrong = afterself("--self", folder, "--passphrase-file", secret, *words)
        assert wrong.code == 3 and "does not open" in wrong.err, words
        assert "Traceback" not in refused.err + wrong.err and OWNER not in refused.err + wrong.err
    assert contents(folder) == before


def test_a_plain_self_is_locked_and_unlocked_again(folder: Path, secret: Path, tmp_path: Path) -> None:
    assert afterself("--self", folder, "new", *DECLARED, "--no-passphrase").code == 0
    assert afterself("--self", folder, "import", export(tmp_path), "--me", OWNER, "--yes").code == 0
    assert afterself("--self", folder, "lock", "--yes").code == 2
    assert not Self.open(folder).encrypted and readable(folder)
    locked = afterself("--self", folder, "--passphrase-file", secret, "lock", "--yes")
    assert locked.code == 0 and "backups" in locked.err, locked.err
    assert readable(folder) == []
    given = ("--self", folder, "--passphrase-file", secret)
    assert "already" in afterself(*given, "lock").out
    assert "fits" in afterself(*given, "unlock").out and readable(folder) == []
    assert afterself(*given, "unlock", "--permanently").code == 2
    assert afterself(*given, "unlock", "--permanently", "--yes").code == 0
    assert afterself("--self", folder, "status", "--json").json["records"] == 240
    assert "not encrypted" in afterself(*given, "unlock").out
    assert "not encrypted" in afterself(*given, "unlock", "--permanently", "--yes").err


def test_a_passphrase_is_changed_and_recovered_from_files(folder: Path, secret: Path, tmp_path: Path) -> None:
    given = ("--self", folder, "--passphrase-file", secret)
    afterself(*given, "new", *DECLARED)
    assert "Nobody" in afterself(*given, "recovery").err or "terminal" in afterself(*given, "recovery").err
    words = tmp_path / "words.txt"
    assert afterself(*given, "recovery", "--file", words).code == 0
    assert stat.S_IMODE(words.stat().st_mode) == 0o600
    assert afterself(*given, "recovery", "--file", words).code == 2
    new = tmp_path / "new.txt"
    new.write_text("short")
    assert afterself(*given, "passphrase", "--new-passphrase-file", new).code == 3
    new.write_text("another long passphrase\r\n")
    changed = afterself(
        "--self", folder, "--passphrase-file", words, "passphrase", "--new-passphrase-file", new
    )
    assert changed.code == 0, changed.err
    assert afterself(*given, "status").code == 3
    for opens in (new, words):
        assert afterself("--self", folder, "--passphrase-file", opens, "status").code == 0
    events = Self.open(folder, "another long passphrase")
    from afterself.home.audit import audit_lines, broken_audit_lines

    assert broken_audit_lines(events.audit_path, events.keys) == []
    assert any(b"passphrase changed" in line for line in audit_lines(events.audit_path, events.keys))


def test_new_recovery_words_that_cannot_be_written_leave_the_older_ones_as_they_are(
    folder: Path, secret: Path, tmp_path: Path
) -> None:
    given = ("--self", folder, "--passphrase-file", secret)
    afterself(*given, "new", *DECLARED)
    words, later = tmp_path / "words.txt", tmp_path / "later.txt"
    assert afterself(*given, "recovery", "--file", words).code == 0
    with Self.open(folder, secret.read_text().strip()).writer_lock():
        assert afterself(*given, "recovery", "--file", later).code != 0
    assert not later.exists()
    assert afterself(*given, "recovery", "--file", tmp_path / "nowhere" / "words.txt").code != 0
    assert Self.open(folder, words.read_text().strip()).encrypted


def test_the_passphrase_comes_through_a_file_descriptor_and_stands_in_no_argument(
    folder: Path, secret: Path
) -> None:
    afterself("--self", folder, "--passphrase-file", secret, "new", *DECLARED)
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE.encode())
    os.close(writing)
    program = (
        "from pathlib import Path; from afterself.cli import main\n"
        "try: main()\n"
        "finally: print(Path('/proc/self/cmdline').read_bytes(), Path('/proc/self/environ').read_bytes())"
    )
    words = ("--self", folder, "--passphrase-file", f"/dev/fd/{reading}", "status")
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        pass_fds=(reading,), capture_output=True, text=True,
    )  # fmt: skip
    os.close(reading)
    assert done.returncode == 0 and OWNER in done.stdout, done.stderr
    assert PASSPHRASE not in done.stdout + done.stderr


def test_a_conversion_broken_off_is_told_and_both_ways_lead_out(folder: Path, secret: Path) -> None:
    from afterself.home.key_header import KeyHeader, write_header

    given = ("--self", folder, "--passphrase-file", secret)
    for state, way, also in (
        ("sealing", "lock", "unlock --permanently"),
        ("unsealing", "unlock --permanently", "lock"),
    ):
        for chosen in (way, also):
            afterself("--self", folder, "new", *DECLARED, "--no-passphrase")
            header, keys = KeyHeader.make(PASSPHRASE, state=state, cost=CHEAP)  # type: ignore[arg-type]
            write_header(folder, header, keys)
            told = afterself(*given, "status")
            assert told.code == 3 and "Nothing is lost" in told.err and way in told.err
            done = afterself(*given, *chosen.split(), "--yes")
            assert done.code == 0, done.err
            assert Self.open(folder, PASSPHRASE).encrypted == (chosen == "lock")
            subprocess.run(["rm", "-r", str(folder)], check=True)


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 5000])
def test_a_file_without_a_passphrase_is_told(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "empty").write_bytes(content)
    done = afterself("--self", folder, "--passphrase-file", tmp_path / "empty", "new", *DECLARED)
    assert done.code == 2 and "no passphrase" in done.err
    gone = afterself("--self", folder, "--passphrase-file", tmp_path / "gone", "new", *DECLARED)
    assert gone.code == 2 and "cannot be read" in gone.err
    assert not folder.exists()


def test_at_a_terminal_the_passphrase_is_asked_for_and_the_words_are_shown_once(tmp_path: Path) -> None:
    folder = tmp_path / "self"
    words = ("--self", str(folder), "new", "--name", OWNER, "--right", "mine", "--allow", "archive", "--yes")
    with PseudoTerminal(*words, columns=100, home=tmp_path) as terminal:
        terminal.wait_for("New passphrase (at least 8 characters): ")
        terminal.press(PASSPHRASE + "\r")
        terminal.wait_for("The same again: ")
        terminal.press(PASSPHRASE + "\r")
        shown = terminal.wait_for("Write them on paper")
        assert terminal.wait_for_end() == 0
        assert PASSPHRASE not in terminal.raw
    recovery = " ".join(re.findall(r"\d+ ([a-z]{5})\b", shown))
    assert len(recovery.split()) == 12
    assert Self.open(folder, recovery).encrypted
    header = read_header(folder)
    assert header is not None and header.recoverable
    with PseudoTerminal("--self", str(folder), "status", columns=100, home=tmp_path) as terminal:
        terminal.wait_for("Passphrase of self: ")
        terminal.press("wrong\r")
        terminal.wait_for("Once more")
        terminal.wait_for("Passphrase of self: ")
        terminal.press(recovery + "\r")
        terminal.wait_for(OWNER)
        assert terminal.wait_for_end() == 0


def test_a_passphrase_that_is_too_short_or_mistyped_is_asked_for_again_and_the_answers_stay(
    tmp_path: Path,
) -> None:
    words = ("--self", str(tmp_path / "self"), "new")
    with PseudoTerminal(*words, columns=100, home=tmp_path) as terminal:
        for question, answer in (
            ("Their name", OWNER), ("Your choice", "mine"), ("Your choice", "archive"), ("Is that so?", "y"),
            ("New passphrase (at least 8 characters): ", "kurz"),
            ("Once more", PASSPHRASE), ("The same again: ", PASSPHRASE + "x"),
            ("The two differ. Nothing was changed. Once more", PASSPHRASE), ("The same again: ", PASSPHRASE),
        ):  # fmt: skip
            terminal.wait_for(question)
            if "Once more" in question:
                terminal.wait_for("New passphrase (at least 8 characters): ")
            terminal.press(answer + "\r")
        terminal.wait_for("Write them on paper")
        assert terminal.wait_for_end() == 0
    made = Self.open(tmp_path / "self", PASSPHRASE)
    assert (made.declaration.name, made.declaration.allow) == (OWNER, ("archive",))


def test_the_third_passphrase_that_does_not_fit_ends_the_command_and_makes_nothing(tmp_path: Path) -> None:
    words = (
        "--self",
        str(tmp_path / "self"),
        "new",
        "--name",
        OWNER,
        "--right",
        "mine",
        "--allow",
        "archive",
    )
    with PseudoTerminal(*words, "--yes", columns=100, home=tmp_path) as terminal:
        for _ in range(3):
            terminal.wait_for("New passphrase")
            terminal.press("kurz\r")
        assert terminal.wait_for_end() != 0
    assert not (tmp_path / "self").exists()
