"""What a newcomer meets: each dead end names the way on, in commands that can be typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from afterself.cli import main
from afterself.home.folder import Self
from tests.persona.pseudo_terminal import PseudoTerminal

MADE = "new --name Ann --right mine --allow archive,train,talk --no-passphrase --yes".split()
CHAT = "12/03/2019, 18:02 - Anna: are you coming?\n12/03/2019, 18:03 - Ann Lee: yes\n"


def afterself(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key != "AFTERSELF_SELF"}
    paths = os.pathsep.join([str(Path(__file__).parents[2] / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "afterself", *words], capture_output=True, text=True, cwd=folder,
        env={**kept, "PYTHONPATH": paths, **environment}, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def test_the_bare_command_says_what_to_do_first(tmp_path: Path) -> None:
    done = afterself(tmp_path)
    assert done.returncode == 0 and len(done.stdout.splitlines()) <= 4
    assert "afterself demo" in done.stdout and "afterself new" in done.stdout


def test_the_bare_command_says_what_comes_next_where_a_self_is(tmp_path: Path) -> None:
    afterself(tmp_path, *MADE)
    assert "import PATH" in afterself(tmp_path).stdout


@pytest.mark.parametrize("command", [["ask", "hello"], ["train"], ["talk"], ["import", "x.txt"], ["people"]])
def test_without_a_self_every_command_says_how_to_get_one(tmp_path: Path, command: list[str]) -> None:
    done = afterself(tmp_path, *command)
    assert done.returncode == 3
    assert "afterself new" in done.stderr and "afterself demo" in done.stderr


@pytest.mark.parametrize("command", [["ask", "hello"], ["train", "--yes"], ["talk"]])
def test_before_the_first_import_every_command_says_that_it_comes_first(
    tmp_path: Path, command: list[str]
) -> None:
    afterself(tmp_path, "--self", "my self", *MADE)
    done = afterself(tmp_path, "--self", "my self", *command)
    assert "afterself --self 'my self' import PATH" in done.stdout + done.stderr


def test_before_training_talk_says_that_it_comes_first(tmp_path: Path) -> None:
    afterself(tmp_path, *MADE)
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text(CHAT)
    told = afterself(tmp_path, "import", "WhatsApp Chat with Anna.txt")
    assert "afterself people me NAME" in told.stdout
    done = afterself(tmp_path, "talk")
    assert done.returncode == 7 and "train" in done.stderr


def test_import_says_how_to_get_a_chat_out_of_the_phone(tmp_path: Path) -> None:
    afterself(tmp_path, *MADE)
    (tmp_path / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    nothing, odd = afterself(tmp_path, "import"), afterself(tmp_path, "import", "photo.txt")
    assert (nothing.returncode, odd.returncode) == (2, 5)
    assert "Export chat" in nothing.stderr and "Export chat" in odd.stderr


def test_the_first_training_is_explained_before_anything_is_asked(tmp_path: Path) -> None:
    afterself(tmp_path, *MADE)
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text(CHAT)
    afterself(tmp_path, "import", "WhatsApp Chat with Anna.txt", "--me", "Ann Lee")
    told = afterself(tmp_path, "train").stderr
    assert told.startswith("Training shows a small language model")
    assert "at least 20 turns are needed" in told


def test_new_checks_each_answer_at_once_and_explains_each_right(tmp_path: Path) -> None:
    with PseudoTerminal("--self", str(tmp_path / "s"), "new", columns=100, home=tmp_path) as terminal:
        for question, answer in (
            ("Their name", ""), ("Their name", "Anna"), ("Your choice", "mein"), ("Your choice", "Research"),
            ("Your choice", "archive,talk"), ("Your choice", "archive"),
            ("Is that so?", "y"), ("New passphrase", ""), ("without encryption?", "y"),
        ):  # fmt: skip
            terminal.wait_for(question)
            terminal.press(answer + "\r")
        terminal.wait_for("not encrypted")
        assert terminal.wait_for_end() == 0
        output = terminal.plain(terminal.raw)
    wrong, rest = output.index("“mein” is no right"), output.index("What may it be used for?")
    assert wrong < rest < output.index("may never allow talk")
    assert "has died" in output and "Nobody" in output
    declared = Self.open(tmp_path / "s").declaration
    assert (declared.right, declared.allow) == ("research", ("archive",))


@pytest.mark.parametrize("columns", ["24", "40", "200"])
def test_narrow_and_colourless_terminals_get_the_same_words(tmp_path: Path, columns: str) -> None:
    afterself(tmp_path, *MADE)
    done = afterself(tmp_path, "status", COLUMNS=columns, NO_COLOR="1")
    assert done.returncode == 0 and "\x1b" not in done.stdout
    assert "importPATH" in "".join(done.stdout.split())


@pytest.mark.parametrize("after", [0.02, 0.1, 0.3, 0.8])
def test_ctrl_c_at_any_moment_is_one_line_and_no_traceback(tmp_path: Path, after: float) -> None:
    afterself(tmp_path, *MADE)
    line = '{"conversation": "c", "time": %d, "author": "Ben", "text": "message %d"}\n'
    (tmp_path / "big.jsonl").write_text("".join(line % (n, n) for n in range(60_000)))
    paths = os.pathsep.join([str(Path(__file__).parents[2] / "src"), os.environ.get("PYTHONPATH", "")])
    # The marker is printed when Python itself has started; before that no program can catch a signal.
    code = "import sys; print('up', flush=True); from afterself.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", code, "import", "big.jsonl", "--yes"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert running.stdout is not None and running.stdout.readline() == "up\n"
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert "Traceback" not in errors
    if running.returncode:  # on a fast machine it may have ended before
        assert [one for one in errors.splitlines() if one.strip()] == [
            "Stopped. What was stored before is kept."
        ]
        assert afterself(tmp_path, "records", "--json").stdout == ""


def test_ctrl_c_while_a_class_is_made_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    def importing() -> None:
        type("Imported", (), {"field": Interrupted()})

    monkeypatch.setattr("afterself.cli._run", importing)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "\nStopped. What was stored before is kept.\n"


def test_each_next_step_goes_to_the_self_that_was_asked_about(tmp_path: Path) -> None:
    made = afterself(tmp_path, "--self", "ann", *MADE)
    assert "afterself --self ann lock" in made.stderr
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text(CHAT)
    afterself(tmp_path, "--self", "ann", "import", "WhatsApp Chat with Anna.txt")
    assert "afterself --self ann people me NAME" in afterself(tmp_path, "--self", "ann", "people").stdout
    assert "afterself --self ann lock" in afterself(tmp_path, "--self", "ann", "status").stdout
    doctor = afterself(tmp_path, "--self", "ann", "doctor").stdout
    assert "afterself --self ann lock" in doctor and "afterself --self ann train" in doctor


def test_new_without_a_terminal_names_all_that_it_needs_at_once(tmp_path: Path) -> None:
    failed = afterself(tmp_path, "new", "--name", "Ann", "--right", "mine", "--allow", "archive")
    assert failed.returncode == 2
    assert all(word in failed.stderr for word in ("--yes", "--passphrase-file", "--no-passphrase"))


def test_a_quote_from_a_chat_named_after_its_author_names_them_once(tmp_path: Path) -> None:
    afterself(tmp_path, *MADE)
    ferry = "12/03/2019, 18:04 - Anna: the ferry sails at nine from Holm\n"
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text(CHAT + ferry)
    afterself(tmp_path, "import", "WhatsApp Chat with Anna.txt", "--me", "Ann Lee", "--zone", "UTC")
    asked = afterself(tmp_path, "ask", "--nearest", "when does the ferry sail from Holm?").stdout
    assert "UTC · Anna\n" in asked and "Anna, Anna" not in asked


def test_help_lists_the_commands_in_the_order_in_which_a_person_needs_them(tmp_path: Path) -> None:
    done = afterself(tmp_path, "--help")
    listed = [line.split()[0] for line in done.stdout.partition("Commands:")[2].splitlines() if line.strip()]
    road = ["demo", "new", "import", "ask", "train", "evaluate", "talk", "forget", "lock", "pack", "doctor"]
    assert [name for name in listed if name in road] == road
    assert len(listed) == len(set(listed))
