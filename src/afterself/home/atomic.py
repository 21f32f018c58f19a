"""Files that are either the old one or the new one, never half of either.

Content goes to a temporary neighbour, is forced to disk and renamed over the
target; then the folder itself is forced to disk, so that the new name survives
a power cut. Everything is made private to the owner of the account. A neighbour that
a killed process left goes when the same file is next written.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from afterself.home.abandoned import claim, sweep_abandoned

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def write_atomic(path: Path, content: bytes | str, mode: int = FILE_MODE) -> None:
    """Replace `path` by `content` (text as UTF-8), durable when this returns. OSError if it cannot."""
    with atomic_file(path, mode) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextlib.contextmanager
def atomic_file(path: Path, mode: int = FILE_MODE) -> Iterator[BinaryIO]:
    """A file to write what becomes `path`, durable, when the block ends; if it fails, nothing changes."""
    temporary, handle = neighbour(path, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A neighbour for others to write, which takes the place of `path` when the block ends well.

    Made with its folder; after an error it is gone and `path` is as it was. For files that a library
    writes itself; it has the library's mode.
    """
    make_parents(path)
    temporary, handle = neighbour(path, FILE_MODE)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def neighbour(path: Path, mode: int) -> tuple[Path, int]:
    """A new empty file beside `path`, held open and claimed; those that were abandoned are removed."""
    sweep_abandoned(path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 12}"))
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        if claim(handle):
            return temporary, handle
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Force a folder's entries (new, renamed and removed names) to disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a private folder (0700) unless it exists; its parent must exist."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=FOLDER_MODE)
        path.chmod(FOLDER_MODE)
        sync_folder(path.parent)


def make_parents(path: Path) -> None:
    """Make the folders above `path` (absolute) that are missing, durable when this returns."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_folder(folder.parent)
