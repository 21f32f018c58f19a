"""`label add`, `remove` and `list`: words for audiences to choose by, and days not to be seen before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from afterself.cli.completions import contacts, threads
from afterself.cli.light_options import LightGroup
from afterself.cli.removals import Removals, described, tell_removed
from afterself.cli.shell import app, echo_json, open_self
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.archive.labels import Label, Subjects
    from afterself.archive.store import Archive
    from afterself.home.folder import Self

label_app = typer.Typer(
    cls=LightGroup,
    name="label",
    help="Label records, conversations, people. For audiences to choose by, or not seen before a day."
    "\n\n"
    'Example: afterself label add family --thread "Sunday group"',
    no_args_is_help=True,
)
app.add_typer(label_app)

Word = Annotated[str | None, typer.Argument(metavar="WORD", help="The label: 1 to 60 characters.")]
Records = Annotated[
    list[str] | None, typer.Option("--record", metavar="ID", help="A record's id. Repeatable.")
]
Threads = Annotated[
    list[str] | None,
    typer.Option(
        "--thread",
        metavar="THREAD",
        autocompletion=threads,
        help="A conversation: its id or title. Repeatable.",
    ),
]
People = Annotated[
    list[str] | None,
    typer.Option(
        "--contact", metavar="NAME", autocompletion=contacts, help="A person: all that they said. Repeatable."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what it would reach.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@label_app.command("add")
def add(
    word: Word = None,
    not_before: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Seen by nobody before this day (UTC) but in the owner's own list."),
    ] = None,
    record: Records = None,
    thread: Threads = None,
    contact: People = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Label records, conversations, or a person. What they say in later imports, too.

    A word hides nothing by itself: `audience add --label` and `--exclude-label` choose by it. A day holds
    for everybody, in answers, search and training; what was trained on it before is not used any more.

    \b
    Example: afterself label add private --contact Eva
             afterself label add --not-before 2040-01-01 --thread Diary --dry-run
    """
    from afterself.archive.store import Archive

    day = day_of(not_before)
    if (word is None) == (day is None):
        raise UsageError(
            "Give a word or --not-before DAY.", remedy="For example: label add private --thread Diary"
        )
    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        chosen = _chosen(self_, archive, record, thread, contact)
        reached, made = archive.labels.reach(chosen)
        stale, removed = 0, ""
        if dry_run:
            going = made if day is not None and day > date.today() else []
            stale, removed = len(going), described(self_, going)
        elif day is not None:
            removals = Removals(self_, archive)
            stale = archive.labels.hold_back(chosen, day)
            removed = removals.described()
        elif word is not None:
            archive.labels.add(chosen, word)
    if not dry_run:
        self_.audit("labelled", records=reached, not_before=not_before, stale=stale)
    if as_json:
        echo_json({"records": reached, "stale": stale, "dry_run": dry_run})
        if not dry_run:
            tell_removed(removed, made="made with them", err=True)
        return
    would = "would be " if dry_run else ""
    held = f"held back until {day}" if day is not None else "labelled"
    typer.echo(f"{counted(reached, 'record')} {would}{held}.")
    if not dry_run:
        tell_removed(removed, made="made with them")
    elif removed:
        typer.echo(f"Made with them, and would be removed: {removed}.")


@label_app.command("remove")
def remove(
    word: Word = None,
    not_before: Annotated[
        bool, typer.Option("--not-before", help="The day before which it is not seen, instead of a word.")
    ] = False,
    record: Records = None,
    thread: Threads = None,
    contact: People = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take a word or a day off again. A record's own label and its conversation's are two things.

    Example: afterself label remove private --contact Eva
    """
    from afterself.archive.store import Archive

    if (word is None) == (not not_before):
        raise UsageError("Give a word or --not-before.", remedy="See what there is: afterself label list")
    self_ = open_self()
    with Archive.writing(self_) as archive, archive.transaction():
        chosen = _chosen(self_, archive, record, thread, contact)
        reached, _ = archive.labels.reach(chosen)
        removed = 0
        if not dry_run:
            removed = archive.labels.release(chosen) if word is None else archive.labels.remove(chosen, word)
    if removed:
        self_.audit("label removed", records=reached, not_before=not_before)
    if as_json:
        echo_json({"records": reached, "removed": removed, "dry_run": dry_run})
    elif dry_run:
        typer.echo(f"It would reach {counted(reached, 'record')}.")
    else:
        typer.echo("Removed." if removed else "They had no such label.")


@label_app.command("list")
def list_(as_json: Json = False) -> None:
    """Show every label: of conversations, of people, of records.

    Example: afterself label list
    """
    from afterself.archive.plain import terminal_text
    from afterself.policy import open_view

    with open_view(open_self(), "list") as view:
        found = view.labels()
    for one in found:
        if as_json:
            echo_json(label_json(one))
            continue
        said = f"not before {one.value}" if one.name == "not_before" else one.value
        on = f"{one.what} {one.called or one.id}"
        typer.echo(terminal_text(f"{said}: {on}", one_line=True))
    if not found and not as_json:
        typer.echo("Nothing is labelled.")


def label_json(one: Label) -> dict[str, str | None]:
    """A label as JSON."""
    word = one.value if one.name == "audience" else None
    day = one.value if one.name == "not_before" else None
    return {"on": one.what, "id": one.id, "called": one.called or None, "label": word, "not_before": day}


def day_of(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError("--not-before is not a day.", remedy="Write it like 2040-01-31.") from error


def _chosen(
    self_: Self,
    archive: Archive,
    records: list[str] | None,
    titles: list[str] | None,
    names: list[str] | None,
) -> Subjects:
    from afterself.archive.labels import Subjects
    from afterself.cli.people_commands import contacts_called
    from afterself.cli.self_commands import thread_id
    from afterself.policy import open_view

    if not (records or titles or names):
        raise UsageError(
            "Say what is to be labelled.",
            remedy="Name it with --record ID, --thread THREAD or --contact NAME.",
        )
    with open_view(self_, "list") as view:
        found = tuple(thread_id(view, title) for title in titles or ())
    people = {one.id: one for name in names or () for one in contacts_called(archive, name)}
    return Subjects(tuple(dict.fromkeys(one.strip() for one in records or ())), found, tuple(people.values()))
