"""Token shards: independent random samples of the training mix, each one dense file.

A shard is `shard-NN.xz`: eight bytes (how many dialogue tokens, little-endian), then uint16
tokens, dialogue first, prose after it. Training can start on any one of them and take up the
others as they arrive. `shards.json` lists them with sha256. Reading needs numpy alone.

xz with two-byte position bits: 0.89 bytes a token on one sample, against 1.06 (zstd -10) and 1.04
(bzip2); 0.955 on shards of 6.6M tokens. It decodes 20 million tokens a second and is in Python's
standard library.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

KINDS = ("dialogue", "prose")
_XZ = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 26, "lc": 3, "lp": 1, "pb": 1}]


def write_shards(documents: Iterable[tuple[str, np.ndarray]], out: Path, count: int, seed: int) -> None:
    """Deal (kind, token ids) documents at random over `count` shards and write them."""
    rng = random.Random(seed)
    dealt: list[dict[str, list[np.ndarray]]] = [{kind: [] for kind in KINDS} for _ in range(count)]
    for kind, ids in documents:
        dealt[rng.randrange(count)][kind].append(ids)
    out.mkdir(parents=True, exist_ok=True)

    def write(n: int) -> dict[str, object]:
        streams = []
        for kind in KINDS:
            random.Random(f"{seed}-{n}-{kind}").shuffle(dealt[n][kind])
            streams.append(np.concatenate([np.empty(0, np.uint16), *dealt[n][kind]]))
        raw = len(streams[0]).to_bytes(8, "little") + b"".join(s.astype("<u2").tobytes() for s in streams)
        packed = lzma.compress(raw, lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=_XZ)
        path = out / f"shard-{n:02d}.xz"
        path.with_suffix(".part").write_bytes(packed)
        path.with_suffix(".part").replace(path)
        return {"name": path.name, "dialogue": len(streams[0]), "prose": len(streams[1]),
                "bytes": len(packed), "sha256": hashlib.sha256(packed).hexdigest()}  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(write, range(count)))
    (out / "shards.json").write_text(json.dumps(rows, indent=0))
    tokens = sum(int(str(r[kind])) for r in rows for kind in KINDS)
    print(f"{tokens / 1e6:.1f}M tokens in {sum(int(str(r['bytes'])) for r in rows) / 2**20:.1f} MiB")


def read_shard(path: Path) -> dict[str, np.ndarray]:
    """The two token streams of a shard, uint16; EOFError or lzma.LZMAError if it is not whole."""
    raw = lzma.decompress(path.read_bytes())
    split = 8 + 2 * int.from_bytes(raw[:8], "little")
    return {
        "dialogue": np.frombuffer(raw[8:split], dtype="<u2"),
        "prose": np.frombuffer(raw[split:], dtype="<u2"),
    }
