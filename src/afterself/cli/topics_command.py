"""`afterself topics`: what each year was about, in words and quotes of the records; also as a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from afterself.cli.places import who_and_where
from afterself.cli.shell import app, console, echo_json, new_private_file, open_self
from afterself.cli.source_option import SourceOption
from afterself.home.counting import counted
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory.topics import Period, Quote


@app.command()
def topics(
    page: Annotated[
        Path | None,
        typer.Option(
            "--page", metavar="FILE", help="Also write a page with plots for a browser; none is replaced."
        ),
    ] = None,
    person: PersonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    thread: ThreadOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a year.")] = False,
) -> None:
    """Show what each year was about, in words and quotes.

    The words are those that set a year apart, of the owner's own or of --person's. Nothing is summed up or
    made up: each quote stands so in a record, whose id stands beside it. A short stretch is shown by quarters
    or months. The page that --page writes is not encrypted, and what is forgotten later stays in it.

    \b
    Example: afterself topics --page topics.html
             afterself topics --person Anna --since 2019
    """
    from afterself.memory.topics import topics_of
    from afterself.policy import open_view

    with open_view(open_self(), "quote", audience) as view:
        found = topics_of(view, filters_of(view, person, since, until, thread, source, kind))
        name = person or view.owner_name()
    if page is not None:
        from afterself.cli.topics_page import topics_page

        written = topics_page(found, name)
        with os.fdopen(new_private_file(page), "w", encoding="utf-8") as file:
            file.write(written)
    _show(found, console(), as_json=as_json)
    if page is not None and not as_json:
        console().print(f"Written to {page}.", markup=False)


def _show(found: list[Period], out: Console, *, as_json: bool) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    for period in found:
        if as_json:
            echo_json(_json(period, [one.when for one in found]))
            continue
        out.print(Text(f"{period.when}  {counted(period.records, 'record')}", style="bold"), markup=False)
        for topic in period.topics:
            told = f"  {' · '.join(topic.words)}"
            out.print(Text(terminal_text(told, one_line=True), style="not bold"), markup=False)
            for one in topic.quotes:
                show_quote(one, out)
        if not period.topics:
            out.print(Text("  Nothing sets it apart clearly.", style="dim"), markup=False)
    if not found and not as_json:
        out.print("Too little with a date was found. See what there is: afterself status")


def show_quote(one: Quote, out: Console) -> None:
    """Print a quote with where it stands, indented."""
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    text = f"{'… ' if one.before else ''}{one.text}{' …' if one.after else ''}"
    out.print(Text(f"    “{terminal_text(text, one_line=True)}”"), markup=False)
    place = f"{who_and_where(one.author, one.thread_title)}, {shown_moment(one.said_at, 'day')} ({one.id})"
    out.print(Text(f"      {terminal_text(place, one_line=True)}", style="dim"), markup=False)


def _json(period: Period, whens: list[str]) -> dict[str, Any]:
    return {
        "when": period.when,
        "records": period.records,
        "topics": [
            {
                "words": list(topic.words),
                "records": dict(zip(whens, topic.records, strict=True)),
                "quotes": [quote_json(one) for one in topic.quotes],
            }
            for topic in period.topics
        ],
    }


def quote_json(one: Quote) -> dict[str, Any]:
    """A quote as JSON."""
    return {
        "text": one.text,
        "cut": one.before or one.after,
        "id": one.id,
        "author": one.author or None,
        "said_at": utc_text(one.said_at) if one.said_at else None,
        "thread_title": one.thread_title,
    }
