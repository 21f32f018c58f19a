"""`afterself forget`: what is chosen goes out of everything that the folder of the self holds.

Shows what it reaches before it asks. What happens is the business of `archive`; audit.log
and the receipt count, and hold neither names nor words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from afterself.cli.answers import confirmed
from afterself.cli.completions import contacts, threads
from afterself.cli.moments import moment_of
from afterself.cli.people_commands import the_contact
from afterself.cli.self_commands import thread_id
from afterself.cli.shell import app, console, echo_json, interactive, open_self, with_self
from afterself.errors import UsageError
from afterself.home.counting import counted

if TYPE_CHECKING:
    from afterself.archive.store import Contact, Forgotten, Reach
    from afterself.home.folder import Self

_SHOWN = 10
_LARGE = 100_000_000
"""Bytes of an archive that takes a while to write anew."""


@app.command()
def forget(
    record: Annotated[
        list[str] | None,
        typer.Option(
            "--record", metavar="ID", help="A record's id, as `search --json` tells it; repeatable."
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="ID", help="More ids of records.")] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            "--contact",
            metavar="NAME",
            autocompletion=contacts,
            help="A person: all they said, and what a later export has.",
        ),
    ] = None,
    thread: Annotated[
        str | None,
        typer.Option(
            "--thread", metavar="THREAD", autocompletion=threads, help="A conversation: its id or title."
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--import", metavar="N", help="What an import was the first to bring; N as `imports` tells it."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="What was said at this time (ISO, UTC) or later."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="What was said before this time.")
    ] = None,
    with_replies: Annotated[
        bool,
        typer.Option(
            "--with-replies", help="With --contact: the whole conversations that you two had alone."
        ),
    ] = False,
    copies: Annotated[
        bool | None,
        typer.Option(
            "--copies/--keep-copies",
            help="Also the very same sayings in other sources; unless told, all but --import do.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would reach.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was reached as JSON.")] = False,
) -> None:
    """Forget for good: text, index, raw exports, weights from it.

    Records by id, a person, a conversation, a span of time (of all conversations, or of one with --thread),
    or an import. A receipt without any text is kept in the self's folder `reports`.

    What is said is forgotten, wherever it stands: the same mail in another mailbox, the same chat in another
    export. With --keep-copies those stay. An import is taken back by itself, unless --copies is given.

    A later import does not bring them back. Forgetting a person takes what they said, their names and
    handles from the list of people, and lets nothing more of them in. The owner's own words to them, and
    the titles of conversations, stay unless --with-replies is given; what others say about them stays.

    \b
    Example: afterself forget --record 3f9c0a7be21d44d0a1b2
             afterself forget --contact "Ben Ito" --dry-run
             afterself forget --thread "Family" --since 2019-01-01 --until 2020-01-01
    """
    wanted = Wanted(
        (*(record or ()), *(more or ())), contact, with_replies, thread, number,
        moment_of(since, "--since"), moment_of(until, "--until"),
        number is None if copies is None else copies,
    )  # fmt: skip
    _require_one(wanted)
    self_ = open_self()
    person, found = _reached(self_, wanted)
    if not as_json:
        _show(self_, found, person, wanted)
    if not dry_run and not yes:
        if not interactive():
            raise UsageError("Nobody can be asked here. Nothing was forgotten.", remedy="Add --yes.")
        if not confirmed("Forget this? It cannot be taken back."):
            raise UsageError("Nothing was forgotten.")
    done, receipt = (None, None) if dry_run else _forget(self_, found, person, wanted)
    if as_json:
        echo_json({**_json(found, wanted, done), "receipt": receipt})
    elif done is not None and receipt is not None:
        _tell(done, receipt)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person wants to be forgotten, as the options say it."""

    records: tuple[str, ...]
    contact: str | None
    with_replies: bool
    thread: str | None
    number: int | None
    since: datetime | None
    until: datetime | None
    copies: bool

    @property
    def span(self) -> bool:
        """Whether a conversation or a span of time is meant."""
        return any(one is not None for one in (self.thread, self.since, self.until))


def _require_one(wanted: Wanted) -> None:
    """UsageError unless exactly one thing is meant; it names the options that exclude each other."""
    span = {"--thread": wanted.thread, "--since": wanted.since, "--until": wanted.until}
    ways = {
        "--contact": wanted.contact is not None,
        "--import": wanted.number is not None,
        "--record": bool(wanted.records),
        " and ".join(name for name, given in span.items() if given is not None): wanted.span,
    }
    first, *rest = [name for name, given in ways.items() if given] or [""]
    if rest:
        raise UsageError(
            f"{first} cannot go with {' and '.join(rest)}. Nothing was forgotten.",
            remedy="Only a conversation and a span of time go together: "
            "afterself forget --thread TITLE --since 2019-01-01",
        )
    if wanted.with_replies and wanted.contact is None:
        raise UsageError(
            "--with-replies goes only with --contact. Nothing was forgotten.",
            remedy="For example: afterself forget --contact NAME --with-replies",
        )
    if not first:
        raise UsageError(
            "Say what to forget: records by their ids, or one contact, conversation, span of time or import.",
            remedy="For example: afterself forget --record ID, or afterself forget --contact NAME",
        )


def _reached(self_: Self, wanted: Wanted) -> tuple[Contact | None, Reach]:
    from afterself.archive.near_names import did_you_mean
    from afterself.archive.store import Archive

    thread = None if wanted.thread is None else _thread(self_, wanted.thread)
    with Archive.writing(self_) as archive:
        person = None if wanted.contact is None else the_contact(archive, wanted.contact)
        if person is not None and person.owner:
            raise UsageError(
                "That is the owner. Nothing was forgotten.",
                remedy=f"To forget the whole self, delete its folder: {self_.path}",
            )
        if person is not None and not archive.contacts.named(wanted.contact or ""):
            raise UsageError(
                "To forget somebody their first name is not enough. Nothing was forgotten.",
                remedy=did_you_mean([person.name]),
            )
        records: Sequence[str] = wanted.records
        if person is not None:
            records = archive.records_of(person, with_replies=wanted.with_replies)
        elif wanted.number is not None:
            records = archive.records_from(wanted.number)
        elif wanted.span:
            records = archive.records_in(
                thread=thread, since=_microseconds(wanted.since), until=_microseconds(wanted.until)
            )
        found = archive.reach(records, copies=wanted.copies)
    missing = [id for id in dict.fromkeys(records) if id not in found.records]
    if missing:
        these = counted(len(missing), "id is no record", "ids are no records")
        raise UsageError(
            f"{these} of this self: {', '.join(missing[:3])}. Nothing was forgotten.",
            remedy="Find ids with: afterself search WORDS --json",
        )
    if not found.records and person is None:
        raise UsageError("There is nothing to forget: no record fits.", remedy="See: afterself records")
    return person, found


def _microseconds(moment: datetime | None) -> int | None:
    from afterself.archive.keys import microseconds

    return None if moment is None else microseconds(moment)


def _thread(self_: Self, wanted: str) -> str:
    from afterself.policy import open_view

    with open_view(self_, "list") as view:
        return thread_id(view, wanted)


def _forget(
    self_: Self, found: Reach, person: Contact | None, wanted: Wanted
) -> tuple[Forgotten, dict[str, Any]]:
    from rich.text import Text

    from afterself.archive.store import Archive
    from afterself.cli.receipts import keep_receipt, room_for_receipt

    with console(stderr=True).status(Text("Forgetting")), Archive.writing(self_) as archive:
        records = _all(found, wanted)
        with room_for_receipt(self_):
            done = archive.forget(records, contact=person, with_replies=wanted.with_replies)
        counts = {
            "records": done.records,
            "contacts": int(person is not None),
            "stale": done.stale,
            "raw_cut": done.raw_cut,
            "raw_dropped": done.raw_dropped,
            "bundles": len(_packed(self_)),
        }
        line = self_.audit("forgotten", **counts)
        made = [{"id": one.id, "kind": one.kind, "path": one.path} for one in found.stale]
        receipt = keep_receipt(self_, counts, made, line)
    return done, receipt


def _all(found: Reach, wanted: Wanted) -> list[str]:
    """Ids of all that is to go."""
    return [*found.records, *(copy.record for copy in found.copies if wanted.copies)]


def _json(found: Reach, wanted: Wanted, done: Forgotten | None) -> dict[str, Any]:
    return {
        "records": list(found.records),
        "copies": [asdict(copy) for copy in found.copies],
        "copies_too": wanted.copies,
        "threads": [{"title": title, "records": count} for title, count in found.threads],
        "stale": [{"kind": one.kind, "path": one.path} for one in found.stale],
        "same_words_elsewhere": found.same_words,
        "done": None if done is None else asdict(done),
    }


def _packed(self_: Self) -> list[dict[str, Any]]:
    """What audit.log says of the bundles that were packed until now, and may hold what is forgotten."""
    from afterself.home.audit import audited

    return audited(self_.audit_path, self_.keys, ("packed",))


def _show(self_: Self, found: Reach, person: Contact | None, wanted: Wanted) -> None:
    from afterself.archive.plain import terminal_text

    out = console()
    if wanted.records:
        _quote(self_, found)
    elif person is not None:
        out.print(f"{terminal_text(person.name, one_line=True)}:", style="bold", markup=False)
    out.print(f"{_records(len(found.records))} would be forgotten:", markup=False)
    for title, count in found.threads[:_SHOWN]:
        out.print(f"  {count:>6,}  {terminal_text(title, one_line=True)}", markup=False)
    if len(found.threads) > _SHOWN:
        out.print(f"  … in {counted(len(found.threads) - _SHOWN, 'more conversation')}", markup=False)
    for made in found.stale:
        out.print(f"Made from them, and removed with them: {made.path}", markup=False)
    if any(made.kind == "weights" for made in found.stale):
        out.print("Without those weights `talk` needs `afterself train` again first.", markup=False)
    out.print("They go from the search index and from the raw exports that are kept here, too.")
    if found.copies:
        _show_copies(found, wanted)
    if found.same_words:
        same = _records(found.same_words)
        out.print(f"Elsewhere the same words stand in {same}, and stay: search for them.")
    if (size := self_.archive_path.stat().st_size) > _LARGE:
        out.print(
            f"Then the archive ({size / 1e6:,.0f} MB) is written anew, so that nothing of it stays: "
            "a few seconds for each 100 MB, and as much room meanwhile.",
            markup=False,
        )
    packed = _packed(self_)
    if packed:
        last = terminal_text(str(packed[-1].get("at"))[:10], one_line=True)
        out.print(
            f"Bundles packed before ({len(packed)}, the last on {last}) keep what is in them: pack anew."
        )
    if wanted.number is not None:
        out.print("What this import changed in records that others had brought before it stays.")
    if person is not None:
        out.print("Nothing that they say in a later export comes in under the same handle.")
        replies = "Your own words in groups, " if wanted.with_replies else "Your own words to them, "
        out.print(f"{replies}titles of conversations, and what others say about them stay.")


def _show_copies(found: Reach, wanted: Wanted) -> None:
    """Where the very same sayings stand in other sources, and whether they go, too."""
    from afterself.archive.plain import terminal_text

    out = console()
    what = _records(len(found.copies))
    if wanted.copies:
        out.print(f"The same words also stand in {what}, which would be forgotten too (--keep-copies: not):")
    else:
        out.print(f"The same words also stand in {what}, and stay there (--copies forgets them, too):")
    places = Counter((copy.source, copy.thread) for copy in found.copies)
    for (source, thread), count in places.most_common(_SHOWN):
        out.print(f"  {count:>6,}  {terminal_text(f'{source}, {thread}', one_line=True)}", markup=False)
    if len(places) > _SHOWN:
        out.print(f"  … in {counted(len(places) - _SHOWN, 'more conversation')}", markup=False)


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
    return counted(count, "record")


def _tell(done: Forgotten, receipt: dict[str, Any]) -> None:
    out = console()
    out.print(f"Forgotten: {_records(done.records)}.")
    if done.raw_cut or done.raw_dropped:
        out.print(f"Raw exports: {done.raw_cut} cut, {done.raw_dropped} dropped.")
    kinds = {made["kind"] for made in receipt["artifacts"]}
    if "weights" in kinds:
        out.print(with_self("Weights made from them are gone. Train again: afterself train"), markup=False)
    elif "report" in kinds:
        again = with_self("The report made from them is gone. Measure again: afterself evaluate")
        out.print(again, markup=False)
    if not done.cleared:
        out.print(
            "Another program has the archive open, or the disk is too full: some old bytes go when a command "
            "next writes to this self."
        )
    out.print(f"Receipt: {receipt['file']}", markup=False)
