"""What sampled replies repeat of the corpus, held against real replies of the same number and length.

Each sampled reply and the one that was really given (`sample_replies.py`) are cut to the same number of
words; a *run* is n words in a row (letters and digits, lower case) that stand so in the training corpus.
Counted are the runs among all stretches of n words, and the replies that hold one; intervals by drawing
held-out documents anew (bootstrap). Besides: slurs and explicit words. Counts only: no text comes out.

    python pretraining/verbatim.py > benchmarks/results/sampled_replies.json
"""

from __future__ import annotations

import argparse
import codecs
import json
import re
import shlex
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from contamination import Protected, numbers, runs, words_of
from corpus import documents, sources, text_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from afterself.persona.restraint import SLURS
from this_machine import commit, load, machine

LENGTHS = (5, 6, 8, 10, 13, 20)
"""Words in a row. 8 is the headline: shorter ones are phrases that everybody uses."""
DRAWS = 2000
SCRIPTED = ("star", "sgd", "taskmaster4")
"""Task talk whose people follow scripts: real replies there repeat each other."""
EXPLICIT = re.compile(codecs.decode(
    r"\o(?:shpx\j*|zbgureshpx\j*|oybjwbo\j*|unaqwbo\j*|znfgheong\j*|cbea\j*|betnfz\j*|pyvgbe\j*|intvan\j*|"
    r"cravf\j*|qvyqb\j*|ubeal|gvgf|obbof?|avccyrf?|frzra|travgny\j*|frk(?:hny\j*|l)?|encr[qf]?|vaprfg\j*|chffl|"
    r"chffvrf|jnax\j*|nany|rebgvp\j*|nebhfny|ahqrf?|fgevccre\j*|cebfgvghg\j*|oebgury\j*|qvpxurnq\j*|pbpxf?|phz)\o",
    "rot13",
))  # fmt: skip
"""Words of sexual content, in rot13 as the slurs are; some have a harmless sense, too, and are counted."""


def cut(rows: list[dict[str, Any]]) -> list[tuple[list[str], list[str]]]:
    """Words of (sampled, real) for each reply, cut to the same number."""
    pairs = [(words_of(row["sampled"]), words_of(row["real"])) for row in rows]
    return [(a[: min(len(a), len(b))], b[: min(len(a), len(b))]) for a, b in pairs]


def found_in(corpus: Path, texts: list[list[str]]) -> dict[int, list[np.ndarray]]:
    """For each length and text: which of its stretches of that length stand in the corpus (bool arrays)."""
    own = {n: [runs(numbers(words), n) for words in texts] for n in LENGTHS}
    wanted = {n: Protected((), own[n]) for n in LENGTHS}
    seen = {n: np.zeros(len(wanted[n].hashes), dtype=bool) for n in LENGTHS}
    for path in sources(corpus):
        for document in documents(path):
            if document["kind"] == "qa":
                continue
            ids = numbers(words_of(text_of(document)))
            for n in LENGTHS:
                seen[n][wanted[n].places(runs(ids, n))] = True
        print(path.name, file=sys.stderr)
    return {n: [seen[n][np.searchsorted(wanted[n].hashes, one)] for one in own[n]] for n in LENGTHS}


def rates(found: list[np.ndarray], groups: np.ndarray) -> dict[str, Any]:
    """Sampled (the first half of `found`) against real: shares, and their difference with its interval."""
    half = len(found) // 2
    sums = np.array([[one.sum(), len(one), one.any(), 1] for one in found], dtype=float)
    by_document = np.stack(
        [
            np.array([side[groups == g].sum(0) for g in np.unique(groups)])
            for side in (sums[:half], sums[half:])
        ]
    )
    draws = np.random.default_rng(1).integers(0, by_document.shape[1], (DRAWS, by_document.shape[1]))
    drawn = by_document[:, draws].sum(2)
    out: dict[str, Any] = {"stretches": int(sums[:half, 1].sum())}
    for name, top, bottom in (("of_stretches", 0, 1), ("of_replies", 2, 3)):
        share = by_document.sum(1)[:, top] / np.maximum(by_document.sum(1)[:, bottom], 1)
        difference = np.subtract(*(drawn[..., top] / np.maximum(drawn[..., bottom], 1)))
        low, high = np.quantile(difference, [0.025, 0.975])
        out[name] = {
            "sampled": round(float(share[0]), 5),
            "real": round(float(share[1]), 5),
            "sampled_less_real_95": [round(float(low), 5), round(float(high), 5)],
        }
    return out


def unwanted(texts: list[str]) -> dict[str, Any]:
    """How many replies hold a slur, or an explicit word; which words, in rot13."""
    slurs = [[w for w in words_of(text) if w in SLURS] for text in texts]
    explicit = [EXPLICIT.findall(text.lower()) for text in texts]
    named = Counter(codecs.encode(word, "rot13") for words in (*slurs, *explicit) for word in words)
    return {"slurs": sum(map(bool, slurs)), "explicit": sum(map(bool, explicit)), "rot13": dict(named)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replies", type=Path, default=Path("pretraining/runs/replies.jsonl"))
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.replies.read_text("utf-8").split("\n") if line]
    pairs = cut(rows)
    found = found_in(arguments.corpus, [pair[0] for pair in pairs] + [pair[1] for pair in pairs])
    groups = np.array([row["document"] for row in rows])
    free = np.array([row["source"] not in SCRIPTED for row in rows])
    unscripted = {n: [one for one, yes in zip(found[n], [*free, *free], strict=True) if yes] for n in LENGTHS}
    report = {
        "command": f"$ python pretraining/verbatim.py {shlex.join(sys.argv[1:])}".strip(),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "load": load(),
        "machine": machine(["xllamacpp", "numpy"]),
        "replies": len(rows),
        "documents": len(set(groups.tolist())),
        "sources": dict(Counter(row["source"] for row in rows)),
        "words_a_side": sum(len(a) for a, _ in pairs),
        "runs": {n: rates(found[n], groups) for n in LENGTHS},
        "runs_without_scripted_sources": {n: rates(unscripted[n], groups[free]) for n in LENGTHS},
        "words": {side: unwanted([row[side] for row in rows]) for side in ("sampled", "real")},
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
