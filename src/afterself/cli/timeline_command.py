"""`afterself timeline`: what is told of earlier years, what was said month by month; every line is cited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.filter_options import (
    KindOption,
    PersonOption,
    ThreadOption,
    filters_of,
)
from afterself.cli.moments import shown_moment, span_of
from afterself.cli.places import who_and_where
from afterself.cli.shell import app, console, echo_json, open_self, with_self
from afterself.cli.source_option import SourceOption
from afterself.errors import UsageError
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory.disagreeing import Disagreement
    from afterself.memory.timeline import Line, Month


@app.command()
def timeline(
    said: Annotated[
        bool, typer.Option("--said", help="Month by month what was said, instead of what it tells of.")
    ] = False,
    disagreeing: Annotated[
        bool,
        typer.Option(
            "--disagreeing", help="Only sentences of one person that tell the same thing of different times."
        ),
    ] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="From this time (ISO) on: 1952-05-01, 1952.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Before this time (ISO), or to the end of a year or month: 1980."
        ),
    ] = None,
    person: PersonOption = None,
    thread: ThreadOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show a life in its order, each line cited. What names an earlier year, and what was remembered of one.

    Nothing is summed up or made up: each line stands so in a record, whose id stands beside it. With --said
    it is the order in which things were written: how much a month, and the owner's longest message. With
    --disagreeing it lists what cannot both be right; nothing decides between them but you.

    \b
    Example: afterself timeline --until 1980
             afterself timeline --said --since 2019-01-01
    """
    from afterself.memory.disagreeing import disagreeing as pairs_among
    from afterself.memory.timeline import months, told_of
    from afterself.policy import open_view

    if said and disagreeing:
        raise UsageError("--said and --disagreeing are two lists.", remedy="Use one of them.")

    with open_view(open_self(), "quote", audience) as view:
        begins, ends = (since, until) if said else (None, None)
        filters = filters_of(view, person, begins, ends, thread, source, kind)
        if said:
            by_month = months(view, filters)
            _show_months(by_month, console(), as_json=as_json)
            return
        lines = told_of(view, filters, *span_of(since, until))
        if disagreeing:
            person_of = {one.identity: one.contact for one in view.people()}
            _show_pairs(pairs_among(lines, person_of), console(), as_json=as_json)
        else:
            _show_lines(lines, console(), as_json=as_json)


def _show_pairs(pairs: list[Disagreement], out: Console, *, as_json: bool) -> None:
    for pair in pairs:
        if as_json:
            echo_json({"later": _json(pair.later), "earlier": _json(pair.earlier)})
            continue
        _print(pair.later.when, pair.later, out)
        _print(pair.earlier.when, pair.earlier, out)
        out.print()
    if not as_json:
        out.print(
            "To say which one holds: afterself remember TEXT --corrects ID"
            if pairs
            else "No two sentences of one person that tell the same thing name different times."
        )


def _show_lines(lines: list[Line], out: Console, *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            echo_json(_json(line))
        else:
            _print(line.when, line, out)
    if not lines and not as_json:
        nothing = "Nothing that is recorded names an earlier year."
        out.print(with_self(f"{nothing} To tell of one: afterself remember TEXT --about YEAR"), markup=False)


def _show_months(months: list[Month], out: Console, *, as_json: bool) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    for month in months:
        if as_json:
            echo_json({
                "when": month.when, "records": month.records, "most_in": month.most_in,
                "quote": _json(month.quote) if month.quote else None,
            })  # fmt: skip
            continue
        counted = f"{month.records:,} record{'' if month.records == 1 else 's'}, most in {month.most_in}"
        out.print(Text(f"{month.when}  {terminal_text(counted, one_line=True)}", style="bold"), markup=False)
        if month.quote is not None:
            _print("", month.quote, out)
    if not months and not as_json:
        out.print("Nothing with a date was imported yet.")


def _print(when: str, line: Line, out: Console) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    head = Text(f"{when}  " if when else "  ", style="bold")
    out.print(head + Text(f"“{terminal_text(line.text, one_line=True)}”", style="not bold"), markup=False)
    told = f"{who_and_where(line.author, line.thread_title)}, {shown_moment(line.said_at, 'day')} ({line.id})"
    out.print(Text(f"    {terminal_text(told, one_line=True)}", style="dim"), markup=False)


def _json(line: Line) -> dict[str, Any]:
    return {
        "when": line.when,
        "text": line.text,
        "id": line.id,
        "author": line.author or None,
        "is_owner": line.is_owner,
        "said_at": utc_text(line.said_at) if line.said_at else None,
        "thread_title": line.thread_title,
    }
