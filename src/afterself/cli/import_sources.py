"""Paths -> what came of each: a summary or an error, in the order given.

Each path is a source of its own: one that fails does not keep the others out. Of a folder that is taken
which the person ticks, or where nobody is asked all, if it is of one format or all was asked for. Finding
formats and writing is the business of `importers`.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from afterself.archive.plain import one_line
from afterself.cli.import_survey import ask_which, look_through, show_survey
from afterself.cli.shell import console
from afterself.errors import OwnerNotFound, SourceError

if TYPE_CHECKING:
    from rich.status import Status

    from afterself.home.folder import Self
    from afterself.home.jobs import Report
    from afterself.importers.contract import Options
    from afterself.importers.ingest import ImportSummary
    from afterself.importers.source_view import SourceView
    from afterself.importers.survey import Entry, Survey

STDIN = "standard input"
_LARGEST_STDIN = 1 << 30
_LISTED = 10


@dataclass(slots=True)
class Imported:
    """What came of all paths: a summary or an error for each, in the order given."""

    done: list[tuple[str, ImportSummary]] = field(default_factory=list)
    failed: list[tuple[str, SourceError]] = field(default_factory=list)
    surveys: list[tuple[str, Survey, list[Entry]]] = field(default_factory=list)
    """Of each folder: what lies in it, and what of that is wanted."""
    shown: bool = False
    """The person has seen what lies there."""
    owner_by_name: str = ""
    """Who was taken for the owner because they have the name of the self."""


Run = Callable[..., "ImportSummary"]
Choice = Literal["ask", "all", "one format"]
"""What of a folder is taken: what the person ticks, all, or all if it is of one format; else nothing."""


def import_all(
    self_: Self, paths: Sequence[str], options: Options, *, quiet: bool, choice: Choice
) -> Imported:
    """Import every path. Where nobody is called as the owner was said to be, nothing is stored.

    A source without the owner waits for the others: once one of them names the owner, it is wanted, too.
    """
    from rich.text import Text

    from afterself.importers.languages import let_go
    from afterself.importers.source_view import SourceView

    imported = Imported()
    with ExitStack() as kept_open, console(stderr=True).status(Text("Importing")) as status:

        def tell(name: str) -> Callable[[Report], None]:
            return lambda report: status.update(Text(f"{name}: {report.done:,} {report.unit}"))

        if quiet:
            status.stop()
        runs: list[tuple[str, Run]] = []
        for path in paths:
            try:
                if Path(path).expanduser().is_dir():
                    source = kept_open.enter_context(SourceView.at(Path(path).expanduser()))
                    runs += _folder(self_, path, source, options, imported, tell, choice, status)
                else:
                    runs.append((path, _single(self_, path, options, tell(one_line(path)))))
            except SourceError as error:
                imported.failed.append((path, error))
        _run(runs, options, imported)
    let_go()
    return imported


def _run(runs: Sequence[tuple[str, Run]], options: Options, imported: Imported) -> None:
    waiting: list[tuple[str, Run, SourceError]] = []
    named = not options.me
    for where, run in runs:
        try:
            summary = run(owner_must_be_there=not named)
        except OwnerNotFound as error:
            waiting.append((where, run, error))
        except SourceError as error:
            imported.failed.append((where, error))
        else:
            imported.done.append((where, summary))
            named = named or not set(options.me) <= set(summary.names_not_found)
    for where, run, refusal in waiting:
        try:
            if not named:
                raise refusal
            imported.done.append((where, run()))
        except SourceError as error:
            imported.failed.append((where, error))


def _folder(
    self_: Self,
    path: str,
    source: SourceView,
    options: Options,
    imported: Imported,
    tell: Callable[[str], Callable[[Report], None]],
    choice: Choice,
    status: Status,
) -> list[tuple[str, Run]]:
    """How to import what is recognised in a folder and wanted; SourceError if nobody can say what is."""
    from afterself.home.jobs import Progress
    from afterself.importers.survey import imports_of

    found = look_through(self_, source, options, count=choice == "ask")
    wanted = list(found.entries)
    if choice == "ask" and (len(wanted) > 1 or found.unread):
        status.stop()
        show_survey(found)
        imported.shown = True
        wanted = ask_which(found)
        status.start()
    if choice == "one format" and len({one.format for one in wanted}) > 1:
        imported.surveys.append((path, found, []))
        raise _which_is_not_said(path, found)
    imported.surveys.append((path, found, wanted))
    runs = imports_of(self_, source, found, wanted, options, Progress(tell(one_line(path))))
    return [(path if name == source.outer_name else str(Path(path) / name), run) for name, run in runs]


def _which_is_not_said(path: str, found: Survey) -> SourceError:
    listed = [f"{one.name} ({one.format})" for one in found.entries]
    more = f", and {len(listed) - _LISTED:,} more" if len(listed) > _LISTED else ""
    shown = shlex.quote(path)
    return SourceError(
        f"In the folder {path} lies more than one kind of export: {', '.join(listed[:_LISTED])}{more}. "
        "Nothing of it was imported, because nobody could be asked which of it you want.",
        remedy=f"Take all of it: afterself import {shown} --yes\n"
        f"Or look first, and then name what you want: afterself import {shown} --list",
    )


def _single(self_: Self, path: str, options: Options, tell: Callable[[Report], None]) -> Run:
    """How to import one file, zip or standard input."""
    from afterself.home.jobs import Progress
    from afterself.importers.ingest import import_path, import_source
    from afterself.importers.source_view import SourceView

    if path != "-":
        return partial(import_path, self_, Path(path).expanduser(), options, Progress(tell))
    data = sys.stdin.buffer.read(_LARGEST_STDIN + 1)
    if len(data) > _LARGEST_STDIN:
        raise SourceError(
            f"More than {_LARGEST_STDIN >> 30} GiB came from standard input: nothing of it was stored.",
            remedy="Write it to a file and import that.",
        )
    return partial(import_source, self_, SourceView.of_bytes(STDIN, data), options, Progress(tell))
