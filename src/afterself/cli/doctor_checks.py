"""One finding of `afterself doctor`: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "broken"]


@dataclass(frozen=True, slots=True)
class Check:
    """`state`: good; a note that a person may care for; broken, so that something of the road fails."""

    part: str
    name: str
    state: State
    found: str
    remedy: str = ""


def good(part: str, name: str, found: str) -> Check:
    """Nothing to do."""
    return Check(part, name, "good", found)


def note(part: str, name: str, found: str, remedy: str = "") -> Check:
    """Works, but a person may want to know or do something."""
    return Check(part, name, "note", found, remedy)


def broken(part: str, name: str, found: str, remedy: str) -> Check:
    """Something that the road needs fails."""
    return Check(part, name, "broken", found, remedy)
