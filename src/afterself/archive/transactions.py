"""Transactions of one open archive: all or nothing, kept in pieces, or with a part that may fail alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import apsw

from afterself.archive.database import archive_errors


class Transactions:
    """Begins and ends what is written together into the archive at `path`."""

    def __init__(self, db: apsw.Connection, path: Path) -> None:
        self._db, self._path = db, path
        self._apart = False

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """Everything inside is stored together when the block ends, or not at all."""
        with archive_errors(self._path):
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def keep(self) -> None:
        """Store what the transaction holds so far for good, and go on in a new one."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")
        if self._apart:
            self._db.execute("SAVEPOINT apart")

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Of a block that fails nothing stays that was not kept; what the transaction held before does."""
        self._db.execute("SAVEPOINT apart")
        self._apart = True
        try:
            yield
        except BaseException:
            self._roll_back("TO apart")
            raise
        finally:
            self._apart = False
            if self._db.in_transaction:
                self._db.execute("RELEASE apart")

    def _roll_back(self, where: str = "") -> None:
        if self._db.in_transaction:  # SQLite itself rolls back on some errors, such as a full disk
            self._db.execute(f"ROLLBACK {where}")
