"""What a view tells of the archive as a whole: how much there is, from when to when, imported from what.

Reached as `View.overview`. Counts keep to what the view may see; nothing of any text is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from afterself.archive.database import archive_errors
from afterself.archive.keys import moment

_SEEN = """
FROM record LEFT JOIN identity ON identity.id = record.author
LEFT JOIN contact ON contact.id = identity.contact WHERE (?1 OR coalesce(contact.excluded, 0) = 0)
"""


@dataclass(frozen=True, slots=True)
class Overview:
    """How much a view sees. `own` counts the owner's records; `owner` are the names known to be theirs."""

    records: int
    own: int
    threads: int
    people: int
    first: datetime | None
    last: datetime | None
    owner: tuple[str, ...]
    owner_unknown_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """One import that left something in the archive."""

    source: str
    importer: str
    name: str
    at: datetime


class OverviewReads:
    """The part of a view that counts: `View.overview`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, everyone: bool) -> None:
        self._db, self._archive_path, self._everyone = db, archive_path, everyone

    def counts(self) -> Overview:
        """Records, threads, people and the span of time."""
        with archive_errors(self._archive_path):
            seen: Any = self._db.execute(
                "SELECT count(*), coalesce(sum(record.is_owner = 1), 0), count(DISTINCT record.thread), "
                f"min(record.said_at), max(record.said_at) {_SEEN}",
                (self._everyone,),
            ).fetchone()
            records, own, threads, first, last = seen
            people: Any = self._db.execute(
                "SELECT count(DISTINCT CASE WHEN identity.owner = 1 THEN 0 ELSE contact.id END) "
                "FROM identity JOIN contact ON contact.id = identity.contact "
                "WHERE (?1 OR contact.excluded = 0)",
                (self._everyone,),
            ).get
            owner = self._db.execute(
                "SELECT DISTINCT coalesce(contact.shown, identity.name) FROM identity "
                "JOIN contact ON contact.id = identity.contact WHERE identity.owner = 1 ORDER BY 1"
            ).fetchall()
            unknown = self._db.execute(
                "SELECT DISTINCT source FROM identity GROUP BY source, account "
                "HAVING coalesce(max(owner), 0) = 0 ORDER BY source"
            ).fetchall()
        return Overview(
            records, own, threads, people,
            None if first is None else moment(first), None if last is None else moment(last),
            tuple(str(name) for (name,) in owner), tuple(str(source) for (source,) in unknown),
        )  # fmt: skip

    def imports(self) -> list[ImportInfo]:
        """The imports that left something in the archive, oldest first."""
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute(
                "SELECT source, importer, outer_name, started_at FROM import ORDER BY id"
            ).fetchall()
        return [ImportInfo(source, importer, name, moment(at)) for source, importer, name, at in rows]
