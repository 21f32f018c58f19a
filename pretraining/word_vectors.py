"""Corpus shards -> the small word vectors that memory carries: int8, by stem, made on one core in two
minutes.

Content stems of the corpus are counted in windows, and the positive pointwise mutual information is factored
(Levy, Goldberg and Dagan, 2015). A text is the sum of its words' vectors, so that a vector's length says how
much its word weighs. Tuning them further on the inverse cloze task (Lee, Chang and Toutanova, 2019) was
tried: neighbours became worse, retrieval on our own questions no better (LOG.md). The seed fixes everything.

    OMP_NUM_THREADS=1 python pretraining/word_vectors.py --corpus ../shared/corpus
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh

from contamination import Protected, grams, texts_of
from corpus import documents, source_of, sources, text_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from afterself.memory.stop_words import ENGLISH
from afterself.memory.words import stems_of, words_of

WORDS = 30_000
DIMENSIONS = 160
NAME = "afterself static 160"
WINDOW = 5  # content stems to each side
SMOOTHING = 0.75  # of the context's distribution
PROSE_SHARE = 0.12
# Of podcasts and speeches a part is enough; task talk says the same in the same words thousands of times.
DIALOGUE_SHARE = {
    "changelog": 0.4, "gutenberg-plays": 0.5, "whitehouse-remarks": 0.4, "sgd": 0.03, "star": 0.03,
    "taskmaster4": 0.1, "casino": 0.1, "ubuntu-irc": 0.3,
}  # fmt: skip
CHUNK = 2_000_000
SEED = 7
RARE = 1e-3  # share of all words at which a word weighs half
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": " ", "–": " ", "…": " ", "é": "e"})


class Stems(dict[str, str | None]):
    """Word -> stem, remembered; None for words without content and for what is mostly digits."""

    def __missing__(self, word: str) -> str | None:
        stem = None
        if word not in ENGLISH.function_words and not any(c.isdigit() for c in word) and 1 < len(word) < 24:
            stem = stems_of([word])[0]
        if len(self) < 3_000_000:
            self[word] = stem
        return stem


def clean(corpus: Path, protected: Protected, counts: dict[str, int]) -> Iterator[str]:
    """The texts of the corpus, less those that share 13 words with a text we measure on."""
    rng = random.Random(SEED)
    for path in sources(corpus):
        source = source_of(path)
        for document in documents(path):
            share = PROSE_SHARE if document["kind"] == "prose" else DIALOGUE_SHARE.get(source, 1.0)
            if document["kind"] == "qa" or rng.random() >= share:
                continue
            text = text_of(document)
            if protected.overlap(grams(text)):
                counts["dropped"] = counts.get("dropped", 0) + 1
                continue
            counts["kept"] = counts.get("kept", 0) + 1
            yield text.translate(_PLAIN)


def stream(texts: Iterator[str]) -> tuple[list[str], np.ndarray]:
    """The vocabulary, most frequent first, and all texts as its numbers (-1: another word, -2: a text
    ends).
    """
    stems = Stems()
    numbers: dict[str, int] = {}
    pieces: list[np.ndarray] = []
    for text in texts:
        found = [stem for word in words_of(text) if (stem := stems[word]) is not None]
        ids = [numbers.setdefault(stem, len(numbers)) for stem in found]
        pieces.append(np.array([*ids, -2], dtype=np.int32))
    tokens = np.concatenate(pieces)
    counts = np.bincount(tokens[tokens >= 0], minlength=len(numbers))
    names = list(numbers)
    best = sorted(range(len(names)), key=lambda n: (-counts[n], names[n]))[:WORDS]
    place = np.full(len(names), -1, dtype=np.int32)
    place[best] = np.arange(len(best))
    known = tokens >= 0
    tokens[known] = place[tokens[known]]
    return [names[n] for n in best], tokens


def together(tokens: np.ndarray, size: int) -> sparse.csr_matrix:
    """How often two stems stand within the window, nearer ones counting more; symmetric."""
    total = sparse.csr_matrix((size, size), dtype=np.float32)
    for start in range(0, len(tokens), CHUNK):
        piece = tokens[start : start + CHUNK + WINDOW]
        ends = np.cumsum(piece == -2)
        keys, weights = [], []
        for step in range(1, WINDOW + 1):
            a, b = piece[:-step], piece[step:]
            fit = (a >= 0) & (b >= 0) & (ends[:-step] == ends[step:]) & (a != b)
            keys.append(a[fit].astype(np.int64) * size + b[fit])
            weights.append(np.full(int(fit.sum()), 1 / step, dtype=np.float32))
        key, weight = np.concatenate(keys), np.concatenate(weights)
        matrix = sparse.coo_matrix((weight, (key // size, key % size)), shape=(size, size), dtype=np.float32)
        total = total + matrix.tocsr()
    return (total + total.T).tocsr()


def factors(counts: sparse.csr_matrix, frequency: np.ndarray) -> np.ndarray:
    """The leading eigenvectors of the positive pointwise mutual information of words, signs made definite.

    What rests on few sightings is discounted (Pantel and Lin, 2002). All directions weigh the same, as the
    later ones tell words apart and the first ones sources.
    """
    rows = np.asarray(counts.sum(axis=1)).ravel()
    context = rows**SMOOTHING
    found = counts.tocoo()
    keep = found.data > 1.0  # seen once, far apart: noise, and half of the memory
    data, row, column = found.data[keep], found.row[keep], found.col[keep]
    information = np.log(data * context.sum() / (rows[row] * context[column]))
    rarer = np.minimum(frequency[row], frequency[column])
    information *= data / (data + 10) * rarer / (rarer + 100)
    positive = information > 0
    matrix = sparse.csr_matrix(
        (information[positive].astype(np.float32), (row[positive], column[positive])), shape=counts.shape
    )
    matrix = (matrix + matrix.T) * 0.5
    _, vectors = eigsh(matrix, k=DIMENSIONS, v0=np.ones(len(rows), dtype=np.float32), tol=1e-3)
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(DIMENSIONS)])
    return np.asarray(vectors * signs, dtype=np.float32)


def weighted(vectors: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Unit vectors, made shorter the more often a word is used: the weights of SIF (Arora et al., 2017)."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return np.asarray(unit * (RARE / (RARE + frequency))[:, None], dtype=np.float32)


def write(folder: Path, words: list[str], vectors: np.ndarray, card: dict[str, Any]) -> None:
    """int8 rows with a scale each, the stems in the same order, and a card that says how they were made."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-8) / 127
    rows = np.round(vectors / scales[:, None]).astype(np.int8)
    np.savez(folder / "vectors.npz", rows=rows, scales=scales.astype(np.float32),
             words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8))  # fmt: skip
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--out", type=Path, default=Path("src/afterself/memory/static"))
    parser.add_argument("--protect", type=Path, nargs="*", default=[], metavar="FOLDER")
    arguments = parser.parse_args()
    counts: dict[str, int] = {}
    files = [p for folder in arguments.protect for p in sorted(folder.rglob("*.json*"))]
    protected = Protected(t for p in files if p.suffix in (".json", ".jsonl") for t in texts_of(p))
    words, tokens = stream(clean(arguments.corpus, protected, counts))
    print(f"{len(tokens):,} content words; {counts}; CPU {cpu():.0f} s", flush=True)
    seen = np.bincount(tokens[tokens >= 0], minlength=len(words))
    start = factors(together(tokens, len(words)), seen)
    print(f"factored; CPU {cpu():.0f} s", flush=True)
    card = {
        "name": NAME, "words": len(words), "dimensions": DIMENSIONS, "seed": SEED, "documents": counts,
        "content_words_read": len(tokens), "cpu_seconds": round(cpu()), "license": "see LICENSE-weights",
    }  # fmt: skip
    vectors = weighted(start, seen / seen.sum())
    write(arguments.out, words, vectors, card)
    print(json.dumps(card))


def cpu() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
