"""The same held-out documents under PPMd, order 6, that has read the same kind of text.

What a good compressor without learning makes of the text: the yardstick of `evaluate.py`. PPMd
(Shkarin, variant H, as in 7-Zip) reads a random sample of one kind, as much as the model has read
of it, then the held-out documents in a row (it goes on learning on them, as it always does); bytes
are counted in the same way. Needs `pip install pyppmd` (LGPL; not a dependency).

    python pretraining/ppmd.py --megabytes 17.5
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from corpus import KEPT_SHARE, documents, source_of, sources, text_of
from evaluate import counted_bytes, held_out


def sample(corpus: Path, kind: str, megabytes: float, seed: int = 11) -> bytes:
    """A random sample of the documents of one kind, a newline behind each."""
    rng = random.Random(seed)
    sizes = {"dialogue": 200.0, "prose": 420.0}  # megabytes that there are, about
    picked = []
    for path in sources(corpus):
        keep = KEPT_SHARE.get(source_of(path), 1.0) * megabytes / sizes[kind]
        picked += [text_of(d) for d in documents(path) if d["kind"] == kind and rng.random() < keep]
    rng.shuffle(picked)
    return "\n".join(picked).encode()


def main() -> None:
    import pyppmd

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    parser.add_argument("--megabytes", type=float, default=17.5, help="of each kind")
    parser.add_argument("--order", type=int, default=6)
    arguments = parser.parse_args()
    found = list(held_out(arguments.corpus / "valid.jsonl.zst"))
    out = {}
    for kind in ("dialogue", "prose"):
        encoder = pyppmd.Ppmd7Encoder(max_order=arguments.order, mem_size=(1 << 31) - (1 << 20))
        text = sample(arguments.corpus, kind, arguments.megabytes)
        encoder.encode(text)
        shown = [pieces for k, _, pieces in found if k == kind]
        spent = len(encoder.encode("".join(t + "\n" for p in shown for _, t in p).encode()))
        size = sum(counted_bytes(kind, p) for p in shown)
        out[kind] = {"bits_per_byte": round(8 * spent / size, 4), "bytes": size, "read": len(text)}
    print(json.dumps({"ppmd": out, "order": arguments.order}, indent=1))


if __name__ == "__main__":
    main()
