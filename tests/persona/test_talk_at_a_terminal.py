"""Sitting at a terminal with a self: a real pseudo-terminal, a real model."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from afterself.cli.reply_writer import GUTTER, MARK, seconds_for
from afterself.home.folder import Self
from tests.persona.conftest import BURST
from tests.persona.pseudo_terminal import PseudoTerminal

PROMPT = "you › "


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def sit_down(talker: Self, home: Path, *options: str, columns: int = 80) -> PseudoTerminal:
    words = ("--self", str(talker.path), "talk", "--temperature", "0", *options)
    return PseudoTerminal(*words, columns=columns, home=home)


def test_a_burst_appears_a_message_a_line_in_a_rhythm_and_every_line_is_marked(
    talker: Self, home: Path
) -> None:
    with sit_down(talker, home) as terminal:
        introduction = terminal.wait_for(PROMPT)
        assert "This is not Ida Fictional" in introduction and "stored nowhere" in introduction
        terminal.press("hello\r")
        terminal.wait_for(BURST[0])
        began = time.monotonic()
        rest = terminal.wait_for(BURST[-1])
        assert time.monotonic() - began > 0.6 * sum(seconds_for(len(message)) for message in BURST[:-1])
        terminal.wait_for(PROMPT)
        assert [line for line in rest.split("\n") if line] == [f"{MARK} {m}" for m in BURST[1:]]
        terminal.press("/bye\r")
        assert terminal.wait_for_end() == 0


def test_in_twenty_columns_every_line_of_a_reply_is_marked_and_fits(talker: Self, home: Path) -> None:
    with sit_down(talker, home, "--no-rhythm", columns=20) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("hello\r")
        shown = terminal.wait_for(PROMPT).split("hello\n", 1)[1].removesuffix(PROMPT)
        lines = shown.strip("\n").split("\n")
        assert lines[0] == "Ida… [generated] ›"
        assert all(MARK in line or line.startswith(GUTTER) for line in lines), lines
        assert max(map(cell_len, lines)) <= 20
        assert sum(MARK in line for line in lines) == len(BURST)


def test_ctrl_c_during_a_reply_stops_that_reply_only_and_at_the_prompt_it_leaves(
    talker: Self, home: Path
) -> None:
    with sit_down(talker, home) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("hello\r")
        terminal.wait_for(BURST[1])
        terminal.press("\x03")
        stopped = terminal.wait_for(PROMPT)
        assert "[stopped]" in stopped and BURST[-1] not in stopped
        terminal.press("/retry\r")
        assert BURST[-1] in terminal.wait_for(PROMPT)
        terminal.press("half a line")
        terminal.wait_for("half a line")
        assert terminal.wait_for_end(press="\x03") == 0
        assert "Traceback" not in terminal.raw


def test_ctrl_d_leaves(talker: Self, home: Path) -> None:
    with sit_down(talker, home) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("\x04")
        assert terminal.wait_for_end() == 0


def test_the_arrow_key_brings_back_the_last_line_and_no_word_is_left_behind_on_disk(
    talker: Self, home: Path
) -> None:
    with sit_down(talker, home, "--no-rhythm") as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("canary-7f3a hello\r")
        terminal.wait_for(PROMPT)
        terminal.press("\x1b[A\r")
        assert "canary-7f3a hello" in terminal.wait_for(MARK)
        terminal.wait_for(PROMPT)
        terminal.press("Did you ever see a canary-7f3a?\r")
        terminal.wait_for(PROMPT)
        terminal.press("I want to die, canary-7f3a\r")
        terminal.wait_for("findahelpline")
        terminal.wait_for(PROMPT)
        terminal.press("/history\r/bye\r")
        assert terminal.wait_for_end() == 0
        assert terminal.raw.split("/history", 1)[1].count("canary-7f3a") >= 4
    files = [path for path in itertools.chain(talker.path.rglob("*"), home.rglob("*")) if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    for path in files:
        data = path.read_bytes()
        assert b"canary-7f3a" not in data and b"canary" not in data, path


def test_words_of_distress_are_answered_by_the_software_and_not_by_the_persona(
    talker: Self, home: Path
) -> None:
    with sit_down(talker, home) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("I want to be with you\r")
        shown = " ".join(terminal.wait_for(PROMPT).split())
        assert "[software] This is software, not Ida Fictional" in shown and "findahelpline.com" in shown
        assert MARK not in shown


def test_a_quote_with_escape_codes_in_it_does_not_steer_the_terminal(talker: Self, home: Path) -> None:
    with sit_down(talker, home, "--no-rhythm") as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("What did you paint red?\r")
        shown = terminal.wait_for(PROMPT)
        assert "␛[31mred" in shown and "\x1b[31m" not in terminal.raw and "\x1b" not in shown
        assert MARK not in shown


def test_a_typing_error_in_a_name_or_a_command_changes_nothing_and_names_the_near_ones(
    talker: Self, home: Path
) -> None:
    with sit_down(talker, home, "--no-rhythm") as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("/to Ana Weis\r")
        assert "Did you mean: Anna Weiss?" in terminal.wait_for(PROMPT)
        terminal.press("/to\r")
        assert "You are taken for: Anna Weiss" in terminal.wait_for(PROMPT)
        terminal.press("/to ben\r")
        assert "You are taken for: Ben Schwarz" in terminal.wait_for(PROMPT)
        terminal.press("/histroy\r")
        assert "Did you mean: /history?" in terminal.wait_for(PROMPT)
        terminal.press("/help\r")
        told = terminal.wait_for(PROMPT)
        assert "/as-of DATE" in told and "/quit" in told and "[" not in told


def piped(talker: Self, said: bytes, *options: str, **environment: str) -> tuple[str, str, int]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "afterself",
            "--self",
            str(talker.path),
            "talk",
            "--temperature",
            "0",
            *options,
        ],
        input=said,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), **environment},
    )
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode(), done.returncode


def test_without_a_terminal_every_message_is_a_marked_line_at_once(talker: Self) -> None:
    out, err, code = piped(talker, b"hello\n/bye\nhello\n")
    assert (err, code) == ("", 0)
    notice, asked, *said, checked, left = out.splitlines()
    assert notice.startswith("This is not Ida Fictional.")
    assert (asked, left) == ("you › hello", "you › /bye")
    assert said == [f"Ida Fictional {MARK} {BURST[0]}", *(f"{MARK} {m}" for m in BURST[1:])]
    assert checked.startswith("¦ “the gate was open” rests on 2020-01-06")


def test_bytes_that_are_no_text_and_terminals_without_our_signs_make_no_traceback(talker: Self) -> None:
    out, err, code = piped(talker, b"\xff\xfe hello \xc3\n/history\n", PYTHONIOENCODING="latin-1")
    assert (err, code) == ("", 0)
    assert "[generated]" in out


def test_a_name_that_looks_mistyped_on_the_command_line_is_refused_with_the_near_ones(talker: Self) -> None:
    out, err, code = piped(talker, b"hello\n", "--to", "Ana Weis")
    assert code == 2 and out == ""
    assert "Did you mean: Anna Weiss?" in err and not re.search("Traceback", err)
