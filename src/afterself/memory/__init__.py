"""Retrieval over records, each hit a citation, and an honest “nothing recorded about that”.

Names are imported when they are first asked for: a talk begins without what training needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.memory.ask import Answer, Context, Hit, Memory, own_words_first
else:
    from afterself.home.lazily import lazily

    __getattr__ = lazily(
        __name__,
        {
            "ask": ("Answer", "Context", "Hit", "Memory", "own_words_first"),
        },
    )

__all__ = [
    "Answer",
    "Context",
    "Hit",
    "Memory",
    "own_words_first",
]
