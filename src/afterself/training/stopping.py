"""Ctrl-C while a run is under way -> a wish that the loop sees when its step is complete."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """A run ended by Ctrl-C after a complete step, its state kept in the file `checkpoint`."""

    checkpoint: Path | None = None


@dataclass(slots=True)
class Wish:
    """Whether somebody asked to stop."""

    asked: bool = False


@contextmanager
def heeding_interrupts(heard: Callable[[], None]) -> Iterator[Wish]:
    """Inside the block the first Ctrl-C is only noted, and `heard` says so; a second one stops at once.

    Nothing changes outside the main thread, or where the program meets Ctrl-C in a way of its own.
    """
    wish = Wish()
    usual = signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) != usual:
        yield wish
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        wish.asked = True
        signal.signal(signal.SIGINT, usual)
        with suppress(RuntimeError):  # it fell into a write to the very stream that `heard` writes to
            heard()

    signal.signal(signal.SIGINT, note)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, usual)
