"""What the owner of a self set that is no record: kept by name in archive.db, encrypted with it.

Values are JSON. What they mean is the business of the package that sets them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import apsw

if TYPE_CHECKING:
    from afterself.home.folder import Self


def meta(db: apsw.Connection, name: str) -> str | None:
    """The text that is kept under a name; None if there is none."""
    value: Any = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).get
    return None if value is None else bytes(value).decode()


def set_meta(db: apsw.Connection, name: str, value: str) -> None:
    """Keep a text under a name."""
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value.encode()))


@contextlib.contextmanager
def reading(self_: Self) -> Iterator[apsw.Connection]:
    """The archive of a self, read only, for what is no record."""
    from afterself.archive.database import archive_errors, open_archive  # it knows the tables

    path = self_.archive_path
    with archive_errors(path), contextlib.closing(open_archive(path, self_.keys, read_only=True)) as db:
        yield db


def setting(self_: Self, name: str) -> Any:
    """What was set under a name; None if nothing was."""
    with reading(self_) as db:
        return _setting(db, name)


class Settings:
    """The settings of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    def get(self, name: str) -> Any:
        """What was set under a name; None if nothing was."""
        return _setting(self._db, name)

    def set(self, name: str, value: Any) -> None:
        """Set what JSON can hold under a name."""
        set_meta(self._db, name, json.dumps(value, ensure_ascii=False))


def _setting(db: apsw.Connection, name: str) -> Any:
    kept = meta(db, name)
    return None if kept is None else json.loads(kept)
