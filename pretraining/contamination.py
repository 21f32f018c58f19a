"""Which training documents share a run of 13 words with texts that we measure on.

Word 13-grams (lower case, letters and digits) of the texts to protect become a sorted array of
64-bit hashes; a document is told by looking its own up there. Hashes only: no text is kept, and
the report is counts. Brown et al., 2020 (GPT-3), appendix C, uses the same length.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

N = 13
_WORD = re.compile(r"[^\W_]+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_TABLE_BITS = 26


class Words(dict[str, int]):
    """Word -> a mixed 64-bit number, remembered."""

    def __missing__(self, word: str) -> int:
        raw = word.encode()
        value = (zlib.crc32(raw) << 32 | zlib.crc32(raw, 0x5EED)) * 0xD6E8FEB86659FD93 & (1 << 64) - 1
        if len(self) < 2_000_000:
            self[word] = value
        return value


_words = Words()


def words_of(text: str) -> list[str]:
    """The words of a text: letters and digits, lower case."""
    return _WORD.findall(text.lower())


def numbers(words: list[str]) -> np.ndarray:
    """A uint64 for each word."""
    return np.fromiter((_words[word] for word in words), dtype=np.uint64, count=len(words))


def runs(ids: np.ndarray, n: int) -> np.ndarray:
    """uint64 hashes of all runs of n words, in order; empty if there are fewer words."""
    if len(ids) < n:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(len(ids) - n + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for k in range(n):
            total = total * _FACTOR + ids[k : len(ids) - n + 1 + k]
            total ^= total >> np.uint64(29)
    return total


def grams(text: str) -> np.ndarray:
    """uint64 hashes of the 13-grams of a text, in order; empty if it is shorter."""
    return runs(numbers(words_of(text)), N)


class Protected:
    """The 13-grams of the texts to stay clear of, or other hashes that are looked for."""

    def __init__(self, texts: Iterable[str], also: Iterable[np.ndarray] = ()) -> None:
        self.hashes = np.unique(np.concatenate([np.empty(0, np.uint64), *map(grams, texts), *also]))
        self._table = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._table[self._slot(self.hashes)] = True

    @staticmethod
    def _slot(hashes: np.ndarray) -> np.ndarray:
        return (hashes >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)

    def places(self, own: np.ndarray) -> np.ndarray:
        """For each of a text's hashes that is here, its place in `hashes`."""
        own = own[self._table[self._slot(own)]]
        place = np.searchsorted(self.hashes, own).clip(max=max(0, len(self.hashes) - 1))
        return place[self.hashes[place] == own] if len(self.hashes) else place[:0]

    def overlap(self, own: np.ndarray) -> int:
        """How many of a text's 13-grams (`grams`) are protected."""
        return len(self.places(own))


def strings(value: Any) -> Iterator[str]:
    """All strings inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def texts_of(path: Path) -> Iterator[str]:
    """The strings of a .jsonl or .json file that are long enough to matter.

    Consecutive messages of one .jsonl stand apart: a 13-gram never crosses a message.
    """
    lines = path.read_text(encoding="utf-8").split("\n") if path.suffix == ".jsonl" else [path.read_text()]
    for line in filter(str.strip, lines):
        yield from (s for s in strings(json.loads(line)) if len(s) > 2 * N)
