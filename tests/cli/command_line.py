"""Runs `afterself …` as a person would and gives what they would see."""

from __future__ import annotations

import contextlib
import io
import json
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
