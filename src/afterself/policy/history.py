"""What a view tells of where a record comes from: its revisions, imports and keys, and what was made of it.

Reached as `View.history`, for records that the view sees; an audience other than the owner is told nothing.
Times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from afterself.archive.audiences import OWNER
from afterself.archive.database import archive_errors
from afterself.archive.drafts import Span
from afterself.archive.keys import moment
from afterself.archive.ledger import Artifact, Ledger
from afterself.policy.seen import FROM_RECORDS, Seen


@dataclass(frozen=True, slots=True)
class Provenance:
    """From which import a wording came, and where it stands in the raw export as far as is known."""

    number: int
    importer: str
    version: str
    name: str
    member: str | None
    offset: int | None
    length: int | None
    pointer: str | None
    row: int | None
    kept: bool
    """Whether the raw member lies among the blobs."""


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """One wording of a record. `at` is when it came in; `undone` that the owner took a correction back."""

    n: int
    why: str
    text: str
    language: str | None
    spans: tuple[Span, ...]
    edited: bool
    current: bool
    at: datetime | None
    note: str | None
    undone: bool
    provenance: Provenance | None


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """What the archive knows of a record beyond what it says. `made` is what was made from any revision."""

    said_raw: str
    zone: str | None
    owner_by: str | None
    forwarded_from: str | None
    aliases: tuple[str, ...]
    revisions: tuple[RevisionInfo, ...]
    made: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """One import: `records` it was the first to bring, `revisions` it brought to those known before."""

    number: int
    source: str
    account: str
    importer: str
    version: str
    name: str
    at: datetime
    finished: bool
    records: int
    revisions: int
    members: int
    kept: int


_REVISIONS = """
SELECT revision.row, n, why, text, language, edited, revision.row = record.revision,
       coalesce(correction.at, import.started_at), correction.note, correction.undone_at IS NOT NULL,
       import.id, import.importer, import.version, import.outer_name, import_member.member,
       raw_offset, raw_length, raw_pointer, raw_row, revision.blob IS NOT NULL
FROM record JOIN revision ON revision.record = record.row LEFT JOIN import ON import.id = revision.import
LEFT JOIN import_member ON import_member.id = revision.member
LEFT JOIN correction ON correction.revision = revision.row
WHERE record.id = ? ORDER BY n
"""
_IMPORTS = """
SELECT import.id, source, account, importer, version, outer_name, started_at, finished_at IS NOT NULL,
       brought, later,
       (SELECT count(*) FROM import_member WHERE import_member.import = import.id),
       (SELECT count(*) FROM import_member WHERE import_member.import = import.id AND blob IS NOT NULL)
FROM import ORDER BY import.id
"""


class HistoryReads:
    """The part of a view that tells of provenance: `View.history`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, seen: Seen) -> None:
        self._db, self._archive_path, self._seen = db, archive_path, seen

    def of(self, record: str) -> RecordHistory | None:
        """The history of a record; None if it is not there any more, or not seen."""
        if self._seen.audience != OWNER:
            return None
        with archive_errors(self._archive_path):
            row: Any = self._db.execute(
                "SELECT record.row, record.said_raw, record.zone, record.owner_by, record.forwarded_from "
                f"{FROM_RECORDS} WHERE {self._seen.record} AND record.id = :id",
                {**self._seen.values, "id": record},
            ).fetchone()
            if row is None:
                return None
            number, said_raw, zone, owner_by, forwarded_from = row
            aliases = self._db.execute(
                "SELECT source_key FROM alias WHERE record = ? ORDER BY source_key", (number,)
            )
            return RecordHistory(
                said_raw, zone, owner_by, forwarded_from, tuple(str(key) for (key,) in aliases),
                self._revisions(record), self._made(number),
            )  # fmt: skip

    def revisions(self, record: str) -> tuple[RevisionInfo, ...]:
        """Every wording of a record that the view sees, the first one first."""
        if self._seen.audience != OWNER:
            return ()
        with archive_errors(self._archive_path):
            return self._revisions(record)

    def imports(self) -> list[ImportDetail]:
        """Every import that left something, oldest first."""
        if self._seen.audience != OWNER:
            return []
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute(_IMPORTS).fetchall()
        return [_import(*row) for row in rows]

    def _revisions(self, record: str) -> tuple[RevisionInfo, ...]:
        return tuple(self._revision(one) for one in self._db.execute(_REVISIONS, (record,)))

    def _revision(self, row: Any) -> RevisionInfo:
        (number, n, why, text, language, edited, current, at, note, undone, imported, *rest) = row
        spans = self._db.execute(
            "SELECT begins, ends, kind, language FROM span WHERE revision = ? ORDER BY begins, ends",
            (number,),
        )
        origin = None if imported is None else Provenance(imported, *rest)
        return RevisionInfo(
            n, why, text, language, tuple(Span(*one) for one in spans), bool(edited), bool(current),
            None if at is None else moment(at), note, bool(undone), origin,
        )  # fmt: skip

    def _made(self, record: int) -> tuple[Artifact, ...]:
        """Artifacts in the ledger that hold a revision of the record, whatever their state."""
        revisions: Any = self._db.execute("SELECT row FROM revision WHERE record = ?", (record,))
        return tuple(Ledger(self._db).holding({row for (row,) in revisions}))


def _import(
    number: int, source: str, account: str, importer: str, version: str, name: str, at: int, finished: int,
    records: int, revisions: int, members: int, kept: int,
) -> ImportDetail:  # fmt: skip
    return ImportDetail(
        number, source, account, importer, version, name, moment(at), bool(finished), records, revisions,
        members, kept,
    )  # fmt: skip
