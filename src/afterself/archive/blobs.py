"""Raw bytes of exports, attachments and recordings, each once, known by their SHA-256.

A blob is on disk before the transaction that points at it commits; so a crash
leaves at most a blob nobody points at, which is harmless and swept later. In an
encrypted self the files are sealed, and their names are keyed hashes.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from afterself.errors import ArchiveError
from afterself.home.atomic import make_folder, sync_folder
from afterself.home.sealed import Files

_CHUNK = 1 << 20
_INCOMING = ".incoming-"


@dataclass(frozen=True, slots=True)
class Blobs:
    """The blobs in the folder of a self, which `files` opens."""

    folder: Path
    files: Files

    def path(self, sha256: str) -> Path:
        """Where the blob with this hash lies."""
        name = self.files.blob_name(sha256)
        return self.folder / name[:2] / name[2:]

    def read(self, sha256: str) -> bytes:
        """The content of a blob; b"" if it is missing."""
        path = self.path(sha256)
        return self.files.read_bytes(path) if path.is_file() else b""

    def write(self, stream: BinaryIO) -> tuple[str, int]:
        """Store what `stream` holds; gives its SHA-256 (hex) and size in bytes. Durable when this returns."""
        digest, size = hashlib.sha256(), 0
        with contextlib.ExitStack() as opened:
            with self._writable():
                make_folder(self.folder)
                temporary = self.folder / f"{_INCOMING}{secrets.token_hex(8)}"
                incoming = opened.enter_context(self.files.incoming(temporary))
            while chunk := stream.read(_CHUNK):  # errors of the source stay the source's
                digest.update(chunk)
                size += len(chunk)
                with self._writable():
                    incoming.file.write(chunk)
            target = self.path(digest.hexdigest())
            if not target.exists():
                with self._writable():
                    make_folder(target.parent)
                    incoming.keep(target)
        return digest.hexdigest(), size

    def sweep(self, kept: Iterable[str]) -> int:
        """Remove files that no row points at (left by a crash); gives how many. Under the writer lock.

        They are gone for good when this returns: what was forgotten does not come back with a power cut.
        """
        allowed = {self.files.blob_name(sha256) for sha256 in kept}
        left = [path for path in self.folder.glob(f"{_INCOMING}*") if path.is_file()]
        left += [path for path in self.folder.glob("??/*") if path.parent.name + path.name not in allowed]
        for path in left:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in left}:
            sync_folder(folder)
        return len(left)

    @contextlib.contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveError(
                f"The blobs folder cannot be written: {self.folder} ({error.strerror}).",
                remedy="Check that the disk is not full and that the folder is yours. Nothing was stored.",
            ) from error
