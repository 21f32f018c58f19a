"""A repository of the AT Protocol in a CAR file -> its records by key, each with its place in the file.

A CAR (version 1) is a header that names the root and then blocks, each under its CID. The root is a commit,
which names the account and the tree; the tree's nodes hold keys in order, shortened by what they share with
the one before (AT Protocol: Repository). Blocks that are not wanted are not kept in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from afterself.importers.dag_cbor import Cid, decoded
from afterself.importers.json_stream import Broken

_HEADER = re.compile(rb"(?s).{1,3}\xa2eroots.+?gversion\x01")
_NODE = (b"\xa2ae", b"\xa2al")  # a map of two, "e" or "l" first
_LARGEST_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the file: its bytes, and where they begin."""

    data: bytes
    offset: int


@dataclass(slots=True)
class Repository:
    """The account (its DID), the tree's nodes and the wanted records; `whole`: the file did not end early."""

    root: Cid
    account: str = ""
    tree: Cid | None = None
    nodes: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    records: dict[bytes, Block] = field(default_factory=dict)
    whole: bool = True

    def keys(self) -> Iterator[tuple[str, Cid] | None]:
        """Every key with the CID of its record, in order; None for a part of the tree that is missing."""
        if self.tree is None or self.tree not in self.nodes:
            raise Broken("the tree of its records is missing")
        seen: set[bytes] = set()
        todo: list[Cid | tuple[str, Cid]] = [self.tree]
        while todo:
            here = todo.pop()
            if isinstance(here, tuple):
                yield here
            elif here not in self.nodes or here in seen:
                yield None
            else:
                seen.add(here)
                todo.extend(reversed(list(_entries(self.nodes[here]))))


def is_repository(head: bytes) -> bool:
    """Whether a file begins as a CAR does."""
    return bool(_HEADER.match(head))


def repository(stream: BinaryIO, wanted: tuple[bytes, ...]) -> Repository:
    """A CAR, of its records those that hold one of the bytes `wanted`. Broken if its header is."""
    length, at = _varint(stream)
    try:
        header = decoded(stream.read(min(length, _LARGEST_BLOCK)))
        found = Repository(Cid(header["roots"][0]))
    except (ValueError, LookupError, TypeError) as error:
        raise Broken("its header is damaged") from error
    at += length
    while True:
        try:
            length, width = _varint(stream)
        except EOFError:
            return found
        except Broken:
            found.whole = False
            return found
        data = stream.read(min(length, _LARGEST_BLOCK))
        if len(data) < length:
            found.whole = False
            return found
        split = _cid_length(data)
        _keep(found, Cid(data[:split]), Block(data[split:], at + width + split), wanted)
        at += width + length


def _keep(found: Repository, cid: Cid, block: Block, wanted: tuple[bytes, ...]) -> None:
    if any(one in block.data for one in wanted):
        found.records[cid] = block
        return
    if cid != found.root and not block.data.startswith(_NODE):
        return
    try:
        value = decoded(block.data)
    except ValueError:
        return
    if cid == found.root and isinstance(value, dict):
        found.account = value["did"] if isinstance(value.get("did"), str) else ""
        found.tree = value["data"] if isinstance(value.get("data"), Cid) else None
    elif isinstance(value, dict) and isinstance(value.get("e"), list):
        found.nodes[cid] = value


def _entries(node: dict[str, Any]) -> Iterator[Cid | tuple[str, Cid]]:
    """What stands in a node of the tree: subtrees, and keys with their records, in order."""
    if isinstance(node.get("l"), Cid):
        yield node["l"]
    last = b""
    for entry in node["e"]:
        if not isinstance(entry, dict):
            continue
        shared, rest, record = entry.get("p"), entry.get("k"), entry.get("v")
        if isinstance(shared, int) and isinstance(rest, bytes) and isinstance(record, Cid):
            last = last[:shared] + rest
            yield last.decode("utf-8", "replace"), record
        if isinstance(entry.get("t"), Cid):
            yield entry["t"]


def _cid_length(data: bytes) -> int:
    """Bytes of the CIDv1 that a block begins with: version, codec, kind of hash, its length, the hash."""
    return 4 + data[3] if len(data) > 3 else len(data)


def _varint(stream: BinaryIO) -> tuple[int, int]:
    """An unsigned varint and its width; EOFError at the end of the file, Broken inside one."""
    value = 0
    for width in range(1, 10):
        byte = stream.read(1)
        if not byte:
            if width == 1:
                raise EOFError
            break
        value |= (byte[0] & 0x7F) << 7 * (width - 1)
        if byte[0] < 0x80:
            return value, width
    raise Broken("a length in it is damaged")
