"""Streams of members whose damage is told as a SourceError that names them, and files that are no links.

Whatever unpacking or reading raises on the way (a disk that vanished, a zip that was cut off) comes out as
one error with a remedy. Which members there are is the business of `source_view` and `tar_members`.
"""

from __future__ import annotations

import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from afterself.errors import SourceError
from afterself.importers.member_names import shown

READ_ERRORS = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    RuntimeError, ValueError, OverflowError,
)  # fmt: skip
"""What the libraries raise for damage; RuntimeError where a zip is encrypted, or packed in an unknown way."""


class Told(io.RawIOBase):
    """A stream whose damage is told as a SourceError that names the member."""

    def __init__(self, inner: BinaryIO, name: str) -> None:
        self._inner = inner
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with told(self._name):
            data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what reading a damaged or vanished file raises into a SourceError that names it."""
    try:
        yield
    except SourceError:
        raise
    except READ_ERRORS as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is cut off or damaged"
        raise SourceError(
            f"“{shown(name)}” cannot be read: {why}.",
            remedy="Copy or export it again; nothing of it was stored.",
        ) from error


def open_no_link(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
