"""Prints where else a saying was found, under its quote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.policy.sayings import Place


def show_places(places: Sequence[Place], out: Console) -> None:
    """Print the other sources of the same saying, if there are any."""
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    if places:
        told = "; ".join(f"{place.source}, {place.thread_title}" for place in places)
        out.print(Text(f"  also in {terminal_text(told, one_line=True)}", style="dim"), markup=False)
