"""What people type by habit: `help`, near names, options of a sister command, Ctrl-D at a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from afterself.archive.near_names import did_you_mean, mistyped_names, near_names
from afterself.cli import forget_command
from afterself.cli.progress import ProgressLine
from afterself.cli.shell import console
from afterself.home.folder import Self
from afterself.home.jobs import Report
from tests.cli.command_line import Ran, afterself, at_a_terminal


@pytest.fixture
def filled(fresh_self: Self, tmp_path: Path) -> Self:
    rows = [
        {"conversation": "Sunday Table", "author": who, "text": "plum jam"} for who in ("Anna Weiss", "Ben")
    ]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert afterself("--self", fresh_self.path, "import", tmp_path / "c.jsonl", "--me", "Ben").code == 0
    return fresh_self


def run(self_: Self, *words: object, stdin: bytes = b"") -> Ran:
    return afterself("--self", self_.path, *words, stdin=stdin)


@pytest.mark.parametrize("words", [(), ("import",), ("people",), ("people", "merge")])
def test_help_before_a_command_is_its_help(words: tuple[str, ...]) -> None:
    asked = afterself("help", *words)
    assert asked.code == 0 and asked.out == afterself(*words, "--help").out and "Usage:" in asked.out


def test_help_of_a_command_that_is_not_there_names_the_near_one() -> None:
    asked = afterself("help", "frget")
    assert asked.code == 2 and "forget" in asked.err


def test_the_help_shows_what_to_write_and_no_types_of_python() -> None:
    for words in (("import",), ("forget",), ("people", "me"), ("talk",), ("pack",)):
        told = afterself(*words, "--help").out
        assert "<" not in told, told


@pytest.mark.parametrize(
    "words",
    [
        ("search", "jam", "--person", "Annna"),
        ("ask", "jam", "--person", "Annna"),
        ("people", "exclude", "Annna"),
        ("people", "me", "Annna"),
        ("forget", "--contact", "Annna", "--yes"),
        ("audience", "add", "family", "--exclude-contact", "Annna"),
    ],
)
def test_a_mistyped_first_name_is_met_with_the_same_question_everywhere(
    filled: Self, words: tuple[str, ...]
) -> None:
    ran = run(filled, *words)
    assert ran.code == 2 and "Nobody in the archive is called “Annna”." in ran.err
    assert "Did you mean: Anna Weiss?" in ran.err


@pytest.mark.parametrize(
    "words", [("forget", "--thread", "Sunday"), ("search", "jam", "--thread", "Sundy Table")]
)
def test_a_conversation_that_is_not_there_is_met_with_the_near_titles(
    filled: Self, words: tuple[str, ...]
) -> None:
    ran = run(filled, *words)
    assert ran.code == 2 and "Did you mean: Sunday Table?" in ran.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [(("forget", "--person", "Ann"), "--contact"), (("ask", "jam", "--contact", "Ann"), "--person"),
     (("ask", "jam", "--persn", "Ann"), "--person")],
)  # fmt: skip
def test_an_option_of_a_sister_command_is_met_with_the_one_of_this_command(
    filled: Self, words: tuple[str, ...], meant: str
) -> None:
    assert f"Did you mean: {meant}?" in run(filled, *words).err


def test_ctrl_d_at_a_question_is_one_plain_line_and_nothing_is_lost(
    filled: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_command, "interactive", lambda: True)
    ran = run(filled, "forget", "--thread", "Sunday Table")
    assert ran.code == 1 and ran.err.strip().splitlines() == [
        "afterself: Stopped: a question was not answered. What was stored before is kept."
    ]
    assert len(run(filled, "records", "--json").lines) == 2


def test_near_names_are_found_by_whole_names_by_words_and_by_parts() -> None:
    names = ["Anna Weiss", "Ben Schwarz", "Johanna"]
    assert near_names("Annna", names) == ["Anna Weiss", "Johanna"]
    assert near_names("jo", names) == ["Johanna"] and mistyped_names("jo", names) == []
    assert mistyped_names("Ana Weis", names)[0] == "Anna Weiss"
    assert near_names("", names) == near_names("zzz", names) == []
    assert did_you_mean([]) == "" and "\x1b" not in did_you_mean(["a\x1b[31m"])


@pytest.mark.parametrize(
    "words", [("ask", "plum", "jam"), ("people",), ("status",), ("search", "jam"), ("--help",)]
)
def test_with_no_color_not_even_bold_is_printed_at_a_terminal(
    filled: Self, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    code, shown = at_a_terminal(["--self", str(filled.path), *words], "")
    assert code == 0 and shown.strip() and "\x1b" not in shown
    if words[0] == "ask":
        monkeypatch.delenv("NO_COLOR")
        assert "\x1b[1m" in at_a_terminal(["--self", str(filled.path), *words], "")[1]


def test_progress_in_a_pipe_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine(console(stderr=True)) as line:
        line.sample("the kettle is on")
        line.tell(Report("reading", 3, 4, "records", 1.0, 1.0, finished=False))
        line.tell(Report("reading", 4, 4, "records", 2.0, None, finished=True))
    shown = capsys.readouterr().err
    assert "generated › the kettle is on" in shown and "reading" in shown
    assert "\x1b" not in shown and "\r" not in shown
