"""Corpus shards (JSON Lines, zstd) -> token shards (uint16), in the frozen turn format.

Dialogue is serialised exactly as the product serialises a person's chats: one speaker is
drawn as the owner, two-party talk is "direct" and carries no names, more parties are a
"group" with `Name: text` lines; a header with a random subset of its fields stands in front.
No A/B speaker and no `[name]` placeholder reaches the model. Prose stays plain text.

The high bit of a token (NOT_A_TARGET) marks what must not enter the loss: headers, whose
names are drawn at random and would only teach noise.

    python pretraining/corpus.py tokenizer --corpus ../shared/corpus --out pretraining/runs
    python pretraining/corpus.py shards    --corpus ../shared/corpus --out pretraining/runs --megabytes 120
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from shape import END_OF_TEXT, SPECIAL_TOKENS, TURN_END, TURN_START, VOCABULARY

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.turns import Header, Line, Turn, header_text, turn_text

NOT_A_TARGET = 0x8000
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)  # the split regex of Qwen2: llama.cpp knows it by the name "qwen2"

# Share of the dialogue half by source, in text bytes; narrow task talk is capped low.
DIALOGUE_WEIGHTS = {
    "self-dialogue": 22, "changelog": 20, "gutenberg-book-dialogues": 12, "topical-chat": 10,
    "gutenberg-plays": 5, "standard-ebooks-plays": 3, "qmsum-meetings": 6, "ubuntu-irc": 7,
    "synthetic-persona-chat": 5, "casino": 2.5, "whitehouse-remarks": 2, "sgd": 3, "star": 1,
    "taskmaster4": 0.5, "audrow-nash-podcast": 1, "wow-plus-plus": 0.3, "chatterbot-corpus": 0.1,
}  # fmt: skip
PROSE_WEIGHTS = {
    "gutenberg": 55, "standard-ebooks": 20, "openstax-textbooks": 9, "digitalgov-news": 4, "18f-blog": 3,
    "childrens-stories": 4, "world-factbook": 1, "changelog": 3, "opensource-guide": 1,
}  # fmt: skip
NAMES = (
    "Anna Ben Clara David Emma Felix Grace Henry Ida Jack Kate Leo Mia Noah Olivia Paul Rosa Sam Tina Tom "
    "Lena Max Nora Oscar Ruth Simon Sofia Theo Vera Will Alice Bruno Carl Dora Elena Frank Greta Hugo Irene "
    "Jonas Karin Lucas Maria Nick Omar Petra Ravi Sarah Tariq Ursula Victor Wendy Yusuf Zoe Amara Chen "
    "Daisuke Fatima Ivan Joao Kofi Mei"
).split()
RELATIONS = tuple("friend sister brother daughter son mother colleague neighbour grandson cousin".split())
PLATFORMS = ("whatsapp", "telegram", "signal", "mail", "irc", "sms", "slack", "discord")
PLACEHOLDER = re.compile(r"\[(?:user|your|my|person|name|speaker|insert|friend)[^\]\n]{0,30}\]", re.I)


def documents(shard: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of one shard (split on LF alone: strings may hold U+2028)."""
    with shard.open("rb") as raw:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw)
        for line in io.TextIOWrapper(reader, encoding="utf-8", newline="\n"):
            if line.strip():
                yield json.loads(line)


def mixed(
    corpus: Path, weights: dict[str, float], kind: str, megabytes: float, rng: random.Random
) -> list[dict[str, Any]]:
    """About `megabytes` of one kind, drawn by the weights from the sources; shuffled."""
    picked: list[dict[str, Any]] = []
    total = sum(weights.values())
    for source, weight in weights.items():
        budget = megabytes * 1e6 * weight / total
        pool = [d for d in documents(corpus / f"{source}.jsonl.zst") if d["kind"] == kind]
        rng.shuffle(pool)
        for document in pool:
            if budget <= 0:
                break
            size = len(text_of(document))
            if size > 60_000:  # one book must not fill the budget of its source
                document = excerpt(document, rng)
                size = len(text_of(document))
            picked.append(document)
            budget -= size
    rng.shuffle(picked)
    return picked


def text_of(document: dict[str, Any]) -> str:
    """All text of a document, without names."""
    if document["kind"] == "prose":
        return str(document["text"])
    return "\n".join(turn["text"] for turn in document["turns"])


def excerpt(document: dict[str, Any], rng: random.Random, size: int = 24_000) -> dict[str, Any]:
    """A stretch of a long document, cut at a paragraph or turn."""
    if document["kind"] == "prose":
        text = document["text"]
        start = rng.randrange(max(1, len(text) - size))
        start = text.find("\n", start) + 1
        return {**document, "text": text[start : start + size]}
    turns = document["turns"]
    start, kept, length = rng.randrange(len(turns)), [], 0
    for turn in turns[start:]:
        kept.append(turn)
        length += len(turn["text"])
        if length > size:
            break
    return {**document, "turns": kept}


def random_header(others: list[str], rng: random.Random) -> Header:
    """A header as real chats have it: any field may be unknown; one in seven has none at all."""
    if rng.random() < 0.15:
        return Header()
    relation = rng.choice(RELATIONS) if rng.random() < 0.25 else None
    to = tuple((name, relation if len(others) == 1 else None) for name in others[:6])
    return Header(
        to=to if rng.random() < 0.95 else (),
        via=rng.choice(PLATFORMS) if rng.random() < 0.6 else None,
        on=f"{rng.randrange(1995, 2027)}-{rng.randrange(1, 13):02d}" if rng.random() < 0.7 else None,
        language="en" if rng.random() < 0.2 else None,
    )


def pieces(document: dict[str, Any], rng: random.Random) -> list[tuple[str, str]]:
    """A document as (role, text) pieces: role "prose", "header", "user" or "assistant"; [] drops it."""
    if document["kind"] == "prose":
        return [("prose", document["text"])]
    turns = [t for t in document["turns"] if t["text"].strip()]
    if len(turns) < 2 or any(PLACEHOLDER.search(t["text"]) for t in turns):
        return []
    speakers = list(dict.fromkeys(t["speaker"] for t in turns))
    drawn = rng.sample(NAMES, k=min(len(NAMES), len(speakers)))
    shown = {s: (d if len(s.strip(". ")) <= 2 else s) for s, d in zip(speakers, drawn, strict=False)}
    owner = rng.choice([s for s in speakers if s in shown])
    group = len(speakers) > 2
    out = [("header", header_text(random_header([shown.get(s, s) for s in speakers if s != owner], rng)))]
    held: list[Line] = []

    def flush() -> None:
        if held:
            out.append(("user", turn_text(Turn(False, tuple(held)), group=group)))
            held.clear()

    for turn in turns:
        messages = [m for m in turn["text"].split("\n") if m.strip()]
        lines = [Line(shown.get(turn["speaker"], turn["speaker"]), m) for m in messages]
        if turn["speaker"] == owner:
            flush()
            out.append(("assistant", turn_text(Turn(True, tuple(lines)), group=group)))
        else:
            held.extend(lines)
    flush()
    return [piece for piece in out if piece[0] != "header" or piece[1]]


def train_tokenizer(corpus: Path, out: Path, megabytes: float = 24.0, seed: int = 1) -> None:
    """Byte-level BPE with the Qwen2 split, no normaliser (llama.cpp has none), ids 0-31 special."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    rng = random.Random(seed)
    pool = mixed(corpus, DIALOGUE_WEIGHTS, "dialogue", megabytes / 2, rng)
    pool += mixed(corpus, PROSE_WEIGHTS, "prose", megabytes / 2, rng)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((text_of(d) for d in pool), trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    print(f"tokenizer: {tokenizer.get_vocab_size()} tokens from {megabytes} MB")


def encode(batch: list[list[tuple[str, str]]], tokenizer: Any) -> Iterator[np.ndarray]:
    """Token ids of documents, the end-of-text token behind each; header ids carry NOT_A_TARGET."""
    flat = [text for document in batch for _, text in document]
    encoded = iter(tokenizer.encode_batch_fast(flat, add_special_tokens=False))
    plain = {role: tokenizer.encode(f"{role}\n").ids for role in ("system", "user", "assistant")}
    newline = tokenizer.encode("\n").ids
    for document in batch:
        ids: list[int] = []
        for role, _ in document:
            text = next(encoded).ids
            if role == "prose":
                ids += text
            elif role == "header":
                turn = [TURN_START, *plain["system"], *text, TURN_END, *newline]
                ids += [token | NOT_A_TARGET for token in turn]
            else:
                ids += [TURN_START, *plain[role], *text, TURN_END, *newline]
        ids.append(END_OF_TEXT)
        yield np.array(ids, dtype=np.uint16)


def write_shards(
    corpus: Path, out: Path, megabytes: float, dialogue_share: float = 0.5, seed: int = 2
) -> None:
    """Draw the mix and write `tokens.bin`; both kinds are interleaved by tokens, half and half."""
    from tokenizers import Tokenizer

    rng = random.Random(seed)
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    streams: dict[str, list[np.ndarray]] = {}
    for kind, weights, share in (
        ("dialogue", DIALOGUE_WEIGHTS, dialogue_share),
        ("prose", PROSE_WEIGHTS, 1 - dialogue_share),
    ):
        rendered = [p for d in mixed(corpus, weights, kind, megabytes * share, rng) if (p := pieces(d, rng))]
        streams[kind] = []
        for start in range(0, len(rendered), 2000):
            streams[kind] += encode(rendered[start : start + 2000], tokenizer)
    sizes = {kind: sum(len(a) for a in arrays) for kind, arrays in streams.items()}
    with (out / "tokens.bin").open("wb") as sink:
        done = dict.fromkeys(streams, 0)
        queues = {kind: iter(arrays) for kind, arrays in streams.items()}
        open_kinds = set(streams)
        while open_kinds:
            kind = min(open_kinds, key=lambda k: done[k] / sizes[k])
            array = next(queues[kind], None)
            if array is None:
                open_kinds.discard(kind)
                continue
            array.tofile(sink)
            done[kind] += len(array)
    (out / "tokens.json").write_text(json.dumps({"tokens": sizes, "seed": seed, "megabytes": megabytes}))
    print(f"shards: {sizes}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["tokenizer", "shards"])
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--out", type=Path, default=Path("pretraining/runs"))
    parser.add_argument("--megabytes", type=float, default=120.0)
    arguments = parser.parse_args()
    if arguments.step == "tokenizer":
        train_tokenizer(arguments.corpus, arguments.out)
    else:
        write_shards(arguments.corpus, arguments.out, arguments.megabytes)


if __name__ == "__main__":
    main()
