"""`afterself forget`: records or a person, out of everything that the folder of the self holds.

Shows what it reaches before it asks. What happens is the business of `archive`; the receipt in
audit.log counts, and holds neither names nor words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.completions import contacts
from afterself.cli.people_commands import the_contact
from afterself.cli.shell import app, console, echo_json, interactive, open_self, with_self
from afterself.errors import UsageError

if TYPE_CHECKING:
    from afterself.archive.store import Contact, Forgotten, Reach
    from afterself.home.folder import Self

_SHOWN = 10


@app.command()
def forget(
    record: Annotated[
        list[str] | None,
        typer.Option(
            "--record", metavar="ID", help="A record's id, as `search --json` tells it; repeatable."
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="More ids of records.")] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact",
            metavar="NAME",
            autocompletion=contacts,
            help="A person: all they said, and what a later export has.",
        ),
    ] = None,
    with_replies: Annotated[
        bool,
        typer.Option(
            "--with-replies", help="With --contact: the whole conversations that you two had alone."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would reach.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was reached as JSON.")] = False,
) -> None:
    """Forget records or a person for good: text, search index, raw exports, and weights made from them.

    A later import does not bring them back. Forgetting a person takes what they said, their names and
    handles from the list of people, and lets nothing more of them in. The owner's own words to them, and
    the titles of conversations, stay unless --with-replies is given; what others say about them stays.

    \b
    Example: afterself forget --record 3f9c0a7be21d44d0a1b2
             afterself forget --contact "Ben Ito" --dry-run
    """
    records = [*(record or []), *(more or [])]
    if bool(records) == (contact is not None) or (with_replies and contact is None):
        raise UsageError(
            "Say what to forget: records by their ids, or one contact.",
            remedy="For example: afterself forget --record ID, or afterself forget --contact NAME",
        )
    self_ = open_self()
    person, found = _reached(self_, records, contact, with_replies)
    if not as_json:
        _show(self_, found, person, with_replies)
    if not dry_run and not yes:
        if not interactive():
            raise UsageError("Nobody can be asked here. Nothing was forgotten.", remedy="Add --yes.")
        if not typer.confirm("Forget this? It cannot be taken back."):
            raise UsageError("Nothing was forgotten.")
    done = None if dry_run else _forget(self_, found, person, with_replies)
    if as_json:
        echo_json(_json(found, done))
    elif done is not None:
        _tell(done)


def _reached(
    self_: Self, records: Sequence[str], contact: str | None, with_replies: bool
) -> tuple[Contact | None, Reach]:
    from afterself.archive.store import Archive

    with Archive.writing(self_) as archive:
        person = None if contact is None else the_contact(archive, contact)
        if person is not None and person.owner:
            raise UsageError(
                "That is the owner. Nothing was forgotten.",
                remedy=f"To forget the whole self, delete its folder: {self_.path}",
            )
        if person is not None:
            records = archive.records_of(person, with_replies=with_replies)
        found = archive.reach(records)
    missing = [id for id in dict.fromkeys(records) if id not in found.records]
    if missing:
        raise UsageError(
            f"{len(missing)} of these ids are no records of this self: {', '.join(missing[:3])}. "
            "Nothing was forgotten.",
            remedy="Find ids with: afterself search WORDS --json",
        )
    return person, found


def _forget(self_: Self, found: Reach, person: Contact | None, with_replies: bool) -> Forgotten:
    from afterself.archive.store import Archive

    with Archive.writing(self_) as archive:
        done = archive.forget(found.records, contact=person, with_replies=with_replies)
    self_.audit(
        "forgotten",
        records=done.records,
        contacts=int(person is not None),
        stale=done.stale,
        raw_cut=done.raw_cut,
        raw_dropped=done.raw_dropped,
    )
    return done


def _json(found: Reach, done: Forgotten | None) -> dict[str, Any]:
    return {
        "records": list(found.records),
        "threads": [{"title": title, "records": count} for title, count in found.threads],
        "stale": [{"kind": one.kind, "path": one.path} for one in found.stale],
        "same_words_elsewhere": found.same_words,
        "done": None if done is None else asdict(done),
    }


def _show(self_: Self, found: Reach, person: Contact | None, with_replies: bool) -> None:
    from afterself.archive.plain import terminal_text

    out = console()
    if person is None:
        _quote(self_, found)
    else:
        out.print(f"{terminal_text(person.name, one_line=True)}:", style="bold", markup=False)
    out.print(f"{_records(len(found.records))} would be forgotten:", markup=False)
    for title, count in found.threads[:_SHOWN]:
        out.print(f"  {count:>6,}  {terminal_text(title, one_line=True)}", markup=False)
    if len(found.threads) > _SHOWN:
        out.print(f"  … in {len(found.threads) - _SHOWN} more conversations", markup=False)
    for made in found.stale:
        out.print(f"Made from them, and to be made anew: {made.path}", markup=False)
    out.print("They go from the search index and from the raw exports that are kept here, too.")
    if found.same_words:
        same = _records(found.same_words)
        out.print(f"Elsewhere the same words stand in {same}, and stay: search for them.")
    if person is not None:
        out.print("Nothing that they say in a later export comes in under the same handle.")
        replies = "Your own words in groups, " if with_replies else "Your own words to them, "
        out.print(f"{replies}titles of conversations, and what others say about them stay.")


def _quote(self_: Self, found: Reach) -> None:
    from rich.text import Text

    from afterself.archive.plain import terminal_text
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        shown = view.many(found.records[:_SHOWN])
    out = console()
    for record in shown.values():
        when = f"{record.said_at:%Y-%m-%d %H:%M}" if record.said_at else "undated"
        line = terminal_text(f"{when} · {record.author_name}: {record.text[:200]}", one_line=True)
        out.print(Text(line), markup=False)


def _records(count: int) -> str:
    return f"{count:,} record" if count == 1 else f"{count:,} records"


def _tell(done: Forgotten) -> None:
    out = console()
    out.print(f"Forgotten: {_records(done.records)}.")
    if done.raw_cut or done.raw_dropped:
        out.print(f"Raw exports: {done.raw_cut} cut, {done.raw_dropped} dropped.")
    if done.stale:
        out.print(with_self("Weights made from them are gone. Train again: afterself train"), markup=False)
    if not done.cleared:
        out.print(
            "Another program has the archive open: some old bytes go when a command next writes to this self."
        )
