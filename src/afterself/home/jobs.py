"""How far a long job is: counted by the package that works, drawn by whoever listens.

A job names its stages and counts units; the listener gets plain reports at most
a few times a second. Nothing here draws: the command line turns reports into a
bar, the server into events, tests into lists.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """One look at a running job. `elapsed` and `eta` are seconds in this stage; unknown is None."""

    stage: str
    done: int
    total: int | None
    unit: str
    elapsed: float
    eta: float | None
    note: str = ""
    finished: bool = False


class Progress:
    """Counts a job's units and tells the listener, not more often than every `interval` seconds."""

    def __init__(
        self,
        listener: Callable[[Report], None] | None = None,
        *,
        interval: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._interval = interval
        self._clock = clock
        self._stage, self._unit, self._note = "", "", ""
        self.done = self._before = 0
        self.total: int | None = None
        self._started = self._told = clock()

    def start(self, stage: str, *, total: int | None = None, unit: str = "records", done: int = 0) -> None:
        """Begin a stage of `total` units (None: unknown how many), `done` of them in an earlier run."""
        self._stage, self._unit, self._note = stage, unit, ""
        self.done, self.total = done, total
        self._before = done
        self._started = self._clock()
        self._tell()

    def advance(self, units: int = 1, *, note: str = "") -> None:
        """Count `units` more as done; `note` is a short live remark (a loss, a file name), no record text."""
        self.done += units
        self._note = note or self._note
        if self._listener is not None and self._clock() - self._told >= self._interval:
            self._tell()

    def remark(self, note: str) -> None:
        """Tell the listener something at once, such as that a wish to stop was heard."""
        self._note = note
        self._tell()

    def finish(self, note: str = "") -> None:
        """End the stage; the listener hears of it in any case."""
        self._note = note or self._note
        self._tell(finished=True)

    def report(self, *, finished: bool = False) -> Report:
        """How the current stage stands now."""
        elapsed = self._clock() - self._started
        eta = None
        now = self.done - self._before
        if self.total is not None and now > 0 and self.done <= self.total:
            eta = elapsed / now * (self.total - self.done)
        return Report(self._stage, self.done, self.total, self._unit, elapsed, eta, self._note, finished)

    def _tell(self, *, finished: bool = False) -> None:
        self._told = self._clock()
        if self._listener is not None:
            self._listener(self.report(finished=finished))
