"""WhatsApp exports of any size in English words: the same bytes for the same seed.

The sentences are those of the chats that were written for this project (`written_questions`), so that its
questions have answers among them; four in ten content words are replaced by others of the static embedder's
vocabulary, the frequent ones more often, so that no two messages are alike and rare words stay rare.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from afterself.memory.embedding import static_embedder
from afterself.memory.stop_words import ENGLISH
from written_questions import haystacks

OWNER = "Nora Whitlock"
CHATS = (
    "Ben Okafor", "Lucia Whitlock", "Priya Nair", "Hugh Barrow", "Tariq", "Imogen", "Jonas", "Lina", "Marta",
    "Ruth", "Mr Okafor", "Rev. Tamsin Boyle", "Ilvo Marentz", "Sadira Quell", "Tom Berg", "Mina Osk",
    "Tante Orla", "Dov Harel", "Keiko Mori", "Paul Stern",
)  # fmt: skip
REPLACED = 0.4
SPAN = 4e8  # seconds from the first message to the last, about
_WORD = re.compile(r"[A-Za-z]{3,}")


def sentences() -> list[str]:
    """What is said in the project's own chats, one line each."""
    said = {" ".join(turn["text"].split()) for _, turns, _ in haystacks() for turn in turns}
    return sorted(text for text in said if 10 <= len(text) <= 400)


def questions() -> list[str]:
    """What is asked of them, answerable or not."""
    return sorted({one["question"] for _, _, asked in haystacks() for one in asked})


class Speech:
    """Endless messages from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sentences = sentences()
        words = static_embedder().words
        weights = itertools.accumulate(1 / (rank + 10) for rank in range(len(words)))
        self._words, self._weights = words, list(weights)

    def message(self) -> str:
        """One sentence of the chats with some of its words replaced."""
        return _WORD.sub(self._word, self._random.choice(self._sentences))

    def _word(self, found: re.Match[str]) -> str:
        if found[0].lower() in ENGLISH.function_words or self._random.random() >= REPLACED:
            return found[0]
        return self._random.choices(self._words, cum_weights=self._weights)[0]


def write(messages: int, folder: Path, seed: int = 0) -> Iterator[Path]:
    """Write as many exports as there are CHATS, each with its share of the messages (24 h, day first)."""
    speech, order = Speech(seed), random.Random(seed + 1)
    for name in CHATS:
        path = folder / f"WhatsApp Chat with {name}.txt"
        at = datetime(2012, 1, 1, 8, 0)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for _ in range(messages // len(CHATS)):
                at += timedelta(seconds=order.expovariate(messages / len(CHATS) / SPAN))
                author = OWNER if order.random() < 0.5 else name
                file.write(f"{at:%d/%m/%Y, %H:%M} - {author}: {speech.message()}\n")
        yield path
