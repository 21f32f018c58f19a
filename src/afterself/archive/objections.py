"""Objections of contacts: what somebody does not want their words used for, and since when they were said.

Finer than an exclusion, which is an objection to everything. Kept with the identities of the contact, so
that it lasts through merges and splits; given and taken back through the change log. What was made from
words that may not be used for it any more becomes stale.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.contacts import Contact
from afterself.archive.keys import keyed_id
from afterself.archive.ledger import Ledger

Objectionable = Literal["train", "retrieve", "quote"]
OBJECTIONABLE: tuple[Objectionable, ...] = ("train", "retrieve", "quote")
OF_TRAINING = ("weights", "checkpoint", "dataset")
"""Kinds of artifacts that are made by training, or for it."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection of a contact. `since`: only to what was said then or later; both in microseconds, UTC."""

    contact: int
    purpose: Objectionable
    since: int | None
    made_at: int


class Objections:
    """The objections in one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, changes: ChangeLog, ledger: Ledger) -> None:
        self._db, self._secret, self._changes, self._ledger = db, secret, changes, ledger

    def add(self, contact: Contact, purposes: Sequence[Objectionable], since: int | None = None) -> int:
        """Enter that a contact objects, in the place of what they objected to before for these purposes.

        What has no date is objected to with the rest. Gives how many artifacts became stale.
        """
        now = time.time_ns() // 1000
        stale: set[int] = set()
        for purpose in purposes:
            for one in contact.identities:
                self._db.execute(
                    "INSERT INTO objection VALUES (?1, ?2, ?3, ?4) "
                    "ON CONFLICT (identity, purpose) DO UPDATE SET since = ?3, made_at = ?4",
                    (one.id, purpose, since, now),
                )
            theirs = self._revisions(contact, since)
            spared = () if purpose == "train" else OF_TRAINING
            stale.update(self._ledger.mark_stale(theirs, spare=spared))
        self._log("contact objects", contact, purposes, since)
        return len(stale)

    def withdraw(self, contact: Contact, purposes: Sequence[Objectionable]) -> int:
        """Enter that a contact does not object any more; gives to how many of the purposes they did."""
        before = {one.purpose for one in self.of(contact)} & set(purposes)
        for purpose in before:
            for one in contact.identities:
                self._db.execute(
                    "DELETE FROM objection WHERE identity = ? AND purpose = ?", (one.id, purpose)
                )
        if before:
            self._log("contact objects no more", contact, sorted(before), None)
        return len(before)

    def all(self) -> list[Objection]:
        """Every objection, by contact; of several identities' the one that reaches furthest back."""
        rows = self._db.execute(
            "SELECT identity.contact, purpose, nullif(min(coalesce(since, -9e18)), -9e18), max(made_at) "
            "FROM objection JOIN identity ON identity.id = objection.identity "
            "GROUP BY identity.contact, purpose ORDER BY identity.contact, purpose"
        )
        return [Objection(contact, p, None if s is None else int(s), at) for contact, p, s, at in rows]

    def of(self, contact: Contact) -> list[Objection]:
        """The objections of one contact."""
        return [one for one in self.all() if one.contact == contact.id]

    def _revisions(self, contact: Contact, since: int | None) -> set[int]:
        rows = self._db.execute(
            "SELECT revision.row FROM identity JOIN record ON record.author = identity.id "
            "JOIN revision ON revision.record = record.row WHERE identity.contact = ?1 "
            "AND (?2 IS NULL OR record.said_at IS NULL OR record.order_at >= ?2)",
            (contact.id, since),
        )
        return {row for (row,) in rows}

    def _log(self, action: str, contact: Contact, purposes: Sequence[str], since: int | None) -> None:
        who = [
            keyed_id(self._secret, f"identity/{one.source}/{one.account}/{one.handle}")
            for one in contact.identities
        ]
        self._changes.append(action, identities=who, purposes=list(purposes), since=since)
