"""Texts that came before -> whether a text is one of them again, maybe with other blanks or some other words.

Two people, or one twice, hardly write the same 80 characters by chance, while "ok" and "happy birthday!"
are everybody's own. Near copies are found by the smallest hashes of a text's shingles (Broder, 1997: they
estimate the Jaccard resemblance of two sets); of shorter texts only the very same words count.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import ndarray

LONG = 80
"""Characters from which a text that resembles another is its copy."""

SHORT = 40
"""Characters from which the very same words as somebody else's are copied."""

RESEMBLANCE = 0.6
"""The share of common shingles from which one is the other's copy; a word changed in 80 letters leaves .7."""

_SKETCH = 64
_KEYS = 6
_COMPARED = 8
_WORDS = re.compile(r"\w+")
_PRIME = 1_099_511_628_211  # of FNV-1a, 64 bits
_FACTORS = tuple(pow(_PRIME, width, 1 << 64) for width in (1, 2, 4))
_MIX = 0x9E3779B97F4A7C15  # the golden ratio, as in Fibonacci hashing


class Seen:
    """The texts met so far, as hashes."""

    def __init__(self) -> None:
        self._exact: set[str] = set()
        self._sketches: list[ndarray[Any, Any]] = []
        self._by_key: dict[int, list[int]] = {}

    def add(self, plain: str) -> None:
        """Keep a text that `plain_text` made."""
        if len(plain) < SHORT or plain in self._exact:
            return
        self._exact.add(plain if len(plain) < LONG else _digest(plain))
        if len(plain) >= LONG:
            sketch = _sketch(plain)
            for key in sketch[:_KEYS].tolist():
                self._by_key.setdefault(key, []).append(len(self._sketches))
            self._sketches.append(sketch)

    def holds(self, plain: str, least: int = SHORT) -> bool:
        """Whether this text was met, word by word from `least` characters, or nearly so from `LONG`."""
        if len(plain) < least:
            return False
        if len(plain) < LONG:
            return plain in self._exact
        return _digest(plain) in self._exact or self._resembles(_sketch(plain))

    def _resembles(self, sketch: ndarray[Any, Any]) -> bool:
        """Whether one met before is alike; compared are those that share two keys (alike ones share four)."""
        shared = Counter(
            number for key in sketch[:_KEYS].tolist() for number in self._by_key.get(key, ())[:_COMPARED]
        )
        return any(
            _resemblance(sketch, self._sketches[number]) >= RESEMBLANCE
            for number, keys in shared.items()
            if keys > 1
        )


def plain_text(text: str) -> str:
    """A text's words in one writing: width, case, blanks and marks do not count."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def _digest(plain: str) -> str:
    return hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=12).hexdigest()


@lru_cache(maxsize=2)
def _sketch(plain: str) -> ndarray[Any, Any]:
    """The smallest hashes of all shingles (8 characters) of a text, ascending, each once."""
    import numpy as np

    hashes = np.frombuffer(plain.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    for width, factor in zip((1, 2, 4), _FACTORS, strict=True):  # two, four, eight characters
        hashes = hashes[:-width] * np.uint64(factor) + hashes[width:]
    hashes *= np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(29)
    hashes.sort()
    first = np.empty(len(hashes), dtype=bool)
    first[0] = True
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return np.array(hashes[first][:_SKETCH])  # a slice would keep the whole text's hashes in memory


def _resemblance(one: ndarray[Any, Any], other: ndarray[Any, Any]) -> float:
    """The share of both among the smallest hashes of either."""
    import numpy as np

    both = np.concatenate((one, other))
    both.sort()
    twice = both[1:] == both[:-1]  # neither holds a hash twice itself
    least = np.flatnonzero(twice) - np.arange(twice.sum())  # how many of the union are smaller
    union = len(both) - len(least)
    return int((least < _SKETCH).sum()) / min(union, _SKETCH)
