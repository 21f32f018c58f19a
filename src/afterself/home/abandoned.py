"""Half-written files and folders that a killed process left, told from those that are still being written.

Whoever writes holds a lock on what it writes, which the kernel releases when it dies: what nobody holds
is nobody's any more. Works for folders too. Where a file system knows no locks, nothing is removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold what is being made at `path`; false if it was swept away before it could be held."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield claim(handle)
    finally:
        os.close(handle)


def claim(handle: int) -> bool:
    """Hold an open file or folder until it is closed; false if it has lost its name meanwhile."""
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
    return os.fstat(handle).st_nlink > 0


def sweep_abandoned(paths: Iterable[Path]) -> None:
    """Remove those files and folders that no living process holds."""
    for path in paths:
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
            finally:
                os.close(handle)
