"""An answer's hits -> those that are worth a reader's time: the list ends where the evidence falls off.

After a good quote the next ones mostly share a word with the question and nothing else. Both constants were
chosen on the invented chats of tests/memory/dev (benchmarks/quotes_shown.py); who asks for a number of
records gets that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterself.memory.ask import Hit

NOTHING_FOUND = "Nothing about that was found in these records."
"""What is said where a search found nothing: no more than that is known."""
AT_LEAST = 2
FALLS_OFF = 2.0
"""In ranker scores: so far below the best one a record is mostly about something else."""

OF_ONE_SHAPE = 4
"""Of those that say the same (“I am 84”, “I'm only 83”) so many are enough."""


def worth_showing(hits: Sequence[Hit]) -> list[Hit]:
    """The first hits, and of the others those whose scores are near the best one's; the order stays."""
    least = max((hit.score for hit in hits), default=0.0) - FALLS_OFF
    near = [hit for place, hit in enumerate(hits) if place < AT_LEAST or hit.score >= least]
    alike = count()
    return [hit for hit in near if not hit.answers or next(alike) < OF_ONE_SHAPE]
