"""`afterself import`: exports in, a summary out.

Each path is a source of its own: one that fails does not keep the others out, and
is named at the end. The summary holds counts, names of files and people, never
what anybody said. Finding formats and writing is the business of `importers`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from afterself.cli.completions import one_of
from afterself.cli.import_survey import (
    ask_which,
    list_paths,
    look_through,
    show_survey,
    survey_json,
    unread_lines,
)
from afterself.cli.indexing import bring_index_up_to_date
from afterself.cli.own_words import MOST_COMPARED, languages_lines, own_words_json, own_words_lines
from afterself.cli.shell import app, console, echo_json, interactive, open_self, report_error, with_self
from afterself.cli.synced_folders import warn_of_syncing
from afterself.errors import SourceError, UnknownFormat, UsageError
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.status import Status
    from rich.table import Table

    from afterself.home.folder import Self
    from afterself.home.jobs import Report
    from afterself.importers.contract import DateOrder, Options
    from afterself.importers.ingest import ImportSummary
    from afterself.importers.survey import Entry, Survey

STDIN = "standard input"
HOW_TO_EXPORT = """\
WhatsApp: open a chat, tap ⋮ (iPhone: the contact's name) → More → Export chat → Without media, and send
the file to yourself. Then: afterself import "WhatsApp Chat with Anna.zip" --me "Your Name in it"
Other programs and formats: docs/formats.md"""
_LARGEST_STDIN = 1 << 30
_PROBLEMS_SHOWN = 10
_AUTHORS_SHOWN = 20
_NAMES_SHOWN = 6


@dataclass(slots=True)
class _Imported:
    """What came of all paths: a summary or an error for each, in the order given."""

    done: list[tuple[str, ImportSummary]] = field(default_factory=list)
    failed: list[tuple[str, SourceError]] = field(default_factory=list)
    surveys: list[tuple[str, Survey, list[Entry]]] = field(default_factory=list)
    """Of each folder: what lies in it, and what of that is wanted."""
    shown: bool = False
    """The person has seen what lies there."""


@app.command("import")
def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Files, folders or zips; - reads JSON Lines."),
    ] = None,
    me: Annotated[
        list[str] | None,
        typer.Option("--me", metavar="NAME,NAME", help="Names or handles of the owner in the exports."),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Zone of times without offset (default: this machine's)."),
    ] = None,
    date_order: Annotated[
        str | None,
        typer.Option(
            metavar="dmy|mdy|ymd",
            autocompletion=one_of("dmy", "mdy", "ymd"),
            help="How to read 03/04/21 where a file leaves it open.",
        ),
    ] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Only show what could be imported; nothing is stored.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; of a folder take all that is recognised.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Import chats and other exports into the self. The format is found by looking inside.

    Reads exports of WhatsApp (.txt, .zip), Telegram (result.json), Discord, Slack, Facebook, Instagram,
    X, Google Chat and Keep, ChatGPT and Claude (.zip); iMessage (chat.db); SMS Backup & Restore (.xml); mail
    (mbox, Maildir, .eml, .emlx, Gmail's Takeout); documents (.md, .txt, .docx, .odt, .pdf, .html); and
    JSON Lines, a JSON array or CSV with conversation, time, author and text. Of a folder of everything it
    shows what lies in it and asks which of it you want. Importing again adds only what is new.

    \b
    Example: afterself import "WhatsApp Chat with Anna.txt" --me "Ben Ito"
             afterself import ~/Downloads --zone Europe/Berlin --date-order dmy
    """
    if not paths:
        raise UsageError("Say what to import: a file, a folder or a zip.", remedy=HOW_TO_EXPORT)
    options = _options(me or [], zone, date_order)
    self_ = open_self()
    if only_list:
        list_paths(self_, paths, options, json_=json_)
        return
    warn_of_syncing(self_.path)
    ask = not (yes or json_) and interactive()
    imported = _import_all(self_, paths, options, quiet=json_, ask=ask)
    if imported.done and ask:
        _ask_for_owner(self_, imported)
    if imported.done:
        bring_index_up_to_date(self_, quiet=json_)
    if json_:
        echo_json({**_as_json(imported), **_own_words(self_, imported)[0]})
    else:
        _print(imported, self_)
    for _, error in imported.failed:
        report_error(error)
    if any(isinstance(error, UnknownFormat) for _, error in imported.failed):
        console(stderr=True).print(with_self(HOW_TO_EXPORT), markup=False)
    if imported.failed:
        raise typer.Exit(imported.failed[0][1].exit_code)


def _options(me: Sequence[str], zone: str | None, date_order: str | None) -> Options:
    from afterself.importers.contract import DateOrder, Options
    from afterself.importers.local_time import LocalClock

    LocalClock(zone)
    order: DateOrder | None = next((known for known in get_args(DateOrder) if known == date_order), None)
    if date_order and not order:
        raise UsageError(
            f"“{date_order[:20]}” is no order of dates.", remedy="Give --date-order dmy, mdy or ymd."
        )
    names = tuple(name.strip() for given in me for name in given.split(",") if name.strip())
    return Options(me=names, zone=zone, date_order=order)


def _import_all(self_: Self, paths: Sequence[str], options: Options, *, quiet: bool, ask: bool) -> _Imported:
    from rich.text import Text

    imported = _Imported()
    with console(stderr=True).status(Text("Importing")) as status:

        def tell(name: str) -> Callable[[Report], None]:
            return lambda report: status.update(Text(f"{name}: {report.done:,} {report.unit}"))

        if quiet:
            status.stop()
        for path in paths:
            try:
                if Path(path).expanduser().is_dir():
                    _import_folder(
                        self_, path, options, imported, tell(_shown(path)), status if ask else None
                    )
                else:
                    imported.done.append((path, _import_one(self_, path, options, tell(_shown(path)))))
            except SourceError as error:
                imported.failed.append((path, error))
    return imported


def _import_folder(
    self_: Self,
    path: str,
    options: Options,
    imported: _Imported,
    tell: Callable[[Report], None],
    asking: Status | None,
) -> None:
    """Everything in a folder that is recognised; with somebody to ask, what they tick of it."""
    from afterself.home.jobs import Progress
    from afterself.importers.source_view import SourceView
    from afterself.importers.survey import import_entries

    with SourceView.at(Path(path).expanduser()) as source:
        found = look_through(self_, source, options, count=asking is not None)
        wanted = list(found.entries)
        if asking is not None and (len(wanted) > 1 or found.unread):
            asking.stop()
            show_survey(found)
            imported.shown = True
            wanted = ask_which(found)
            asking.start()
        imported.surveys.append((path, found, wanted))
        for name, came in import_entries(self_, source, found, wanted, options, Progress(tell)):
            where = path if name == source.outer_name else str(Path(path) / name)
            if isinstance(came, SourceError):
                imported.failed.append((where, came))
            else:
                imported.done.append((where, came))


def _import_one(self_: Self, path: str, options: Options, tell: Callable[[Report], None]) -> ImportSummary:
    from afterself.home.jobs import Progress
    from afterself.importers.ingest import import_path, import_source
    from afterself.importers.source_view import SourceView

    if path != "-":
        return import_path(self_, Path(path).expanduser(), options, Progress(tell))
    data = sys.stdin.buffer.read(_LARGEST_STDIN + 1)
    if len(data) > _LARGEST_STDIN:
        raise SourceError(
            f"More than {_LARGEST_STDIN >> 30} GiB came from standard input: nothing of it was stored.",
            remedy="Write it to a file and import that.",
        )
    return import_source(self_, SourceView.of_bytes(STDIN, data), options, Progress(tell))


def _ask_for_owner(self_: Self, imported: _Imported) -> None:
    """Ask once who of the authors the owner is, where neither an option nor the export says it."""
    from afterself.archive.store import Archive
    from afterself.importers.languages import identify_owner
    from afterself.policy.view import open_view

    if all(summary.owner for _, summary in imported.done):
        return
    with open_view(self_, "list") as view:
        people = view.people()
    known = {person.source for person in people if person.is_owner}
    asked = [person for person in people if person.source not in known and person.records]
    counts: Counter[str] = Counter()
    for person in asked:
        counts[person.name] += person.records
    names = [name for name, _ in counts.most_common(_AUTHORS_SHOWN)]
    chosen = _choose(self_.declaration.name, names, counts)
    if not chosen:
        return
    identities = {person.identity for person in asked if person.name in chosen}
    with Archive.writing(self_) as archive, archive.transaction():
        archive.people.set_owner([one for one in archive.people.identities() if one.id in identities])
        identify_owner(archive)
    for i, (path, summary) in enumerate(imported.done):
        if not summary.owner:
            imported.done[i] = (path, _with_owner(summary, chosen))


def _with_owner(summary: ImportSummary, names: Sequence[str]) -> ImportSummary:
    from dataclasses import replace

    return replace(summary, owner=tuple(names))


def _choose(owner: str, names: Sequence[str], counts: Counter[str]) -> list[str]:
    out = console()
    out.print(f"Which of these is {_shown(owner)}?", markup=False)
    for number, name in enumerate(names, 1):
        out.print(f"  {number:>2}  {_shown(name)}  ({counts[name]:,})", markup=False)
    answer = typer.prompt(
        "Numbers, with commas if several; empty to say it later", default="", show_default=False
    )
    picked = [int(part) for part in answer.replace(",", " ").split() if part.isdecimal()]
    return [names[number - 1] for number in picked if 1 <= number <= len(names)]


def _as_json(imported: _Imported) -> dict[str, Any]:
    summaries = [summary for _, summary in imported.done]
    sources = [{"path": path, **_summary_json(summary)} for path, summary in imported.done]
    failed = [
        {"path": path, "error": error.message, "remedy": error.remedy} for path, error in imported.failed
    ]
    folders = [{"path": path, **survey_json(found, wanted)} for path, found, wanted in imported.surveys]
    return {
        **_totals(summaries), "sources": sources, "failed": failed,
        **({"folders": folders} if folders else {}),
    }  # fmt: skip


def _totals(summaries: Sequence[ImportSummary]) -> dict[str, Any]:
    skipped: Counter[str] = Counter()
    for summary in summaries:
        skipped.update(summary.skipped)
    owners = dict.fromkeys(name for summary in summaries for name in summary.owner)
    firsts = [summary.first for summary in summaries if summary.first]
    lasts = [summary.last for summary in summaries if summary.last]
    return {
        "threads": len(frozenset[int]().union(*(summary.touched_threads for summary in summaries))),
        "people": len(frozenset[int]().union(*(summary.touched_people for summary in summaries))),
        "span": {"first": utc_text(min(firsts)), "last": utc_text(max(lasts))} if firsts and lasts else None,
        "new": sum(summary.new for summary in summaries),
        "same": sum(summary.same for summary in summaries),
        "changed": sum(summary.changed for summary in summaries),
        "forgotten": sum(summary.forgotten for summary in summaries),
        "skipped": dict(skipped),
        "problems": [asdict(problem) for summary in summaries for problem in summary.problems],
        "owner": list(owners) or None,
    }


def _summary_json(summary: ImportSummary) -> dict[str, Any]:
    totals = _totals([summary])
    return {"formats": list(summary.formats), **totals, "names_not_found": list(summary.names_not_found)}


def _print(imported: _Imported, self_: Self) -> None:
    out = console()
    if not imported.done:
        if imported.shown and not imported.failed:
            out.print("Nothing was imported.")
        return
    out.print(_table(imported.done))
    summaries = [summary for _, summary in imported.done]
    surveys = [] if imported.shown else imported.surveys
    unread = [line for _, found, _ in surveys for line in unread_lines(found)]
    for line in [*unread, *_remarks(summaries), *_own_words(self_, imported)[1]]:
        out.print(line, markup=False)
    if not all(summary.owner for summary in summaries):
        out.print(with_self(_whose(self_)), markup=False)
    else:
        from afterself.cli.status_command import steps_with_records

        out.print(with_self(steps_with_records(self_)), markup=False, soft_wrap=True)


def _own_words(self_: Self, imported: _Imported) -> tuple[dict[str, Any], list[str]]:
    """What of what the owner wrote in the imported threads are their own words, as JSON and in lines."""
    from afterself.policy.view import open_view

    threads = frozenset[int]().union(*(summary.touched_threads for _, summary in imported.done))
    with open_view(self_, "list") as view:
        words = view.own.words(threads=threads, most_compared=MOST_COMPARED)
        languages = view.own.languages(threads=threads)
    told = {"own_words": own_words_json(words), "languages": languages}
    return told, [*own_words_lines(words), *languages_lines(languages)]


def _table(done: Sequence[tuple[str, ImportSummary]]) -> Table:
    """One row a source; columns that are zero for every source are left out."""
    from rich.table import Table
    from rich.text import Text

    numbers: dict[str, list[int]] = {
        "Threads": [summary.threads for _, summary in done],
        "People": [summary.people for _, summary in done],
        "New": [summary.new for _, summary in done],
        "Same": [summary.same for _, summary in done],
        "Changed": [summary.changed for _, summary in done],
        "Forgotten": [summary.forgotten for _, summary in done],
        "Skipped": [sum(summary.skipped.values()) for _, summary in done],
    }
    counted = {name: column for name, column in numbers.items() if any(column) or name == "New"}
    table = Table(box=None, pad_edge=False)
    table.add_column("Source", overflow="fold", min_width=16)
    table.add_column("Span", no_wrap=True)
    for name in counted:
        table.add_column(name, justify="right", no_wrap=True)
    for row, (_, summary) in enumerate(done):
        span = f"{_day(summary.first)} … {_day(summary.last)}" if summary.first else "no times"
        table.add_row(
            Text(_shown(summary.source)), span, *(f"{column[row]:,}" for column in counted.values())
        )
    return table


def _remarks(summaries: Sequence[ImportSummary]) -> list[str]:
    """What the person should know beside the numbers: skipped by reason, warnings, who the owner is."""
    totals = _totals(summaries)
    said = [f"Skipped: {count:,} × {_shown(why)}" for why, count in totals["skipped"].items()]
    problems = [problem for summary in summaries for problem in summary.problems]
    said += [f"{p.severity.title()}: {_shown(p.where)}: {_shown(p.why)}" for p in problems[:_PROBLEMS_SHOWN]]
    if len(problems) > _PROBLEMS_SHOWN:
        said.append(f"… and {len(problems) - _PROBLEMS_SHOWN:,} more: --json lists them")
    missing = dict.fromkeys(name for summary in summaries for name in summary.names_not_found)
    borne = [name for name in missing if all(name in summary.names_not_found for summary in summaries)]
    said += [f"Nobody is called “{_shown(name)}” in what was imported." for name in borne]
    if totals["owner"]:
        said.append(f"Owner: {', '.join(_shown(name) for name in totals['owner'])}")
    return said


def _whose(self_: Self) -> str:
    """Who there is, where the owner is not known."""
    from afterself.policy.view import open_view

    with open_view(self_, "list") as view:
        names = [_shown(person.name) for person in view.people() if person.records][:_NAMES_SHOWN]
    there = f" There: {', '.join(names)}." if names else ""
    return f"Which of the names is the owner is not known yet.{there} Say it with: afterself people me NAME"


def _shown(text: str) -> str:
    from afterself.archive.plain import terminal_text

    return terminal_text(text, one_line=True)


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
