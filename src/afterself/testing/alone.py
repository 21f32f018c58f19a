"""Watches that an importer does nothing but read: no network, no other program, no file but temporary ones.

Python's audit events tell of it, whatever library does it. A hook cannot be taken off again, so there is
one, which listens only while something is watched.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NEVER = frozenset((
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork",
))  # fmt: skip
_CHANGES = frozenset(("os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.rmtree"))
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_watching: list[list[str]] = []
_hooked: list[bool] = []


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """Give a list that fills with what is done inside the block beyond reading."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_listen)
    done: list[str] = []
    _watching.append(done)
    try:
        yield done
    finally:
        _watching.remove(done)


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    beyond = event in _NEVER or (event in _CHANGES and not _is_temporary(arguments[0], *arguments[1:2]))
    if beyond or (event == "open" and _is_write(*arguments)):
        for done in _watching:
            done.append(event)


def _is_write(path: Any, mode: Any, flags: Any) -> bool:
    """Whether a file is opened for writing."""
    return isinstance(flags, int) and bool(flags & _WRITES) and not _is_temporary(path)


def _is_temporary(path: Any, folder: Any = -1) -> bool:
    """Whether it is a temporary file, or Python's own cache of a module: nobody's writing.

    With the handle of a `folder` it is a step of `shutil.rmtree`, which tells of itself.
    """
    if isinstance(folder, int) and folder >= 0:
        return True
    named = Path(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else Path()
    return "__pycache__" in named.parts or Path(tempfile.gettempdir()) in named.parents
