"""How far a long job is, as one line of standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.home.jobs import Report


def duration(seconds: float) -> str:
    """A stretch of time as people say it: 40 s, 12 min, 3 h 05 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


class ProgressLine:
    """One line of standard error that tells how far a job is; a terminal sees it move, a pipe its end."""

    def __init__(self, err: Console) -> None:
        self.moves = err.is_terminal and sys.stderr.isatty()
        self._drawn = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write("\n")

    def sample(self, text: str) -> None:
        """Show what the weights in training wrote, marked as generated, above the line."""
        from afterself.archive.plain import terminal_text

        begins = "\r\x1b[K" if self.moves else ""
        sys.stderr.write(f"{begins}  generated › {terminal_text(text, one_line=True)}\n")
        sys.stderr.flush()

    def tell(self, report: Report) -> None:
        """A listener for `home.jobs.Progress`."""
        parts = [report.stage]
        if report.total:
            parts.append(f"{100 * report.done / report.total:3.0f} %")
        elif report.done:
            parts.append(f"{report.done:,} {report.unit}")
        if report.note:
            parts.append(report.note)
        if report.finished:
            parts.append(f"took {duration(report.elapsed)}")
        elif report.eta is not None:
            parts.append(f"{duration(report.eta)} left")
        text = "  ".join(parts)
        if self.moves:
            sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if report.finished else ""))
            self._drawn = not report.finished
        elif report.finished:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
