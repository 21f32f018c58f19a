"""`records` and `people`: look at what is in a self, say who is who.

`records` shows or streams what the view lists; `people` shows who is in the
archive and lets the person say who they are.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.completions import everybody, threads
from afterself.cli.light_options import LightGroup
from afterself.cli.moments import moment_of, shown_moment
from afterself.cli.near_names import NOTHING_CHANGED, no_thread_called, nobody_called
from afterself.cli.places import who_and_where
from afterself.cli.removals import Removals, tell_removed
from afterself.cli.shell import app, console, echo_json, open_self, with_self
from afterself.cli.source_option import SourceOption, source_called
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afterself.home.folder import Self
    from afterself.policy.view import PersonInfo, View, ViewRecord

_TABLE_ROWS = 100
_CELL = 300
_LONGEST_ID = 80
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


# -- records ------------------------------------------------------------------------------


records_app = typer.Typer(
    cls=LightGroup,
    name="records",
    help="Show the records, by thread and in order. Or one record with its whole history.\n\n"
    "\b\nExample: afterself --self my-self records --json --since 2019-01-01\n"
    "         afterself --self my-self records --source whatsapp",
    invoke_without_command=True,
)
app.add_typer(records_app)


@records_app.callback()
def records(
    context: typer.Context,
    as_json: Json = False,
    id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Only the record with this id, whole.")
    ] = None,
    thread: Annotated[
        str | None,
        typer.Option(
            "--thread", metavar="THREAD", autocompletion=threads, help="Only this thread: its id or title."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Said at this time (ISO, UTC) or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Said before this time (ISO, UTC).")
    ] = None,
    source: SourceOption = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=0, help=f"At most so many (a table shows {_TABLE_ROWS} without it)."
        ),
    ] = None,
) -> None:
    """Show the records, by thread and in order. Or one record with its whole history.

    \b
    Example: afterself --self my-self records --json --since 2019-01-01
             afterself --self my-self records --source whatsapp
    """
    if context.invoked_subcommand is not None:
        return
    from afterself.policy import open_view
    from afterself.policy.record_json import record_json

    after, before = moment_of(since, "--since"), moment_of(until, "--until")
    with open_view(open_self(), "list") as view:
        if id is not None:
            _one_record(view, id, as_json=as_json)
            return
        chosen = None if thread is None else thread_id(view, thread)
        found = view.records(thread=chosen, since=after, until=before, source=source_called(view, source))
        if as_json:
            for record in itertools.islice(found, limit):
                echo_json(record_json(record))
        else:
            there = view.overview.how_many(thread=chosen, since=after, until=before, source=source)
            _show_records(found, _TABLE_ROWS if limit is None else limit, there)


def _one_record(view: View, id: str, *, as_json: bool) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.policy.record_json import record_json

    record = view.record(id.strip())
    if record is None:
        raise UsageError(
            f"There is no record with the id “{id[:_LONGEST_ID]}”.",
            remedy="Ids stand in: afterself records --json, and afterself ask … --json",
        )
    if as_json:
        echo_json(record_json(record))
        return
    out = console()
    when = shown_moment(record.said_at, record.precision)
    place = who_and_where(record.author_name, record.thread_title)
    out.print(Text(f"{when} · {place}", style="bold"), markup=False)
    out.print(Text(terminal_text(record.text) or ("(deleted)" if record.deleted else _names(record))))


def thread_id(view: View, wanted: str) -> str:
    """The id of the thread with this id, title or key; UsageError if it is not exactly one."""
    threads = view.threads()
    found = [one.id for one in threads if wanted == one.id]
    found = found or [
        one.id for one in threads if wanted.casefold() in (one.title.casefold(), one.key.casefold())
    ]
    if not found:
        raise no_thread_called(wanted, [one.title for one in threads])
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} threads are called “{wanted}”.",
            remedy="Take the thread's id from: afterself records --json",
        )
    return found[0]


def _show_records(found: Iterator[ViewRecord], limit: int, there: int) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("when", "thread", "who", "text", box=None, pad_edge=False, header_style="bold")
    shown = 0
    for record in itertools.islice(found, limit):
        when = shown_moment(record.said_at, record.precision) if record.said_at else ""
        name = _cell(record.author_name)
        text = _cell(record.text) or ("(deleted)" if record.deleted else _names(record))
        title = _cell(record.thread_title)
        style = "bold" if record.is_owner else ""
        table.add_row(Text(when), Text(title), Text(name, style=style), Text(text))
        shown += 1
    out = console()
    out.print(table)
    more = there - shown
    if more > 0:
        narrower = "use --limit, --thread, --source, --since, --until or --json"
        out.print(f"{counted(shown, 'record')} shown, {more:,} more: {narrower}.")
    elif not shown:
        out.print("No records.")


def _cell(text: str) -> str:
    """The beginning of a text, for a table; --json gives all of it."""
    from afterself.archive.plain import terminal_text

    shown = terminal_text(text[: _CELL + 1], one_line=True)
    return shown[:_CELL].rstrip() + " …" if len(text) > _CELL else shown


def _names(record: ViewRecord) -> str:
    from afterself.archive.pictures import named
    from afterself.archive.plain import terminal_text

    return terminal_text(", ".join(f"[{named(one)}]" for one in record.attachments), one_line=True)


# -- people -------------------------------------------------------------------------------

people_app = typer.Typer(
    cls=LightGroup,
    name="people",
    help="Show who is in the archive, and say who you are.\n\nExample: afterself --self DIR people me Anna",
    invoke_without_command=True,
)
app.add_typer(people_app)


@people_app.callback()
def people(context: typer.Context, as_json: Json = False) -> None:
    """Show who is in the archive, who wrote how much, and who is the owner."""
    if context.invoked_subcommand is None:
        _list_people(open_self(), as_json=as_json)


def _list_people(self_: Self, *, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        everyone = view.people()
    if as_json:
        for one in everyone:
            echo_json({
                "identity": one.identity, "name": one.name, "handle": one.handle, "source": one.source,
                "is_owner": one.is_owner, "records": one.records, "relation": one.relation,
                "contact": one.contact, "called": one.called, "excluded": one.excluded,
            })  # fmt: skip
        return
    out = console()
    if not everyone:
        out.print("Nobody yet: the archive is empty. Next: afterself import PATH")
        return
    contacts: dict[int, list[PersonInfo]] = {}
    for one in everyone:
        contacts.setdefault(one.contact, []).append(one)
    table = Table(
        "", "name", "handle", "source", "records", "", box=None, pad_edge=False, header_style="bold"
    )
    written = sorted(contacts.values(), key=lambda them: -sum(one.records for one in them))
    for them in written[:_TABLE_ROWS]:
        name = them[0].name
        others = dict.fromkeys(one.handle for one in them if one.handle != name)
        table.add_row(
            Text(f"#{them[0].contact}", style="dim"),
            Text(terminal_text(name, one_line=True)),
            Text(terminal_text(", ".join(others), one_line=True)),
            Text(terminal_text(", ".join(dict.fromkeys(one.source for one in them)), one_line=True)),
            Text(str(sum(one.records for one in them))),
            Text("the owner" if any(o.is_owner for o in them) else "excluded" if them[0].excluded else ""),
        )
    out.print(table)
    if len(written) > _TABLE_ROWS:
        out.print(f"{_TABLE_ROWS} people shown, {len(written) - _TABLE_ROWS:,} more: --json lists them.")
    if not any(one.is_owner for one in everyone):
        whose = "Nobody is known to be the owner. If it is you: afterself people me NAME"
        out.print(with_self(whose), markup=False)


@people_app.command("me")
def me(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", autocompletion=everybody, help="Names or handles that are you."),
    ],
) -> None:
    """Say which names or handles are the owner's, in all sources.

    Example: afterself --self my-self people me Anna anna@example.org
    """
    _decide(names, owner=True)


@people_app.command("not-me")
def not_me(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME", autocompletion=everybody, help="Names or handles that are not you."),
    ],
) -> None:
    """Take back that a name or handle is the owner.

    Example: afterself --self my-self people not-me Ben
    """
    _decide(names, owner=False)


def _decide(names: list[str], *, owner: bool) -> None:
    from afterself.archive.plain import terminal_text
    from afterself.archive.store import Archive
    from afterself.importers.languages import identify_owner

    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        chosen = []
        for name in names:
            found = archive.people.find(name)
            if not found:
                raise nobody_called(name, archive.people.names(), NOTHING_CHANGED)
            chosen.extend(found)
        chosen = list({one.id: one for one in chosen}.values())
        removals = Removals(self_, archive)
        changed = archive.people.set_owner(chosen, owner)
        identify_owner(archive)
        removed = removals.described()
    self_.audit("owner decided", identities=len(chosen), owner=owner, records=changed)
    who = ", ".join(f"{terminal_text(one.name, one_line=True)} ({one.source})" for one in chosen)
    typer.echo(f"{who}: {'the owner' if owner else 'not the owner'}; {counted(changed, 'record')} changed.")
    tell_removed(removed)
