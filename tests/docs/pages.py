"""README and docs as data: their commands in order, their paragraphs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [page for page in PAGES if page.name not in ("commands.md", "model-card.md")]
"""Without the generated pages: from the commands' own help, from what lies beside the embedded base."""

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
_ANY_BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)


def commands(page: Path) -> list[str]:
    """The command lines of a page's `sh` blocks, lines continued with a backslash joined."""
    text = "\n".join(_BLOCK.findall(page.read_text("utf-8"))).replace("\\\n", " ")
    return [" ".join(line.split("#")[0].split()) for line in text.splitlines() if line.strip()]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _ANY_BLOCK.sub("", page.read_text("utf-8"))


def paragraphs(page: Path) -> list[str]:
    """Paragraphs, list items and rows of tables, each on its own."""
    return [part for part in re.split(r"\n\s*\n|\n(?=- |\d+\. |\| )", prose(page)) if part.strip()]
