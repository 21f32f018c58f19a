"""`records show` and `imports`: a record with everything that is known of it, and what was imported when.

Reads through a view; all text goes to the terminal as `terminal_text`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.moments import shown_moment
from afterself.cli.self_commands import Json, records_app
from afterself.cli.shell import app, console, echo_json, open_self
from afterself.errors import UsageError
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from afterself.policy.history import RecordHistory, RevisionInfo
    from afterself.policy.view import ViewRecord

_LONGEST_ID = 80

CUT_OFF = " (was cut off: import it again, and it goes on)"


@records_app.command("show")
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id, as `search --json` tells it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show one record whole. What it said when, from which import, and what was made from it.

    \b
    Example: afterself records show 3f9c0a7be21d44d0a1b2
    """
    from afterself.policy import open_view
    from afterself.policy.record_json import record_json

    with open_view(open_self(), "list") as view:
        record = view.record(id.strip())
        history = None if record is None else view.history.of(record.id)
    if record is None or history is None:
        raise no_record(id)
    if as_json:
        echo_json({**record_json(record), **_history_json(history)})
    else:
        _show(record, history)


def no_record(id: str) -> UsageError:
    """What to say to an id that no record has."""
    return UsageError(
        f"There is no record with the id “{id[:_LONGEST_ID]}”.",
        remedy="Find ids with: afterself search WORDS --json",
    )


def _history_json(history: RecordHistory) -> dict[str, Any]:
    from afterself.policy.record_json import revision_json

    return {
        "said_raw": history.said_raw,
        "zone": history.zone,
        "owner_by": history.owner_by,
        "forwarded_from": history.forwarded_from,
        "aliases": list(history.aliases),
        "revisions": [revision_json(one) for one in history.revisions],
        "made": [
            {"id": one.id, "kind": one.kind, "path": one.path, "state": one.state} for one in history.made
        ],
    }


def _show(record: ViewRecord, history: RecordHistory) -> None:
    from rich.text import Text

    from afterself.archive.pictures import named
    from afterself.archive.plain import terminal_text

    out = console()

    def line(name: str, value: str | None) -> None:
        if value:
            out.print(Text(f"{name:<12}{terminal_text(value, one_line=True)}"))

    who = record.author_name or "unknown"
    owner = {True: "the owner", False: "not the owner", None: "not known whether the owner"}[record.is_owner]
    by = f", as {history.owner_by} said" if history.owner_by else ""
    line("record", record.id)
    line("thread", f"{record.thread_title} ({record.thread})")
    line("author", f"{who} ({owner}{by})")
    raw = f"“{history.said_raw}”" + (f" in {history.zone}" if history.zone else "")
    moment = shown_moment(record.said_at, record.precision)
    line("said", f"{moment}, written as {raw}" if history.said_raw else moment)
    line("kind", record.kind + (", deleted where it was said" if record.deleted else ""))
    line("answers", record.reply_to)
    line("forwarded", history.forwarded_from)
    line("source key", record.source_key)
    for alias in history.aliases:
        line("also known", alias)
    for one in record.attachments:
        line("attached", f"{named(one)} ({one.state})")
    for revision in history.revisions:
        _show_revision(revision)
    out.print()
    for made in history.made:
        line("made of it", f"{made.kind}: {made.path} ({made.state})")
    line("made of it", "" if record.deleted else "the search index (current)")


def _show_revision(one: RevisionInfo) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    out = console()
    parts = [f"Revision {one.n}", one.why, shown_moment(one.at, "minute")]
    if one.provenance is not None:
        came = one.provenance
        parts.append(f"import {came.number} ({came.name}: {came.member}), by {came.importer} {came.version}")
    parts += [told for told, so in (("taken back", one.undone), ("CURRENT", one.current)) if so]
    head = terminal_text(" · ".join(parts), one_line=True)
    out.print(Text(f"\n{head}", style="bold" if one.current else ""))
    if one.note:
        out.print(Text(f"  why: {terminal_text(one.note, one_line=True)}"))
    out.print(Padding(Text(terminal_text(one.text) or "(no text)"), (0, 0, 0, 2)))
    if one.spans:
        told = ", ".join(f"{span.start}-{span.end} {span.kind}" for span in one.spans)
        out.print(Text(f"  spans: {told}"))


@app.command()
def imports(as_json: Json = False) -> None:
    """Show what was imported when, and how much each import brought. `forget --import` takes its number.

    Example: afterself imports --json
    """
    from rich.table import Table
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.policy import open_view

    with open_view(open_self(), "list") as view:
        found = view.history.imports()
    if as_json:
        for one in found:
            echo_json({
                "number": one.number, "source": one.source, "account": one.account, "importer": one.importer,
                "version": one.version, "name": one.name, "at": utc_text(one.at), "finished": one.finished,
                "records": one.records, "revisions": one.revisions, "members": one.members,
                "kept": one.kept,
            })  # fmt: skip
        return
    out = console()
    if not found:
        out.print("Nothing was imported yet. Next: afterself import PATH")
        return
    table = Table("", "when", "name", "by", "records", box=None, pad_edge=False, header_style="bold")
    for one in found:
        more = f" + {one.revisions:,} changed" if one.revisions else ""
        table.add_row(
            str(one.number),
            shown_moment(one.at, "minute"),
            Text(terminal_text(one.name or "told directly", one_line=True) + CUT_OFF * (not one.finished)),
            Text(terminal_text(f"{one.importer} {one.version}", one_line=True)),
            f"{one.records:,}{more}",
        )
    out.print(table)
    if len(found) < max(one.number for one in found):
        out.print("The missing numbers were imports that brought nothing new, or of which all was forgotten.")
