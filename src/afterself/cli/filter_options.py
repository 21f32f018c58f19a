"""The options that narrow `search` and `ask`: person, span, thread, source and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.completions import everybody, one_of, threads
from afterself.cli.moments import span_of
from afterself.cli.near_names import nobody_called
from afterself.cli.self_commands import thread_id
from afterself.cli.source_option import source_called
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.memory.filters import Filters
    from afterself.policy.view import View

PersonOption = Annotated[
    str | None,
    typer.Option("--person", metavar="NAME", autocompletion=everybody, help="Only what this person said."),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Said at this time (ISO, UTC) or later: 2019-03-01, 2019."),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="DATE",
        help="Said before this time (ISO, UTC), or to the end of a year or month: 2019.",
    ),
]
ThreadOption = Annotated[
    str | None,
    typer.Option(
        "--thread", metavar="THREAD", autocompletion=threads, help="Only this thread: its id or title."
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        autocompletion=one_of("message", "mail", "post", "note", "document", "utterance"),
        help="Only this kind: message, mail, …",
    ),
]


def filters_of(
    view: View,
    person: str | None,
    since: str | None,
    until: str | None,
    thread: str | None,
    source: str | None,
    kind: str | None,
    own: bool = False,
) -> Filters:
    """What the options ask for; UsageError if there is no such person, thread, source or kind."""
    from afterself.memory.filters import Filters, people_called

    people = None if person is None else people_called(view, person)
    if person is not None and not people:
        raise nobody_called(person, [one.name for one in view.people()])
    return Filters(
        people,
        *span_of(since, until),
        None if thread is None else thread_id(view, thread),
        source_called(view, source),
        _kind(kind),
        own,
    )


def _kind(kind: str | None) -> str | None:
    from typing import get_args

    from afterself.archive.drafts import Kind

    if kind is not None and kind not in get_args(Kind):
        raise UsageError(f"“{kind}” is no kind of record.", remedy=f"Kinds: {', '.join(get_args(Kind))}.")
    return kind
