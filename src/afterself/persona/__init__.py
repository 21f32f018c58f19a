"""Weights, memory and policy answering as the owner.

Names are imported when they are first asked for: a talk begins without what training needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.persona.questions import asks_for_a_fact
    from afterself.persona.talk import Fact, Reply, Spoken, SteppedOut, Talk
else:
    from afterself.home.lazily import lazily

    __getattr__ = lazily(
        __name__,
        {
            "questions": ("asks_for_a_fact",),
            "talk": ("Fact", "Reply", "Spoken", "SteppedOut", "Talk"),
        },
    )

__all__ = [
    "Fact",
    "Reply",
    "Spoken",
    "SteppedOut",
    "Talk",
    "asks_for_a_fact",
]
