"""The fifty openings, answered by a base as the product would talk: into its card.

One user turn in the frozen turn format under the header of the format's own example, temperature 0.7,
opening n with seed `--seed` + n, the product's longest reply, its slur watch on. Each is answered once
and nothing is chosen. The marks of the raters come in with `--marks`, one file for each of two;
ids that begin with "control" are real replies that stood among the others, to show what the marks are worth.

    python pretraining/answer_openings.py
    python pretraining/answer_openings.py --marks one.json two.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.bases import gguf_for, resolve_base
from afterself.models.chat_engine import ChatEngine
from afterself.models.turns import Header, Line, Turn, messages_of
from afterself.persona.engine import REPLY_TOKENS
from afterself.persona.restraint import restrained
from afterself.persona.talk import ANOTHER_SEED

HERE = Path(__file__).resolve().parent
CARD = HERE.parent / "src/afterself/models/embedded/card.json"
TEMPERATURE = 0.7
HEADER = Header(to=(("Anna", "friend"),), via="whatsapp", on="2019-03", language="en")
MARKS = ("english", "on_the_subject")
RATERS = "two language models, each by itself, told neither whose replies they were nor that some were real"


def openings() -> list[dict[str, str]]:
    """id, kind and text of each opening."""
    return [json.loads(line) for line in (HERE / "openings.jsonl").read_text(encoding="utf-8").splitlines()]


def answered(engine: ChatEngine, opening: str, seed: int) -> list[str]:
    """The messages of one reply."""
    turn = Turn(False, (Line("visitor", opening),))
    prompt = engine.tokenizer.encode_prompt(HEADER, (turn,), False)

    def write(so_far: str, again: int) -> Generator[str, None, None]:
        ids = [*prompt, *engine.tokenize(so_far)]
        left = REPLY_TOKENS - (len(ids) - len(prompt))
        if left > 0:
            yield from engine.generate(
                ids, max_tokens=left, temperature=TEMPERATURE, seed=seed + again * ANOTHER_SEED
            )

    return messages_of("".join(restrained(write, lambda word: False)))


def answers(base: str, seed: int) -> dict[str, Any]:
    """What the card shows of the openings, without marks."""
    rows = []
    with ChatEngine(gguf_for(resolve_base(base)), threads=1) as engine:
        for n, opening in enumerate(openings(), 1):
            rows.append({**opening, "reply": answered(engine, opening["text"], seed + n)})
    return {"temperature": TEMPERATURE, "seed": seed, "answers": rows}


def mark(shown: dict[str, Any], ratings: list[dict[str, dict[str, int]]]) -> None:
    """Both raters' marks (0 or 1) beside each answer; KeyError names an answer that was not rated."""

    def both(of: str) -> dict[str, list[int]]:
        return {name: [int(rating[of][name]) for rating in ratings] for name in MARKS}

    for row in shown["answers"]:
        row["marks"] = both(row["id"])
    shown["raters"] = RATERS
    shown["controls"] = [both(one) for one in sorted(ratings[0]) if one.startswith("control")]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="embedded")
    parser.add_argument("--card", type=Path, default=CARD)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--marks", type=Path, nargs=2, help="id -> {english, on_the_subject}, one a rater")
    arguments = parser.parse_args()
    card = json.loads(arguments.card.read_text(encoding="utf-8"))
    if arguments.marks:
        mark(card["openings"], [json.loads(path.read_text(encoding="utf-8")) for path in arguments.marks])
    else:
        card["openings"] = answers(arguments.base, arguments.seed)
    arguments.card.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
