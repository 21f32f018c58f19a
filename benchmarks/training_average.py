"""What a training run should keep: its last weights, an average of them, or those after a falling rate.

On writers who are no test persons: the demo person, and one speaker or author of the *held-out* part of the
base's corpus (../shared/corpus, no part of the repository). One run at a steady rate is read every half
epoch as it stands and as averages of different reach; --thin keeps a quarter of the targets and steps of
512 tokens, as noisy as chats with much context are. `--falling N` is a run of N passes whose rate falls.

    AFTERSELF_SHARED=../shared python benchmarks/training_average.py burnett --thin --passes 1.5
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from this_machine import header

START = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)
REACH = (9.0, 4.0, 2.0)
"""`Settings.average` of the averages that are followed."""

WRITERS = {
    "burnett": ("prose", "Frances Hodgson Burnett", "Frances"),
    "poirot": ("prose", "Agatha Christie: Poirot", "Agatha"),
    "adam": ("dialogue", "changelog", "Adam Stacoviak"),
    "sgd": ("dialogue", "sgd", "B"),
}
"""Kind, beginning of the source, and the name of the speaker or a name for the author."""

MOST_PROSE = 110_000
TESTED = 0.25
"""Share of the writer's turns, the last ones, that nothing is chosen by."""


def rows_of(writer: str) -> list[dict[str, str]]:
    """Messages as the generic importer takes them; a paragraph of prose is a message of its own day."""
    import zstandard

    kind, source, name = WRITERS[writer]
    path = Path(os.environ.get("AFTERSELF_SHARED", "../shared")) / "corpus" / "valid.jsonl.zst"
    with path.open("rb") as file:
        text = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file).read().decode()
    rows: list[dict[str, str]] = []
    at, size = START, 0
    for document in map(json.loads, filter(None, text.split("\n"))):
        if document["kind"] != kind or not document["source"].startswith(source):
            continue
        turns = document.get("turns") or [
            {"speaker": name, "text": " ".join(part.split())} for part in document["text"].split("\n\n")
        ]
        if not any(turn["speaker"] == name for turn in turns):
            continue
        conversation = f"c{len(rows)}"
        for turn in turns:
            size += len(turn["text"])
            if kind == "prose" and (size > MOST_PROSE or len(turn["text"]) < 20):
                continue
            at += timedelta(hours=30) if kind == "prose" else timedelta(seconds=90)
            said = {"conversation": conversation, "time": at.isoformat(), "author": turn["speaker"]}
            rows.append({**said, "text": turn["text"]})
        at += timedelta(days=1)
    return rows


def examples_of(writer: str, folder: Path) -> tuple[Any, list[Any]]:
    """(dataset as `train` makes it, windows of the later replies)."""
    from afterself.datasets import build_examples, held_out_replies
    from afterself.demo import road
    from afterself.home.folder import Self
    from afterself.importers.contract import Options
    from afterself.importers.ingest import import_path
    from afterself.models.bases import resolve_base
    from afterself.models.tokens import HFTurnTokenizer
    from afterself.policy import open_view
    from afterself.training.score import encode

    until = None
    if writer == "hester":
        self_ = road.make(folder / "self")
        road.read_chats(self_)
    else:
        rows, name = rows_of(writer), WRITERS[writer][2]
        own = [row["time"] for row in rows if row["author"] == name]
        until = datetime.fromisoformat(own[int((1 - TESTED) * len(own))])
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self_ = Self.create(folder / "self", name=name, right="research", allow=("archive", "train"))
        import_path(self_, folder / "rows.jsonl", Options(me=(name,)))
    tokenizer = HFTurnTokenizer(resolve_base("embedded").path)
    with open_view(self_, "train") as view:
        dataset = build_examples(view, tokenizer, context=512, until=until)
        later = list(held_out_replies(view, set(dataset.revisions), dataset.held_out))
    chosen = (
        [later[n * len(later) // 60].reply for n in range(60)]
        if len(later) > 60
        else [x.reply for x in later]
    )
    return dataset, [window for reply in chosen for window in encode(reply, tokenizer, 512)]


def thinned(dataset: Any) -> Any:
    """A quarter of the targets left, in stretches of forty tokens."""
    rng = random.Random(1)
    train = []
    for example in dataset.train:
        kept = [rng.random() < 0.25 for _ in range(len(example.ids) // 40 + 1)]
        supervised = [yes and kept[n // 40] for n, yes in enumerate(example.supervised)]
        train.append(replace(example, supervised=supervised) if any(supervised) else example)
    return replace(dataset, train=train)


def follow(loop: Any, test: list[Any], falling: bool) -> None:
    """Train, and print validation and test bits per byte every half epoch."""
    import torch

    from afterself.training.loop import bits_per_byte, share_at

    averages = {} if falling else {
        reach: {name: p.detach().clone() for name, p in loop.trained.items()} for reach in REACH
    }  # fmt: skip

    def told(what: str) -> None:
        sides = (loop.dataset.validation, test)
        validation, later = (bits_per_byte(loop.model, side, 512, loop.on) for side in sides)
        epoch = loop.state.step / loop.plan.per_epoch
        print(f"{what:18} {epoch:5.2f} epochs  validation {validation:.4f}  later {later:.4f}", flush=True)

    def after(_: Any) -> None:
        for reach, average in averages.items():
            share = share_at(loop.state.step - 1, replace(loop.settings, average=reach))
            for name, weight in loop.trained.items():
                average[name].lerp_(weight.detach(), share)
        if loop.state.step in loop.plan.evaluate_after:
            told("falling rate" if falling else "last weights")
            kept = {name: weight.detach().clone() for name, weight in loop.trained.items()}
            with torch.no_grad():
                for reach, average in [*averages.items(), (None, kept)]:
                    for name, weight in loop.trained.items():
                        weight.copy_(average[name])
                    if reach is not None:
                        told(f"average, reach {reach:g}")

    told("base")
    loop.after_step = after
    loop.run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("writer", choices=["hester", *WRITERS])
    parser.add_argument("--passes", type=float, default=2.0)
    parser.add_argument("--falling", type=float, metavar="N", help="a rate that falls to zero over N passes")
    parser.add_argument("--thin", action="store_true")
    given = parser.parse_args()
    import torch

    from afterself.models.bases import load_torch, resolve_base
    from afterself.training import loop as loop_module
    from afterself.training.device import machine
    from afterself.training.loop import Loop
    from afterself.training.options import Settings
    from afterself.training.run import prepare

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        dataset, test = examples_of(given.writer, Path(folder))
    passes = given.falling or given.passes
    size = 512 if given.thin else 2048
    settings = Settings("full", 2e-3, passes, 512, 0, patience=99, tokens_per_step=size, average=0.0)
    if given.falling:
        steady = loop_module.rate_at
        loop_module.rate_at = lambda step, total, chosen: min(
            steady(step, total, chosen), chosen.rate * (total - step) / (total * (1 - chosen.warm_up))
        )
    print(header(), f"{given}", sep="\n")
    model = prepare(load_torch(resolve_base("embedded")), settings)
    on = machine("cpu")
    follow(Loop(model, thinned(dataset) if given.thin else dataset, settings, on), test, bool(given.falling))


if __name__ == "__main__":
    main()
