"""The vectors of what was said, kept in archive.db: a forgetting takes them along in its own transaction.

One embedder's at a time, a row of int8 for each stretch of a revision's text. Vectors are only a cache: all
of them can be thrown away and made again. Their signs stand together in blocks, so that they are loaded at
once; a trigger removes the block of a vector that goes. Who may see what is decided by the view that asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import apsw

from afterself.archive.settings import meta, reading, set_meta

if TYPE_CHECKING:
    from afterself.home.folder import Self

BLOCK = 4096
"""Vectors whose signs stand together: those whose id, divided by this, is the same."""

TABLES = f"""
CREATE TABLE vector (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    revision INTEGER NOT NULL REFERENCES revision (row) ON DELETE CASCADE,
    begins INTEGER NOT NULL,                   -- code points of the revision's text
    ends INTEGER NOT NULL,
    row BLOB                                   -- int8; null: nothing in it that the embedder knows
) STRICT;
CREATE INDEX vector_revision ON vector (revision);
CREATE TABLE vector_signs (block INTEGER PRIMARY KEY, ids BLOB NOT NULL, signs BLOB NOT NULL) STRICT;
CREATE TRIGGER vector_signs_go AFTER DELETE ON vector
    BEGIN DELETE FROM vector_signs WHERE block = old.id / {BLOCK}; END;
"""

_NEWEST = 2**63 - 1
_EMBEDDER = "embedder"
_FOLDER = "embedder folder"
_UP_TO = "vectors up to"
_MISSING = """
FROM record JOIN revision ON revision.row = record.revision
WHERE record.deleted = 0 AND revision.text != ''
AND NOT EXISTS (SELECT 1 FROM vector WHERE vector.revision = record.revision)
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a revision (its row) in code points, and its vector as int8 bytes, if it has one."""

    revision: int
    begins: int
    ends: int
    row: bytes | None


def embedder_of(db: apsw.Connection) -> str | None:
    """The name of the embedder whose vectors are kept; None when there are none."""
    return meta(db, _EMBEDDER)


def embedder_folder(db: apsw.Connection) -> str | None:
    """Where the embedder lies that the owner chose; None for the one that comes along."""
    return meta(db, _FOLDER)


def is_behind(db: apsw.Connection, embedder: str) -> bool:
    """Whether something came in since all that was there had this embedder's vectors. Costs nothing."""
    if embedder_of(db) != embedder:
        return True
    last: Any = db.execute("SELECT coalesce(max(row), 0) FROM revision").get
    return int(meta(db, _UP_TO) or -1) < int(last)


def note_missing(db: apsw.Connection) -> None:
    """Note that something may lack a vector though nothing came in: an earlier revision shows again."""
    db.execute("DELETE FROM meta WHERE name = ?", (_UP_TO,))


def chosen_folder(self_: Self) -> str | None:
    """Where the embedder lies that the owner of a self chose; None for the one that comes along."""
    with reading(self_) as db:
        return embedder_folder(db)


def lacks_vectors(self_: Self, embedder: str) -> bool:
    """Whether something in a self has no vector of this embedder yet."""
    with reading(self_) as db:
        return is_behind(db, embedder)


class Vectors:
    """The vectors of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    def use(self, embedder: str, folder: str | None = None) -> None:
        """Keep this embedder's vectors from now on; another one's are thrown away."""
        if embedder_of(self._db) != embedder:
            self.clear()
            set_meta(self._db, _EMBEDDER, embedder)
        if folder is not None:
            set_meta(self._db, _FOLDER, folder)
        else:
            self._db.execute("DELETE FROM meta WHERE name = ?", (_FOLDER,))

    def folder(self) -> str | None:
        """Where the embedder lies that the owner chose; None for the one that comes along."""
        return embedder_folder(self._db)

    def clear(self) -> None:
        """Throw all vectors away."""
        self._db.execute("DELETE FROM vector_signs")
        self._db.execute("DELETE FROM vector")
        self._db.execute("DELETE FROM meta WHERE name IN (?, ?)", (_EMBEDDER, _UP_TO))

    def missing(self, limit: int, before: int = _NEWEST) -> list[tuple[int, str]]:
        """Latest revisions (row, text) that have no vector yet, newest first, of those before a row."""
        rows: Any = self._db.execute(
            f"SELECT revision.row, revision.text {_MISSING} AND record.revision < ? "
            "ORDER BY record.revision DESC LIMIT ?",
            (before, limit),
        )
        return list(rows)

    def count_missing(self) -> int:
        """How many latest revisions have no vector yet."""
        number: Any = self._db.execute(f"SELECT count(*) {_MISSING}").get
        return int(number)

    def put(self, stretches: Iterable[Stretch]) -> None:
        """Store vectors."""
        self._db.executemany(
            "INSERT INTO vector (revision, begins, ends, row) VALUES (?, ?, ?, ?)",
            ((one.revision, one.begins, one.ends, one.row) for one in stretches),
        )

    def drop_earlier(self) -> None:
        """Throw away the vectors of revisions that are no longer the latest: nobody searches them."""
        self._db.execute(
            "DELETE FROM vector WHERE revision IN (SELECT earlier.row FROM revision AS later "
            "JOIN revision AS earlier ON earlier.record = later.record AND earlier.row < later.row "
            "JOIN record ON record.row = later.record AND record.revision = later.row WHERE later.n > 1)"
        )

    def seal(self) -> None:
        """Put the signs of every full block together that stand apart, and note if nothing is missing."""
        highest: Any = self._db.execute("SELECT coalesce(max(id), 0) FROM vector").get
        open_blocks: Any = self._db.execute(
            "SELECT DISTINCT id / ?1 FROM vector WHERE id / ?1 < ?2 / ?1 "
            "AND id / ?1 NOT IN (SELECT block FROM vector_signs)",
            (BLOCK, int(highest)),
        ).fetchall()
        for (block,) in open_blocks:
            ids, signs = signs_of(rows_between(self._db, block * BLOCK, (block + 1) * BLOCK))
            self._db.execute("INSERT INTO vector_signs VALUES (?, ?, ?)", (block, ids, signs))
        if not self.count_missing():
            last: Any = self._db.execute("SELECT coalesce(max(row), 0) FROM revision").get
            set_meta(self._db, _UP_TO, str(int(last)))


def rows_between(db: apsw.Connection, first: int, end: int) -> list[tuple[int, bytes]]:
    """(id, int8 row) of the vectors with ids in [first, end)."""
    return list(
        db.execute(
            "SELECT id, row FROM vector WHERE id >= ? AND id < ? AND row IS NOT NULL ORDER BY id",
            (first, end),
        )
    )


def signs_of(rows: list[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    """The ids (int64) and the signs (one bit a dimension) of int8 rows, each as bytes."""
    import numpy as np

    ids = np.array([id for id, _ in rows], dtype=np.int64)
    if not rows:
        return ids.tobytes(), b""
    matrix = np.frombuffer(b"".join(row for _, row in rows), dtype=np.int8).reshape(len(rows), -1)
    return ids.tobytes(), np.packbits(matrix > 0, axis=1).tobytes()
