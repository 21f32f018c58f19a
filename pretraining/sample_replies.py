"""A thousand replies of a base to held-out conversations, each beside the reply that was really given.

Places are drawn by seed, document after document, as evenly as the documents allow. The base reads
what stands before (under the header of the format's own example) and answers at temperature 1, as the
product talks, its slur watch off. The file that this writes holds text of the corpus: it stays in the
ignored folder. `verbatim.py` measures it. The same command goes on where it stopped.

    python pretraining/sample_replies.py
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from answer_openings import HEADER
from corpus import documents, pieces

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.bases import gguf_for, resolve_base
from afterself.models.chat_engine import ChatEngine
from afterself.models.turns import Line, Turn, messages_of
from afterself.persona.engine import REPLY_TOKENS, prompt_room
from afterself.persona.prompts import fitting_prompt

TURNS = 8
"""Most turns of what was said before."""


@dataclass(frozen=True)
class Place:
    """A turn of a held-out dialogue, and what stands before it."""

    document: int
    source: str
    before: tuple[Turn, ...]
    real: str


def places(valid: Path, seed: int) -> list[list[Place]]:
    """All turns that answer another, by document; documents and the turns of each in random order."""
    rng = random.Random(seed)
    found = []
    for number, document in enumerate(documents(valid)):
        if document["kind"] != "dialogue":
            continue
        shown = [(role, text) for role, text in pieces(document, rng) if role != "header"]
        turns = [Turn(role == "assistant", tuple(Line("", m) for m in messages_of(t))) for role, t in shown]
        own = [
            Place(number, document["source"].split("/")[0], tuple(turns[max(0, n - TURNS) : n]), text)
            for n, (role, text) in enumerate(shown)
            if n and role == "assistant"
        ]
        rng.shuffle(own)
        if own:
            found.append(own)
    rng.shuffle(found)
    return found


def drawn(by_document: list[list[Place]], count: int) -> Iterator[Place]:
    """One place of each document in turn, until there are `count`."""
    for depth in range(max(map(len, by_document))):
        for own in by_document:
            if depth < len(own) and count > 0:
                count -= 1
                yield own[depth]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="embedded")
    parser.add_argument("--valid", type=Path, default=Path("../shared/corpus/valid.jsonl.zst"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=Path("pretraining/runs/replies.jsonl"))
    arguments = parser.parse_args()
    chosen = list(drawn(places(arguments.valid, arguments.seed), arguments.count))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    done = len(arguments.out.read_text().splitlines()) if arguments.out.exists() else 0
    with (
        ChatEngine(gguf_for(resolve_base(arguments.base)), threads=1) as engine,
        arguments.out.open("a") as out,
    ):
        for n, place in enumerate(chosen[done:], done + 1):
            prompt = fitting_prompt(engine.tokenizer, HEADER, place.before, prompt_room(engine))
            written = "".join(
                engine.generate(
                    prompt,
                    max_tokens=REPLY_TOKENS,
                    temperature=arguments.temperature,
                    seed=arguments.seed * 1_000_000 + n,
                )
            )
            row = {"document": place.document, "source": place.source, "real": place.real, "sampled": written}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
