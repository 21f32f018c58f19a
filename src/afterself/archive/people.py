"""Contacts and identities, and which of them is the owner.

An identity is one handle in one source; a contact is the person behind one or
more of them. Who the owner is is decided for identities (by a person, an option
of an import, or the export itself); the records follow. Where nobody decided
for a source and account, it stays unknown. What was made from words that turn out not to be the
owner's, or that an excluded contact said, becomes stale.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.drafts import Person
from afterself.archive.keys import folded, keyed_id, nfc
from afterself.archive.ledger import Artifact, Ledger
from afterself.archive.near_names import near_names
from afterself.archive.same_words import link_anew

DecidedBy = Literal["person", "option", "hint", "export"]

_AT_ONCE = 20_000
_TRUTH = """
(
    SELECT one.id,
           CASE WHEN one.owner = 1 THEN 1
                WHEN one.owner = 0 OR scope.by IS NOT NULL THEN 0 END AS is_owner,
           coalesce(one.owner_by, scope.by) AS owner_by
    FROM identity AS one,
         (SELECT min(owner_by) AS by FROM identity
          WHERE source = ?1 AND account = ?2 AND owner = 1) AS scope
    WHERE one.source = ?1 AND one.account = ?2
) AS truth
"""
_SETTLE = f"""
UPDATE record SET is_owner = truth.is_owner, owner_by = truth.owner_by FROM {_TRUTH}
WHERE record.author = truth.id AND record.row BETWEEN ?3 AND ?4
  AND (record.is_owner IS NOT truth.is_owner OR record.owner_by IS NOT truth.owner_by)
"""
_NO_LONGER_THEIRS = f"""
SELECT revision.row FROM {_TRUTH} JOIN record ON record.author = truth.id
JOIN revision ON revision.record = record.row
WHERE record.row BETWEEN ?3 AND ?4 AND record.is_owner = 1 AND truth.is_owner IS NOT 1
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """One handle of a contact or of the owner. `owner` None: nobody has decided."""

    id: int
    contact: int
    source: str
    account: str
    handle: str
    name: str
    owner: bool | None
    owner_by: DecidedBy | None


_COLUMNS = "id, contact, source, account, handle, name, owner, owner_by"


def _identity(row: tuple[int, int, str, str, str, str, int | None, DecidedBy | None]) -> Identity:
    number, contact, source, account, handle, name, owner, by = row
    return Identity(
        number, contact, source, account, handle, name, None if owner is None else bool(owner), by
    )


class People:
    """The people of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, changes: ChangeLog, ledger: Ledger) -> None:
        self._db = db
        self._secret = secret
        self._changes = changes
        self._ledger = ledger

    def identities(self) -> list[Identity]:
        """Every identity, in the order in which they were first seen."""
        return [_identity(row) for row in self._db.execute(f"SELECT {_COLUMNS} FROM identity ORDER BY id")]

    def upsert(self, source: str, account: str, person: Person, contact: int | None = None) -> Identity:
        """The identity of `person`, made if new (of `contact`, if given); its name follows the export."""
        handle, name = nfc(person.handle).strip(), nfc(person.name).strip()
        name = name or handle
        key = (source, account, handle)
        row: Any = self._db.execute(
            f"SELECT {_COLUMNS} FROM identity WHERE source = ? AND account = ? AND handle = ?", key
        ).fetchone()
        if row is None:
            contact = self._contact(source, handle, name) if contact is None else contact
            row = self._db.execute(
                "INSERT INTO identity (contact, source, account, handle, name) VALUES (?, ?, ?, ?, ?) "
                f"RETURNING {_COLUMNS}",
                (contact, *key, name),
            ).fetchone()
        elif row[5] != name:
            self._db.execute("UPDATE identity SET name = ? WHERE id = ?", (name, row[0]))
            row = (*row[:5], name, *row[6:])
        return _identity(row)

    def _contact(self, source: str, handle: str, name: str) -> int:
        row = self._db.execute(
            "SELECT contact FROM identity WHERE source = ? AND handle = ? LIMIT 1", (source, handle)
        ).fetchone()
        if row is not None:
            return int(row[0])
        self._db.execute("INSERT INTO contact (name) VALUES (?)", (name,))
        return int(self._db.last_insert_rowid())

    def find(self, name: str) -> list[Identity]:
        """Identities whose name or handle is `name`, without regard to case."""
        wanted = folded(name)
        return [one for one in self.identities() if wanted in (folded(one.name), folded(one.handle))]

    def names(self) -> list[str]:
        """The names of all identities."""
        return [one.name for one in self.identities()]

    def near(self, name: str) -> list[str]:
        """Names that `name` may have been meant as, nearest first."""
        return near_names(name, self.names())

    def decide(self, identity: Identity, owner: bool, by: DecidedBy) -> bool:
        """Write down that `identity` is (or is not) the owner; False if that was known already.

        What the export says never overrides what a person said, and a name given with an import (`option`),
        which others may bear, not what was said of this one. `settle` brings the records in line.
        """
        if identity.owner == owner or (by in ("hint", "export") and identity.owner is not None):
            return False
        if by == "option" and identity.owner_by == "person":
            return False
        self._db.execute("UPDATE identity SET owner = ?, owner_by = ? WHERE id = ?", (owner, by, identity.id))
        if by in ("person", "option"):
            who = f"identity/{identity.source}/{identity.account}/{identity.handle}"
            action = "owner is" if owner else "owner is not"
            self._changes.append(action, identity=keyed_id(self._secret, who), by=by)
        return True

    def is_owner(self, contact: int) -> bool:
        """Whether one of a contact's identities is the owner."""
        query = "SELECT 1 FROM identity WHERE contact = ? AND owner = 1 LIMIT 1"
        return self._db.execute(query, (contact,)).fetchone() is not None

    def owner_known(self, source: str, account: str) -> str | None:
        """Who or what said who the owner is in this source and account; None: nobody did."""
        by: str | None = self._db.execute(
            "SELECT min(owner_by) FROM identity WHERE source = ? AND account = ? AND owner = 1",
            (source, account),
        ).get
        return by

    def owners(self, source: str, account: str) -> list[str]:
        """Names of those known to be the owner in this source and account; none means: not known."""
        rows = self._db.execute(
            "SELECT DISTINCT name FROM identity WHERE source = ? AND account = ? AND owner = 1 ORDER BY name",
            (source, account),
        )
        return [str(name) for (name,) in rows]

    def settle(self, source: str, account: str) -> int:
        """Bring `is_owner` of every record of this source and account in line; gives how many changed."""
        top: Any = self._db.execute("SELECT coalesce(max(row), 0) FROM record").get
        changed, no_longer = 0, array("q")  # the latter: revisions of what turns out not to be the owner's
        for first in range(1, int(top) + 1, _AT_ONCE):  # what an UPDATE is about to change stands in memory
            values = (source, account, first, first + _AT_ONCE - 1)
            no_longer.extend(row for (row,) in self._db.execute(_NO_LONGER_THEIRS, values))
            self._db.execute(_SETTLE, values)
            changed += int(self._db.changes())
        self._ledger.mark_stale(no_longer)
        return changed

    def wrote_before(self, source: str, account: str, row: int) -> bool:
        """Whether records of this source and account stand before a row."""
        found: Any = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM record JOIN thread ON thread.row = record.thread "
            "WHERE record.row < ? AND thread.source = ? AND thread.account = ?)",
            (row, source, account),
        ).get
        return bool(found)

    def set_owner(self, chosen: Sequence[Identity], owner: bool = True, by: DecidedBy = "person") -> int:
        """These identities are (or are not) the owner, as `by` says; gives how many records changed."""
        scopes = dict.fromkeys((one.source, one.account) for one in chosen if self.decide(one, owner, by))
        changed = sum(self.settle(source, account) for source, account in scopes)
        if changed:
            link_anew(self._db)
        return changed

    def made_from(self, contact: int) -> list[Artifact]:
        """What was made from the words of a contact and goes if they are excluded."""
        return self._ledger.made_from(self._said_by(contact))

    def _said_by(self, contact: int) -> set[int]:
        """Every revision row of what a contact said."""
        rows = self._db.execute(
            "SELECT revision.row FROM identity JOIN record ON record.author = identity.id "
            "JOIN revision ON revision.record = record.row WHERE identity.contact = ?",
            (contact,),
        )
        return {row for (row,) in rows}

    def exclude(self, contact: int, excluded: bool = True) -> None:
        """Keep a contact out of every view but the plain list, or let them in again.

        What was made from their words is stale from then on.
        """
        self._db.execute("UPDATE contact SET excluded = ? WHERE id = ?", (excluded, contact))
        if excluded:
            self._ledger.mark_stale(self._said_by(contact))
        handles = self._db.execute(
            "SELECT source || '/' || account || '/' || handle FROM identity WHERE contact = ? ORDER BY id",
            (contact,),
        )
        who = [keyed_id(self._secret, f"identity/{handle}") for (handle,) in handles]
        self._changes.append("contact excluded" if excluded else "contact included", identities=who)


def by_first_name(name: str, called: Iterable[tuple[int, str]]) -> int | None:
    """The number of the one person whose first name is `name`; None if that fits nobody, or several.

    `called`: the names that people have, with a number for each person.
    """
    wanted = folded(name)
    fitting = {number for number, whole in called if wanted and folded(whole).split()[:1] == [wanted]}
    return fitting.pop() if len(fitting) == 1 else None
