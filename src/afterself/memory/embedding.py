"""Texts -> unit vectors whose cosine tells how near they are in meaning.

The embedder that comes along is static: a vector for each of 32,000 English stems, 4 MB, made by
pretraining/word_vectors.py; a text is the sum of its words'. It needs nothing but NumPy. Others are
read from a folder by `embedder_folder`. What is done with vectors is the business of `index`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from importlib import resources
from itertools import repeat
from typing import TYPE_CHECKING, Protocol

from afterself.memory.stop_words import ENGLISH
from afterself.memory.words import stems_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

_FOLDER = "static"
_REMEMBERED = 200_000  # words whose row is kept, so that it is looked up once


class Embedder(Protocol):
    """Anything that turns texts into vectors. `name` tells apart vectors that may not be compared.

    `bag_of_words`: it does not read sentences, so that it is asked for a question's telling words alone.
    """

    name: str
    dimensions: int
    bag_of_words: bool

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [texts, dimensions]; zeros for a text of which nothing is known."""
        ...


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length one; zeros stay."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled


class StaticEmbedder:
    """The vectors of words, summed. Says nothing of word order, and knows English alone."""

    bag_of_words = True

    def __init__(self, name: str, words: Sequence[str], rows: Vectors) -> None:
        self.name = name
        self.dimensions = int(rows.shape[1])
        self._rows = rows
        self._row_of_stem = {word: n for n, word in enumerate(words)}
        self._row_of_word: dict[str, int] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [texts, dimensions]; zeros for a text without a known word."""
        import numpy as np

        sums = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for n, text in enumerate(texts):
            if known := self._known(words_of(text)):
                sums[n] = self._rows[known].sum(axis=0)
        return unit(sums)

    def rows_of(self, stems: Sequence[str]) -> list[int]:
        """The rows of the stems that it knows, in order."""
        return [row for row in map(self._row_of_stem.get, stems) if row is not None]

    def places(self, stems: Iterable[str]) -> NDArray[np.int64]:
        """The row of each stem, -1 for one that it does not know."""
        import numpy as np

        return np.fromiter(map(self._row_of_stem.get, stems, repeat(-1)), dtype=np.int64)

    @property
    def words(self) -> list[str]:
        """The stems that it knows, the most frequent first."""
        return list(self._row_of_stem)

    @property
    def rows(self) -> Vectors:
        """Every word's vector, float32 [words, dimensions]; a long one weighs much in a sum."""
        return self._rows

    @cached_property
    def directions(self) -> Vectors:
        """The same as unit vectors."""
        return unit(self._rows)

    def _known(self, words: Sequence[str]) -> list[int]:
        """The rows of the words that have one; function words have none."""
        new = [word for word in dict.fromkeys(words) if word not in self._row_of_word]
        if len(self._row_of_word) + len(new) > _REMEMBERED:
            self._row_of_word.clear()
            new = list(dict.fromkeys(words))
        for word, stem in zip(new, stems_of(new), strict=True):
            known = -1 if word in ENGLISH.function_words else self._row_of_stem.get(stem, -1)
            self._row_of_word[word] = known
        return [row for word in words if (row := self._row_of_word[word]) >= 0]


@lru_cache(maxsize=1)
def static_embedder() -> StaticEmbedder:
    """The embedder that comes with the package."""
    import numpy as np

    folder = resources.files("afterself.memory") / _FOLDER
    card = json.loads((folder / "card.json").read_text("utf-8"))
    with (folder / "vectors.npz").open("rb") as file, np.load(file, allow_pickle=False) as kept:
        words = kept["words"].tobytes().decode("utf-8").split("\n")
        rows = kept["rows"].astype(np.float32) * kept["scales"][:, None]
    return StaticEmbedder(card["name"], words, rows)
