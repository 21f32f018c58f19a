"""`people merge`, `split`, `exclude` and `include`: who is one person, and who is kept out.

Each is one entry of the change log, without a name in it, and can be taken back, but for weights that an
exclusion removed. A name may be a
name, a first name that only one has, a handle, or the “#number” that `people` shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.answers import confirmed
from afterself.cli.completions import contacts, everybody
from afterself.cli.near_names import NOTHING_CHANGED, nobody_called
from afterself.cli.removals import COSTLY, Removals, described, tell_removed
from afterself.cli.self_commands import people_app
from afterself.cli.shell import echo_json, interactive, open_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.archive.store import Archive, Contact
    from afterself.home.folder import Self

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", autocompletion=contacts, help="A name, a handle, or a “#number” of the list."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a contact.")]


@people_app.command("merge")
def merge(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME",
            autocompletion=everybody,
            help="Names, handles or “#numbers”; the first is shown.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Say that names are one person. They are shown under the first one's name.

    Example: afterself people merge "Anna Smith" anna@example.org
    """
    from afterself.archive.store import Archive

    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        found = {one.id: one for name in names for one in contacts_called(archive, name)}
        removals = Removals(self_, archive)
        merged = archive.contacts.merge(list(found.values()))
        removed = removals.described()
    self_.audit("contacts merged", contacts=len(found), identities=len(merged.identities))
    _tell([merged], "one contact", as_json=as_json)
    tell_removed(removed, err=as_json)


@people_app.command("split")
def split(name: Name, as_json: Json = False) -> None:
    """Undo a merge. A name or handle leaves its contact; a whole contact falls into its handles.

    Example: afterself people split anna@example.org
    """
    from afterself.archive.store import Archive

    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        contact = the_contact(archive, name)
        called = name if archive.contacts.named(name) else contact.name  # a first name stands for the whole
        parted = archive.contacts.split(contact, called)
    self_.audit("contact split", contacts=len(parted))
    _tell(parted, "a contact of their own", as_json=as_json)


@people_app.command("exclude")
def exclude(
    name: Name,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask, even if weights are removed with it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Keep a person out of answers, search and training. Only the plain lists still show them.

    Weights and an unfinished training that learned with their words are removed; it asks before. Taken
    back with `people include`, which does not bring those back: train again.

    Example: afterself people exclude Ben
    """
    _keep_out(name, True, yes=yes, as_json=as_json)


@people_app.command("include")
def include(name: Name, as_json: Json = False) -> None:
    """Let a person in again who was excluded.

    Example: afterself people include Ben
    """
    _keep_out(name, False, yes=True, as_json=as_json)


def _keep_out(name: str, excluded: bool, *, yes: bool, as_json: bool) -> None:
    from afterself.archive.store import Archive

    self_ = open_self()
    if not yes:
        _ask_before_weights_go(self_, name, err=as_json)
    with Archive.writing(self_) as archive, archive.transaction():
        chosen = _not_the_owner(archive, name)
        removals = Removals(self_, archive)
        for one in chosen:
            if one.excluded != excluded:
                archive.people.exclude(one.id, excluded)
        stale, removed = removals.count(), removals.described()
        after = [one for one in archive.contacts.all() if one.id in {c.id for c in chosen}]
    action = "contact excluded" if excluded else "contact included"
    self_.audit(action, contacts=len(after), stale=stale)
    what = "excluded: seen by no view but the plain lists" if excluded else "included"
    _tell(after, what, as_json=as_json)
    tell_removed(removed, err=as_json)


def _ask_before_weights_go(self_: Self, name: str, *, err: bool) -> None:
    """UsageError unless the person agrees that weights made with these words go, or none were."""
    from afterself.archive.store import Archive

    with Archive.writing(self_) as archive:
        excluding = [one for one in _not_the_owner(archive, name) if not one.excluded]
        made = {one.id: one for contact in excluding for one in archive.people.made_from(contact.id)}
    if not any(one.kind in COSTLY for one in made.values()):
        return
    goes = f"Made with their words, and removed with this: {described(self_, made.values())}."
    if not interactive():
        raise UsageError(f"Nobody can be asked here. {goes}{NOTHING_CHANGED}", remedy="Add --yes.")
    typer.echo(f"{goes} `people include` does not bring that back; only training again does.", err=err)
    if not confirmed("Exclude them?", err=err):
        raise UsageError(NOTHING_CHANGED.strip())


def _not_the_owner(archive: Archive, name: str) -> list[Contact]:
    """The contacts of that name; UsageError if the owner is among them."""
    chosen = contacts_called(archive, name)
    if any(one.owner for one in chosen):
        raise UsageError(
            f"That is the owner of this self, who cannot be excluded.{NOTHING_CHANGED}",
            remedy="If it is not the owner: afterself people not-me NAME",
        )
    return chosen


def contacts_called(archive: Archive, name: str) -> list[Contact]:
    """Every contact of that name, or the one of that first name; UsageError, with near names, if none."""
    found = archive.contacts.meant(name)
    if not found:
        raise nobody_called(name, archive.people.names(), NOTHING_CHANGED)
    return found


def the_contact(archive: Archive, name: str) -> Contact:
    """The one contact of that name; UsageError if there are several."""
    found = contacts_called(archive, name)
    if len(found) > 1:
        listed = "; ".join(f"#{one.id} ({_handles(one)})" for one in found)
        raise UsageError(
            f"{len(found)} people are called that. Nothing was changed.",
            remedy=f"Name one by its handle or number: {listed}",
        )
    return found[0]


def _handles(contact: Contact) -> str:
    from afterself.archive.plain import terminal_text

    handles = dict.fromkeys(f"{one.handle} in {one.source}" for one in contact.identities)
    return terminal_text(", ".join(handles), one_line=True)


def _tell(contacts: Sequence[Contact], what: str, *, as_json: bool) -> None:
    from afterself.archive.plain import terminal_text

    for one in contacts:
        if as_json:
            echo_json({
                "contact": one.id, "name": one.name, "excluded": one.excluded, "is_owner": one.owner,
                "identities": [
                    {"identity": i.id, "called": i.name, "handle": i.handle, "source": i.source}
                    for i in one.identities
                ],
            })  # fmt: skip
        else:
            shown = terminal_text(one.name, one_line=True)
            typer.echo(f"#{one.id} {shown} ({_handles(one)}): {what}.")
