"""Does a record carry a claim? Evidence and a sentence in, a verdict with a score and a reason out."""

from __future__ import annotations

from afterself.memory.support.check import Verdict, check
from afterself.memory.support.evidence import Cast, Evidence, cast_of

__all__ = ["Cast", "Evidence", "Verdict", "cast_of", "check"]
