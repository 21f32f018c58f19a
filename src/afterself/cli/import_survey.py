"""`afterself import FOLDER`: one table of what lies in it, and the person ticks what is wanted.

What nobody can read is named by kind with the reason. What there is finds out `importers.survey`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterself.archive.plain import one_line
from afterself.cli.answers import numbers
from afterself.cli.shell import console, echo_json, with_self
from afterself.home.counting import counted
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.table import Table

    from afterself.home.folder import Self
    from afterself.importers.contract import Options
    from afterself.importers.source_view import SourceView
    from afterself.importers.survey import Entry, Survey, Unread

_UNREAD_SHOWN = 8


def look_through(self_: Self, source: SourceView, options: Options, *, count: bool) -> Survey:
    """What lies in a source, and what of it the self has already."""
    from afterself.importers.plugins import importers_of
    from afterself.importers.survey import survey
    from afterself.policy.view import open_view

    with open_view(self_, "list") as view:
        kept = view.overview.kept_files()
    return survey(source, options, kept, importers_of(self_), count=count)


def list_paths(self_: Self, paths: Sequence[str], options: Options, *, json_: bool) -> None:
    """What each path holds, and nothing else."""
    from afterself.importers.source_view import SourceView

    for path in paths:
        with SourceView.at(Path(path).expanduser()) as source:
            found = look_through(self_, source, options, count=True)
        if json_:
            echo_json({"path": path, **survey_json(found, ())})
        else:
            show_survey(found)


def show_survey(found: Survey) -> None:
    """The table, and a line for each kind of file that is not read."""
    out = console()
    out.print(_table(found.entries))
    for line in unread_lines(found):
        out.print(line, markup=False, soft_wrap=True)


def ask_which(found: Survey) -> list[Entry]:
    """The entries that the person ticks; those that are new if they just press Enter."""
    new = [entry for entry in found.entries if not entry.imported]
    default = "all" if len(new) == len(found.entries) else "all that are new"
    question = f"Which? Numbers, with commas if several; 0 for none; Enter for {default}"
    picked = numbers(question, 0, len(found.entries))
    if picked is None:
        return new
    return [entry for number, entry in enumerate(found.entries, 1) if number in picked]


def unread_lines(found: Survey) -> list[str]:
    """What was not recognised and why."""
    lines = [_unread_line(one) for one in found.unread]
    if len(lines) > _UNREAD_SHOWN:
        rest = sum(one.files for one in found.unread[_UNREAD_SHOWN:])
        lines = [*lines[:_UNREAD_SHOWN], f"Not read: {counted(rest, 'file')} of other kinds"]
    return lines


def _unread_line(one: Unread) -> str:
    if one.what in one.why:  # it names the file
        remedy = f". {with_self(one_line(one.remedy))}" if one.remedy else ""
        return f"Not read: {one_line(one.why)}{remedy}"
    return f"Not read: {one_line(one.what)}, {counted(one.files, 'file')}: {one_line(one.why)}"


def survey_json(found: Survey, wanted: Sequence[Entry]) -> dict[str, Any]:
    """Every entry, whether it is taken, and what is not read."""
    return {
        "found": [
            {
                "name": one.name,
                "format": one.format,
                "files": one.files,
                "bytes": one.size,
                "records": one.records if one.whole else None,
                "span": {"first": utc_text(one.first), "last": utc_text(one.last)}
                if one.whole and one.first and one.last
                else None,
                "already_imported": one.imported,
                "taken": one in wanted,
            }
            for one in found.entries
        ],
        "not_recognised": [
            {"what": one.what, "files": one.files, "why": one.why}
            | ({"remedy": one.remedy} if one.remedy else {})
            for one in found.unread
        ],
    }


def _table(entries: Sequence[Entry]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("What", overflow="fold", min_width=16)
    table.add_column("Format", overflow="fold")
    table.add_column("Records", justify="right", no_wrap=True)
    table.add_column("Span", no_wrap=True)
    table.add_column("")
    for number, one in enumerate(entries, 1):
        imported = "imported" if one.imported else ""
        table.add_row(
            str(number), Text(one_line(one.name)), Text(one.format), _holds(one), _span(one), imported
        )
    return table


def _holds(one: Entry) -> str:
    if one.records and one.whole:
        return f"{one.records:,}"
    size = f"{one.size / 1e6:,.1f} MB"
    return f"{one.records:,}+, {size}" if one.records else size


def _span(one: Entry) -> str:
    if one.first is None or one.last is None:
        return ""
    return f"{one.first.date()} … {one.last.date() if one.whole else ''}"
