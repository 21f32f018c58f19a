"""`afterself verify`: reads every byte of a self and says which file is not what was written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from afterself.cli.shell import app, console, echo_json, open_self


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check that every file of the self is what was written: a flipped bit anywhere is found.

    Nothing is changed. The exit code is 1 if something is damaged or missing. What is only left over, such
    as after a kill, is told as a note.

    \b
    Example: afterself --self my-self verify
    """
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.archive.verifying import verify as look

    out = console()
    found = []
    for one in look(open_self()):
        found.append(one)
        if not as_json:
            mark, style = ("note   ", "yellow") if one.note else ("DAMAGED", "bold red")
            told = terminal_text(f"{one.file}: {one.what}", one_line=True)
            out.print(Text.assemble((mark, style), f" {told}"), soft_wrap=True)
            out.print(
                Text(f"        → {terminal_text(one.remedy, one_line=True)}", style="dim"), soft_wrap=True
            )
    bad = sum(not one.note for one in found)
    if as_json:
        echo_json({"ok": not bad, "findings": [asdict(one) for one in found]})
    else:
        out.print(f"{bad} damaged." if bad else "Every file is what was written.")
    if bad:
        raise typer.Exit(1)
