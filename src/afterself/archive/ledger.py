"""The artifact ledger: what was made from which revisions, and whether it still may be used.

An index, a dataset, weights or a report is registered with the exact set of
revisions it was made from; when one of them goes or changes, the artifact
becomes stale. The set is kept as gaps between sorted revision rows, deflated.
"""

from __future__ import annotations

import contextlib
import json
import time
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import apsw

from afterself.archive.clearing import mark_clearing
from afterself.archive.database import archive_errors, open_archive, require_not_lost
from afterself.errors import ArchiveError
from afterself.home.folder import Self

ArtifactState = Literal["current", "stale", "erased"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One thing derived from records. `made_at` is microseconds since 1970 UTC."""

    id: int
    kind: str
    path: str
    settings: dict[str, Any]
    state: ArtifactState
    made_at: int


def list_artifacts(self_: Self, kind: str | None = None) -> list[Artifact]:
    """What the ledger of a self holds of a kind (None: all), oldest first; nothing is written to read it."""
    path = self_.archive_path
    require_not_lost(path)
    if not path.exists():
        return []
    with archive_errors(path), contextlib.closing(open_archive(path, self_.keys, read_only=True)) as db:
        return Ledger(db).artifacts(kind)


def records_of_artifact(self_: Self, artifact: Artifact) -> set[str]:
    """Ids of the records that an artifact was made from; nothing is written to read them."""
    path = self_.archive_path
    with archive_errors(path), contextlib.closing(open_archive(path, self_.keys, read_only=True)) as db:
        return Ledger(db).records_of(artifact.id)


def pack_rows(rows: Iterable[int]) -> bytes:
    """A set of positive row numbers as deflated varints of the gaps between them."""
    packed = bytearray()
    last = 0
    for row in sorted(set(rows)):
        gap, last = row - last, row
        while gap > 0x7F:
            packed.append(gap & 0x7F | 0x80)
            gap >>= 7
        packed.append(gap)
    return zlib.compress(bytes(packed), 6)


def unpack_rows(packed: bytes) -> list[int]:
    """The sorted row numbers that `pack_rows` packed."""
    rows: list[int] = []
    last = gap = shift = 0
    for byte in zlib.decompress(packed):
        gap |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            last += gap
            rows.append(last)
            gap = shift = 0
    return rows


class Ledger:
    """The artifact ledger of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    def register(
        self, kind: str, path: str, revisions: Iterable[tuple[str, int]], settings: Mapping[str, Any]
    ) -> int:
        """Enter an artifact made from `revisions` (record id, revision number); gives its id.

        An older artifact of the same kind at the same path is entered as erased: it was written over.
        ArchiveError if a revision is not (or no longer) in the archive, or its platform deleted it
        meanwhile: what was made is unusable.
        """
        rows: list[int] = []
        for record, n in revisions:
            found = self._db.execute(
                "SELECT revision.row FROM record JOIN revision ON revision.record = record.row "
                "WHERE record.id = ? AND revision.n = ? AND record.deleted = 0",
                (record, n),
            ).fetchone()
            if found is None:
                raise ArchiveError(
                    f"Record {record} left the archive while the {kind} was being made from it.",
                    remedy="Make it again.",
                )
            rows.append(found[0])
        self._db.execute(
            "UPDATE artifact SET state = 'erased' WHERE kind = ? AND path = ? AND state != 'erased'",
            (kind, path),
        )
        self._db.execute(
            "INSERT INTO artifact (kind, path, settings, revisions, state, made_at) "
            "VALUES (?, ?, ?, ?, 'current', ?)",
            (kind, path, json.dumps(dict(settings), sort_keys=True), pack_rows(rows), time.time_ns() // 1000),
        )
        return int(self._db.last_insert_rowid())

    def artifacts(self, kind: str | None = None) -> list[Artifact]:
        """Artifacts of a kind (None: all), oldest first."""
        rows = self._db.execute(
            "SELECT id, kind, path, settings, state, made_at FROM artifact "
            "WHERE ?1 IS NULL OR kind = ?1 ORDER BY id",
            (kind,),
        )
        return [Artifact(a, k, path, json.loads(s), state, at) for a, k, path, s, state, at in rows]

    def records_of(self, artifact: int) -> set[str]:
        """Ids of the records that an artifact was made from, less those forgotten since."""
        packed: Any = self._db.execute("SELECT revisions FROM artifact WHERE id = ?", (artifact,)).get
        rows = unpack_rows(packed) if packed else []
        return {
            id
            for (id,) in self._db.execute(
                "SELECT DISTINCT record.id FROM record JOIN revision ON revision.record = record.row "
                "WHERE revision.row IN (SELECT value FROM json_each(?))",
                (json.dumps(rows),),
            )
        }

    def set_state(self, artifact: int, state: ArtifactState) -> None:
        """Enter that an artifact is current, stale or erased."""
        self._db.execute("UPDATE artifact SET state = ? WHERE id = ?", (state, artifact))

    def mark_stale(self, revisions: Iterable[int], *, spare: Collection[str] = ()) -> list[int]:
        """Enter as stale every current artifact made from one of these revision rows; gives their ids.

        Those of the kinds in `spare` stay. Their files go when the writer is done, or when the archive is
        next opened for writing.
        """
        stale = [artifact.id for artifact in self.made_from(revisions) if artifact.kind not in spare]
        for number in stale:
            self.make_stale(number)
        return stale

    def make_stale(self, artifact: int) -> None:
        """Enter that an artifact may not be used any more; its files go as with `mark_stale`."""
        self.set_state(artifact, "stale")
        mark_clearing(self._db)

    def made_from(self, revisions: Iterable[int]) -> list[Artifact]:
        """The current artifacts made from any of these revision rows."""
        return [artifact for artifact in self.holding(revisions) if artifact.state == "current"]

    def holding(self, revisions: Iterable[int]) -> list[Artifact]:
        """Everything that was made from any of these revision rows and is not erased, oldest first."""
        wanted = set(revisions)
        if not wanted:
            return []
        rows: Any = self._db.execute("SELECT id, revisions FROM artifact WHERE state != 'erased'").fetchall()
        found = {number for number, packed in rows if not wanted.isdisjoint(unpack_rows(packed))}
        return [artifact for artifact in self.artifacts() if artifact.id in found]
