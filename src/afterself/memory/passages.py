"""A long text -> passages of a few hundred words, cut where a paragraph or a sentence ends.

A letter of twenty pages is about twenty things: it is found, weighed and shown by the passage that answers,
and the record stays whole. Short texts are one passage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONG = 1200
"""Characters up to which a text is one passage."""
_LEAST = 500
_ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?。！？…]['\"”’)]*\s+|[。！？]"),
    re.compile(r"\s+"),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch [begins, ends) of a text, in code points."""

    begins: int
    ends: int


def passages(text: str) -> list[Passage]:
    """The passages of a text in order; together they are the whole text."""
    cut: list[Passage] = []
    begins = 0
    while len(text) - begins > LONG:
        ends = _end(text, begins + _LEAST, begins + LONG)
        cut.append(Passage(begins, ends))
        begins = ends
    if begins < len(text) or not cut:
        cut.append(Passage(begins, len(text)))
    return cut


def _end(text: str, least: int, most: int) -> int:
    """The last good place to cut in [least, most]: after a paragraph, else a line, a sentence, a word."""
    for pattern in _ENDS:
        found = [match.end() for match in pattern.finditer(text, least, most)]
        if found:
            return found[-1]
    return most
