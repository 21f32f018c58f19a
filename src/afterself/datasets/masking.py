"""A message -> the same message with personal data replaced in place, as the weights may see it.

Weights memorise what they are trained on, so numbers, addresses, keys and private links are replaced
by what they are (`<phone>`, `<email>`, `<address>`, …), the owner's own too: quoting them is the
business of memory. No message and no turn is dropped. A placeholder is plain text: in a talk the
weights may write `<phone>` where the person would have given a number; an invented one would lie.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple


class Mask(NamedTuple):
    """Code points [begins, ends) of a text, and the kind of what stands there."""

    begins: int
    ends: int
    kind: str


_MAY_HOLD = re.compile(r"[\d@]|://|\.\w{2,3}/|[A-Za-z_\-]{20}", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@./])@([\w.]{2,32})")


def masked(text: str, handles: Collection[str] = ()) -> str:
    """The text with personal data replaced.

    `handles` are accounts known from the exports, case-folded and without their @.
    """
    parts: list[str] = []
    end = 0
    for mask in masks(text, handles):
        parts += text[end : mask.begins], f"<{mask.kind}>"
        end = mask.ends
    return "".join((*parts, text[end:])) if parts else text


def masks(text: str, handles: Collection[str] = ()) -> list[Mask]:
    """What `masked` replaces, in order, without overlaps. The surer rule takes its place first."""
    if not _MAY_HOLD.search(text):
        return []
    # Imported here: compiling the rules takes longer than all else that a talk waits for.
    from afterself.datasets.masking_rules import KEEP, RULES

    taken = bytearray(len(text))
    found: list[Mask] = []
    for kind, pattern, holds in RULES:
        for match in pattern.finditer(text):
            begins, ends = match.span("it" if "it" in pattern.groupindex else 0)
            if any(taken[begins:ends]) or not holds(match):
                continue
            taken[begins:ends] = b"\1" * (ends - begins)
            if kind != KEEP:
                found.append(Mask(begins, ends, kind))
    for match in _MENTION.finditer(text) if handles else ():
        if match[1].rstrip(".").casefold() in handles and not any(taken[slice(*match.span())]):
            found.append(Mask(match.start(), match.start(1) + len(match[1].rstrip(".")), "handle"))
    return sorted(found)


def masked_name(name: str) -> str:
    """A person's name as a label: kept, unless it is a number or an e-mail address itself."""
    return masked(name)
