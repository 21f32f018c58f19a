"""A Project Gutenberg file as somebody downloaded it -> the paragraphs of the book in it.

Plain text, HTML, or a zip with one of them. Project Gutenberg's own header and licence, marks of
pages and footnotes, and whole footnotes are left out: what remains is the public-domain book. What
stands in the paragraphs is the business of `boswell.py`.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from afterself.errors import SourceError
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import encoding_of

MOST_BYTES = 64 << 20
_START = re.compile(r"^.{0,3}\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG.*$", re.M)
_END = re.compile(
    r"^.{0,3}(?:\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg).*", re.M
)
_MARKS = re.compile(r"\[\d{1,4}\]|\{\d{1,4}\}|\[(?:Page|Pg|p)\.? ?\d{1,4}\]|(?<=[\w.,;:!?')\"])\*+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": "--", " ": " "})
_BLOCKS = frozenset(("p", "div", "h1", "h2", "h3", "h4", "h5", "li", "tr", "pre", "blockquote", "table"))
_SILENT = frozenset(("script", "style", "head", "title"))


def paragraphs(path: Path) -> list[str]:
    """The paragraphs of the book, each on one line, footnotes and verse left out.

    SourceError if the file cannot be read or holds no text.
    """
    text = _book(_text(path))
    blocks = re.split(r"\n[ \t]*\n", text)
    kept = (block for block in blocks if not _indented(block))
    found = (" ".join(_MARKS.sub("", block).replace("_", "").split()) for block in kept)
    return [paragraph for paragraph in found if paragraph]


def _text(path: Path) -> str:
    with SourceView.at(path) as source:
        names = [name for name in source.names() if source.kind == "file" or _is_text(name)]
        names.sort(key=lambda name: not name.lower().endswith(".txt"))
        if not names or source.size(names[0]) > MOST_BYTES:
            raise SourceError(
                f"“{shown(source.outer_name)}” holds no book that can be read here.",
                remedy="Give the file that was downloaded: plain text, HTML, or a zip with one of them.",
            )
        encoding = encoding_of(source, names[0])
        with source.open(names[0]) as stream:
            text = stream.read(MOST_BYTES)[encoding.mark :].decode(encoding.name, errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.I):
        page = _Page()
        page.feed(text)
        page.close()
        text = "".join(page.pieces)
    return text.translate(_QUOTES)


def _is_text(name: str) -> bool:
    return name.lower().endswith((".txt", ".htm", ".html"))


def _book(text: str) -> str:
    """What stands between Project Gutenberg's header and its licence."""
    start = _START.search(text)
    text = text[start.end() :] if start else text
    end = _END.search(text)
    return text[: end.start()] if end else text


def _indented(block: str) -> bool:
    """Whether every line is set in: a footnote or verse."""
    lines = [line for line in block.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith(("   ", "\t")) for line in lines)


class _Page(HTMLParser):
    """The text of a page, its blocks apart; a block of class foot… is set in like a footnote in the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0
        self._foot = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            kind = dict(attrs).get("class") or ""
            self._foot = self._foot + 1 if self._foot or "foot" in kind else 0
            self.pieces.append("\n\n     " if self._foot else "\n\n")
        elif tag == "br":
            self.pieces.append("\n     " if self._foot else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self._foot = max(0, self._foot - 1)
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\n", " ") if self._foot else data)
