"""What a forgetting still has to clear from the disk once its transaction is stored.

Old blobs, artifacts made from what was forgotten, and the database's journal are files, which no
transaction spans. The transaction leaves a mark, and whoever next opens the archive for writing
goes on where a crash ended it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw

from afterself.archive.ledger import Ledger

_MARK = "clearing"


def mark_clearing(db: apsw.Connection) -> None:
    """Note, in the caller's transaction, that files have to go after it."""
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, x'01')", (_MARK,))


def must_clear(db: apsw.Connection) -> bool:
    """Whether a forgetting has files left to clear."""
    return db.execute("SELECT 1 FROM meta WHERE name = ?", (_MARK,)).fetchone() is not None


def erase_stale(ledger: Ledger, folder: Path) -> bool:
    """Remove the files of artifacts that may not be used any more; whether all of them are gone."""
    gone = True
    artifacts = ledger.artifacts()
    current = {artifact.path for artifact in artifacts if artifact.state == "current"}
    for artifact in artifacts:
        if artifact.path in current:
            continue
        path = folder / artifact.path
        if folder.resolve() in path.resolve().parents:
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()
        if path.exists():
            gone = False
        elif artifact.state == "stale":
            ledger.set_state(artifact.id, "erased")
    return gone


def empty_journal(db: apsw.Connection) -> bool:
    """Write the journal into the database and cut it to nothing; False if a reader is in the way."""
    found = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return found is None or not found[0]


def clearing_done(db: apsw.Connection) -> None:
    """Take the mark away."""
    db.execute("DELETE FROM meta WHERE name = ?", (_MARK,))
