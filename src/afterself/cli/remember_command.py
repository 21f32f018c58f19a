"""`afterself remember`: what the owner tells their self directly, kept as a record that can be cited.

A memory, a piece of advice, a letter to somebody, or a correction of something that was said. What it tells
of and when it may be read are kept with it. Everything else holds for it as for any record: search,
answers, audiences, `correct`, `forget`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.completions import contacts
from afterself.cli.label_commands import day_of
from afterself.cli.people_commands import the_contact
from afterself.cli.reading import text_of
from afterself.cli.shell import app, echo_json, open_self, with_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.archive.remembering import Told
    from afterself.archive.store import Archive
    from afterself.home.folder import Self


@app.command()
def remember(
    words: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="What is to be remembered; “-” reads it from standard input."),
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="NAME",
            autocompletion=contacts,
            help="A letter to this person: no audience sees it that was not made for them. Repeatable.",
        ),
    ] = None,
    not_before: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Seen by nobody before this day (UTC) but in the owner's own list."),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it was that it tells of: 1969, May 1969, last summer."),
    ] = None,
    advice: Annotated[bool, typer.Option("--advice", help="It is advice, not a memory.")] = False,
    corrects: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="It puts right what this record says: answers give it first, and show both."
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=contacts,
            help="This person tells it, not the owner: it stays theirs.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the new record's id as JSON.")] = False,
) -> None:
    """Tell the self a memory, advice, a letter, or a correction.

    It becomes a record of its own, found and quoted like any other; what was said before stays beside it. The
    self of somebody dead takes in nothing as theirs: say who tells it with --by.

    \b
    Example: afterself remember "We met at the ferry, not at the dance." --about 1958
             afterself remember "Open the blue tin first." --to Anna --not-before 2040-01-01
             afterself remember "It was 1958." --corrects 3f9c0a7be21d44d0a1b2
    """
    from afterself.archive.remembering import Told
    from afterself.archive.remembering import remember as store
    from afterself.archive.store import Archive
    from afterself.policy import require_consent

    self_ = open_self()
    require_consent(self_, "archive")
    if by is None and _nobody_left_to_tell(self_):
        raise UsageError(
            f"{self_.declaration.name} cannot tell anything any more, and nobody speaks for them.",
            remedy="Say who tells it: --by NAME",
        )
    text = " ".join(words)
    given = text_of("-").removesuffix("\n") if text == "-" else text
    told_of, day = _stretch(about), day_of(not_before)
    with Archive.writing(self_) as archive, archive.transaction():
        told = Told(
            given,
            sort="advice" if advice else "memory",
            by=None if by is None else the_contact(archive, by),
            to=tuple(the_contact(archive, name) for name in to or ()),
            about=told_of,
            not_before=day,
            corrects=None if corrects is None else corrects.strip(),
        )
        id = store(archive, self_.declaration.name, told)
        shown_to = _released_to(archive, told)
    self_.audit("remembered", letter=bool(told.to), not_before=not_before, corrects=corrects is not None)
    if as_json:
        echo_json({"id": id})
        return
    _tell(self_, id, told, shown_to)


def _nobody_left_to_tell(self_: Self) -> bool:
    """Whether the owner is dead: so the self was declared, or it is that of somebody of the demo."""
    from afterself.demo import is_demo_person

    return self_.declaration.right == "steward" or is_demo_person(self_.declaration)


def _stretch(about: str | None) -> tuple[datetime, datetime] | None:
    """The time that is named, [from, until); UsageError if there is none in it."""
    if about is None:
        return None
    from afterself.memory.dates import dates_in

    stretches = dates_in(about, date.today()).stretches()
    if not stretches:
        raise UsageError("--about names no time.", remedy="Write it like 1969, May 1969 or 1969-05-03.")
    since, until = min(one[0] for one in stretches), max(one[1] for one in stretches)
    if since > datetime.now(UTC):
        raise UsageError("--about lies in the future.", remedy="It is for the time that something tells of.")
    return since, until


def _released_to(archive: Archive, told: Told) -> list[str]:
    """The audiences that were made for whom a letter is to."""
    handles = {identity.id for contact in told.to for identity in contact.identities}
    return [one.name for one in archive.audiences.all() if handles & set(one.rules.contacts or ())]


def _tell(self_: Self, id: str, told: Told, shown_to: list[str]) -> None:
    from afterself.archive.plain import terminal_text

    what = "letter" if told.to else "correction" if told.corrects else told.sort
    typer.echo(f"Remembered as {what} {id}.")
    if told.not_before is not None:
        typer.echo(f"Nobody is shown it before {told.not_before}.")
    if told.to and shown_to:
        typer.echo(f"Shown to the audience {', '.join(shown_to)} alone.")
    elif told.to:
        name = told.to[0].name
        command = with_self(f'afterself audience add NAME --contact "{name}"')
        typer.echo(terminal_text(f"Shown to no audience yet. To make one for them: {command}", one_line=True))
    if told.by is not None:
        typer.echo(terminal_text(f"It stays the words of {told.by.name}.", one_line=True))
