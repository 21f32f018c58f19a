"""Corpus shards (JSON Lines, zstd) -> token shards (uint16), in the frozen turn format.

Dialogue is serialised exactly as the product serialises a person's chats: one speaker is
drawn as the owner, two-party talk is "direct" and carries no names, more parties are a
"group" with `Name: text` lines; a header with a random subset of its fields stands in front.
No A/B speaker and no `[name]` placeholder reaches the model. Prose stays plain text.

Long dialogues are cut into stretches, each with its own owner and header, as the product's examples are.

The high bit of a token (NOT_A_TARGET) marks what must not enter the loss: headers, whose
names are drawn at random and would only teach noise.

    python pretraining/corpus.py tokenizer --corpus ../shared/corpus --tokenizer tokenizer.json
    python pretraining/corpus.py shards    --corpus ../shared/corpus --out pretraining/loan/shards
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from contamination import Protected, grams, texts_of
from shape import END_OF_TEXT, NOT_A_TARGET, SPECIAL_TOKENS, TURN_END, TURN_START, VOCABULARY
from shards import write_shards

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.models.turns import Header, Line, Turn, header_text, turn_text

TOKENIZER = Path(__file__).resolve().parents[1] / "src/afterself/models/embedded/tokenizer.json"
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)  # the split regex of Qwen2: llama.cpp knows it by the name "qwen2"

# What the tokenizer is trained on, by source, in text bytes; narrow task talk is capped low.
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
# The model reads every document, but of sources with one narrow manner only this share.
KEPT_SHARE = {"sgd": 0.35, "star": 0.45, "world-factbook": 0.5}
# For the last part of a run: what people type to each other, and of podcasts, speeches and books a little.
CHATS_SHARE = {
    "changelog": 0.06, "whitehouse-remarks": 0.1, "qmsum-meetings": 0.5, "gutenberg-plays": 0.3,
    "standard-ebooks-plays": 0.3, "sgd": 0.2, "star": 0.3, "taskmaster4": 0.5, "gutenberg": 0.03,
    "standard-ebooks": 0.05, "openstax-textbooks": 0.2, "digitalgov-news": 0.3, "world-factbook": 0.0,
}  # fmt: skip
MIXES = {"whole": KEPT_SHARE, "chats": CHATS_SHARE}
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
    import zstandard

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
    out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out))
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


def stretches(document: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """A long dialogue as stretches of 1,500 to 5,000 characters; anything else as it is."""
    if document["kind"] != "dialogue":
        yield document
        return
    kept: list[dict[str, str]] = []
    length, limit = 0, rng.randrange(1_500, 5_000)
    for turn in document["turns"]:
        kept.append(turn)
        length += len(turn["text"])
        if length > limit:
            yield {**document, "turns": kept}
            kept, length, limit = [], 0, rng.randrange(1_500, 5_000)
    yield {**document, "turns": kept}


def sources(corpus: Path) -> list[Path]:
    """The shards of the corpus, without the held-out one."""
    return sorted(p for p in corpus.glob("*.jsonl.zst") if p.name != "valid.jsonl.zst")


def source_of(path: Path) -> str:
    """The source whose text a file of the corpus holds."""
    return path.name.removesuffix(".jsonl.zst")


def clean(
    corpus: Path,
    protected: dict[str, Protected],
    held_out: Protected,
    rng: random.Random,
    shares: Mapping[str, float],
    counts: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """What to train on: whole prose documents and stretches of dialogue, of each source its share (else all).

    A document that shares 13 words with a protected text is dropped whole. Of one that shares them
    with held-out text (podcasts repeat their sponsors) only the stretch is dropped. All is counted.
    """  # fmt: skip
    for path in sources(corpus):
        source = source_of(path)
        names = ("documents", *protected, "stretches", "held_out")
        row = counts.setdefault(source, dict.fromkeys(names, 0))
        for document in documents(path):
            if document["kind"] == "qa" or rng.random() >= shares.get(source, 1.0):
                continue
            row["documents"] += 1
            own = grams(text_of(document))
            hits = [name for name, texts in protected.items() if texts.overlap(own)]
            for name in hits:
                row[name] += 1
            suspect = held_out.overlap(own) > 0
            for part in [] if hits else stretches(document, rng):
                row["stretches"] += 1
                if suspect and held_out.overlap(grams(text_of(part))):
                    row["held_out"] += 1
                else:
                    yield part


def token_documents(kept: Iterator[dict[str, Any]], tokenizer: Any, rng: random.Random) -> Iterator[Any]:
    """(kind, token ids) of every stretch; a few thousand are encoded at once."""
    batch: list[tuple[str, list[tuple[str, str]]]] = []
    size = 0
    for part in kept:
        if rendered := pieces(part, rng):
            batch.append((part["kind"], rendered))
            size += sum(len(text) for _, text in rendered)
        if size > 8_000_000:
            yield from zip([k for k, _ in batch], encode([r for _, r in batch], tokenizer), strict=True)
            batch, size = [], 0
    yield from zip([k for k, _ in batch], encode([r for _, r in batch], tokenizer), strict=True)


def make_shards(arguments: argparse.Namespace) -> None:
    """The whole mix as token shards, and the report of what was dropped."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    tokenizer.encode_special_tokens = True
    rng = random.Random(2)
    protected = {}
    for folder in arguments.protect:
        files = [p for p in sorted(folder.rglob("*.json*")) if p.suffix in (".json", ".jsonl")]
        protected[folder.name] = Protected(text for path in files for text in texts_of(path))
    valid = Protected(
        text_of(d) for d in documents(arguments.corpus / "valid.jsonl.zst") if d["kind"] != "qa"
    )
    counts: dict[str, Any] = {}
    mix = MIXES[arguments.mix]
    shares = {
        path: mix.get(path, 1.0) * arguments.share for path in map(source_of, sources(arguments.corpus))
    }
    kept = clean(arguments.corpus, protected, valid, rng, shares, counts)
    sizes = {name: len(texts.hashes) for name, texts in (*protected.items(), ("held_out", valid))}
    report = {"protected_13_grams": sizes, "sources": counts}
    write_shards(token_documents(kept, tokenizer, rng), arguments.out, arguments.shards, seed=3)
    (arguments.out / "contamination.json").write_text(json.dumps(report, indent=1))
    (arguments.out / "tokenizer.json").write_bytes(arguments.tokenizer.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["tokenizer", "shards"])
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--tokenizer", type=Path, default=TOKENIZER)
    parser.add_argument("--out", type=Path, default=Path("pretraining/loan/shards"))
    parser.add_argument("--shards", type=int, default=24, help="how many shards")
    parser.add_argument("--mix", choices=MIXES, default="whole", help="how much of each source")
    parser.add_argument("--share", type=float, default=1.0, help="share of the documents, drawn by seed")
    parser.add_argument("--protect", type=Path, nargs="*", default=[], metavar="FOLDER",
                        help="folders of .json/.jsonl texts to stay clear of (13-grams)")  # fmt: skip
    arguments = parser.parse_args()
    if arguments.step == "tokenizer":
        train_tokenizer(arguments.corpus, arguments.tokenizer)
    else:
        make_shards(arguments)


if __name__ == "__main__":
    main()
