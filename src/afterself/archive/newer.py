"""An archive that a newer Afterself has written: it may be read as far as it is known here, never written.

Known means: every table and column of this version is there. Whether more was decided since about who may
see what, this version cannot know: so it shows such an archive to the owner alone.
"""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

import apsw

from afterself.archive.migrations import LATEST, migrate
from afterself.errors import ArchiveError


class OpenedReadOnly(UserWarning):
    """The archive was written by a newer Afterself, and can only be read here."""


def is_newer(db: apsw.Connection) -> bool:
    """Whether a newer version has written this archive."""
    return int(db.pragma("user_version")) > LATEST


def admit_newer(db: apsw.Connection, path: Path, *, read_only: bool) -> None:
    """Warn that a newer archive is only read; ArchiveError if it is to be written, or is not known enough."""
    found = f"its tables are version {db.pragma('user_version')}, this program knows {LATEST}"
    if not read_only or not _tables(db) >= _known_tables():
        raise ArchiveError(
            f"The archive {path} was written by a newer Afterself ({found}). It was not changed.",
            remedy="Update afterself and try again.",
        )
    warnings.warn(
        f"This self was written by a newer Afterself ({found}). It can only be read here; to change "
        "anything, update afterself.",
        OpenedReadOnly,
        stacklevel=4,
    )


def refuse_newer(db: apsw.Connection, what: str) -> None:
    """ArchiveError if the archive is a newer one, which this version may not judge about."""
    if is_newer(db):
        raise ArchiveError(
            f"This self was written by a newer Afterself: {what} cannot be known here.",
            remedy="Update afterself and try again.",
        )


def _known_tables() -> set[tuple[str, str]]:
    with contextlib.closing(apsw.Connection(":memory:")) as db:
        migrate(db)
        return _tables(db)


def _tables(db: apsw.Connection) -> set[tuple[str, str]]:
    """Every column of every table and view, as (table, column)."""
    return {
        (str(table), str(column))
        for table, column in db.execute(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) "
            "AS columns WHERE tables.type IN ('table', 'view')"
        )
    }
