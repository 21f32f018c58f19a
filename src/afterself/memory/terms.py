"""A text -> the stems of the words that it speaks of, and how each was mostly written.

Function words of the text's language, links, numbers and short words speak of nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection

from afterself.memory.stop_words import FRAME_WORDS
from afterself.memory.words import cased_words, fold, is_pair, language_of, stems_of, tokens_of

_LINK = re.compile(r"\b(?:https?://|www\.)\S+")
_SHORTEST = 3


def stems_in(text: str) -> list[str]:
    """The content stems of a text in order; "" where something else stands between two of them."""
    words = tokens_of(_LINK.sub(" ", text))
    dull = language_of(words).function_words
    told = [not (word in dull or word in FRAME_WORDS or _is_short(word)) for word in words]
    return [stem if kept else "" for stem, kept in zip(stems_of(words), told, strict=True)]


def _is_short(word: str) -> bool:
    return not is_pair(word) and (len(word) < _SHORTEST or any(c.isdigit() for c in word))


class Spelling:
    """How stems are mostly written."""

    def __init__(self) -> None:
        self._written: dict[str, Counter[str]] = defaultdict(Counter)

    def see(self, text: str, stems: Collection[str]) -> None:
        """Note how a text writes these stems."""
        written = cased_words(text)
        for word, stem in zip(written, stems_of([fold(word) for word in written]), strict=True):
            if stem in stems:
                self._written[stem][word] += 1

    def of(self, stem: str) -> str:
        """The word that a stem mostly is, as it is mostly written."""
        written = self._written.get(stem)
        if not written:
            return stem
        folded: Counter[str] = Counter()
        for word, count in written.items():
            folded[fold(word)] += count
        most = min(folded, key=lambda word: (-folded[word], word))
        return min((w for w in written if fold(w) == most), key=lambda word: (-written[word], word))
