"""`afterself watch FOLDER`: imports what arrives in a folder, of the formats that the owner ticked once."""

from __future__ import annotations

import shlex
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.archive.plain import one_line
from afterself.cli.answers import numbers
from afterself.cli.completions import sources
from afterself.cli.import_options import Me, Order, Zone, import_options
from afterself.cli.indexing import bring_index_up_to_date
from afterself.cli.removals import telling_removed
from afterself.cli.shell import app, console, echo_json, interactive, open_self, report_error
from afterself.errors import AfterselfError, SelfError, UsageError

if TYPE_CHECKING:
    from afterself.home.folder import Self
    from afterself.importers.contract import Options
    from afterself.importers.watching import Arrival, Mark, Watched

EVERY = 10.0
"""Seconds between two looks into the folder."""


@app.command("watch")
def watch(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where exports arrive.")],
    only: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT,…",
            autocompletion=sources,
            help="Import only these, such as whatsapp,telegram; kept for this folder.",
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end, for cron; says nothing if nothing arrived.")
    ] = False,
    me: Me = None,
    zone: Zone = None,
    date_order: Order = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object for each entry.")] = False,
) -> None:
    """Import what arrives in a folder, until Ctrl-C.

    Every ten seconds it looks for what is new and finished. Only the formats that you ticked for this folder
    are imported; it asks the first time, or --only says it. A file or subfolder is left alone until nothing
    changed in it for ten seconds. What was imported before is known, also after it was stopped; nothing in
    the folder is changed.

    \b
    Example: afterself watch ~/Downloads --only whatsapp,telegram
             afterself watch ~/exports --once --me "Ben Ito"
    """
    where = Path(folder).expanduser().absolute()
    if not where.is_dir():
        raise UsageError(f"{one_line(folder)} is no folder.", remedy="Name the folder where exports arrive.")
    options = import_options(me or [], zone, date_order)
    self_ = open_self()
    found = _ticked(self_, where, only)
    if once:
        failed = _look(self_, found, options, {}, json_=json_)
        if failed:
            raise typer.Exit(failed)
        return
    if not json_:
        console().print(f"Watching {where} for {', '.join(found.only)}. Ctrl-C ends it.", markup=False)
    _go_on(self_, where, found, options, json_=json_)


def _go_on(self_: Self, where: Path, found: Watched, options: Options, *, json_: bool) -> None:
    """Look again and again. Ctrl-C is how it ends; an import that it cuts off is begun anew the next time."""
    from afterself.importers.watching import watched

    strangers: dict[str, Mark] = {}
    try:
        while True:
            try:
                _look(self_, watched(self_, where) or found, options, strangers, json_=json_)
            except SelfError as error:
                report_error(error)  # another command writes: what has arrived stays where it is
            time.sleep(EVERY)
    except KeyboardInterrupt:
        typer.echo("\nStopped watching. What was stored before is kept.", err=True)


def _look(self_: Self, found: Watched, options: Options, strangers: dict[str, Mark], *, json_: bool) -> int:
    """One look; tells of each entry as it is done, and gives the exit code of the first that failed."""
    from afterself.importers.watching import look

    code, new = 0, False
    with telling_removed(self_):
        for arrival in look(self_, found, options, strangers=strangers):
            _tell(arrival, json_=json_)
            new = new or arrival.summary is not None
            if arrival.result == "failed" and arrival.error is not None:
                code = code or arrival.error.exit_code
    if new:
        bring_index_up_to_date(self_, quiet=True)
    return code


def _ticked(self_: Self, where: Path, only: str | None) -> Watched:
    """The folder with the formats that the owner wants of it, kept from now on."""
    from afterself.importers.plugins import importers_of
    from afterself.importers.watching import allow, watched

    if only is not None:
        known = sorted({one.source for one in importers_of(self_)})
        wanted = tuple(dict.fromkeys(one.strip().lower() for one in only.split(",") if one.strip()))
        unknown = [one for one in wanted if one not in known]
        if unknown or not wanted:
            raise UsageError(
                f"No importer reads “{one_line(', '.join(unknown))[:60]}”.",
                remedy=f"Known are: {', '.join(known)}.",
            )
        return allow(self_, where, wanted)
    return watched(self_, where) or allow(self_, where, _asked(self_, where))


def _asked(self_: Self, where: Path) -> tuple[str, ...]:
    """The formats that the person ticks of those that lie in the folder now."""
    from afterself.importers.watching import formats_in

    there = formats_in(self_, where)
    if not interactive() or not there:
        seen = f" There is now: {', '.join(there)}." if there else ""
        raise UsageError(
            f"It is not known yet what may be imported from {where}.",
            remedy=f"Say it once: afterself watch {shlex.quote(str(where))} --only FORMAT,FORMAT.{seen}",
        )
    out = console()
    for number, (source, names) in enumerate(there.items(), 1):
        shown = ", ".join(one_line(name) for name in names[:3]) + (" …" if len(names) > 3 else "")
        out.print(f"  {number:>2}  {source}: {shown}", markup=False)
    question = "Which formats may be imported from there, now and later? Numbers; Enter for all"
    picked = numbers(question, 1, len(there), list(there))
    return tuple(source for number, source in enumerate(there, 1) if picked is None or number in picked)


def _tell(arrival: Arrival, *, json_: bool) -> None:
    if json_:
        echo_json(_as_json(arrival))
        return
    formats = one_line(", ".join(arrival.formats))
    if arrival.summary is not None:
        counts = {
            "new": arrival.summary.new,
            "changed": arrival.summary.changed,
            "same": arrival.summary.same,
        }
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing new"
        told = f"{told} ({formats})"
    elif arrival.result == "left":
        told = f"left alone: {formats} was not ticked for this folder"
    else:
        told = f"{arrival.result}: {one_line(_why(arrival.error))}"
    line = f"{datetime.now():%Y-%m-%d %H:%M}  {one_line(arrival.name)}: {told}"
    console(stderr=arrival.result == "failed").print(line, markup=False)


def _why(error: AfterselfError | None) -> str:
    if error is None:
        return ""
    return " → ".join(part for part in (error.message.split(" It holds: ")[0], error.remedy) if part)


def _as_json(arrival: Arrival) -> dict[str, Any]:
    summary = arrival.summary
    return {
        "name": arrival.name,
        "result": arrival.result,
        "formats": list(arrival.formats),
        "new": summary.new if summary else 0,
        "changed": summary.changed if summary else 0,
        "same": summary.same if summary else 0,
        "why": arrival.error.message if arrival.error else None,
        "remedy": (arrival.error.remedy or None) if arrival.error else None,
    }
