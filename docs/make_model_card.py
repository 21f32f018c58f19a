"""Writes docs/model-card.md from what lies beside the embedded base; `--check` fails when it is out of date.

All figures come from card.json and probe.json there and from benchmarks/results (sampled_replies.json,
pretraining_curve.json), the list of sources from LICENSE-weights.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.probe.copying import Copying
from afterself.models.probe.languages import Cost, known

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).with_name("model-card.md")
EMBEDDED = ROOT / "src/afterself/models/embedded"
REPLIES = ROOT / "benchmarks/results/sampled_replies.json"
CURVE = ROOT / "benchmarks/results/pretraining_curve.json"
MARKS = {"english": "English", "on_the_subject": "on the subject"}


def table(head: list[str], rows: list[list[object]]) -> str:
    """A table of Markdown; bars inside a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def share(of: int, n: int) -> str:
    """A share with Wilson's 95 % interval."""
    low, high = Copying(n, 0, 0, of).interval
    return f"{of} of {n} ({100 * low:.0f} to {100 * high:.0f} %)"


def kappa(marks: list[list[int]]) -> float:
    """Cohen's kappa of two raters' marks, 0 or 1: how far they agree beyond chance."""
    n = len(marks)
    agree = sum(a == b for a, b in marks) / n
    first, second = (sum(pair[k] for pair in marks) / n for k in (0, 1))
    chance = first * second + (1 - first) * (1 - second)
    return 1.0 if chance == 1 else (agree - chance) / (1 - chance)


def described(card: dict[str, Any]) -> str:
    """What it is and how it was trained."""
    shape = card["architecture"]
    phases = [
        [
            f"{one['tokens_seen']:,}",
            f"{one['steps']:,}",
            *(f"{n:,}" for n in one["corpus"]["tokens"].values()),
        ]
        for one in card["phases"]
    ]
    points = [[f"{point['tokens']:,}", point["loss"]] for point in card["curve"]]
    return f"""# The embedded base: model card

Generated from `card.json`, `probe.json` and `LICENSE-weights` by `docs/make_model_card.py`.

**{card["name"]}**: a language model of the {shape["model_type"]} shape, trained from scratch for this
package; {shape["num_hidden_layers"]} layers of width {shape["hidden_size"]},
{shape["num_attention_heads"]} heads ({shape["num_key_value_heads"]} for keys and values),
vocabulary {shape["vocab_size"]:,}, reads {card["context"]} tokens.
As shipped: `base.gguf`, 8-bit (q8_0), sha256 `{card["sha256"]}`.
How it was made, with all runs and what failed:
`pretraining/LOG.md` in the source tree.

## What it cannot do

{card["cannot"]}
It is a start for training on somebody's own words and no assistant: ask it nothing that matters.

## Training

{card["tokens_seen"]:,} tokens; runs: {len(phases)}, each from the weights of the one before it.

{table(["tokens seen", "steps", "dialogue at hand, tokens", "prose at hand, tokens"], phases)}

{table(["tokens seen", "loss, nats a token"], points)}
"""


def validation(card: dict[str, Any]) -> str:
    """Bits per byte by kind and source, PPMd beside it."""
    found, ppmd = card["validation"], card.get("ppmd", {})
    rows = []
    for key, row in found.items():
        low, high = row["interval"]
        beside = ppmd.get(key, {}).get("bits_per_byte", "")
        rows.append([key, f"{row['bits_per_byte']:.3f}", f"{low} to {high}", beside, row["documents"],
                     f"{row['bytes']:,}"])  # fmt: skip
    head = ["kind / source", "bits per byte", "95 %", "PPMd", "documents", "bytes"]
    read = "; ".join(f"{ppmd[kind]['read'] / 1e6:.1f} MB of {kind}" for kind in ppmd)
    return f"""## Held-out text

Documents that it never saw (books, episodes, conversations). The interval draws documents anew
(bootstrap). PPMd, order 6, is a good compressor that has read about as much text of the same kind
({read}) and goes on learning as it reads. In dialogue, text and the end of
each turn count.

{table(head, rows)}
"""


def expected() -> str:
    """What the curve of small runs had predicted, and what was measured."""
    told = json.loads(CURVE.read_text("utf-8"))
    rows = []
    for kind, found in told["measured"].items():
        row = told["predicted"][kind]
        low, high = row["interval"]
        values = [f"{row['bits_per_byte']:.3f}", f"{low:.3f} to {high:.3f}", f"{found['bits_per_byte']:.3f}"]
        rows.append([kind, *values, f"{found['less_than_predicted_percent']:+.1f}"])
    head = ["kind", "predicted, bits per byte", "its interval", "measured", "better by, %"]
    largest = max(run["tokens"] for run in told["runs"]) / 1e6
    return f"""## Against the curve of small runs

{len(told["runs"])} small runs of the same recipe (at most {largest:.1f}M tokens) predicted what it
should reach on {100 * told["share"]:.0f} % of the held-out documents, before it was scored on them
([`{CURVE.name}`](../benchmarks/results/{CURVE.name}); how, and how far to trust it:
`pretraining/LOG.md` in the source tree):

{table(head, rows)}
"""


def abilities(probe: dict[str, Any]) -> str:
    """Languages, copying."""
    costs = {code: Cost(**row) for code, row in probe["languages"].items()}
    knows, copying = known(costs), Copying(**probe["copying"])
    told = (
        "It may write prose that rests on numbered sources."
        if copying.passed
        else "So it writes no prose from sources: facts are answered with pasted quotes."
    )
    best = min(cost.bits for cost in costs.values())
    rows = [
        [code, f"{cost.bits_per_byte:.2f}", f"{cost.bits / best:.2f}", "yes" if code in knows else "no"]
        for code, cost in sorted(costs.items(), key=lambda pair: pair[1].bits)
    ]
    return f"""## Languages; copying and citing

The same eight sentences in each language ([how this is measured](bases.md)):

{table(["language", "bits per byte", "cost against the best", "known"], rows)}

Copying one of three numbered sources and setting its mark: {share(copying.right, copying.trials)} right.
{told}
"""


def repeated() -> str:
    """Verbatim runs from the corpus in sampled replies, against real ones."""
    told = json.loads(REPLIES.read_text("utf-8"))
    rows = []
    for n, row in told["runs"].items():
        found = row["of_replies"]
        low, high = (100 * end for end in found["sampled_less_real_95"])
        shares = [f"{100 * found[side]:.1f}" for side in ("sampled", "real")]
        rows.append([n, *shares, f"{low:.1f} to {high:.1f}"])
    head = ["words in a row", "sampled replies, %", "real replies, %", "difference, 95 %"]
    words = told["words"]["sampled"]
    return f"""## What it repeats

{told["replies"]:,} replies at temperature 1 to held-out conversations, each cut to the length of the real
one: how many hold so many words in a row that stand so in the training corpus
([`{REPLIES.name}`](../benchmarks/results/{REPLIES.name})):

{table(head, rows)}

With the slur watch off, {words["slurs"]} of these replies held a slur and {words["explicit"]} an explicit
word. In a talk the watch is on and writes such a reply anew from before the slur.
"""


def openings(card: dict[str, Any]) -> str:
    """The fifty openings with the raters' marks."""
    shown = card["openings"]
    rows, controls = shown["answers"], shown["controls"]
    summary = []
    for name, title in MARKS.items():
        marks = [row["marks"][name] for row in rows]
        real = [row[name] for row in controls]
        summary.append([
            title, *(share(sum(pair[k] for pair in marks), len(marks)) for k in (0, 1)),
            f"{sum(a == b for a, b in marks)} of {len(marks)} (kappa {kappa(marks):.2f})",
            " and ".join(str(sum(pair[k] for pair in real)) for k in (0, 1)) + f" of {len(real)}",
        ])  # fmt: skip
    head = ["", "first rater", "second rater", "agree", "the real replies among them"]
    listed = [
        [row["text"].replace("\n", " / "), " / ".join(row["reply"]).replace("\n", " "),
         *("".join(map(str, row["marks"][name])) for name in MARKS)]
        for row in rows
    ]  # fmt: skip
    return f"""## Fifty openings

Written before any sample was seen, answered once each by the bare base at temperature
{shown["temperature"]}, seed {shown["seed"]}, nothing chosen. Raters: {shown["raters"]};
{len(controls)} real replies stood among the others.

{table(head, summary)}

Both marks of each answer, first and second rater:

{table(["opening", "answer (generated)", *MARKS.values()], listed)}
"""


def sources() -> str:
    """The texts that it was trained on, from LICENSE-weights."""
    text = (ROOT / "LICENSE-weights").read_text("utf-8")
    found = re.findall(r"^  (\S+) {2,}(\S.*)\n {6}(\S.*)$", text, re.M)
    conditions = text.split("\n\n")[2].replace("\n", " ")
    rows: list[list[object]] = [list(row) for row in found]
    return f"""## Data, licences, attributions

{conditions}
(SA) marks share-alike terms; none of the text is in the repository. The licence of the weights:
[`LICENSE-weights`](../LICENSE-weights).

{table(["source", "licence", "from"], rows)}
"""


def page() -> str:
    """The whole page."""
    card = json.loads((EMBEDDED / "card.json").read_text("utf-8"))
    probe = json.loads((EMBEDDED / "probe.json").read_text("utf-8"))
    measured = (validation(card), expected(), abilities(probe), repeated(), openings(card))
    return "\n".join((described(card), *measured, sources()))


def main() -> None:
    fresh = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text("utf-8") != fresh:
            sys.exit("docs/model-card.md is out of date: run python docs/make_model_card.py")
        return
    PAGE.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
