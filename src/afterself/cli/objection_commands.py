"""`people object`: what a contact does not want their words used for; taken back with --withdraw."""

from __future__ import annotations

from typing import Annotated

import typer

from afterself.cli.completions import one_of
from afterself.cli.moments import moment_of
from afterself.cli.people_commands import Name, the_contact
from afterself.cli.removals import Removals, tell_removed
from afterself.cli.self_commands import people_app
from afterself.cli.shell import echo_json, open_self
from afterself.errors import UsageError
from afterself.home.moments import utc_text

_ALL = "all"


@people_app.command("object")
def object_(
    name: Name,
    purpose: Annotated[
        list[str] | None,
        typer.Option(
            metavar="train|retrieve|quote|all",
            autocompletion=one_of("train", "retrieve", "quote", _ALL),
            help="What they object to (default: all). Repeatable.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only to what they said at this time (UTC) or later.")
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="They do not object to it any more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print their objections as JSON.")] = False,
) -> None:
    """Enter what a person objects to. Finer than `people exclude`.

    train: nothing is learned with their words as context. retrieve: their words are not found by search,
    ask or talk. quote: they are found by the owner's search, and not pasted into answers or shown to any
    audience. What has no date is objected to with the rest. Weights made with their words are removed
    once they object to train.

    \b
    Example: afterself people object Ben --purpose train
             afterself people object Ben --purpose quote --since 2020-01-01
             afterself people object Ben --withdraw
    """
    from afterself.archive.keys import microseconds, moment
    from afterself.archive.objections import OBJECTIONABLE
    from afterself.archive.store import Archive

    wanted = set(purpose or [_ALL])
    if unknown := wanted - {*OBJECTIONABLE, _ALL}:
        raise UsageError(
            f"“{sorted(unknown)[0][:20]}” is nothing one can object to.",
            remedy=f"Choose from: {', '.join(OBJECTIONABLE)}, {_ALL}.",
        )
    purposes = [one for one in OBJECTIONABLE if wanted & {one, _ALL}]
    after = moment_of(since, "--since")
    if withdraw and after is not None:
        raise UsageError("--withdraw takes no --since.", remedy="Object again with another --since instead.")
    self_ = open_self()
    stale, removed = 0, ""
    with Archive.writing(self_) as archive, archive.transaction():
        contact = the_contact(archive, name)
        if contact.owner:
            raise UsageError(
                "That is the owner of this self, whose consent is another matter. Nothing was changed.",
                remedy="See: afterself consent",
            )
        if withdraw:
            archive.objections.withdraw(contact, purposes)
        else:
            when = None if after is None else microseconds(after)
            removals = Removals(self_, archive)
            stale = archive.objections.add(contact, purposes, when)
            removed = removals.described()
        left = archive.objections.of(contact)
    self_.audit(
        "contact objects no more" if withdraw else "contact objects",
        purposes=purposes, since=None if after is None else utc_text(after), stale=stale,
    )  # fmt: skip
    shown = [
        {"purpose": one.purpose, "since": None if one.since is None else utc_text(moment(one.since))}
        for one in left
    ]
    if as_json:
        echo_json({"contact": contact.id, "name": contact.name, "objects": shown, "stale": stale})
        tell_removed(removed, err=True)
        return
    _tell(contact.name, shown)
    tell_removed(removed)


def _tell(name: str, objections: list[dict[str, str | None]]) -> None:
    from afterself.archive.plain import terminal_text

    what = ", ".join(
        f"{one['purpose']}" + (f" (said since {one['since']})" if one["since"] else "") for one in objections
    )
    typer.echo(f"{terminal_text(name, one_line=True)} objects to: {what or 'nothing'}.")
