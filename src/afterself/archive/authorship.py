"""The persons that an import meets -> identities, and which of them is the owner.

The owner is whom the names given with the import say, else whom the export says, else nobody yet; a person's
own word (`People.set_owner`) stands above all of these. Records follow when the import ends.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Literal

from afterself.archive.drafts import Person
from afterself.archive.keys import folded
from afterself.archive.people import Identity, People


class Authorship:
    """Who wrote what one import brings, in one source and account. `me` are the owner's names as given.

    `changed` says that records stored before may be somebody else's now. `contacts` are known persons by
    the handle that this export has for them, once another export of the same chat was found.
    """

    def __init__(self, people: People, source: str, account: str, me: Iterable[str]) -> None:
        self._people = people
        self._source = source
        self._account = account
        self._me = {folded(name): name for name in me if folded(name)}
        self._me_found: set[str] = set()
        self.denied = False
        """Whether somebody bears a name given as "me" of whom a person said that they are not the owner."""
        self._hints: list[Person] = []
        self._identities: dict[str, Identity] = {}
        self._owner_by = people.owner_known(source, account)
        self.changed = False
        self.contacts: Mapping[str, int] = {}

    def identity(self, person: Person) -> Identity:
        """Make or update an identity (and its contact)."""
        known = self._identities.get(person.handle)
        if known is not None and (known.name == person.name or not person.name):
            return known
        contact = self.contacts.get(person.handle)
        identity = self._people.upsert(self._source, self._account, person, contact)
        if contact is not None and identity.owner is None and self._people.is_owner(contact):
            identity = self._decide(person, identity, owner=True, by="export")
        mine = {folded(identity.name), folded(identity.handle)} & self._me.keys()
        if mine:
            self._me_found |= mine
            self.denied = self.denied or (identity.owner is False and identity.owner_by == "person")
            return self._decide(person, identity, owner=True, by="option")
        self._identities[person.handle] = identity
        return identity

    def author(self, person: Person, is_owner: bool | None) -> Identity:
        """The identity of a record's author, of whom the export may say whether they are the owner."""
        identity = self.identity(person)
        if is_owner is not None and identity.owner is None:
            identity = self._decide(person, identity, owner=is_owner, by="export")
        return identity

    def hint(self, person: Person) -> None:
        """The export says who its owner is; it counts where the names the person gave do not say it."""
        self.identity(person)
        self._hints.append(person)

    def _decide(
        self, person: Person, identity: Identity, *, owner: bool, by: Literal["option", "hint", "export"]
    ) -> Identity:
        if self._people.decide(identity, owner, by):
            self.changed = True
            self._owner_by = self._people.owner_known(self._source, self._account)
            identity = dataclasses.replace(identity, owner=owner, owner_by=by)
        self._identities[person.handle] = identity
        return identity

    def of_record(self, author: Identity | None, said: bool | None) -> tuple[bool | None, str | None]:
        """What `People.settle` would say of a record now; it runs at the end if a decision came later."""
        if author is None:
            return said, None if said is None else "export"
        if author.owner is not None:
            return author.owner, author.owner_by
        return (None, None) if self._owner_by is None else (False, self._owner_by)

    def settle(self) -> bool:
        """At the end: heed the export's hints, and bring records in line; whether any changed."""
        if not self._me_found:
            for person in self._hints:
                self._decide(person, self.identity(person), owner=True, by="hint")
        return self.changed and self._people.settle(self._source, self._account) > 0

    def wrote_before(self, row: int) -> bool:
        """Whether records of this source and account stand before a row."""
        return self._people.wrote_before(self._source, self._account, row)

    @property
    def people(self) -> frozenset[int]:
        """Numbers of the contacts that this import touched, with 0 for those who are the owner."""
        contacts = {identity.contact for identity in self._identities.values()}
        return frozenset(0 if self._people.is_owner(contact) else contact for contact in contacts)

    @property
    def owners(self) -> list[str]:
        """Names of those known to be the owner in this source and account; none means: not known."""
        return self._people.owners(self._source, self._account)

    @property
    def names_not_found(self) -> list[str]:
        """The names given as "me" that nobody in this import bears."""
        return [name for key, name in self._me.items() if key not in self._me_found]
