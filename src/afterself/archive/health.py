"""How an archive is: which tables, whether they are whole, and what was left unfinished in it.

For `afterself doctor`. Reads only, and reads everything once: on a large archive that takes a while.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import apsw

from afterself.archive.blobs import Blobs
from afterself.archive.clearing import must_clear
from afterself.archive.database import archive_errors, open_archive, require_not_lost
from afterself.archive.migrations import LATEST
from afterself.home.folder import Self

_MOST = 5


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. `version` is that of the tables, `latest` the one that this program writes."""

    version: int
    latest: int
    records: int
    problems: tuple[str, ...]
    """What SQLite says is damaged; empty if it is whole."""
    unfinished_imports: int
    missing_blobs: int
    unfinished_forgetting: bool


def examine(self_: Self) -> Health | None:
    """Look through the archive of a self; None if nothing was imported yet.

    ArchiveError if it cannot be opened at all: no archive, or not known here.
    """
    path = self_.archive_path
    require_not_lost(path)
    if not path.exists():
        return None
    with archive_errors(path), contextlib.closing(open_archive(path, self_.keys, read_only=True)) as db:
        kept = Blobs(self_.blobs_dir, self_.files)
        blobs = db.execute("SELECT sha256 FROM blob").fetchall()
        return Health(
            version=int(db.pragma("user_version")),
            latest=LATEST,
            records=_count(db, "SELECT count(*) FROM record"),
            problems=_problems(db),
            unfinished_imports=_count(db, "SELECT count(*) FROM import WHERE finished_at IS NULL"),
            missing_blobs=sum(not kept.path(str(name)).is_file() for (name,) in blobs),
            unfinished_forgetting=must_clear(db),
        )


def _count(db: apsw.Connection, query: str) -> int:
    found = db.execute(query).fetchone()
    return int(found[0]) if found else 0


def _problems(db: apsw.Connection) -> tuple[str, ...]:
    """SQLite's own words about damage; they hold names of tables and numbers of rows, no text."""
    try:
        told = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({_MOST})") if row[0] != "ok"]
    except apsw.SQLError:  # FTS5 does so when what says its version is damaged
        told = ["a search index cannot be read"]
    told += [
        f"{row[0]} row {row[1]} points at a missing {row[2]}"
        for row in db.execute("PRAGMA foreign_key_check")
    ][:_MOST]
    return tuple(told)
