"""Raw bytes of exports, attachments and recordings, each once, named by their SHA-256.

A blob is on disk before the transaction that points at it commits; so a crash
leaves at most a blob nobody points at, which is harmless and swept later.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Container
from pathlib import Path
from typing import BinaryIO

from afterself.errors import ArchiveError
from afterself.home.atomic import FILE_MODE, make_folder, sync_folder

_CHUNK = 1 << 20
_INCOMING = ".incoming-"


def blob_path(folder: Path, sha256: str) -> Path:
    """Where the blob with this hash lies."""
    return folder / sha256[:2] / sha256[2:]


def write_blob(folder: Path, stream: BinaryIO) -> tuple[str, int]:
    """Store what `stream` holds; gives its SHA-256 (hex) and size in bytes. Durable when this returns."""
    try:
        make_folder(folder)
        incoming = folder / f"{_INCOMING}{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        handle = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := stream.read(_CHUNK):  # errors of the source stay the source's
                digest.update(chunk)
                size += len(chunk)
                _write(folder, file, chunk)
            target = blob_path(folder, digest.hexdigest())
            if not target.exists():
                _keep(folder, file, incoming, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            incoming.unlink()
    return digest.hexdigest(), size


def _write(folder: Path, file: BinaryIO, chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _keep(folder: Path, file: BinaryIO, incoming: Path, target: Path) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
        make_folder(target.parent)
        incoming.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"The blobs folder cannot be written: {folder} ({error.strerror}).",
        remedy="Check that the disk is not full and that the folder is yours. Nothing was stored.",
    )


def sweep_blobs(folder: Path, kept: Container[str]) -> int:
    """Remove files that no row points at (left by a crash); gives how many. Only under the writer lock."""
    removed = 0
    for path in folder.glob("*"):
        if path.name.startswith(_INCOMING):
            path.unlink(missing_ok=True)
            removed += 1
        elif path.is_dir() and len(path.name) == 2:
            for file in path.iterdir():
                if path.name + file.name not in kept:
                    file.unlink(missing_ok=True)
                    removed += 1
    return removed
