"""Encrypts a plain self and decrypts an encrypted one, archive.db and all the other files.

The database is copied into its other form beside the old one (VACUUM INTO, under SQLite3MultipleCiphers),
checked, and put in its place; the other files are the business of `home/conversion.py`.
"""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import apsw

from afterself.archive.database import archive_errors, open_archive
from afterself.errors import ArchiveError, SelfError
from afterself.home.atomic import FILE_MODE, sync_folder
from afterself.home.checksums import after_writing, before_writing, renew_sums
from afterself.home.conversion import alone, require_whole, seal, set_state, unseal
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.home.key_header import KeyHeader, read_header, require_fitting, write_header
from afterself.home.keys import Cost, Keys

_COPY = ".archive.db.converting"
_PLAIN_BEGIN = b"SQLite format 3\0"


def encrypt_self(
    path: Path, passphrase: str, progress: Progress | None = None, *, cost: Cost | None = None
) -> Self:
    """Encrypt the self at `path`, or go on with what was broken off; gives it opened.

    `passphrase` is a new one, or that (or the recovery words) of the conversion broken off. Killed at any
    moment, nothing is lost, and the next call goes on. SelfError if it is encrypted already or another
    command is at work, WrongPassphrase if the passphrase does not fit, ArchiveError or Damaged where a
    file is not what was written.
    """
    path, progress = path.expanduser().absolute(), progress or Progress()
    if read_header(path) is None:
        Self.open(path)
        require_fitting(passphrase)
    with alone(path):
        header = read_header(path)
        if header is not None and header.state == "sealed":
            raise SelfError(f"The self {path} is encrypted already.")
        if header is None:
            _settle(path / "archive.db", None)
            header, keys = KeyHeader.make(passphrase, state="sealing", cost=cost)
            write_header(path, header, keys)
        else:
            keys = header.unlock(passphrase)
        header = set_state(path, header, keys, "sealing")
        with _half_converted():
            self_ = seal(path, header, keys, _Converter(path / "archive.db"), progress)
        _witness(path)
    self_.audit("self encrypted")
    return self_


def decrypt_self(path: Path, passphrase: str, progress: Progress | None = None) -> Self:
    """Decrypt the self at `path` for good, or go on with what was broken off; gives it opened.

    `passphrase` may be the recovery words. Errors as of `encrypt_self`.
    """
    path, progress = path.expanduser().absolute(), progress or Progress()
    if read_header(path) is None:
        Self.open(path)
        raise SelfError(f"The self {path} is not encrypted.")
    with alone(path):
        header = read_header(path)
        if header is None:
            raise SelfError(f"The self {path} is not encrypted any more.")
        keys = header.unlock(passphrase)
        if header.state == "sealed":
            require_whole(path, keys)
            _settle(path / "archive.db", keys)
        set_state(path, header, keys, "unsealing")
        with _half_converted():
            self_ = unseal(path, keys, _Converter(path / "archive.db"), progress)
        _witness(path)
    self_.audit("self decrypted")
    return self_


@contextlib.contextmanager
def _half_converted() -> Iterator[None]:
    """What the archive says when it stops a conversion, and that the other files are converted already."""
    try:
        yield
    except ArchiveError as error:
        raise ArchiveError(
            error.message,
            remedy=f"{error.remedy} The other files are converted already: run the same command again, it "
            "goes on where it stopped.",
        ) from error


def _witness(path: Path) -> None:
    """Write the sums of the files in their new form."""
    after_writing(path, before_writing(path))
    renew_sums(path)


def _settle(path: Path, keys: Keys | None) -> None:
    """Write the journal into the database and do without one, so that nobody is reading it any more."""
    if not path.exists():
        return
    with archive_errors(path):
        db = open_archive(path, keys)
        try:
            _without_journal(db, path)
        finally:
            db.close()


def _without_journal(db: apsw.Connection, path: Path) -> None:
    try:
        mode = db.pragma("journal_mode", "delete")
    except (apsw.BusyError, apsw.LockedError):
        mode = "wal"
    if mode != "delete":
        raise SelfError(
            f"Another command is reading this self: {path.parent}", remedy="End it (a talk?), and try again."
        )


class _Converter:
    """Brings archive.db from one form into the other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, keys: Keys, sealed: bool) -> None:
        copy = self.path.with_name(_COPY)
        for left in (copy, *(copy.with_name(copy.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
        if not self.path.exists() or self._is_plain() != sealed:
            return
        before, after = (None, keys) if sealed else (keys, None)
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
        try:
            with archive_errors(self.path):
                found = self._copied(before, copy, after)
                self._check(copy, after, found)
            with copy.open("rb") as file:
                os.fsync(file.fileno())
            copy.replace(self.path)
            sync_folder(self.path.parent)
        finally:
            copy.unlink(missing_ok=True)

    def _is_plain(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(len(_PLAIN_BEGIN)) in (_PLAIN_BEGIN, b"")

    def _copied(self, before: Keys | None, copy: Path, after: Keys | None) -> dict[str, int]:
        """Write the copy; gives how many rows each table has."""
        open_archive(self.path, before).close()  # the tables of a new archive are made, old ones brought up
        db = apsw.Connection(_uri(self.path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI)
        try:
            if before is not None:
                db.pragma("cipher", before.cipher)
                db.pragma("key", before.archive_key)
            _without_journal(db, self.path)
            key = f"cipher={after.cipher}&key={after.archive_key}" if after is not None else "key="
            db.execute("VACUUM INTO ?", (f"{_uri(copy)}?{key}",))
            return _rows(db)
        finally:
            db.close()

    def _check(self, copy: Path, keys: Keys | None, rows: dict[str, int]) -> None:
        db = open_archive(copy, keys)
        try:
            if db.pragma("quick_check") != "ok" or _rows(db) != rows:
                raise ArchiveError(
                    f"The archive {self.path} could not be copied whole; it is as it was.",
                    remedy="Check the disk, and run the command again.",
                )
        finally:
            db.close()


def _rows(db: apsw.Connection) -> dict[str, int]:
    names = [
        name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    ]
    return {name: int(db.execute(f'SELECT count(*) FROM "{name}"').get) for name in names}


def _uri(path: Path) -> str:
    return f"file:{urllib.parse.quote(str(path))}"
