"""An error that no package foresaw -> one message, without a word of what was being worked on.

A full or read-only disk is said plainly, with the place. Anything else is a fault of the program: its kind
and the place in the code are told, never the error's own message, which may quote a record.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from pathlib import Path

from afterself.errors import AfterselfError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


def explained(error: Exception) -> AfterselfError:
    """The error in the words of the house."""
    if isinstance(error, OSError) and error.errno is not None:
        place = str(error.filename) if error.filename else "what the command writes to"
        if error.errno in _FULL:
            return AfterselfError(f"The disk is full: {place}.", remedy="Make room there and try again.")
        why = os.strerror(error.errno)
        remedy = "Check the name and that the disk is there."
        if error.errno in _CLOSED:
            remedy = "Check that it is yours, and that its disk is not read-only."
        return AfterselfError(f"{place} cannot be read or written ({why}).", remedy=remedy)
    if isinstance(error, MemoryError):
        return AfterselfError(
            "There is not enough memory for this.", remedy="Close other programs, try again."
        )
    return AfterselfError(
        f"A fault in Afterself: {type(error).__name__} {_place(error)}.",
        remedy="What was stored before is kept. Please report this line; it holds nothing of your data.",
    )


def _place(error: Exception) -> str:
    """Where in our own code it happened."""
    here = Path(__file__).parents[1]
    ours = [one for one in traceback.extract_tb(error.__traceback__) if here in Path(one.filename).parents]
    last = ours[-1] if ours else None
    return (
        f"in {Path(last.filename).relative_to(here)}, line {last.lineno}" if last else "at an unknown place"
    )


def give_up_output() -> None:
    """Empty the buffer of standard output, or where that fails, let it not fail again at the end."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
