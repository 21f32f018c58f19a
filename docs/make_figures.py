"""Draws docs/tokens.svg: a reply of the demo person, token by token, under the base and under her weights.

    python docs/make_figures.py [--self demo-self]

Nothing is picked by hand: it is the first validation reply of 8 to 16 tokens. The numbers go to
benchmarks/results/tokens_of_a_reply.json. Needs the self that `afterself demo` makes.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FIGURE = Path(__file__).with_name("tokens.svg")
NUMBERS = Path(__file__).parents[1] / "benchmarks" / "results" / "tokens_of_a_reply.json"
BASE, WEIGHTS = "#9a9a9a", "#3b6ea8"


def measured(folder: Path) -> dict[str, Any]:
    """Bits of each token of one validation reply under the bare base and under her weights."""
    import torch

    from afterself.datasets import build_examples
    from afterself.home.folder import Self
    from afterself.models.bases import load_torch, resolve_base
    from afterself.models.tokens import HFTurnTokenizer
    from afterself.policy import open_view
    from afterself.training.weights import load_weights, require_weights

    self_, base = Self.open(folder), resolve_base()
    tokenizer, weights = HFTurnTokenizer(base.path), require_weights(self_)
    with open_view(self_, "train") as view:
        kept_back = build_examples(view, tokenizer, context=weights.context).validation
    ids, first, last = next(found for example in kept_back for found in short_replies(example))
    bits = {}
    for name, model in (("base", load_torch(base)), ("weights", load_weights(weights, base))):
        with torch.no_grad():
            scores = torch.log_softmax(model(torch.tensor([ids])).logits[0].float(), -1)
        bits[name] = [round(-float(scores[n - 1, ids[n]]) / math.log(2), 2) for n in range(first, last)]
    tokens = [tokenizer.decode([id]) for id in ids[first:last]]
    size = len("".join(tokens[:-1]).encode()) + 1
    return {
        "tokens": tokens,
        "bits": bits,
        "bytes": size,
        "bits_per_byte": {name: round(sum(given) / size, 2) for name, given in bits.items()},
        "script": "docs/make_figures.py",
        "weights": weights.id,
        "machine": f"{platform.machine()}, Python {platform.python_version()}, {date.today()}",
    }


def short_replies(example: Any) -> list[tuple[list[int], int, int]]:
    """The replies of 8 to 16 tokens in an example: its ids, and where the reply begins and ends."""
    found, start = [], None
    for n, target in enumerate([*example.supervised, False]):
        if target and start is None:
            start = n
        elif not target and start is not None:
            if 8 <= n - start <= 16:
                found.append((example.ids, start, n))
            start = None
    return found


def draw(told: dict[str, Any]) -> str:
    """The tokens as columns, with one bar for the base and one for the weights."""
    tokens = ["(end)" if token.startswith("<|") else token for token in told["tokens"]]
    step, top, floor, high = 62, 64, 250, 170
    width = step * len(tokens) + 30
    most = max(max(bits) for bits in told["bits"].values())
    rates = told["bits_per_byte"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 330" role="img" '
        f'aria-label="Bits of each token of a reply kept back, under the base and under her weights" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{width}" height="330" fill="#ffffff"/>',
        '<text x="16" y="22" font-size="14" fill="#222">How surprised is the model by each token '
        "of a message it has never seen? (bits)</text>",
        f'<rect x="16" y="34" width="11" height="11" fill="{BASE}"/><text x="32" y="44" fill="#222">'
        f"the base, untouched: {rates['base']} bits per byte</text>",
        f'<rect x="300" y="34" width="11" height="11" fill="{WEIGHTS}"/><text x="316" y="44" fill="#222">'
        f"after learning her messages: {rates['weights']} bits per byte</text>",
    ]
    for n, token in enumerate(tokens):
        x = 20 + n * step
        for offset, name, colour in ((4, "base", BASE), (29, "weights", WEIGHTS)):
            bits = told["bits"][name][n]
            height = max(1, bits / most * high)
            parts.append(
                f'<rect x="{x + offset}" y="{floor - height:.1f}" width="22" height="{height:.1f}" '
                f'fill="{colour}"/><text x="{x + offset + 11}" y="{max(top, floor - height) - 4:.1f}" '
                f'text-anchor="middle" font-size="10" fill="#444">{bits:.1f}</text>'
            )
        shown = escape(token.replace(" ", "␣"))
        parts.append(
            f'<text x="{x + step / 2 - 2}" y="{floor + 22}" text-anchor="middle" fill="#222" '
            f'font-family="monospace" font-size="11">{shown}</text>'
        )
    parts.append(
        f'<text x="16" y="{floor + 56}" fill="#555">The first validation reply of 8 to 16 tokens of the demo '
        f"person. ␣ is a blank. Fewer bits: less surprised.</text></svg>"
    )
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--self", type=Path, default=Path("demo-self"))
    told = measured(parser.parse_args().self)
    NUMBERS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    FIGURE.write_text(draw(told), encoding="utf-8")


if __name__ == "__main__":
    main()
