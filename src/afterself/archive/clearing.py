"""What a forgetting still has to clear from the disk once its transaction is stored.

Old blobs, artifacts made from what was forgotten, the database's journal and the free parts of its pages
are no matter of a transaction. The transaction leaves a mark, and whoever next opens the archive for
writing goes on where a crash ended it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from afterself.home.abandoned import sweep_abandoned
from afterself.home.atomic import sync_folder

if TYPE_CHECKING:
    from afterself.archive.ledger import Ledger

_MARK, _FILES, _TEXTS = "clearing", b"\x01", b"\x02"


def mark_clearing(db: apsw.Connection, *, texts: bool = False) -> None:
    """Note, in the caller's transaction, that files have to go after it; or `texts` out of the database."""
    keep = "UPDATE SET value = max(value, excluded.value)"
    db.execute(
        f"INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO {keep}",
        (_MARK, _TEXTS if texts else _FILES),
    )


def must_clear(db: apsw.Connection) -> bool:
    """Whether a forgetting has something left to clear."""
    return db.execute("SELECT 1 FROM meta WHERE name = ?", (_MARK,)).fetchone() is not None


def write_anew(db: apsw.Connection, folder: Path) -> bool:
    """Write the database anew if texts went out of it; False if the disk has no room for that now.

    SQLite's secure delete overwrites what is deleted, not the copies of it that stay in the free part of a
    page when rows move to another one. What this needs meanwhile lies in a nameless file in `folder`.
    """
    if db.execute("SELECT 1 FROM meta WHERE name = ? AND value = ?", (_MARK, _TEXTS)).fetchone() is None:
        return True
    db.pragma("temp_store_directory", str(folder))
    db.pragma("temp_store", "file")
    try:
        db.execute("VACUUM")
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError):
        with contextlib.suppress(apsw.Error):  # it has taken the room that the audit log and the receipt need
            empty_journal(db)
        return False
    finally:
        db.pragma("temp_store", "memory")
        db.pragma("temp_store_directory", "")
    db.execute("UPDATE meta SET value = ? WHERE name = ?", (_FILES, _MARK))
    return True


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
            if path.parent.is_dir():
                sync_folder(path.parent)
        if path.exists():
            gone = False
        elif artifact.state == "stale":
            ledger.set_state(artifact.id, "erased")
    _sweep_unknown(folder / "weights", {folder / path for path in current})
    return gone


def left_half_made(folder: Path) -> bool:
    """Whether a killed training left something of which nothing says from what it was made."""
    return any(True for _ in folder.glob("weights/.making-*")) or any(
        path.name.startswith(".") for path in folder.glob("weights/.run/*")
    )


def _sweep_unknown(weights: Path, current: Collection[Path]) -> None:
    """Remove what the ledger does not know; what a training is writing right now is left to it."""
    for path in weights.iterdir() if weights.is_dir() else ():
        if path.name == ".run":
            sweep_abandoned([file for file in path.iterdir() if file not in current])
        elif path.is_dir() and path not in current:
            shutil.rmtree(path, ignore_errors=True)


def empty_journal(db: apsw.Connection) -> bool:
    """Write the journal into the database and cut it off for good; False if a reader is in the way."""
    found = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    journal = Path(f"{db.filename}-wal")
    if journal.exists():  # SQLite leaves it to chance when the cut reaches the disk
        with journal.open("rb") as file:
            os.fsync(file.fileno())
    return found is None or not found[0]


def clearing_done(db: apsw.Connection) -> None:
    """Take the mark away."""
    db.execute("DELETE FROM meta WHERE name = ?", (_MARK,))
