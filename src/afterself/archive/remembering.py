"""What the owner tells their self directly -> records like any other: memories, advice, letters, corrections.

There is no second store: what is told is a record of kind `memory` in the source `remember`, so that search,
answers, views, forgetting and bundles hold for it. A letter names whom it is to; an audience sees it only if
that person is whom it was made for (`policy.seen`). A correction points at the record that it outranks.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from afterself.archive.contacts import Contact
from afterself.archive.drafts import TOLD_SOURCE, Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.keys import NO_ACCOUNT, microseconds
from afterself.archive.labels import Subjects
from afterself.archive.store import Archive
from afterself.errors import UsageError

Sort = Literal["memory", "advice"]
_TITLES: dict[Sort, str] = {"memory": "Memories", "advice": "Advice"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told. `by`: who tells it, None for the owner. `about`: [from, until) of what it tells of,
    aware.

    `to`: whom a letter is for; nobody else is shown it. `not_before`: the day (UTC) from which it is seen at
    all. `corrects`: the id of a record that it outranks.
    """

    text: str
    sort: Sort = "memory"
    by: Contact | None = None
    to: tuple[Contact, ...] = ()
    about: tuple[datetime, datetime] | None = None
    not_before: date | None = None
    corrects: str | None = None


def remember(archive: Archive, owner_name: str, told: Told, now: datetime | None = None) -> str:
    """Store what was told; gives the record's id. The caller holds the transaction.

    `now` is aware. UsageError if there is nothing in it, if a letter is to the owner, or if the record that
    it corrects is not there or is not the teller's to correct.
    """
    if not told.text.strip():
        raise UsageError("There is nothing to remember.", remedy='For example: afterself remember "…"')
    if any(contact.owner for contact in told.to):
        raise UsageError("That is the owner's own name.", remedy="Without --to it is remembered as yours.")
    corrected = None if told.corrects is None else _corrected(archive, told.corrects, told.by)
    now = (now or datetime.now(UTC)).astimezone(UTC)
    run = archive.begin_import(TOLD_SOURCE, importer=TOLD_SOURCE, version="1")
    teller = _teller(archive, owner_name, told.by)
    readers = tuple(_known_as(archive, contact) for contact in told.to)
    thread = _thread(told, readers)
    run.upsert_thread(thread)
    outcome = run.put_record(
        RecordDraft(
            thread=thread.key,
            raw=told.text.encode("utf-8", "replace"),
            text=told.text,
            kind="memory",
            author=teller,
            said_at=now,
            precision="second",
            said_raw=now.isoformat(timespec="seconds"),
            locator=Locator(TOLD_SOURCE),
            native_id=secrets.token_hex(8),
            is_owner=told.by is None,
            recipients=readers,
        )
    )
    if outcome != "new":
        raise UsageError("That was to be forgotten, and is not taken in again. Nothing was stored.")
    run.finish_import()
    id = archive.newest()
    about = None if told.about is None else (microseconds(told.about[0]), microseconds(told.about[1]))
    archive.tell_more(id, about, corrected)
    if told.not_before is not None:
        archive.labels.hold_back(Subjects(records=(id,)), told.not_before)
    return id


def _thread(told: Told, readers: tuple[Person, ...]) -> ThreadDraft:
    if readers:
        names = ", ".join(person.name for person in readers)
        key = "letters/" + "/".join(sorted(person.handle for person in readers))
        return ThreadDraft(key, f"Letters to {names}", "direct" if len(readers) == 1 else "group", readers)
    if told.by is not None:
        return ThreadDraft(f"told by/{told.by.id}", f"Told by {told.by.name}", "note")
    return ThreadDraft(told.sort, _TITLES[told.sort], "note")


def _teller(archive: Archive, owner_name: str, by: Contact | None) -> Person:
    if by is not None:
        return _known_as(archive, by)
    person = Person(owner_name, owner_name)
    owner = next((contact.id for contact in archive.contacts.all() if contact.owner), None)
    archive.people.upsert(TOLD_SOURCE, NO_ACCOUNT, person, contact=owner)
    return person


def _known_as(archive: Archive, contact: Contact) -> Person:
    """A contact as this source knows them: the same contact, whatever other handles they have."""
    alone = len(archive.contacts.named(contact.name)) == 1
    person = Person(contact.name if alone else f"{contact.name} #{contact.id}", contact.name)
    archive.people.upsert(TOLD_SOURCE, NO_ACCOUNT, person, contact=contact.id)
    return person


def _corrected(archive: Archive, record: str, by: Contact | None) -> str:
    """The id of the record that is corrected: the owner may correct any, others only what they said."""
    author = archive.author_of(record)
    if author is None:
        raise UsageError(
            "There is no such record to correct. Nothing was stored.",
            remedy="Ids stand in: afterself search WORDS --json",
        )
    if by is not None and author[0] not in {identity.id for identity in by.identities}:
        raise UsageError(
            f"{by.name} did not say that, and cannot correct it. Nothing was stored.",
            remedy="Store it without --corrects: both will be shown",
        )
    return record
