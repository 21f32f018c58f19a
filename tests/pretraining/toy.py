"""A toy corpus in the form of the real one: sentences and talk put together from a few words."""

from __future__ import annotations

import json
import random
from pathlib import Path

PRETRAINING = Path(__file__).resolve().parents[2] / "pretraining"
WORDS = (
    "the a my your old red small boat house garden key train letter morning evening rain bread sister "
    "friend comes goes brings finds likes sees keeps sends wants asks near under over with for and but"
).split()


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randrange(4, 12))).capitalize() + rng.choice(".?!")


def write_corpus(folder: Path, documents: int = 240) -> None:
    """Two sources and the held-out file, JSON Lines in zstd."""
    import zstandard

    rng = random.Random(7)
    prose = [{"kind": "prose", "text": " ".join(sentence(rng) for _ in range(30))} for _ in range(documents)]
    talk = [
        {"kind": "dialogue", "turns": [{"speaker": "AB"[n % 2], "text": sentence(rng)} for n in range(12)]}
        for _ in range(documents)
    ]
    talk[3]["turns"][2]["text"] = "Hello, I am [user 2's name]."  # type: ignore[index]
    groups = {"books": prose, "chats": talk, "valid": [*prose[:2], *talk[:2]]}
    for name, rows in groups.items():
        lines = "".join(json.dumps({"source": name, "license": "CC0-1.0", **row}) + "\n" for row in rows)
        (folder / f"{name}.jsonl.zst").write_bytes(zstandard.compress(lines.encode()))
