"""How deep HTML may be nested: parsing looks through all open elements at each block, in quadratic time.

A hundred thousand nested `div` would hold an import for minutes; what people and their programs write
is some dozens deep.
"""

from __future__ import annotations

import re

DEEPEST = 10_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_CLOSES_ITSELF = {
    "p", "li", "dd", "dt", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "br", "hr", "img", "input",
    "meta", "link", "wbr", "source", "col", "area", "base", "embed", "track", "param",
}  # fmt: skip


def shallow(text: str) -> str:
    """The HTML up to where it is nested too deeply; all of it where it is nowhere."""
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[2].lower() not in _CLOSES_ITSELF:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > DEEPEST:
                return text[: tag.start()]
    return text
