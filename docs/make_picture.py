"""Draws docs/picture.svg: the terminal of `afterself demo`, as it really went, shortened where marked.

python docs/make_picture.py
python docs/make_picture.py - < what-the-demo-printed.txt
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

PICTURE = Path(__file__).with_name("picture.svg")
WIDTH = 92
LONGEST = 7
"""Lines of one block that are shown; a longer one ends with an ellipsis line."""


def played() -> str:
    """What the demo prints without a terminal, in a folder where nothing was imported before."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "afterself", "demo", "--folder", "demo-self", "--seed", "1"]
    with tempfile.TemporaryDirectory() as fresh:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=fresh)
    return done.stdout


def wrapped(line: str) -> list[str]:
    """A line as lines of at most WIDTH columns, its indent kept."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent) or [""]


def shortened(text: str) -> list[str]:
    """Lines wrapped as a terminal does, long blocks cut with a visible mark."""
    lines: list[str] = []
    for block in re.split(r"\n{2,}", text.strip()):
        shown = [part for line in block.splitlines() for part in wrapped(line)]
        lines += shown if len(shown) <= LONGEST else [*shown[: LONGEST - 1], "  […]"]
        lines.append("")
    return lines


def draw(lines: list[str]) -> str:
    """The lines as an SVG of a terminal."""
    import io

    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ afterself demo", style="bold green"))
    for line in lines:
        style = ""
        if line.startswith("──"):
            style = "bold cyan"
        elif line.startswith(("›", "you ›")):
            style = "bold"
        elif "[generated] ›" in line:
            style = "magenta"
        elif re.match(r"\d{4}-\d\d-\d\d", line):
            style = "yellow"
        console.print(Text(line, style=style))
    svg = console.export_svg(title="afterself demo")
    # rich names a web font to be fetched; a page of ours fetches nothing.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)


def main() -> None:
    text = sys.stdin.read() if "-" in sys.argv[1:] else played()
    PICTURE.write_text(draw(shortened(text)), encoding="utf-8")


if __name__ == "__main__":
    main()
