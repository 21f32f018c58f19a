"""Work that ends badly on purpose: a process that dies at a chosen step, a disk with little room."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def exits_after(step: int, work: Callable[[], object]) -> int:
    """Do the work in a process that ends, as if killed, at its step-th change of a folder; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        left = [step]

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def called(*arguments: Any, **named: Any) -> Any:
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)
                return real(*arguments, **named)

            return called

        for name in ("replace", "unlink", "rmdir"):
            setattr(Path, name, counted(getattr(Path, name)))
        os.fsync, os.rename = counted(os.fsync), counted(os.rename)
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


@contextlib.contextmanager
def little_room(most: int) -> Iterator[None]:
    """No file can become longer than `most` bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
