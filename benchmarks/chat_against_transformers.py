"""Our chat engine (llama.cpp) against transformers' generate, on the embedded base: the same weights.

    python benchmarks/chat_against_transformers.py

The base comes out of its GGUF through our own import, is saved as a transformers folder and exported
again as float32; the shipped q8_0 file is measured as it is. Greedy replies of at most 64 tokens to
eight short prompts, and first tokens after prompts of about 400. Writes two results: like with like
(float32), and what is shipped against what transformers offers.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner import (
    Comparison,
    Metric,
    alternate,
    common_arguments,
    finish,
    in_a_process,
    measured,
    need_room,
    say,
    script_command,
)

SHIPPED, EXACT = "ours, q8_0 as shipped", "ours, float32"
FULL, HALF = "transformers, float32", "transformers, bfloat16"
LONGEST, LONG_PROMPT = 64, 400
METRICS = (
    Metric("decode_tokens_per_cpu_s", "tokens per CPU-second after the first of a reply"),
    Metric("first_ms", "CPU milliseconds to the first token, short prompt", higher_is_better=False),
    Metric("first_long_ms", "CPU milliseconds to the first token, prompt of 400", higher_is_better=False),
    Metric("first_wall_ms", "wall milliseconds to the first token, short prompt", higher_is_better=False),
    Metric("start_cpu_s", "CPU-seconds from the start of Python to ready", higher_is_better=False),
    Metric("process_peak_mib", "peak memory of the process, MiB", higher_is_better=False),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One greedy reply: its text, its tokens, and CPU and wall seconds to the first and of the others."""

    text: str
    tokens: int
    first: float
    first_wall: float
    rest: float


Say = Callable[[list[int], int], Reply]


def prepare(work: Path) -> None:
    """The base as a folder and as float32 GGUF, and the prompts, into `work`."""
    import shutil

    from afterself.demo.person import FACTS, TURNS
    from afterself.models.bases import load_torch, resolve_base
    from afterself.models.gguf_export import export_gguf
    from afterself.models.llama_tokens import LlamaTurnTokenizer
    from afterself.models.turns import Header, Line, Turn

    base = resolve_base()
    load_torch(base).save_pretrained(work / "folder")
    shutil.copy(base.path / "tokenizer.json", work / "folder")
    shutil.copy(base.path / "base.gguf", work / "shipped.gguf")
    export_gguf(work / "folder", work / "exact.gguf", dtype="f32")
    tokenizer = LlamaTurnTokenizer(work / "exact.gguf")
    header = Header(to=(("Lina", None),), via="whatsapp", on="2021-03", language="en")
    asked = (*TURNS, *FACTS)
    short = [tokenizer.encode_prompt(header, [Turn(False, (Line("Lina", text),))], False) for text in asked]
    turns = [Turn(bool(n % 2), (Line("Lina", asked[n % len(asked)]),)) for n in range(80)]
    long = [tokenizer.encode_prompt(header, turns[n:], False)[:LONG_PROMPT] for n in (0, 2)]
    (work / "prompts.json").write_text(json.dumps({
        "short": short, "long": long, "banned": tokenizer.unspeakable, "end": sorted(tokenizer.stops)
    }))  # fmt: skip
    say({"base sha256": base.sha256[:16], "prompts": len(short),
         "tokens of the short prompts": sum(map(len, short)) / len(short)})  # fmt: skip


def ours(work: Path, side: str) -> Say:
    """The chat engine, ready."""
    from afterself.models.chat_engine import ChatEngine

    engine = ChatEngine(work / ("shipped.gguf" if side == SHIPPED else "exact.gguf"), threads=1)

    def speak(prompt: list[int], most: int) -> Reply:
        began = time.perf_counter(), time.process_time()
        pieces, first = [], began
        writing = engine.generate(prompt, max_tokens=most, temperature=0, seed=0)
        for piece in writing:
            first = (time.perf_counter(), time.process_time()) if not pieces else first
            pieces.append(piece)
        ended = time.process_time()
        text = "".join(pieces)
        tokens = most if writing.finish == "length" else len(engine.tokenize(text)) + 1
        return Reply(text, tokens, first[1] - began[1], first[0] - began[0], ended - first[1])

    return speak


def theirs(work: Path, side: str) -> Say:
    """transformers' model and generate, ready."""
    import torch
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    torch.set_num_threads(1)
    dtype = torch.bfloat16 if side == HALF else torch.float32
    model = AutoModelForCausalLM.from_pretrained(work / "folder", dtype=dtype, local_files_only=True).eval()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(work / "folder" / "tokenizer.json"))
    told = json.loads((work / "prompts.json").read_text())

    class Clock:
        """A streamer that only notes when the first token came."""

        at: tuple[float, float] | None = None
        prompted = False

        def put(self, _: Any) -> None:
            if self.prompted and self.at is None:
                self.at = time.perf_counter(), time.process_time()
            self.prompted = True

        def end(self) -> None:
            pass

    def speak(prompt: list[int], most: int) -> Reply:
        clock, began = Clock(), (time.perf_counter(), time.process_time())
        with torch.inference_mode():
            ids = torch.tensor([prompt])
            whole = model.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False,
                eos_token_id=told["end"], pad_token_id=told["end"][0], suppress_tokens=told["banned"],
                streamer=clock,
            )  # fmt: skip
        ended = time.process_time()
        new = whole[0, len(prompt) :].tolist()
        first = clock.at or began
        text = tokenizer.decode([n for n in new if n not in told["end"]])
        return Reply(text, len(new), first[1] - began[1], first[0] - began[0], ended - first[1])

    return speak


SIDES = {SHIPPED: ours, EXACT: ours, FULL: theirs, HALF: theirs}


def run(side: str, work: Path) -> None:
    """One side once: ready, one reply to warm up, all replies."""
    told = json.loads((work / "prompts.json").read_text())
    speak = SIDES[side](work, side)
    start_cpu = time.process_time()
    speak(told["short"][0], 8)
    replies = [speak(prompt, LONGEST) for prompt in told["short"]]
    long = [speak(prompt, 1) for prompt in told["long"]]
    rest = [reply for reply in replies if reply.tokens > 1]
    say({
        "start_cpu_s": round(start_cpu, 3),
        "decode_tokens_per_cpu_s": sum(r.tokens - 1 for r in rest) / sum(r.rest for r in rest),
        "first_ms": 1000 * sum(r.first for r in replies) / len(replies),
        "first_wall_ms": 1000 * sum(r.first_wall for r in replies) / len(replies),
        "first_long_ms": 1000 * sum(r.first for r in long) / len(long),
        "tokens": [reply.tokens for reply in replies],
        "texts": [reply.text for reply in replies],
    })  # fmt: skip


def main() -> None:
    given = common_arguments(__doc__).parse_args()
    if given.side == "prepare":
        prepare(given.work)
        return
    if given.side:
        run(given.side, given.work)
        return
    names = ("chat_float32", "chat_as_shipped")
    for name in names:
        need_room(given.results, name, replace=given.replace)
    with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
        told = measured([*script_command(__file__, "prepare"), "--work", folder], "prepare", 0).values
        runs = alternate(
            list(SIDES), given.repeats, lambda s, n: in_a_process(s, n, __file__, "--work", folder)
        )
    for comparison in comparisons(names, runs, told):
        finish(comparison, given.results, replace=given.replace)


def comparisons(names: tuple[str, str], runs: list[Any], told: dict[str, Any]) -> Iterator[Comparison]:
    """The float32 sides alone, and the shipped file against what transformers offers."""
    facts = {key: value for key, value in told.items() if not key.startswith("process")}
    exact = Comparison(
        names[0], "Greedy replies of the embedded base, float32 both", EXACT, METRICS,
        ("xllamacpp", "torch", "transformers"), [r for r in runs if r.side in (EXACT, FULL)],
        facts=facts, notes=[agreement(runs, EXACT, FULL)],
    )  # fmt: skip
    yield exact
    yield replace(
        exact, name=names[1], ours=SHIPPED,
        what="Greedy replies of the embedded base: the shipped 8-bit file against transformers",
        runs=[r for r in runs if r.side != EXACT], notes=[agreement(runs, SHIPPED, FULL)],
    )  # fmt: skip


def agreement(runs: list[Any], one: str, other: str) -> str:
    """How many of the greedy replies are the same text."""
    texts = {run.side: run.values["texts"] for run in runs}
    same = sum(a == b for a, b in zip(texts[one], texts[other], strict=True))
    return f"The same greedy text, {one} and {other}: {same} of {len(texts[one])} replies."


if __name__ == "__main__":
    main()
