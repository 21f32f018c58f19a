"""One writer at a time: a lock file that the kernel releases when its holder dies.

The file names the holder's process id for the message that a second writer
gets; the lock itself is the kernel's (flock), so a killed process leaves
nothing to clean up. Readers take no lock. How long a second writer waits, and
who is told of it, may be set for a whole command (`patient`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from afterself.errors import SelfError
from afterself.home.atomic import FILE_MODE


@dataclass(frozen=True, slots=True)
class _Patience:
    """At least so many seconds to wait; `tell` hears once of the process that is waited for."""

    seconds: float
    tell: Callable[[str, float], None]


_patience: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextlib.contextmanager
def patient(seconds: float, tell: Callable[[str, float], None]) -> Iterator[None]:
    """Let everything inside the block wait at least so long for other writers.

    `tell` is called when a wait begins, with the other's process id and the seconds that it may last.
    """
    before = _patience.set(_Patience(seconds, tell))
    try:
        yield
    finally:
        _patience.reset(before)


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
        if not _locked(handle, wait):
            raise SelfError(
                f"Another command is writing to this self (pid {_holder(handle)}): {path.parent}",
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


def _locked(handle: int, wait: float) -> bool:
    patience, told = _patience.get(), False
    wait = max(wait, patience.seconds) if patience is not None else wait
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            if patience is not None and not told:
                patience.tell(_holder(handle), wait)
                told = True
            time.sleep(0.2)
        else:
            return True


def _holder(handle: int) -> str:
    return os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
