"""“Whats 2+2?”: a question that asks for a sum and for nothing of anybody's life.

A record that happens to hold its figures (“2 loaves, 2 lb of flour”) answers nothing. A rule over whole
questions, English and German; “7/8” alone may be a day and is none.
"""

from __future__ import annotations

import re

from afterself.memory.dates import dates_in
from afterself.memory.words import fold

_NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
_OPERATOR = r"\s*(?:[-+*/^×÷]|\b(?:x|plus|minus|times|divided by|multiplied by|mal|geteilt durch)\b)\s*"
_SUM = rf"{_NUMBER}(?:{_OPERATOR}{_NUMBER})+"
_ASKING = (
    r"(?:what(?:\W?s| is| are| does| do)?|how much (?:is|are|does|do)|calculate|compute|solve"
    r"|(?:was|wie ?viel) (?:ist|sind|ergibt|macht))"
)
_ASKED = re.compile(
    rf"\W*(?:{_ASKING}\s+{_SUM}|{_NUMBER}\s*[+*×÷]\s*{_NUMBER})\s*(?:=|equal|equals|make)?\W*"
)


def asks_for_a_sum(question: str) -> bool:
    """Whether a question, whole and not only in part, is one of arithmetic."""
    return _ASKED.fullmatch(fold(question)) is not None and not dates_in(question).any
