"""What README and docs tell a person to type works, in the order in which it stands there.

Each page runs in a folder of its own with a made-up chat beside it. Which commands are not run here, or
with smaller settings, stands in two lists below; an entry that no page needs any more is an error.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.main import get_command

import afterself.cli.commands
from afterself.cli.shell import app
from tests.docs.pages import PAGES, ROOT, WRITTEN, commands, prose

ELSEWHERE = {
    "python3 -m venv .venv": ".ci/run",
    ".venv/bin/pip install": ".ci/run",
    ".venv/bin/pytest": ".ci/run",
    ". .venv/bin/activate": ".ci/run",
    ".venv/bin/afterself demo": "tests/demo/test_demo_road.py",
    "afterself import ~/code/mill": "tests/importers/test_git_repository.py",
    "afterself why": "tests/memory/test_why.py",
}
"""Beginnings of commands that are not run here, and what runs them instead."""

SMALLER = {
    "new": "--name 'Your Name' --right mine --allow archive,train,talk --no-passphrase --yes",
    "import": "--me 'Your Name' --yes",
    "train": "--epochs 0.1 --context 128 --no-samples --publish-anyway --yes",
    "evaluate": "--replies 20",
    "exclude": "--yes",
}
"""Answers that a person would type, and the smallest training: options that are added to a command."""

SAID = ["are you coming on Sunday?", "did you water the garden?", "what shall I bring?", "who has the key?"]
ANSWERED = ["yes, with the late train", "I did, twice", "bread, and the big pot", "it hangs by the door"]


def chat() -> str:
    """A WhatsApp export of some months between Anna and the owner."""
    lines = ["04/03/2019, 17:00 - Your Name: we moved to the new house today, the kettle came first"]
    for day in range(180):
        asked, answered = SAID[day % 4], ANSWERED[day % 4]
        date = f"{day % 28 + 1:02}/{day // 28 + 4:02}/2019"
        lines.append(f"{date}, 18:02 - Anna: {asked}")
        lines.append(f"{date}, 18:05 - Your Name: {answered}")
        lines.append(f"{date}, 18:{day % 50 + 6:02} - Your Name: number {day} is done")
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a person stands: the program on the path and in .venv, an export beside them."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program = tmp_path / ".venv" / "bin" / "afterself"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m afterself "$@"\n')
    program.chmod(0o755)
    name = "WhatsApp Chat with Anna.txt"
    (tmp_path / name).write_text(chat(), "utf-8")
    with zipfile.ZipFile(tmp_path / name.replace(".txt", ".zip"), "w") as packed:
        packed.writestr(name, chat())
    return tmp_path


def as_run(command: str) -> str:
    """The command with what is added to it."""
    words = shlex.split(command)
    verb = next((word for word in words[1:] if word in SMALLER and "afterself" in words[0]), None)
    return f"{command} {SMALLER[verb]}" if verb else command


@pytest.mark.parametrize("page", [page for page in WRITTEN if commands(page)], ids=lambda page: page.name)
def test_every_command_of_the_page_works_in_its_order(page: Path, folder: Path) -> None:
    here = {key: value for key, value in os.environ.items() if key not in ("AFTERSELF_SELF", "CI")}
    here["PATH"] = f"{folder / '.venv' / 'bin'}{os.pathsep}{here['PATH']}"
    here["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), here.get("PYTHONPATH", "")])
    if page.name == "troubleshooting.md":  # it speaks of a self that is there
        subprocess.run(["afterself", "new", *shlex.split(SMALLER["new"])], cwd=folder, env=here, check=True)
    for command in commands(page):
        if command.startswith(tuple(ELSEWHERE)):
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", as_run(command)],
            cwd=folder, env=here, input="Good morning!\n", capture_output=True, text=True, timeout=500,
            check=False,
        )  # fmt: skip
        tolerated = {0, 1} if " doctor" in command else {0}  # 1: it found something on this machine
        assert done.returncode in tolerated, f"{command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        assert "Traceback" not in done.stderr
        if " ask " in command:
            assert "“we moved to the new house today" in done.stdout
        if " talk" in command:
            assert "[generated]" in done.stdout


def test_the_lists_of_exceptions_hold_only_what_is_needed() -> None:
    typed = [command for page in WRITTEN for command in commands(page)]
    for beginning, instead in ELSEWHERE.items():
        assert any(command.startswith(beginning) for command in typed), beginning
        assert (ROOT / instead).exists()
    verbs = {word for command in typed for word in shlex.split(command)[1:5]}
    assert set(SMALLER) <= verbs


def mentions(page: Path) -> list[list[str]]:
    """The words of each `afterself …` that stands in the text of a page."""
    found = re.findall(r"`((?:\.venv/bin/)?afterself [^`]+)`", prose(page))
    return [shlex.split(text.replace("…", "x").replace("'", "’"))[1:] for text in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_the_text_mentions_exists(page: Path) -> None:
    assert afterself.cli.commands
    for words in mentions(page):
        command, options, left = get_command(app), set[str](), list(words)
        while left:
            word = left.pop(0)
            known = getattr(command, "commands", {})
            if word == "--self":
                left[:1] = []
            elif word in known:
                command = known[word]
            else:
                assert not known or word.startswith("-"), f"{page.name}: afterself {' '.join(words)}"
                options |= {word} if word.startswith("--") else set()
        taken = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        missing = options - taken - {"--help", "--install-completion", "--show-completion"}
        assert not missing, f"{page.name}: {missing}"
