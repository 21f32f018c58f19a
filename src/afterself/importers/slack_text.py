"""Slack's mrkdwn -> the text as people saw it.

Names stand in it as ids (`<@U1>`, `<#C1|general>`, `<!here>`), links as `<address|label>`, and only `&`,
`<` and `>` are escaped (Slack's documentation: Formatting text for app surfaces). A link is shown as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from afterself.importers.marked_text import unescaped

_TOKEN = re.compile(r"<([@#!]?)([^<>|\n]+)(?:\|([^<>]*))?>")


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

    return unescaped(_TOKEN.sub(shown, text))
