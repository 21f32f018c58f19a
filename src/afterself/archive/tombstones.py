"""Whether what an import brings was forgotten: keyed hashes held against a draft's key, words and author.

Written by `forgetting`; how they are made stands in `keys`. Nothing can be read out of them.
"""

from __future__ import annotations

import apsw

from afterself.archive.drafts import Person
from afterself.archive.keys import key_tombstone, person_tombstone, text_tombstone


class Tombstones:
    """All tombstones of one archive, read once for one import; false if there are none."""

    def __init__(self, db: apsw.Connection, secret: bytes, source: str) -> None:
        self._secret, self._source = secret, source
        self._macs = {mac for (mac,) in db.execute("SELECT mac FROM tombstone")}

    def __bool__(self) -> bool:
        return bool(self._macs)

    def bury(self, source_key: str, said_at: int | None, text: str, author: Person | None) -> bool:
        """Whether this record was forgotten, or its author was."""
        if not self._macs:
            return False
        if key_tombstone(self._secret, source_key) in self._macs:
            return True
        return text_tombstone(self._secret, said_at, text) in self._macs or self.bar(author)

    def bar(self, person: Person | None) -> bool:
        """Whether this is a contact who was forgotten: nothing of theirs comes in."""
        if person is None or not self._macs:
            return False
        return person_tombstone(self._secret, self._source, person.handle) in self._macs
