"""A path with blanks in it that was typed without quotes: the shell makes several words of it.

Such words are no paths, but joined by blanks they are one; that is told, with what to type.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from afterself.archive.plain import one_line
from afterself.errors import UsageError

_MOST_WORDS = 30


def require_quotes(paths: Sequence[str]) -> None:
    """UsageError if some of these are no paths by themselves, but the words of one."""
    found = _parted(paths)
    if not found:
        return
    whole = one_line(" ".join(found))
    first = next(one_line(path) for path in found if not _is_there(path))
    raise UsageError(
        f"There is no “{first}”, but “{whole}” is there: a path with blanks in it has to stand in quotes.",
        remedy=f"Type: afterself import {shlex.quote(whole)}",
    )


def _parted(paths: Sequence[str]) -> Sequence[str]:
    """The words that are one path together and not all paths alone; empty if there are none."""
    there = [_is_there(path) for path in paths]
    for start in range(len(paths) if not all(there) else 0):
        for end in range(start + 2, min(start + _MOST_WORDS, len(paths)) + 1):
            words = paths[start:end]
            if not all(there[start:end]) and _is_there(" ".join(words)):
                return words
    return ()


def _is_there(path: str) -> bool:
    try:
        return path == "-" or Path(path).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
