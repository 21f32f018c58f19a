"""The hints of `demo` can be typed as they stand, also where the program is not on the search path."""

from __future__ import annotations

import shutil
import sys

import pytest

from afterself.cli.demo_command import _program


@pytest.mark.parametrize(
    ("found", "called", "shown"),
    [
        (None, ".venv/bin/afterself", ".venv/bin/afterself"),
        ("/usr/bin/afterself", "/usr/bin/afterself", "afterself"),
        (None, "/src/afterself/__main__.py", "afterself"),
    ],
)
def test_the_program_is_named_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, found: str | None, called: str, shown: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: found)
    monkeypatch.setattr(sys, "argv", [called])
    assert _program() == shown
