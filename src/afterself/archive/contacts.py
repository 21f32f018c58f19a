"""Who is one person: contacts found by name, merged, split, kept out and let in again.

A contact is one or more identities. An import makes one of each handle; that two of them are one
person is for people to say. Every decision goes into the change log as keyed ids, and can be taken
back: a merge by a split, an exclusion by an inclusion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.keys import folded, keyed_id, nfc
from afterself.archive.people import Identity, People, by_first_name
from afterself.archive.same_words import link_anew
from afterself.errors import UsageError


@dataclass(frozen=True, slots=True)
class Contact:
    """One person of the archive, with the name they are shown under."""

    id: int
    name: str
    excluded: bool
    identities: tuple[Identity, ...]

    @property
    def owner(self) -> bool:
        """True if an identity of theirs is the owner's."""
        return any(one.owner for one in self.identities)


class Contacts:
    """The contacts of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, changes: ChangeLog, people: People) -> None:
        self._db, self._secret, self._changes, self._people = db, secret, changes, people

    def all(self) -> list[Contact]:
        """Every contact that has an identity, in the order in which they were first seen."""
        by_contact: dict[int, list[Identity]] = {}
        for one in self._people.identities():
            by_contact.setdefault(one.contact, []).append(one)
        rows = self._db.execute("SELECT id, shown, excluded FROM contact ORDER BY id")
        return [
            Contact(id, shown or by_contact[id][-1].name, bool(excluded), tuple(by_contact[id]))
            for id, shown, excluded in rows
            if id in by_contact
        ]

    def named(self, name: str) -> list[Contact]:
        """Contacts with this name or handle (without regard to case), or the one with this “#number”."""
        number = name.strip().removeprefix("#")
        everyone = self.all()
        if name.strip().startswith("#") and number.isdecimal():
            return [one for one in everyone if one.id == int(number)]
        wanted = folded(name)
        return [
            one
            for one in everyone
            if wanted == folded(one.name)
            or any(wanted in (folded(i.name), folded(i.handle)) for i in one.identities)
        ]

    def meant(self, name: str) -> list[Contact]:
        """Contacts of this name; if there are none, whom it fits alone as a first name."""
        everyone = self.all()
        called = [
            (0 if one.owner else one.id, each)
            for one in everyone
            for each in (one.name, *(identity.name for identity in one.identities))
        ]
        found = self.named(name)
        first = None if found else by_first_name(name, called)
        return found or [one for one in everyone if (0 if one.owner else one.id) == first]

    def merge(self, contacts: Sequence[Contact]) -> Contact:
        """Make one contact of several; they are shown under the first one's name.

        UsageError if there is only one, or if some of them are the owner and others are not.
        """
        first, *others = contacts
        if not others:
            raise UsageError(
                "These names are one contact already.", remedy="See who there is: afterself people"
            )
        if len({one.owner for one in contacts}) > 1:
            raise UsageError(
                "One of them is the owner and another is not. Nothing was changed.",
                remedy="If it is you: afterself people me NAME",
            )
        for one in others:
            self._db.execute("UPDATE identity SET contact = ? WHERE contact = ?", (first.id, one.id))
            self._db.execute(
                "UPDATE contact SET relation = coalesce(relation, "
                "(SELECT relation FROM contact WHERE id = ?)) WHERE id = ?",
                (one.id, first.id),
            )
            self._db.execute("DELETE FROM contact WHERE id = ?", (one.id,))
        self._db.execute("UPDATE contact SET shown = ? WHERE id = ?", (nfc(first.name), first.id))
        self._changes.append("contacts merged", identities=[self._keys(one.identities) for one in contacts])
        if any(one.excluded for one in contacts):
            self._people.exclude(first.id)
        link_anew(self._db)
        return self._contact(first.id)

    def split(self, contact: Contact, name: str) -> list[Contact]:
        """Take the identities called `name` out of a contact; if that is all of them, part them by handle.

        UsageError if the contact is one handle only. Gives the contacts that there are then.
        """
        handles = list(dict.fromkeys((one.source, one.handle) for one in contact.identities))
        if len(handles) == 1:
            raise UsageError(
                "That contact is one handle only: there is nothing to split. Nothing was changed.",
                remedy="See who there is: afterself people",
            )
        wanted = folded(name)
        leaving = [one for one in contact.identities if wanted in (folded(one.name), folded(one.handle))]
        if leaving and len(leaving) < len(contact.identities):
            parted = [leaving]
        else:
            parted = [
                [one for one in contact.identities if (one.source, one.handle) == handle]
                for handle in handles[1:]
            ]
        made = [contact.id]
        for group in parted:
            self._db.execute(
                "INSERT INTO contact (name, relation, excluded) SELECT ?, relation, excluded FROM contact "
                "WHERE id = ?",
                (group[0].name, contact.id),
            )
            made.append(int(self._db.last_insert_rowid()))
            for one in group:
                self._db.execute("UPDATE identity SET contact = ? WHERE id = ?", (made[-1], one.id))
        self._name_again(contact, made)
        link_anew(self._db)
        self._changes.append(
            "contact split", identities=[self._keys(self._contact(id).identities) for id in made]
        )
        return [self._contact(id) for id in made]

    def _name_again(self, contact: Contact, made: Iterable[int]) -> None:
        """A contact of one name is shown as the export has it; one of several keeps one shown name."""
        for id in made:
            names = dict.fromkeys(one.name for one in self._contact(id).identities)
            shown = None
            if len(names) > 1:
                shown = contact.name if contact.name in names else next(iter(names))
            self._db.execute("UPDATE contact SET shown = ? WHERE id = ?", (shown, id))

    def _contact(self, id: int) -> Contact:
        return next(one for one in self.all() if one.id == id)

    def _keys(self, identities: Iterable[Identity]) -> list[str]:
        return [
            keyed_id(self._secret, f"identity/{one.source}/{one.account}/{one.handle}") for one in identities
        ]
