"""Runs `afterself …` as a person would and gives what they would see."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from afterself.cli import main


@dataclass(frozen=True)
class Ran:
    """One run: its exit code, and what stood on the screen."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def afterself(*arguments: object, stdin: bytes = b"") -> Ran:
    """Run one command in this process, with its own standard streams."""
    out, err = io.StringIO(), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    with (
        patch.object(sys, "argv", ["afterself", *map(str, arguments)]),
        patch.object(sys, "stdin", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _exit() as code,
    ):
        main()
    return Ran(code[0], out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _exit() -> Iterator[list[int]]:
    code = [0]
    try:
        yield code
    except SystemExit as left:
        code[0] = left.code if isinstance(left.code, int) else 1 if left.code else 0


def at_a_terminal(arguments: list[str], answers: str) -> tuple[int, str]:
    """Run the command on a real pseudo-terminal and type the answers."""
    leader, follower = pty.openpty()
    code = "from afterself.cli import main; main()"
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=follower, stdout=follower, stderr=follower, close_fds=True, env=environment,
    )  # fmt: skip
    os.close(follower)
    os.write(leader, answers.encode())
    output = b""
    while True:
        try:
            chunk = os.read(leader, 4096)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    os.close(leader)
    return child.wait(), output.decode()
