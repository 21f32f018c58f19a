"""Opens archive.db: the only place that does.

Settings are for a machine whose power can fail at any moment (WAL, full sync)
and for text that must really go when it goes (secure delete). A damaged file
is refused, and one from a newer Afterself too where it is to be written.
That of an encrypted self is encrypted by SQLite3MultipleCiphers, page by page,
its journal too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import apsw

from afterself.archive.migrations import LATEST, migrate
from afterself.archive.newer import admit_newer
from afterself.errors import ArchiveError, SelfError
from afterself.home.checksums import drop_database_sum
from afterself.home.folder import was_used
from afterself.home.keys import Keys

_BUSY_MS = 10_000
_JOURNAL_PIECE = 64 << 10


def open_archive(path: Path, keys: Keys | None = None, *, read_only: bool = False) -> apsw.Connection:
    """Open (and make or migrate where needed) the archive at `path`, with the keys of an encrypted self.

    One that is newer than this program is read with a warning, if it can be (`newer.py`). ArchiveError if it
    is newer and not to be read only, damaged, or cannot be opened.
    """
    with archive_errors(path):
        _make_private_file(path)
        db = _connect(path, keys, read_only=read_only)
        try:
            version: int = db.pragma("user_version")
            if version > LATEST:
                admit_newer(db, path, read_only=read_only)
            if not version and db.execute("SELECT 1 FROM sqlite_schema").fetchone():
                raise _damaged(path)  # its tables are there, the number of their version is not
            if not read_only:
                drop_database_sum(path)
            if version < LATEST:
                if read_only:
                    db.close()
                    _bring_up(path, keys)
                    db = _connect(path, keys, read_only=True)
                else:
                    db.pragma("journal_mode", "wal")
                    migrate(db)
            elif not read_only and db.pragma("journal_mode") != "wal":
                db.pragma("journal_mode", "wal")  # a conversion that did not begin left it without
            _configure(db)
        except BaseException:
            db.close()
            raise
        return db


def _bring_up(path: Path, keys: Keys | None) -> None:
    """Migrate an older archive that is only to be read; ArchiveError if nothing can be written there."""
    try:
        open_archive(path, keys).close()
    except (ArchiveError, OSError) as error:
        if not isinstance(error.__cause__ or error, (apsw.ReadOnlyError, apsw.CantOpenError, OSError)):
            raise
        raise ArchiveError(
            f"The archive {path} was written by an older Afterself, and cannot be brought up to date: "
            "nothing can be written there. It was not changed.",
            remedy="Copy the folder of the self to a disk where you may write, and open the copy.",
        ) from error


def check_lexical(path: Path, keys: Keys | None) -> bool:
    """Whether the lexical index says of every text what it should; nothing is written, though SQLite wants
    a connection that could."""
    db = _connect(path, keys, read_only=False)
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("INSERT INTO lexical (lexical, rank) VALUES ('integrity-check', 1)")
        except apsw.CorruptError:
            return False
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
        return True
    finally:
        db.close()


def _make_private_file(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        return
    require_not_lost(path)
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ArchiveError(
            f"The archive cannot be made: {path} ({error.strerror}).",
            remedy="Check that the folder of the self exists and that you may write there.",
        ) from error


def require_not_lost(path: Path) -> None:
    """ArchiveError if the archive is gone from a self that was used: an empty one must not take its place."""
    if not (path.exists() and path.stat().st_size) and was_used(path.parent):
        raise ArchiveError(
            f"The archive {path} is missing, but this self holds what was made with it. Nothing was changed.",
            remedy="Put archive.db (and archive.db-wal, if there is one) back, or the folder from a backup.",
        )


def _connect(path: Path, keys: Keys | None, *, read_only: bool) -> apsw.Connection:
    if not read_only:
        return _unlocked(str(path), apsw.SQLITE_OPEN_READWRITE, keys)
    db = _unlocked(str(path), apsw.SQLITE_OPEN_READONLY, keys)
    try:
        db.pragma("user_version")
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # A read-only medium: no journal can be made beside the file, and without one the file is complete.
        db.close()
        journal = path.with_name(path.name + "-wal")
        if journal.exists() and journal.stat().st_size:
            raise
        uri = f"file:{urllib.parse.quote(str(path))}?immutable=1"
        db = _unlocked(uri, apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI, keys)
    return db


def _unlocked(name: str, flags: int, keys: Keys | None) -> apsw.Connection:
    db = apsw.Connection(name, flags=flags)
    db.set_busy_timeout(_BUSY_MS)
    if keys is not None:
        db.pragma("cipher", keys.cipher)
        db.pragma("key", keys.archive_key)
    return db


def _configure(db: apsw.Connection) -> None:
    db.pragma("synchronous", "full")
    db.pragma("foreign_keys", True)
    db.pragma("secure_delete", True)
    db.pragma("trusted_schema", False)
    db.pragma("temp_store", "memory")
    db.pragma("cache_size", -32_768)


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError(
        f"The archive {path} is damaged or not an archive.",
        remedy="Put the folder of the self back from a backup.",
    )


def _full(path: Path) -> ArchiveError:
    return ArchiveError(
        f"The disk is full; nothing was changed in {path}.", remedy="Free some space and try again."
    )


def _no_room(path: Path) -> bool:
    """Whether the archive's disk has no room for even one of its journal's pieces."""
    try:
        return shutil.disk_usage(path.parent).free < _JOURNAL_PIECE
    except OSError:
        return False


@contextlib.contextmanager
def archive_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside the block into the house's, with what the person can do."""
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise _damaged(path) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise SelfError(
            f"Another command is writing to this self: {path.parent}",
            remedy="Wait until it has finished, and try again.",
        ) from error
    except apsw.FullError as error:
        raise _full(path) from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError, apsw.PermissionsError) as error:
        if _no_room(path):  # SQLite does not always say so
            raise _full(path) from error
        raise ArchiveError(
            f"The archive {path} cannot be read or written ({type(error).__name__}).",
            remedy="Check the folder's permissions and its disk.",
        ) from error
