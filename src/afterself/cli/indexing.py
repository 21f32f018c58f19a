"""The index of meaning, brought up to date on a terminal: what comes in is found by it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterself.cli.shell import console

if TYPE_CHECKING:
    from afterself.home.folder import Self


def bring_index_up_to_date(self_: Self, *, quiet: bool) -> None:
    """Embed all that has no vector yet, with a line that tells how far it is unless `quiet`."""
    from rich.text import Text

    from afterself.memory.upkeep import keep_up

    with console(stderr=True).status(Text("Indexing")) as status:
        if quiet:
            status.stop()
        keep_up(
            self_, most=None, tell=lambda done, all_: status.update(Text(f"Indexing: {done:,} of {all_:,}"))
        )
