"""One writer at a time: a lock file that the kernel releases when its holder dies.

The file names the holder's process id for the message that a second writer
gets; the lock itself is the kernel's (flock), so a killed process leaves
nothing to clean up. Readers take no lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from afterself.errors import SelfError
from afterself.home.atomic import FILE_MODE


@contextlib.contextmanager
def exclusive(path: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold the lock file at `path`; SelfError if another process or thread holds it for `wait` seconds."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise SelfError(
            f"This self cannot be written to: {path.parent} ({error.strerror}).",
            remedy="Check that the folder is yours and that its disk is neither full nor read-only.",
        ) from error
    try:
        if not _locked(handle, time.monotonic() + wait):
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise SelfError(
                f"Another command is writing to this self (pid {holder}): {path.parent}",
                remedy="Wait until it has finished, or stop it, and try again.",
            )
        os.ftruncate(handle, 0)
        with contextlib.suppress(OSError):  # a full disk: the lock holds without a name in it
            os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _locked(handle: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.2)
        else:
            return True
