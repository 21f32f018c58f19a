"""Decrypted content for libraries that insist on a path: on Linux in memory, never on a disk.

A memory file (memfd) is opened by others through `/proc/self/fd/N`, and is gone when it is closed and
nobody maps it any more. Other systems have none: there it is a private temporary file, with a warning.
Memory can be swapped out; docs/encryption.md says what that means.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from afterself.home.abandoned import claim, claimed, sweep_abandoned

_FILE, _FOLDER = "afterself-decrypted-", "afterself-memory-"


class OnDisk(UserWarning):
    """Decrypted content lies in a temporary file while it is used."""


@contextlib.contextmanager
def memory_file() -> Iterator[Path]:
    """An empty file that this process can open by the given path as often as it likes, inside the block.

    What was mapped from it stays readable afterwards.
    """
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("afterself")
        try:
            yield Path(f"/proc/self/fd/{handle}")
        finally:
            os.close(handle)
        return
    warnings.warn(
        "This system cannot keep decrypted files in memory alone: they lie in a private temporary file "
        "while they are used.",
        OnDisk,
        stacklevel=3,
    )
    _sweep(_FILE)
    handle, name = tempfile.mkstemp(prefix=_FILE)
    try:
        claim(handle)
        yield Path(name)
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def memory_folder() -> Iterator[MemoryFolder]:
    """A private folder whose files are links to memory files, for libraries that want a folder."""
    _sweep(_FOLDER)
    path = Path(tempfile.mkdtemp(prefix=_FOLDER))
    with contextlib.ExitStack() as files:
        files.callback(shutil.rmtree, path, ignore_errors=True)
        files.enter_context(claimed(path))
        yield MemoryFolder(path, files)


def _sweep(prefix: str) -> None:
    """Remove what killed processes left."""
    sweep_abandoned(Path(tempfile.gettempdir()).glob(f"{prefix}*"))


class MemoryFolder:
    """A folder of links into memory."""

    def __init__(self, path: Path, files: contextlib.ExitStack) -> None:
        self.path = path
        self._files = files

    def add(self, name: str) -> Path:
        """A new, empty file of this name, to be written by whoever opens it."""
        link = self.path / name
        link.symlink_to(self._files.enter_context(memory_file()))
        return link
