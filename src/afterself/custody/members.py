"""What a bundle holds, as a plain tar stream (POSIX.1-1988 headers): regular files with plain names, no more.

Written and read front to back, so that neither side needs to know how much there is. A name that could lead
anywhere else than below the folder it is unpacked into is refused, and so is everything that is no file.
"""

from __future__ import annotations

import tarfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from afterself.errors import Damaged, HostileSource

BLOCK = 512
LONGEST_NAME = 100
_PIECE = 1 << 20
_CONTROL = {"Cc", "Cs", "Cf", "Zl", "Zp"}


def fits(name: str) -> bool:
    """Whether a file may have this name in a bundle: parts that are plain names, with slashes between."""
    encoded = name.encode("utf-8", "surrogateescape")
    if not 0 < len(encoded) <= LONGEST_NAME or "\\" in name:
        return False
    if any(unicodedata.category(one) in _CONTROL for one in name):
        return False
    return all(part and not part.startswith(".") and part == part.strip() for part in name.split("/"))


def write_member(out: BinaryIO, name: str, size: int, content: Iterable[bytes]) -> None:
    """One file of exactly `size` bytes, whose name `fits`. ValueError if there are not as many."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    out.write(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict"))
    written = 0
    for piece in content:
        written += len(piece)
        out.write(piece)
    if written != size:
        raise ValueError(f"{name} has {written} bytes instead of {size}")
    out.write(bytes(-size % BLOCK))


def end_members(out: BinaryIO) -> None:
    """Two blocks of zeros, as every tar ends."""
    out.write(bytes(2 * BLOCK))


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle: `pieces` are its content, to be read before the next member is asked for."""

    name: str
    size: int
    pieces: Iterator[bytes]


def read_members(stream: BinaryIO, shown: str) -> Iterator[Member]:
    """The members in their order; what is left unread of one is passed over. `shown` names the bundle.

    HostileSource for a name that leads elsewhere or anything but a file, `Damaged` if it is no such stream.
    """
    while (block := stream.read(BLOCK)) != bytes(BLOCK):
        info = _header(block, shown)
        if info.type != tarfile.REGTYPE or not fits(info.name):
            raise hostile(shown, info.name)
        pieces = _pieces(stream, info.size, shown)
        yield Member(info.name, info.size, pieces)
        for _ in pieces:
            pass
        if len(stream.read(-info.size % BLOCK)) != -info.size % BLOCK:
            raise _damaged(shown)
    if stream.read(BLOCK + 1) != bytes(BLOCK):
        raise _damaged(shown)


def hostile(shown: str, name: str) -> HostileSource:
    """What to say to a bundle with a member that `afterself pack` never makes."""
    return HostileSource(
        f"The bundle {shown} holds something that is no plain file, has a name that leads elsewhere, or "
        f"stands there twice: “{name[:LONGEST_NAME]}”. It was not unpacked.",
        remedy="Whoever made it did not make it with afterself pack: do not trust it.",
    )


def _pieces(stream: BinaryIO, left: int, shown: str) -> Iterator[bytes]:
    while left:
        piece = stream.read(min(_PIECE, left))
        if not piece:
            raise _damaged(shown)
        left -= len(piece)
        yield piece


def _header(block: bytes, shown: str) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        if info.size >= 0:
            return info
    except (tarfile.HeaderError, ValueError) as error:
        raise _damaged(shown) from error
    raise _damaged(shown)


def _damaged(shown: str) -> Damaged:
    return Damaged(
        f"What the bundle {shown} holds is no whole stream of files.", remedy="Pack the self again."
    )
