"""Retrieval over records, each hit a citation, and an honest “nothing recorded about that”."""

from __future__ import annotations

from afterself.memory.ask import Answer, Context, Hit, Memory, own_words_first

__all__ = ["Answer", "Context", "Hit", "Memory", "own_words_first"]
