"""Writes the CAR files of this folder from `records.jsonl`: `python make_car.py`.

CAR v1 with DAG-CBOR blocks and a Merkle search tree as the AT Protocol describes them, in the plainest
way. It is here so that a reader can see what the binary files hold; no test runs it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
REV = "3lbzyxwvuts2a"


class Cid(bytes):
    """A CIDv1 of a DAG-CBOR (0x71) or raw (0x55) block."""


def cid_of(block: bytes, codec: int = 0x71) -> Cid:
    return Cid(bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(block).digest())


def head(major: int, n: int) -> bytes:
    for size, code, width in ((24, n, 0), (1 << 8, 24, 1), (1 << 16, 25, 2), (1 << 32, 26, 4)):
        if n < size:
            return bytes([major << 5 | code]) + n.to_bytes(width, "big") if width else bytes([major << 5 | n])
    return bytes([major << 5 | 27]) + n.to_bytes(8, "big")


def cbor(value: Any) -> bytes:
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value)
        case Cid():
            return head(6, 42) + head(2, len(value) + 1) + b"\0" + value
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return head(5, len(keys)) + b"".join(cbor(key) + cbor(value[key]) for key in keys)
    raise TypeError(value)


def varint(n: int) -> bytes:
    out = b""
    while n > 0x7F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def depth(key: str) -> int:
    """Pairs of leading zero bits of the key's hash: its layer in the tree."""
    bits = f"{int.from_bytes(hashlib.sha256(key.encode()).digest(), 'big'):0256b}"
    return (len(bits) - len(bits.lstrip("0"))) // 2


def tree(items: list[tuple[str, Cid]], layer: int, blocks: dict[Cid, bytes]) -> Cid | None:
    """The node of `layer` over sorted items; layers below hang between its entries."""
    if not items or layer < 0:
        return None
    entries: list[dict[str, Any]] = []
    left: Cid | None = None
    below: list[tuple[str, Cid]] = []
    last = b""

    def close() -> None:
        nonlocal left, below
        under = tree(below, layer - 1, blocks)
        if entries:
            entries[-1]["t"] = under
        else:
            left = under
        below = []

    for key, cid in items:
        if depth(key) < layer:
            below.append((key, cid))
            continue
        close()
        raw, shared = key.encode(), 0
        while shared < min(len(raw), len(last)) and raw[shared] == last[shared]:
            shared += 1
        entries.append({"p": shared, "k": raw[shared:], "v": cid, "t": None})
        last = raw
    close()
    block = cbor({"l": left, "e": entries})
    blocks[cid_of(block)] = block
    return cid_of(block)


def write(name: str, records: dict[str, Any], *, lost: str | None = None, cut: int = 0) -> None:
    """The repository of `records`; the block of `lost` is left out, `cut` bytes at the end are."""
    blocks: dict[Cid, bytes] = {}
    items = []
    for key in sorted(records):
        block = records[key] if isinstance(records[key], bytes) else cbor(records[key])
        if key != lost:
            blocks[cid_of(block)] = block
        items.append((key, cid_of(block)))
    root = tree(items, max(depth(key) for key in records), blocks)
    commit = cbor(
        {"did": DID, "version": 3, "data": root, "rev": "3lbzyxwvuts2a", "prev": None, "sig": bytes(64)}
    )
    top = cbor({"version": 1, "roots": [cid_of(commit)]})
    out = varint(len(top)) + top
    for cid, block in [(cid_of(commit), commit), *blocks.items()]:
        out += varint(len(cid) + len(block)) + cid + block
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out[: len(out) - cut])


def value_of(written: Any) -> Any:
    """A record as the blocks hold it: `{"$link": …}` stands for the CID of that text."""
    if isinstance(written, dict) and set(written) == {"$link"}:
        return cid_of(written["$link"].encode(), 0x55)
    if isinstance(written, dict):
        return {key: value_of(one) for key, one in written.items()}
    return [value_of(one) for one in written] if isinstance(written, list) else written


def main() -> None:
    lines = (HERE / "records.jsonl").read_text("utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    for file in dict.fromkeys(one["file"] for one in wanted):
        mine = [one for one in wanted if one["file"] == file]
        records = {
            one["key"]: bytes.fromhex(one["hex"]) if "hex" in one else value_of(one["value"]) for one in mine
        }
        lost = next((one["key"] for one in mine if one.get("lost")), None)
        write(f"{file}/wiebke.example.car", records, lost=lost, cut=40 if file == "truncated" else 0)


if __name__ == "__main__":
    main()
