"""`people show`: who a contact is, in figures, in the owner's sentences, in what the talk is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.audience_commands import AudienceOption
from afterself.cli.completions import everybody
from afterself.cli.self_commands import people_app
from afterself.cli.shell import console, echo_json, open_self
from afterself.cli.topics_command import quote_json, show_quote
from afterself.errors import UsageError
from afterself.home.counting import counted
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from rich.console import Console

    from afterself.memory.acquaintance import Acquaintance
    from afterself.memory.timeline import Line

_THREADS = 5


@people_app.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", autocompletion=everybody, help="A name, a handle, or a “#number” of the list."
        ),
    ],
    audience: AudienceOption = "owner",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
) -> None:
    """Show who somebody is, and what the owner says of them.

    Names, times, threads, sentences of the owner's that name them, what the talk with them is about. Each
    sentence and quote stands so in a record, whose id stands beside it; nothing is summed up. Somebody
    who is excluded is not shown.

    Example: afterself people show Anna
    """
    from afterself.cli.filter_options import filters_of
    from afterself.memory.acquaintance import acquaintance
    from afterself.policy import open_view

    with open_view(open_self(), "quote", audience) as view:
        people = filters_of(view, name, None, None, None, None, None).people or frozenset()
        contacts = sorted({one.contact for one in view.people() if one.identity in people})
        if len(contacts) > 1:
            listed = ", ".join(f"#{one}" for one in contacts)
            raise UsageError(
                f"{len(contacts)} people are called that.", remedy=f"Name one by its number: {listed}"
            )
        found = acquaintance(view, people)
    if as_json:
        echo_json(_json(found))
    else:
        _show(found, console())


def _show(found: Acquaintance, out: Console) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text

    def tell(text: str, style: str = "") -> None:
        out.print(Text(terminal_text(text, one_line=True), style=style), markup=False)

    first = found.identities[0]
    names = dict.fromkeys(name for one in found.identities for name in (one.called, one.handle) if name)
    role = "the owner of this self" if any(one.is_owner for one in found.identities) else first.relation or ""
    tell(f"{first.name} (#{first.contact}){': ' + role if role else ''}", "bold")
    tell(
        f"  called {', '.join(names)}; in {', '.join(dict.fromkeys(one.source for one in found.identities))}"
    )
    when = f", {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}" if found.first and found.last else ""
    tell(f"  wrote {counted(found.records, 'record')}{when}")
    if len(found.by_year) > 1:
        tell(f"  {' · '.join(f'{year} {count:,}' for year, count in found.by_year)}", "dim")
    if found.threads:
        listed = [f"{title} ({count:,})" for title, count in found.threads[:_THREADS]]
        more = len(found.threads) - _THREADS
        tell(f"  in {', '.join(listed)}{f' and {more} more' if more > 0 else ''}")
    if found.told:
        tell("The owner says of them:", "bold")
        for line in found.told:
            tell(f"    “{line.text}”")
            tell(f"      {line.thread_title}, {line.when} ({line.id})", "dim")
    if found.matters:
        tell("More than other talk, that with them is about:", "bold")
        for matter in found.matters:
            tell(f"  {' · '.join(matter.words)}")
            for one in matter.quotes:
                show_quote(one, out)


def _json(found: Acquaintance) -> dict[str, Any]:
    first = found.identities[0]
    return {
        "contact": first.contact,
        "name": first.name,
        "is_owner": any(one.is_owner for one in found.identities),
        "relation": first.relation,
        "identities": [
            {"identity": one.identity, "called": one.called, "handle": one.handle, "source": one.source}
            for one in found.identities
        ],
        "records": found.records,
        "first": utc_text(found.first) if found.first else None,
        "last": utc_text(found.last) if found.last else None,
        "by_year": dict(found.by_year),
        "threads": [{"title": title, "records": count} for title, count in found.threads],
        "told": [_line(one) for one in found.told],
        "about": [
            {
                "words": list(matter.words),
                "records": matter.records,
                "quotes": [quote_json(one) for one in matter.quotes],
            }
            for matter in found.matters
        ],
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "text": one.text,
        "id": one.id,
        "said_at": utc_text(one.said_at) if one.said_at else None,
        "thread_title": one.thread_title,
    }
