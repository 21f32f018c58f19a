"""Slack's mrkdwn -> the text as people saw it, and which parts of it are code or quoted.

Names stand in it as ids (`<@U1>`, `<#C1|general>`, `<!here>`), links as `<address|label>`, and only `&`,
`<` and `>` are escaped (Slack's documentation: Formatting text for app surfaces). A link is shown as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from afterself.archive.drafts import Span

_TOKEN = re.compile(r"<([@#!]?)([^<>|\n]+)(?:\|([^<>]*))?>")
_ESCAPED = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_FOREIGN = re.compile(
    r"```.*?(?:```|\Z)|(?P<quote>^>[^\n]*(?:\n>[^\n]*)*)|`[^`\n]+`", re.DOTALL | re.MULTILINE
)


def plain(text: str, channels: Mapping[str, str], people: Mapping[str, str]) -> str:
    """`text` with names for ids, labels for links, and nothing escaped."""

    def shown(token: re.Match[str]) -> str:
        sign, what, label = token.groups()
        if sign == "@":
            return "@" + (label or people.get(what) or what)
        if sign == "#":
            return "#" + (label or channels.get(what) or what)
        if sign == "!":
            return label or "@" + what.partition("^")[0]
        return label or what.removeprefix("mailto:")

    return _ESCAPED.sub(lambda one: _CHARACTERS[one[1]], _TOKEN.sub(shown, text))


def marked(text: str) -> Iterator[Span]:
    """Code between backticks, and lines that are quoted."""
    for one in _FOREIGN.finditer(text):
        yield Span(one.start(), one.end(), "quoted" if one["quote"] else "code")
