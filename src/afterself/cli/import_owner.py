"""Who of the authors is the owner: asked once, after an import in which nothing says it.

Where nobody can be asked, an author with the very name of the self is taken for the owner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import typer

from afterself.archive.keys import folded
from afterself.archive.plain import one_line
from afterself.cli.answers import numbers
from afterself.cli.shell import console

if TYPE_CHECKING:
    from afterself.cli.import_sources import Imported
    from afterself.home.folder import Self
    from afterself.importers.ingest import ImportSummary
    from afterself.policy.view import PersonInfo

_AUTHORS_SHOWN = 20
_NAMES_SHOWN = 6


def settle_owner(self_: Self, imported: Imported, *, ask: bool) -> None:
    """Decide who of the authors the owner is, where neither an option nor the export says it.

    With `ask` a person is asked, once. Without, an author is taken who has the very name of the self.
    """
    from afterself.policy.view import open_view

    if all(summary.owner for _, summary in imported.done):
        return
    with open_view(self_, "list") as view:
        undecided = _undecided(view.people())
    namesake = _namesake(self_.declaration.name, undecided)
    if not ask:
        if namesake is not None and _decide(self_, imported, [namesake], by="hint"):
            imported.owner_by_name = namesake.name
        return
    chosen = _asked(self_.declaration.name, undecided, namesake)
    if chosen:
        _decide(self_, imported, chosen, by="person")


def _asked(owner: str, undecided: Sequence[PersonInfo], namesake: PersonInfo | None) -> list[PersonInfo]:
    """Those whom the person picks; nobody where they leave it open, or press Ctrl-D."""
    counts: Counter[str] = Counter()
    for person in undecided:
        counts[person.name] += person.records
    names = [name for name, _ in counts.most_common(_AUTHORS_SHOWN)]
    try:
        chosen = _choose(owner, names, counts, namesake.name if namesake else "") if names else []
    except typer.Abort as stopped:
        if isinstance(stopped.__context__, KeyboardInterrupt):
            raise
        console().print()
        return []
    return [person for person in undecided if person.name in chosen]


def _decide(
    self_: Self, imported: Imported, chosen: Sequence[PersonInfo], by: Literal["person", "hint"]
) -> bool:
    """Make them the owner, in the archive and in the summaries; False if it was said otherwise before."""
    from afterself.archive.store import Archive
    from afterself.importers.languages import identify_owner

    ids = {person.identity for person in chosen}
    contacts = frozenset(person.contact for person in chosen)
    names = list(dict.fromkeys(person.name for person in chosen))
    with Archive.writing(self_) as archive, archive.transaction():
        identities = [one for one in archive.people.identities() if one.id in ids]
        if by == "hint" and any(one.owner is not None for one in identities):
            return False
        archive.people.set_owner(identities, by=by)
        identify_owner(archive)
    for i, (path, summary) in enumerate(imported.done):
        if not summary.owner and summary.touched_people & contacts:
            imported.done[i] = (path, _with_owner(summary, names, contacts))
    return True


def _namesake(owner: str, undecided: Sequence[PersonInfo]) -> PersonInfo | None:
    """The one author who has exactly the owner's name; None if nobody has, or several."""
    found = [person for person in undecided if folded(person.name) == folded(owner)]
    return found[0] if len(found) == 1 else None


def _undecided(people: Sequence[PersonInfo]) -> list[PersonInfo]:
    """Who wrote in sources of which it is not known who of them is the owner."""
    known = {person.source for person in people if person.is_owner}
    return [person for person in people if person.source not in known and person.records]


def _with_owner(summary: ImportSummary, names: Sequence[str], contacts: frozenset[int]) -> ImportSummary:
    """The summary once it is known that these contacts are the owner, person 0."""
    there = frozenset(0 if one in contacts else one for one in summary.touched_people)
    return replace(summary, owner=tuple(names), people=len(there), touched_people=there)


def _choose(owner: str, names: Sequence[str], counts: Counter[str], namesake: str) -> list[str]:
    out = console()
    out.print(f"Which of these is {one_line(owner)}?", markup=False)
    for number, name in enumerate(names, 1):
        out.print(f"  {number:>2}  {one_line(name)}  ({counts[name]:,})", markup=False)
    rest = f"Enter for {one_line(namesake)}, 0 to say it later" if namesake else "empty to say it later"
    picked = numbers(f"Numbers, with commas if several; {rest}", 0 if namesake else 1, len(names), names)
    if picked is None:
        return [namesake] if namesake else []
    return [names[number - 1] for number in sorted(picked - {0})]


def names_to_choose_from(self_: Self) -> str:
    """Who there is, where the owner is not known; empty if nobody is left whom it could be."""
    from afterself.policy.view import open_view

    with open_view(self_, "list") as view:
        people = view.people()
    undecided = _undecided(people)
    if not people or (not undecided and any(person.is_owner for person in people)):
        return ""
    names = list(dict.fromkeys(one_line(person.name) for person in undecided))[:_NAMES_SHOWN]
    there = f" There: {', '.join(names)}." if names else ""
    return f"Which of the names is the owner is not known yet.{there} Say it with: afterself people me NAME"
