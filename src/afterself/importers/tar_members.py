"""A tar, packed with gzip, bzip2 or xz or not -> its members, each a stream at its place in the plain tar.

A packed tar cannot be read from the middle, so it is unpacked once into a file without a name, which is gone
when it is closed. Links and devices are refused, as in a zip; so is what unpacks to far more than it was.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from afterself.errors import HostileSource
from afterself.importers.member_names import not_a_file, shown
from afterself.importers.member_streams import told

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BLOCK = 1 << 20
_PACKED: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}

Member = tuple[str, int, Callable[[], BinaryIO]]
"""The name as the tar writes it, the size, and what opens it."""


def is_tar(name: str) -> bool:
    """Whether a file is named as tars are: what is in it is looked at when it is opened."""
    return name.lower().endswith(SUFFIXES)


def plain_tar(path: Path, outer: str, largest: int, ratio: int, ratio_above: int) -> BinaryIO:
    """The tar unpacked, open for reading. HostileSource if it unpacks to too much."""
    with told(outer):
        stream = path.open("rb")
        head = stream.read(6)
        stream.seek(0)
    opened = next((open for magic, open in _PACKED.items() if head.startswith(magic)), None)
    if opened is None:
        return stream
    allowed = min(largest, max(ratio_above, ratio * path.stat().st_size))
    plain = tempfile.TemporaryFile(prefix="afterself-tar-")  # noqa: SIM115
    try:
        with stream, opened(stream) as packed, told(outer):
            while block := packed.read(_BLOCK):
                if plain.tell() + len(block) > allowed:
                    raise HostileSource(
                        f"“{shown(outer)}” is refused: it would unpack to more than {allowed >> 20} MiB.",
                        remedy="If it is yours, unpack it and import the folder.",
                    )
                plain.write(block)
    except BaseException:
        plain.close()
        raise
    return cast(BinaryIO, plain)


def tar_members(plain: BinaryIO, outer: str) -> Iterator[Member]:
    """Every file in a plain tar. HostileSource for one with links or devices in it."""
    plain.seek(0)
    with told(outer), tarfile.open(fileobj=plain, mode="r:") as opened:
        for one in opened:
            if one.isdir():
                continue
            if not one.isreg() or one.issparse():
                raise not_a_file(one.name, outer)
            yield one.name, one.size, part_opener(plain, one.offset_data, one.size)


def part_opener(plain: BinaryIO, offset: int, size: int) -> Callable[[], BinaryIO]:
    """What opens a stretch of a file as a stream of its own."""
    return lambda: cast(BinaryIO, _Part(plain, offset, size))


class _Part(io.RawIOBase):
    """A stretch of a file that others read, too."""

    def __init__(self, whole: BinaryIO, offset: int, size: int) -> None:
        self._whole, self._at, self._end = whole, offset, offset + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._whole.seek(self._at)
        data = self._whole.read(min(len(buffer), self._end - self._at))
        if not data and self._at < self._end:
            raise EOFError
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
