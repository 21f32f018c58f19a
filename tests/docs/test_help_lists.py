"""What `--help` lists: each command's first sentence, whole."""

from __future__ import annotations

from pathlib import Path

COMMANDS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")


def test_no_summary_in_a_list_of_commands_is_cut() -> None:
    assert COMMANDS.count("Commands:\n") >= 6
    cut = [line for line in COMMANDS.splitlines() if line.endswith("...") and "Usage:" not in line]
    assert not cut
