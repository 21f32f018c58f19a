"""What a record must be to be a hit: said by somebody, within a span, in a thread, from a source, of a kind.

The same filters narrow `search` and `ask`. Whom an audience may hear is not decided here: that is the view's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from afterself.archive.people import by_first_name

if TYPE_CHECKING:
    from afterself.policy.view import View, ViewRecord


@dataclass(frozen=True, slots=True)
class Filters:
    """What a record must be to be shown; None lets everything through.

    `people` are identities, `thread` is an id, `since` and `until` are aware, [since, until).
    """

    people: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    thread: str | None = None
    source: str | None = None
    kind: str | None = None
    own: bool = False

    def let(self, record: ViewRecord) -> bool:
        """Whether a record passes."""
        return (
            (self.people is None or record.author in self.people)
            and (self.thread is None or record.thread == self.thread)
            and (self.source is None or record.source == self.source)
            and (self.kind is None or record.kind == self.kind)
            and (not self.own or bool(record.own_text))
            and (self.since is None or (record.said_at is not None and record.said_at >= self.since))
            and (self.until is None or (record.said_at is not None and record.said_at < self.until))
        )


EVERYTHING = Filters()


def people_called(view: View, name: str) -> frozenset[int]:
    """Every identity of the people who are shown under a name, or bear it, this handle or “#number”.

    If nobody does: of whom it fits alone as a first name.
    """
    wanted = name.strip().casefold()
    people = view.people()
    contacts = {
        one.contact
        for one in people
        if wanted in (one.name.casefold(), one.called.casefold(), one.handle.casefold(), f"#{one.contact}")
        or (one.is_owner and wanted == view.owner_name().casefold())
    }
    if not contacts:
        owner = {one.contact for one in people if one.is_owner}
        called = [
            (0 if p.contact in owner else p.contact, each) for p in people for each in (p.name, p.called)
        ]
        first = by_first_name(name, called)
        contacts = owner if first == 0 else set() if first is None else {first}
    return frozenset(one.identity for one in people if one.contact in contacts)
