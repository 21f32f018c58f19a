"""Who of the authors is the owner: asked once, after an import in which nothing says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

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


def ask_for_owner(self_: Self, imported: Imported) -> None:
    """Ask once who of the authors the owner is, where neither an option nor the export says it."""
    from afterself.archive.store import Archive
    from afterself.importers.languages import identify_owner
    from afterself.policy.view import open_view

    if all(summary.owner for _, summary in imported.done):
        return
    with open_view(self_, "list") as view:
        asked = _undecided(view.people())
    counts: Counter[str] = Counter()
    for person in asked:
        counts[person.name] += person.records
    names = [name for name, _ in counts.most_common(_AUTHORS_SHOWN)]
    chosen = _choose(self_.declaration.name, names, counts) if names else []
    if not chosen:
        return
    identities = {person.identity for person in asked if person.name in chosen}
    contacts = frozenset(person.contact for person in asked if person.name in chosen)
    with Archive.writing(self_) as archive, archive.transaction():
        archive.people.set_owner([one for one in archive.people.identities() if one.id in identities])
        identify_owner(archive)
    for i, (path, summary) in enumerate(imported.done):
        if not summary.owner:
            imported.done[i] = (path, _with_owner(summary, chosen, contacts))


def _undecided(people: Sequence[PersonInfo]) -> list[PersonInfo]:
    """Who wrote in sources of which it is not known who of them is the owner."""
    known = {person.source for person in people if person.is_owner}
    return [person for person in people if person.source not in known and person.records]


def _with_owner(summary: ImportSummary, names: Sequence[str], contacts: frozenset[int]) -> ImportSummary:
    """The summary once it is known that these contacts are the owner, person 0."""
    there = frozenset(0 if one in contacts else one for one in summary.touched_people)
    return replace(summary, owner=tuple(names), people=len(there), touched_people=there)


def _choose(owner: str, names: Sequence[str], counts: Counter[str]) -> list[str]:
    out = console()
    out.print(f"Which of these is {one_line(owner)}?", markup=False)
    for number, name in enumerate(names, 1):
        out.print(f"  {number:>2}  {one_line(name)}  ({counts[name]:,})", markup=False)
    picked = numbers("Numbers, with commas if several; empty to say it later", 1, len(names), names)
    return [names[number - 1] for number in sorted(picked or ())]


def names_to_choose_from(self_: Self) -> str:
    """Who there is, where the owner is not known; empty if nobody is left whom it could be."""
    from afterself.policy.view import open_view

    with open_view(self_, "list") as view:
        people = view.people()
    undecided = _undecided(people)
    if not undecided and any(person.is_owner for person in people):
        return ""
    names = list(dict.fromkeys(one_line(person.name) for person in undecided))[:_NAMES_SHOWN]
    there = f" There: {', '.join(names)}." if names else ""
    return f"Which of the names is the owner is not known yet.{there} Say it with: afterself people me NAME"
