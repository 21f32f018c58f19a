"""`audience add`, `list`, `show` and `remove`: who else may see something of a self, and what.

An audience is a named filter. The owner sees everything and needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.completions import audiences, contacts
from afterself.cli.light_options import LightGroup
from afterself.cli.moments import moment_of
from afterself.cli.shell import app, echo_json, open_self
from afterself.errors import UsageError
from afterself.home.counting import counted
from afterself.home.moments import utc_text

if TYPE_CHECKING:
    from afterself.archive.audiences import Audience, Rules
    from afterself.archive.store import Archive
    from afterself.home.folder import Self

AudienceOption = Annotated[
    str,
    typer.Option(
        "--audience",
        metavar="NAME",
        autocompletion=audiences,
        help="For whom: only what was released for this audience.",
    ),
]
Given = list[str] | None
Json = Annotated[bool, typer.Option("--json", help="One JSON object an audience.")]
Name = Annotated[str, typer.Argument(metavar="NAME", autocompletion=audiences)]

audience_app = typer.Typer(
    cls=LightGroup,
    name="audience",
    help="Say what others may see, under a name that --audience takes.\n\n"
    "Example: afterself audience add family --exclude-contact Eva --until 2020-01-01",
    no_args_is_help=True,
)
app.add_typer(audience_app)


def _several(metavar: str, help: str, **more: Any) -> Any:
    return typer.Option(metavar=metavar, help=f"{help} Repeatable.", **more)


@audience_app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, “-”, “_”.")],
    source: Annotated[list[str] | None, _several("NAME", "Only this source: whatsapp, generic, ….")] = None,
    exclude_source: Annotated[list[str] | None, _several("NAME", "Not this source.")] = None,
    contact: Annotated[
        list[str] | None,
        _several(
            "NAME",
            "Only conversations with this person, and there what they and the owner said.",
            autocompletion=contacts,
        ),
    ] = None,
    exclude_contact: Annotated[
        list[str] | None,
        _several(
            "NAME",
            "Nothing that this person said, and no conversation that the owner had with them alone.",
            autocompletion=contacts,
        ),
    ] = None,
    kind: Annotated[list[str] | None, _several("KIND", "Only this kind: message, mail, ….")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Said at this time or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Said before this time.")] = None,
    label: Annotated[
        list[str] | None, _several("WORD", "Only what has this label, or another given.")
    ] = None,
    exclude_label: Annotated[list[str] | None, _several("WORD", "Nothing that has this label.")] = None,
    quotes: Annotated[
        bool, typer.Option("--quotes/--no-quotes", help="Whether words may be shown to them verbatim.")
    ] = True,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the audience of that name.")] = False,
    as_json: Json = False,
) -> None:
    """Release for an audience what passes every filter. Without a filter, all that may be seen at all.

    Excluded contacts, objections and dates before which something may not be seen hold for every audience.
    Weights show what they were trained on in their manner: train for an audience with `train --audience`.

    Example: afterself audience add colleagues --source mail --exclude-label private --since 2015-01-01
    """
    from afterself.archive.audiences import checked_audience
    from afterself.archive.store import Archive

    name = checked_audience(name)
    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        rules = _rules(
            self_,
            archive,
            sources=(source, exclude_source),
            people=(contact, exclude_contact),
            kinds=kind or [],
            span=(since, until),
            labels=(label, exclude_label),
            quotes=quotes,
        )
        made = archive.audiences.add(name, rules, replace=replace)
    self_.audit("audience made", audience=name, quotes=rules.quotes)
    _tell(self_, [made], as_json=as_json)


@audience_app.command("list")
def list_(as_json: Json = False) -> None:
    """Show the audiences that there are, and how much each may see.

    Example: afterself audience list
    """
    from afterself.policy import open_view

    self_ = open_self()
    with open_view(self_, "list") as view:
        found = view.audiences()
    _tell(self_, found, as_json=as_json)
    if not found and not as_json:
        typer.echo("Nothing was released for anybody but the owner: afterself audience add NAME")


@audience_app.command("show")
def show(name: Name, as_json: Json = False) -> None:
    """Show what an audience may see.

    Example: afterself audience show family --json
    """
    from afterself.policy import open_view

    self_ = open_self()
    with open_view(self_, "list") as view:
        found = [one for one in view.audiences() if one.name == name.strip().lower()]
        there = [one.name for one in view.audiences()]
    if not found:
        raise UsageError(
            f"There is no audience “{name}”.",
            remedy=f"There is: {', '.join(there)}." if there else "Make one: afterself audience add NAME",
        )
    _tell(self_, found, as_json=as_json)


@audience_app.command("remove")
def remove(name: Name, as_json: Json = False) -> None:
    """Take an audience away. Under its name nothing is shown any more, and its weights do not load.

    Example: afterself audience remove colleagues
    """
    from afterself.archive.store import Archive

    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        gone = archive.audiences.remove(name)
    self_.audit("audience removed", audience=gone.name)
    if as_json:
        echo_json({"audience": gone.name, "removed": True})
    else:
        typer.echo(f"The audience “{gone.name}” is removed.")


def _rules(
    self_: Self,
    archive: Archive,
    *,
    sources: tuple[Given, Given],
    people: tuple[Given, Given],
    kinds: list[str],
    span: tuple[str | None, str | None],
    labels: tuple[Given, Given],
    quotes: bool,
) -> Rules:
    """The rules that the options mean; each pair is what is let through and what is not."""
    from typing import get_args

    from afterself.archive.audiences import Rules
    from afterself.archive.drafts import Kind
    from afterself.archive.keys import microseconds
    from afterself.archive.labels import checked_label

    known = _sources(self_)
    for given in sources:
        _require_known("source", given, known)
    _require_known("kind of record", kinds, get_args(Kind))
    since, until = moment_of(span[0], "--since"), moment_of(span[1], "--until")
    return Rules(
        sources=tuple(sources[0] or ()),
        exclude_sources=tuple(sources[1] or ()),
        contacts=_identities(archive, people[0] or []),
        exclude_contacts=_identities(archive, people[1] or []),
        kinds=tuple(kinds),
        since=None if since is None else microseconds(since),
        until=None if until is None else microseconds(until),
        labels=tuple(checked_label(word) for word in labels[0] or ()),
        exclude_labels=tuple(checked_label(word) for word in labels[1] or ()),
        quotes=quotes,
    )


def _sources(self_: Self) -> list[str]:
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        return sorted({thread.source for thread in view.threads()})


def _require_known(what: str, given: list[str] | None, known: Any) -> None:
    for one in given or []:
        if one not in known:
            raise UsageError(
                f"There is no {what} “{one}”.", remedy=f"There is: {', '.join(known) or 'none yet'}."
            )


def _identities(archive: Archive, names: list[str]) -> tuple[int, ...]:
    from afterself.cli.people_commands import contacts_called

    chosen = [one for name in names for one in contacts_called(archive, name)]
    if any(one.owner for one in chosen):
        raise UsageError(
            "That is the owner of this self. Nothing was changed.",
            remedy="If it is not the owner: afterself people not-me NAME",
        )
    return tuple(dict.fromkeys(identity.id for one in chosen for identity in one.identities))


def _tell(self_: Self, found: list[Audience], *, as_json: bool) -> None:
    from afterself.archive.keys import moment
    from afterself.archive.plain import terminal_text
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        called = {person.identity: person.name for person in view.people()}
    for one in found:
        rules = audience_json(one, called)
        with open_view(self_, "list", one.name) as view:
            seen = view.overview.counts()
        counts = {"records": seen.records, "threads": seen.threads, "people": seen.people}
        if as_json:
            echo_json({**rules, "made_at": utc_text(moment(one.made_at)), **counts})
            continue
        shown = [
            f"  {key.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}"
            for key, value in rules.items()
            if key != "audience" and value not in ([], None, True)
        ]
        many = f"{counted(seen.records, 'record')} in {counted(seen.threads, 'thread')}"
        lines = [f"{one.name}: {many}" + ("" if one.rules.quotes else "; nothing is quoted"), *shown]
        typer.echo("\n".join(terminal_text(line, one_line=True) for line in lines))


def audience_json(one: Audience, called: dict[int, str]) -> dict[str, Any]:
    """The filters of an audience as JSON; contacts by the names in `called`."""
    from afterself.archive.keys import moment

    rules = one.rules

    def names(identities: tuple[int, ...]) -> list[str]:
        return list(dict.fromkeys(called.get(number, "forgotten") for number in identities))

    return {
        "audience": one.name,
        "sources": list(rules.sources),
        "exclude_sources": list(rules.exclude_sources),
        "contacts": names(rules.contacts),
        "exclude_contacts": names(rules.exclude_contacts),
        "kinds": list(rules.kinds),
        "since": None if rules.since is None else utc_text(moment(rules.since)),
        "until": None if rules.until is None else utc_text(moment(rules.until)),
        "labels": list(rules.labels),
        "exclude_labels": list(rules.exclude_labels),
        "quotes": rules.quotes,
    }
