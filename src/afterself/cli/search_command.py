"""`afterself search`: records that hold words, narrowed by person, time, thread, source and kind."""

from __future__ import annotations

import sys
from dataclasses import asdict
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.completions import everybody, one_of, threads
from afterself.cli.moments import moment_of, shown_moment
from afterself.cli.places import show_places
from afterself.cli.self_commands import thread_id
from afterself.cli.shell import app, console, echo_json, open_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory.search import Filters, Found
    from afterself.policy.view import View


@app.command()
def search(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]...", help="Any of these words; “-” reads them.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person", metavar="NAME", autocompletion=everybody, help="Only what this person said."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Said at this time (ISO, UTC) or later.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Said before this time (ISO, UTC).")] = None,
    thread: Annotated[
        str | None,
        typer.Option("--thread", autocompletion=threads, help="Only this thread: its id or title."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Only this source: whatsapp, generic, …")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            autocompletion=one_of("message", "mail", "post", "note", "document", "utterance"),
            help="Only this kind: message, mail, …",
        ),
    ] = None,
    own: Annotated[bool, typer.Option("--own", help="Only the owner's own words.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, max=100_000, help="How many records to show.")] = 20,
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Find records by their words. Without words: the latest that fit the filters, in order.

    Example: afterself search plum jam --person Marta --since 2019-01-01
    """
    from afterself.memory.search import search as find
    from afterself.policy import open_view

    text = " ".join(sys.stdin.read() if word == "-" else word for word in words or [])
    purpose: Literal["retrieve", "quote"] = "retrieve" if audience == "owner" else "quote"
    with open_view(open_self(), purpose, audience) as view:
        filters = _filters(view, person, since, until, thread, source, kind, own)
        if not text.strip() and filters == type(filters)():
            raise UsageError(
                "Say what to search for, or which records.",
                remedy="For example: afterself search garden --since 2020-01-01",
            )
        found = find(view, text, filters, k)
    if as_json:
        from afterself.policy.record_json import record_json

        for one in found:
            places = {"also_in": [asdict(place) for place in one.also_in]}
            echo_json({**record_json(one.record), "source": one.record.source, "score": one.score, **places})
        return
    out = console()
    for one in found:
        _show(one, out)
    if not found:
        out.print("Nothing found.")
    elif len(found) == k:
        out.print(f"{k} records shown; there may be more: -k shows more of them.", style="dim")


def _filters(
    view: View,
    person: str | None,
    since: str | None,
    until: str | None,
    thread: str | None,
    source: str | None,
    kind: str | None,
    own: bool,
) -> Filters:
    from afterself.memory.search import Filters, people_called

    people = None if person is None else people_called(view, person)
    if people is not None and not people:
        raise UsageError(f"Nobody is called “{person}”.", remedy="See who there is: afterself people")
    sources = {one.source for one in view.threads()}
    if source is not None and source not in sources:
        raise UsageError(
            f"There is no source “{source}”.", remedy=f"There is: {', '.join(sorted(sources)) or 'none yet'}"
        )
    return Filters(
        people,
        moment_of(since, "--since"),
        moment_of(until, "--until"),
        None if thread is None else thread_id(view, thread),
        source,
        _kind(kind),
        own,
    )


def _kind(kind: str | None) -> str | None:
    from typing import get_args

    from afterself.archive.drafts import Kind

    if kind is not None and kind not in get_args(Kind):
        raise UsageError(f"“{kind}” is no kind of record.", remedy=f"Kinds: {', '.join(get_args(Kind))}")
    return kind


def _show(one: Found, out: Console) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    record = one.record
    when = shown_moment(record.said_at, record.precision)
    clock = " UTC" if ":" in when else ""
    place = terminal_text(f"{record.author_name or 'unknown'}, {record.thread_title}", one_line=True)
    out.print(Text(f"{when}{clock} · {place}", style="bold"), markup=False)
    out.print(Text(indent(terminal_text(record.text), "  ")), markup=False)
    show_places(one.also_in, out)
    out.print()
