"""An excerpt of a record on a terminal: its text with dots where it was cut, and how to see the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afterself.cli.shell import with_self

if TYPE_CHECKING:
    from afterself.memory.excerpt import Excerpt


def shown_excerpt(part: Excerpt) -> str:
    """The text as a terminal may show it, “…” where something was cut."""
    from afterself.archive.plain import terminal_text

    return terminal_text(("… " if part.before else "") + part.text + (" …" if part.after else ""))


def cut_note(part: Excerpt, text: str, id: str) -> str:
    """How much of the text is shown, and the command that shows all of it."""
    whole = f"  {len(part.text):,} of {len(text):,} characters; all: afterself records --id {id}"
    return with_self(whole)
