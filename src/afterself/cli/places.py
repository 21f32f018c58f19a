"""Where a saying stands: who said it in which conversation, and where else it was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from afterself.archive.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.policy.sayings import Place


def who_and_where(author: str, thread: str) -> str:
    """The author and, in quotation marks, the conversation: “Paul Winter in “Nina””.

    A chat with one person is mostly named after them: once is enough.
    """
    who = author or "unknown"
    return one_line(f"{who} in “{thread}”" if thread not in ("", who) else who)


def show_places(places: Sequence[Place], out: Console) -> None:
    """Print the other sources of the same saying, if there are any."""
    from rich.text import Text

    if places:
        told = "; ".join(f"{place.source}, {place.thread_title}" for place in places)
        out.print(Text(f"  also in {one_line(told)}", style="dim"), markup=False)
