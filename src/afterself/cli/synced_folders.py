"""Where a file-sync program keeps the folder: no new self is made there, and an old one gives a warning.

How such a folder is known: `home/syncing.py`.
"""

from __future__ import annotations

from pathlib import Path

import typer

from afterself.cli.answers import confirmed
from afterself.errors import SelfError, UsageError


def require_not_synced(path: Path, *, yes: bool, option: str = "--self") -> None:
    """SelfError in a folder that a file-sync program keeps, unless the person at the terminal insists.

    `yes`: nobody is to be asked. `option` is the one that names the folder.
    """
    warning = _warning(path)
    if warning is None:
        return
    if yes:
        raise SelfError(
            f"{warning} Nothing was made.",
            remedy=f"Name a folder outside it with {option}. If it must be here: at a terminal that asks.",
        )
    typer.echo(f"Warning: {warning}", err=True)
    if not confirmed("Make it there all the same?"):
        raise UsageError("Nothing was made.", remedy=f"Name a folder outside it with {option}.")


def warn_of_syncing(path: Path) -> None:
    """One line on standard error if a file-sync program keeps the folder of the self."""
    warning = _warning(path)
    if warning is not None:
        typer.echo(f"Warning: {warning} Better move the self out of it.", err=True)


def _warning(path: Path) -> str | None:
    from afterself.archive.plain import terminal_text
    from afterself.home.syncing import syncing_program

    program = syncing_program(path)
    if program is None:
        return None
    shown = terminal_text(str(path), one_line=True)
    return (
        f"{program} keeps this folder: {shown}. A file-sync program can damage the archive while it is "
        "written, and copies it to other machines."
    )
