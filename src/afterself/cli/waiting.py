"""How a command waits for another one that writes to the same self: it says so, and gives up at some time."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from afterself.home.lock import patient

SECONDS = 60.0
"""How long a command waits that would not wait by itself."""


def waiting() -> AbstractContextManager[None]:
    """Inside the block a second writer waits, and standard error says for whom and for how long."""
    return patient(SECONDS, _tell)


def _tell(holder: str, seconds: float) -> None:
    most = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    sys.stderr.write(
        f"Another command is writing to this self (pid {holder}). Waiting for it, {most} at most; "
        "Ctrl-C ends the waiting.\n"
    )
    sys.stderr.flush()
