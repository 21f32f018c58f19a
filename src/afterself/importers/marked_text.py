"""Plain text of platforms: three signs are escaped, backticks enclose code, lines after `>` are quoted.

For Slack's mrkdwn, Reddit's Markdown and the like, where the marks stay in the text; documents in Markdown
are read by `document_markdown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afterself.archive.drafts import Span

_ESCAPED = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_FOREIGN = re.compile(
    r"```.*?(?:```|\Z)|(?P<quote>^>[^\n]*(?:\n>[^\n]*)*)|`[^`\n]+`", re.DOTALL | re.MULTILINE
)


def unescaped(text: str) -> str:
    """The three signs that are escaped, each once."""
    return _ESCAPED.sub(lambda one: _CHARACTERS[one[1]], text)


def marked(text: str) -> Iterator[Span]:
    """Code between backticks, and lines that are quoted."""
    for one in _FOREIGN.finditer(text):
        yield Span(one.start(), one.end(), "quoted" if one["quote"] else "code")
