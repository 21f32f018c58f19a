"""DAG-CBOR, the strict part of CBOR that content-addressed data is written in -> Python values.

Only what its specification allows: definite lengths, text keys, 64-bit floats, and tag 42 for a link to
another block (IPLD: DAG-CBOR; RFC 8949). Anything else is a ValueError, and so is nesting that no record has.
"""

from __future__ import annotations

import struct
from typing import Any

_DEEPEST = 64
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_CONSTANTS = {20: False, 21: True, 22: None}


class Cid(bytes):
    """The address of a block: version, codec and hash, as CIDv1 writes them."""


def decoded(data: bytes) -> Any:
    """The value that all of `data` is; ValueError if it is none."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise ValueError("bytes after the value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if at >= len(data):
        raise ValueError("ends in the middle")
    major, low = data[at] >> 5, data[at] & 31
    if major == 7:
        return _simple(data, at, low)
    number, at = _number(data, at + 1, low)
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        found = _bytes(data, at, number)
        return (found if major == 2 else found.decode("utf-8")), at + number
    if major == 4:
        return _array(data, at, number, depth)
    if major == 5:
        return _map(data, at, number, depth)
    return _link(data, at, number, depth)


def _number(data: bytes, at: int, low: int) -> tuple[int, int]:
    if low < 24:
        return low, at
    if low not in _WIDTHS:
        raise ValueError("an indefinite length")
    return int.from_bytes(_bytes(data, at, _WIDTHS[low]), "big"), at + _WIDTHS[low]


def _bytes(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise ValueError("ends in the middle")
    return data[at : at + length]


def _simple(data: bytes, at: int, low: int) -> tuple[Any, int]:
    if low in _CONSTANTS:
        return _CONSTANTS[low], at + 1
    if low != 27:
        raise ValueError("a value that DAG-CBOR does not have")
    return struct.unpack(">d", _bytes(data, at + 1, 8))[0], at + 9


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    if count > len(data) - at:
        raise ValueError("ends in the middle")
    values = []
    for _ in range(count):
        value, at = _value(data, at, depth + 1)
        values.append(value)
    return values, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[str, Any], int]:
    if count > len(data) - at:
        raise ValueError("ends in the middle")
    fields: dict[str, Any] = {}
    for _ in range(count):
        key, at = _value(data, at, depth + 1)
        if not isinstance(key, str):
            raise ValueError("a key that is no text")
        fields[key], at = _value(data, at, depth + 1)
    return fields, at


def _link(data: bytes, at: int, tag: int, depth: int) -> tuple[Cid, int]:
    value, at = _value(data, at, depth + 1)
    if tag != 42 or not isinstance(value, bytes) or not value.startswith(b"\0"):
        raise ValueError("a tag that is no link")
    return Cid(value[1:]), at
