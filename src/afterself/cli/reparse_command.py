"""`afterself reparse`: lets newer importers read the raw exports again that the self has kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.removals import telling_removed
from afterself.cli.shell import app, console, echo_json, open_self

if TYPE_CHECKING:
    from afterself.importers.reparsing import Reparsed


@app.command()
def reparse(
    number: Annotated[
        int | None,
        typer.Option("--import", metavar="N", help="Only this import; N as `imports` tells it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each import.")] = False,
) -> None:
    """Read kept exports again. For after an update that reads a format better.

    You need not have the exports any more. Where a message now reads otherwise, it gets a new revision; the
    old one stays in its history. Corrections, forgetting and who is who are not touched.

    \b
    Example: afterself reparse
             afterself reparse --import 3 --json
    """
    from afterself.cli.progress import ProgressLine
    from afterself.home.jobs import Progress
    from afterself.importers.reparsing import reparse as again

    self_ = open_self()
    with telling_removed(self_), ProgressLine(console(stderr=True)) as line:
        done = again(self_, number, Progress(line.tell))
    if as_json:
        for one in done:
            echo_json(asdict(one))
        return
    if not done:
        console().print("Nothing was imported yet. Next: afterself import PATH")
    for one in done:
        _tell(one)


def _tell(one: Reparsed) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    what = f"{len(one.changed):,} read better now, {one.same:,} as before"
    if one.unknown:
        what += f", {one.unknown:,} passed over (forgotten since, or told apart otherwise)"
    by = f"{one.importer} {one.before}" + (f" → {one.now}" if one.now not in ("", one.before) else "")
    told = f"{one.number}  {one.name} ({by}): {one.problem or what}"
    console().print(Text(terminal_text(told, one_line=True)), soft_wrap=True)
