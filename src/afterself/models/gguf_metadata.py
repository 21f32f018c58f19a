"""The head of a GGUF file -> its metadata and the names of its tensors, in pure Python.

The chat needs the vocabulary of a GGUF but neither the `gguf` package nor numpy. Tensor data is not
touched. Format: the GGUF specification, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from afterself.errors import ModelError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
DAMAGED = "It is damaged or cut off: fetch the base, or train, again, or put it back from a backup."
"""What helps with a file of weights that cannot be read."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Key -> value (arrays as lists), and the names of the tensors."""

    path: Path
    values: dict[str, Any] = field(repr=False)
    tensors: frozenset[str] = field(repr=False)

    def _get(self, key: str, kind: type | tuple[type, ...]) -> Any:
        value = self.values.get(key)
        if not isinstance(value, kind):
            raise ModelError(f"{self.path} lacks the field {key}, or it is of another type.", remedy=DAMAGED)
        return value

    def text(self, key: str) -> str:
        """A string field; ModelError if it is not there."""
        return str(self._get(key, str))

    def integer(self, key: str) -> int:
        """An integer field; ModelError if it is not there."""
        return int(self._get(key, int))

    def number(self, key: str) -> float:
        """A number field; ModelError if it is not there."""
        return float(self._get(key, (int, float)))

    def integers(self, key: str) -> list[int]:
        """An array of integers; ModelError if it is not there."""
        return list(self._get(key, list))

    def strings(self, key: str) -> list[str]:
        """An array of strings; ModelError if it is not there."""
        return list(self._get(key, list))


def read_metadata(path: Path) -> Metadata:
    """Read the head of a GGUF; ModelError if it is missing, no GGUF or damaged."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _parse(path, data)
    except (OSError, ValueError, struct.error, UnicodeDecodeError, KeyError, RecursionError) as error:
        raise ModelError(f"The GGUF file {path} cannot be read: {error}", remedy=DAMAGED) from None


def _parse(path: Path, data: mmap.mmap) -> Metadata:
    magic, version, tensors, fields = struct.unpack_from("<4sIQQ", data, 0)
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError("it is no GGUF of version 2 or 3")
    cursor = _Cursor(data, 24)
    values = {}
    for _ in range(fields):
        key = cursor.string()
        values[key] = cursor.value(cursor.scalar("I"))
    names = set()
    for _ in range(tensors):
        names.add(cursor.string())
        dimensions = cursor.scalar("I")
        cursor.at += 8 * dimensions + 4 + 8  # sizes, type, offset
    return Metadata(path, values, frozenset(names))


class _Cursor:
    """A place in the file that moves as it reads."""

    def __init__(self, data: mmap.mmap, at: int) -> None:
        self.data, self.at = data, at

    def scalar(self, code: str) -> Any:
        (found,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return found

    def string(self) -> str:
        length = self.scalar("Q")
        raw = self.data[self.at : self.at + length]
        if len(raw) != length:
            raise ValueError("a string is cut off")
        self.at += length
        return raw.decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind != _ARRAY:
            return self.scalar(_SCALARS[kind])
        item, count = self.scalar("I"), self.scalar("Q")
        if item in _SCALARS:
            layout = f"<{count}{_SCALARS[item]}"
            if count > len(self.data):
                raise ValueError("an array is cut off")
            found = list(struct.unpack_from(layout, self.data, self.at))
            self.at += struct.calcsize(layout)
            return found
        return self._strings(count) if item == _STRING else [self.value(item) for _ in range(count)]

    def _strings(self, count: int) -> list[str]:
        """A vocabulary: tens of thousands of strings, at which every talk waits."""
        data, at, size = self.data, self.at, len(self.data)
        length_at = struct.Struct("<Q").unpack_from
        found = []
        for _ in range(count):
            (length,) = length_at(data, at)
            start = at + 8
            at = start + length
            if at > size:
                raise ValueError("a string is cut off")
            found.append(data[start:at].decode("utf-8"))
        self.at = at
        return found
