"""The tabulator key in a real bash: commands, options, names out of the archive; never hostile ones."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from afterself.home.folder import Self

SOURCE = Path(__file__).parents[2] / "src"


def environment(home: Path) -> dict[str, str]:
    """A home of its own, with an `afterself` on the path that runs this source."""
    program = home / "bin" / "afterself"
    if not program.exists():
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m afterself "$@"\n')
        program.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if key not in ("INPUTRC", "AFTERSELF_SELF")}
    return {
        **kept, "HOME": str(home), "PATH": f"{program.parent}:{os.environ['PATH']}",
        "TERM": "dumb", "PS1": "$ ",
        "PYTHONPATH": str(SOURCE),
    }  # fmt: skip


class Bash:
    """An interactive bash on a pseudo-terminal that read the start-up file of `home`."""

    def __init__(self, home: Path) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(
                "bash", ["bash", "--noprofile", "--rcfile", str(home / ".bashrc"), "-i"], environment(home)
            )

    def type(self, keys: str, wanted: str, seconds: float = 60) -> str:
        """What stands on the screen once `wanted` is there."""
        os.write(self.fd, keys.encode())
        seen, end = "", time.monotonic() + seconds
        while wanted not in seen and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.2)[0]:
                seen += os.read(self.fd, 65536).decode("utf-8", "replace")
        assert wanted in seen, seen
        return seen


@pytest.fixture
def bash(tmp_path: Path) -> Iterator[Bash]:
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["bash", "-c", "afterself --install-completion; true"],
        env=environment(home), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "bash completion installed" in done.stdout, done.stderr
    shell = Bash(home)
    yield shell
    os.close(shell.fd)
    os.kill(shell.pid, 9)
    os.waitpid(shell.pid, 0)


def test_after_install_completion_bash_completes_commands_and_names_of_people(
    bash: Bash, fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    store(said("hi", "Ben Okafor"), said("ho", "Benedikt"))
    bash.type("afterself doct\t", "doctor ")
    bash.type(f"\x15afterself --self {fresh_self.path} talk --to Ben\\ O\b\b\b\t\t", "Benedikt")
    bash.type("\x15afterself train --base emb\t", "embedded ")


def offered(line: str, home: Path, shell: str = "bash") -> list[str]:
    """What the program offers at the end of a line."""
    words = line.split(" ")
    asked = {
        "_AFTERSELF_COMPLETE": f"complete_{shell}", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
    }  # fmt: skip
    done = subprocess.run(
        ["afterself"], env={**environment(home), **asked}, capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.stdout.split("\n")


def test_a_name_that_a_shell_would_run_is_never_offered(
    tmp_path: Path, fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    names = ["$(touch owned)", "`id`", "*", "a;b", "x\x1b[2J", 'q"q', "Zoë Müller-Łoś", "Ben O'Hara"]
    store(*(said("hi", name) for name in names))
    line = f"afterself --self {fresh_self.path} people exclude "
    assert [name for name in offered(line, tmp_path) if name] == ["Zoë\\ Müller-Łoś"]
    in_zsh = "".join(offered(line, tmp_path, "zsh"))
    assert "Zoë Müller-Łoś" in in_zsh and "owned" not in in_zsh


def test_where_there_is_no_self_nothing_is_offered_and_nothing_said(tmp_path: Path) -> None:
    assert not "".join(offered(f"afterself --self {tmp_path}/none talk --to ", tmp_path)).strip()
    assert offered("afterself new --allow archive,t", tmp_path)[:2] == ["archive,train", "archive,talk"]
