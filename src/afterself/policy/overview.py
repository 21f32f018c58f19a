"""What a view tells of the archive as a whole: how much there is, from when to when, imported from what.

Reached as `View.overview`. Counts keep to what the view may see; nothing of any text is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import apsw

from afterself.archive.audiences import OWNER
from afterself.archive.database import archive_errors
from afterself.archive.drafts import TOLD_SOURCE
from afterself.archive.keys import moment
from afterself.policy.sayings import repeats
from afterself.policy.seen import FROM_RECORDS, Seen, said_between


@dataclass(frozen=True, slots=True)
class Overview:
    """How much a view sees. `own` counts the owner's records; `owner` are the names known to be theirs.

    What several sources hold counts once in both; `repeated` counts its further records.
    """

    records: int
    own: int
    threads: int
    people: int
    first: datetime | None
    last: datetime | None
    owner: tuple[str, ...]
    owner_unknown_in: tuple[str, ...]
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """One import that left something in the archive; `finished`: it was not cut off before its end."""

    source: str
    importer: str
    name: str
    at: datetime
    finished: bool


_DAY = 86_400_000_000
# Whose words a record is follows its author (`archive.people`); what has no author says it itself.
_OWN = (
    "SELECT (SELECT count(*) FROM identity JOIN record ON record.author = identity.id "
    "WHERE identity.owner = 1) + (SELECT count(*) FROM record WHERE author IS NULL AND is_owner = 1)"
)
# Three looks into the index for each thread: in all less than reading the whole of it.
_THREADS = """
SELECT row, (SELECT min(order_at) FROM record WHERE record.thread = thread.row),
       (SELECT max(order_at) FROM record WHERE record.thread = thread.row)
FROM thread WHERE EXISTS (SELECT 1 FROM record WHERE record.thread = thread.row)
"""


class OverviewReads:
    """The part of a view that counts: `View.overview`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, seen: Seen) -> None:
        self._db, self._archive_path, self._seen = db, archive_path, seen
        self._from = "FROM record" if seen.everything else f"{FROM_RECORDS} WHERE {seen.record}"
        """The records that are seen."""

    def participants(self) -> dict[str, list[tuple[int, bool]]]:
        """Who takes part in each thread: contacts, and whether one is the owner.

        An audience is told of the threads where it sees something.
        """
        there: dict[str, list[tuple[int, bool]]] = {}
        with archive_errors(self._archive_path):
            rows = self._db.execute(
                f"""
                SELECT place.id, contact.id, coalesce(identity.owner, 0) FROM thread_participant AS there
                JOIN thread AS place ON place.row = there.thread
                JOIN identity ON identity.id = there.identity JOIN contact ON contact.id = identity.contact
                WHERE {self._seen.person}
                AND {self._there("there.thread", "thread")}
                ORDER BY there.thread, identity.id
                """,
                self._seen.values,
            )
            for thread, contact, is_owner in rows:
                there.setdefault(thread, []).append((contact, bool(is_owner)))
        return there

    def counts(self) -> Overview:
        """Records, threads, people and the span of time."""
        with archive_errors(self._archive_path):
            records, own, threads, first, last = self._all() if self._seen.everything else self._seen_ones()
            again = self._again()
            people: Any = self._db.execute(
                "SELECT count(DISTINCT CASE WHEN contact.id IN "
                "(SELECT contact FROM identity WHERE owner = 1) THEN 0 ELSE contact.id END) "
                f"FROM identity JOIN contact ON contact.id = identity.contact WHERE {self._seen.person} "
                f"AND {self._there('identity.id', 'author')}",
                self._seen.values,
            ).get
            owner = self._db.execute(
                "SELECT DISTINCT coalesce(contact.shown, identity.name) FROM identity "
                "JOIN contact ON contact.id = identity.contact WHERE identity.owner = 1 "
                f"AND {self._there('identity.id', 'author')} ORDER BY 1",
                self._seen.values,
            ).fetchall()
            unknown = self._db.execute(
                f"SELECT DISTINCT source FROM identity WHERE source <> '{TOLD_SOURCE}' "
                f"AND {self._there('identity.id', 'author')} "
                "GROUP BY source, account HAVING coalesce(max(owner), 0) = 0 ORDER BY source",
                self._seen.values,
            ).fetchall()
        return Overview(
            records - again[0], own - again[1], threads, people,
            None if first is None else moment(first), None if last is None else moment(last),
            tuple(str(name) for (name,) in owner), tuple(str(source) for (source,) in unknown),
            again[0],
        )  # fmt: skip

    def how_many(
        self,
        *,
        thread: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        source: str | None = None,
    ) -> int:
        """How many records `View.records` gives for the same arguments."""
        wanted, values = said_between(since, until)
        here = "" if thread is None else "AND record.thread = (SELECT row FROM thread WHERE id = :thread) "
        if source is not None:
            here += "AND record.thread IN (SELECT row FROM thread WHERE source = :source) "
        where = f"FROM record WHERE 1 {here}" if self._seen.everything else f"{self._from} {here}"
        with archive_errors(self._archive_path):
            found: Any = self._db.execute(
                f"SELECT count(*) {where}{wanted}",
                {**self._seen.values, **values, "thread": thread, "source": source},
            ).get
        return int(found)

    def _seen_ones(self) -> tuple[int, int, int, int | None, int | None]:
        found: Any = self._db.execute(
            "SELECT count(*), coalesce(sum(record.is_owner = 1), 0), count(DISTINCT record.thread), "
            f"min(record.said_at), max(record.said_at) {self._from}",
            self._seen.values,
        ).fetchone()
        return found  # type: ignore[no-any-return]

    def _all(self) -> tuple[int, int, int, int | None, int | None]:
        """The same of everything, asked of the indexes alone: the records are ten times as long."""
        threads: Any = self._db.execute(_THREADS).fetchall()
        records, timed = self.how_many(), [one for one in threads if one[1] is not None]
        own = int(self._db.execute(_OWN).get)
        if not timed:
            return records, own, len(threads), None, None
        # A record is ordered by its own time or, within a day of it, by that of the one before.
        earliest, latest = min(one[1] for one in timed), max(one[2] for one in timed)
        early, late = earliest + _DAY, latest - _DAY
        first = self._ends("min(said_at)", "<", early, [one[0] for one in timed if one[1] < early])
        last = self._ends("max(said_at)", ">=", late, [one[0] for one in timed if one[2] >= late])
        if not first or min(first) > earliest or not last or max(last) < late:
            return self._seen_ones()
        return records, own, len(threads), min(first), max(last)

    def _ends(self, what: str, sign: str, bound: int, threads: Sequence[int]) -> list[int]:
        """The first or last times said in these threads, of records that are ordered beyond a bound."""
        query = f"SELECT {what} FROM record WHERE thread = ? AND order_at {sign} ?"
        found = (self._db.execute(query, (thread, bound)).get for thread in threads)
        return [int(at) for at in found if at is not None]

    def _again(self) -> tuple[int, int]:
        """How many records repeat others that are seen, and how many of them are the owner's."""
        if self._seen.everything:  # then it is one record of each saying that does not
            query = (
                "SELECT count(*) - count(DISTINCT said), "
                "coalesce(sum(own), 0) - count(DISTINCT CASE WHEN own THEN said END) FROM "
                "(SELECT said, record.is_owner IS 1 AS own FROM same_as "
                "JOIN record ON record.row = same_as.record)"
            )
        else:
            query = (
                f"SELECT count(*), coalesce(sum(record.is_owner = 1), 0) {FROM_RECORDS} "
                f"WHERE {self._seen.record} AND {repeats(self._seen.record)}"
            )
        found: Any = self._db.execute(query, self._seen.values).fetchone()
        return found[0], found[1]

    def imports(self) -> list[ImportInfo]:
        """The imports that left something that is seen, oldest first."""
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute(
                "SELECT source, importer, outer_name, started_at, finished_at IS NOT NULL FROM import "
                f"WHERE {self._there('import.id', 'import')} ORDER BY id",
                self._seen.values,
            ).fetchall()
        return [
            ImportInfo(source, importer, name, moment(at), bool(finished))
            for source, importer, name, at, finished in rows
        ]

    def kept_files(self) -> dict[int, set[str]]:
        """The files that were kept of whole imports: SHA-256 (hex) by size. For the owner's list alone."""
        found: dict[int, set[str]] = {}
        if self._seen.everything:
            with archive_errors(self._archive_path):
                for sha256, size in self._db.execute(
                    "SELECT sha256, size FROM blob WHERE id NOT IN (SELECT blob FROM import_member "
                    "JOIN import ON import.id = import WHERE finished_at IS NULL AND blob IS NOT NULL)"
                ):
                    found.setdefault(size, set()).add(sha256)
        return found

    def _there(self, what: str, column: Literal["author", "thread", "import"]) -> str:
        """That something stands in a record that is seen; an audience is told of nothing else."""
        if self._seen.audience == OWNER:
            return "1"
        if column != "import":
            return f"{what} IN (SELECT record.{column} {self._from})"
        return (
            f"{what} IN (SELECT revision.import FROM revision WHERE revision.record IN "
            f"(SELECT record.row {self._from}))"
        )
