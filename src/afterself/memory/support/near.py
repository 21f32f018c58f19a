"""How near words and texts are in meaning, by the word vectors that come with the package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from afterself.memory.embedding import StaticEmbedder


class Nearness(Protocol):
    """What the check needs to know of meaning; all of it about stems."""

    def cosine(self, one: str, other: str) -> float:
        """-1 to 1; 0 where one of the two is unknown."""
        ...

    def weight(self, stem: str) -> float:
        """How much a word tells, 0 to 1; 1 for an unknown one."""
        ...

    def whole(self, one: Sequence[str], other: Sequence[str]) -> float:
        """The cosine of two texts; 0 where nothing of one is known."""
        ...


class StaticNearness:
    """By the static vectors of words."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._cosines: dict[tuple[str, str], float] = {}

    def cosine(self, one: str, other: str) -> float:
        """-1 to 1; 0 where one of the two is unknown."""
        key = (one, other)
        if key not in self._cosines:
            rows = self._embedder.rows_of([one, other])
            directions = self._embedder.directions
            self._cosines[key] = float(directions[rows[0]] @ directions[rows[1]]) if len(rows) == 2 else 0.0
        return self._cosines[key]

    def weight(self, stem: str) -> float:
        """The length of a word's vector: frequent words have short ones."""
        import numpy as np

        rows = self._embedder.rows_of([stem])
        return float(np.linalg.norm(self._embedder.rows[rows[0]])) if rows else 1.0

    def whole(self, one: Sequence[str], other: Sequence[str]) -> float:
        """The cosine of the sums of their words' vectors."""
        import numpy as np

        sums = [
            self._embedder.rows[rows].sum(axis=0)
            for text in (one, other)
            if (rows := self._embedder.rows_of(text))
        ]
        lengths = [float(np.linalg.norm(total)) for total in sums]
        return (
            float(sums[0] @ sums[1]) / (lengths[0] * lengths[1]) if len(sums) == 2 and all(lengths) else 0.0
        )


@lru_cache(maxsize=1)
def static_nearness() -> StaticNearness:
    """The nearness that comes with the package, read once."""
    from afterself.memory.embedding import static_embedder

    return StaticNearness(static_embedder())
