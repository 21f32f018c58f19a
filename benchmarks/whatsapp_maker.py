"""A WhatsApp export of any size from a made-up vocabulary: the same bytes for the same seed.

Four authors, times that rise, messages of 8 words in the mean, some of several lines, with emoji, links
and WhatsApp's own lines for media left out. The words are built of syllables and mean nothing.

    python benchmarks/whatsapp_maker.py MESSAGES OUT.txt
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

AUTHORS = ("Ilvo Marentz", "Sadira Quell", "Ben", "Tante Orla")
_SYLLABLES = "ka lo mi ren tas vu el or bin da se po qui zu fra nel ti gha wem sto".split()
_EMOJI = ("😀", "👍", "❤️", "🎉")


def vocabulary(count: int, random_: random.Random) -> list[str]:
    """Made-up words of one to three syllables."""
    return ["".join(random_.choices(_SYLLABLES, k=random_.choice((1, 2, 2, 3)))) for _ in range(count)]


def body(words: list[str], weights: list[float], random_: random.Random) -> str:
    """The text of one message: 4 % media left out, 8 % of several lines, some with emoji or a link."""
    kind = random_.random()
    if kind < 0.04:
        return "<Media omitted>"
    lines = random_.randint(2, 4) if kind < 0.12 else 1
    text = "\n".join(
        " ".join(random_.choices(words, cum_weights=weights, k=1 + min(40, int(random_.expovariate(1 / 7)))))
        for _ in range(lines)
    )
    if kind > 0.93:
        text += " " + random_.choice(_EMOJI)
    return f"{text} https://example.org/{random_.choice(words)}" if 0.9 < kind <= 0.93 else text


def write(messages: int, path: Path, seed: int = 0) -> None:
    """Write the export (Android's form, 24 h clock, day first)."""
    random_ = random.Random(seed)
    words = vocabulary(20_000, random_)
    total, weights = 0.0, []
    for rank in range(len(words)):  # words are used as in real text: Zipf
        total += 1 / (rank + 3)
        weights.append(total)
    at = datetime(2015, 1, 1, 8, 0)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for _ in range(messages):
            at += timedelta(seconds=random_.expovariate(1 / 400))
            author = random_.choices(AUTHORS, (4, 3, 2, 1))[0]
            file.write(f"{at:%d/%m/%Y, %H:%M} - {author}: {body(words, weights, random_)}\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
