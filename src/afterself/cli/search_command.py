"""`afterself search`: records that hold words, narrowed by person, time, thread, source and kind."""

from __future__ import annotations

import sys
from dataclasses import asdict
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.filter_options import (
    KindOption,
    PersonOption,
    SinceOption,
    ThreadOption,
    UntilOption,
    filters_of,
)
from afterself.cli.moments import shown_moment
from afterself.cli.places import show_places, who_and_where
from afterself.cli.shell import app, console, echo_json, open_self
from afterself.cli.source_option import SourceOption
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory.search import Found


@app.command()
def search(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help="Any of these words; “-” reads them.")
    ] = None,
    person: PersonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    thread: ThreadOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    own: Annotated[bool, typer.Option("--own", help="Only the owner's own words.")] = False,
    k: Annotated[
        int, typer.Option("-k", metavar="N", min=1, max=100_000, help="How many records to show.")
    ] = 20,
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
        filters = filters_of(view, person, since, until, thread, source, kind, own)
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
        _show(one, text, out)
    if not found:
        out.print("Nothing found.")
    elif len(found) == k:
        out.print(f"{counted(k, 'record')} shown; there may be more: -k shows more of them.", style="dim")


def _show(one: Found, words: str, out: Console) -> None:
    from rich.text import Text

    from afterself.archive.pictures import caption
    from afterself.cli.excerpts import cut_note, shown_excerpt
    from afterself.memory.excerpt import excerpt

    record = one.record
    when = shown_moment(record.said_at, record.precision)
    clock = " UTC" if ":" in when else ""
    place = who_and_where(record.author_name, record.thread_title)
    out.print(Text(f"{when}{clock} · {place}", style="bold"), markup=False)
    part = excerpt(record.text, words)
    out.print(Text(indent(shown_excerpt(part), "  ")), markup=False)
    for picture in filter(None, map(caption, record.attachments)):
        out.print(Text(f"  {picture}", style="dim"), markup=False)
    if part.cut:
        out.print(Text(cut_note(part, record.text, record.id), style="dim"), markup=False, soft_wrap=True)
    show_places(one.also_in, out)
    out.print()
