"""Writes docs/commands.md from the commands' own help; `--check` fails when the page is out of date."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("commands.md")


def help_of(*words: str) -> str:
    """The help text of a command, as it looks on a terminal 100 columns wide without colour."""
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "afterself", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def subcommands(text: str) -> list[str]:
    """Names in the help's list of commands."""
    listed = text.split("Commands:", 1)
    return re.findall(r"^  ([a-z][\w-]*)  ", listed[1], re.M) if len(listed) == 2 else []


def page() -> str:
    """The whole page."""
    parts = ["# Commands\n\nGenerated from the commands' own help by `docs/make_commands.py`.\n"]
    pending: list[tuple[str, ...]] = [()]
    while pending:
        words = pending.pop(0)
        text = help_of(*words)
        parts.append(f"## `{' '.join(('afterself', *words))}`\n\n```text\n{text}\n```\n")
        pending = [(*words, name) for name in subcommands(text)] + pending
    return "\n".join(parts)


def main() -> None:
    fresh = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh:
            sys.exit("docs/commands.md is out of date: run python docs/make_commands.py")
        return
    PAGE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
