"""The archive of one self, open for writing: the one door through which records come in.

Gathers what belongs to one open archive.db (people, change log, artifact
ledger, blobs, imports) under one transaction. Reading records is not done
here: that is the business of `policy.View`.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import apsw

from afterself.archive.audiences import Audiences
from afterself.archive.begun import Outcome
from afterself.archive.beside import note_beside
from afterself.archive.blobs import Blobs
from afterself.archive.changes import Change, ChangeLog
from afterself.archive.choosing import records_from, records_in, records_of
from afterself.archive.clearing import (
    clearing_done,
    empty_journal,
    erase_stale,
    left_half_made,
    mark_clearing,
    must_clear,
    write_anew,
)
from afterself.archive.consents import Consents
from afterself.archive.contacts import Contact, Contacts
from afterself.archive.correcting import Corrected, correct, undo
from afterself.archive.database import archive_errors, open_archive
from afterself.archive.forgetting import Forgotten, Reach, bar, bury, reach, tidy
from afterself.archive.importing import ImportRun
from afterself.archive.keys import keyed_id, nfc
from afterself.archive.labels import Labels
from afterself.archive.languages import Languages
from afterself.archive.ledger import Artifact, ArtifactState, Ledger, list_artifacts
from afterself.archive.objections import Objections
from afterself.archive.people import People
from afterself.archive.redaction import RawChanges, cut_member, redact
from afterself.archive.reparsing import StoredImport, stored_imports
from afterself.archive.settings import Settings
from afterself.archive.transactions import Transactions
from afterself.archive.vectors import Vectors
from afterself.errors import ArchiveError
from afterself.home.checksums import after_writing, before_writing, renew_sums
from afterself.home.folder import Self
from afterself.home.sealed import Files

__all__ = [
    "Archive",
    "Artifact",
    "Change",
    "Contact",
    "Corrected",
    "Forgotten",
    "ImportRun",
    "Outcome",
    "Reach",
    "list_artifacts",
]


class Archive:
    """An open archive. Writes happen inside `with archive.transaction():`."""

    def __init__(self, path: Path, blobs: Path, files: Files | None = None) -> None:
        """Open the archive at `path`; `files` is the door to the self that it belongs to, if encrypted."""
        self.path = path
        self._blobs = Blobs(blobs, files or Files(path.parent))
        self._db: apsw.Connection = open_archive(path, self._blobs.files.keys)
        with archive_errors(path):
            found = self._db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        if found is None:
            self._db.close()
            raise ArchiveError(
                f"The archive {path} has lost its secret.", remedy="Put the folder back from a backup."
            )
        self._secret: bytes = found[0]
        self._transactions = Transactions(self._db, path)
        self.changes = ChangeLog(self._db, self._secret, path.parent.resolve())
        self.ledger = Ledger(self._db)
        self.people = People(self._db, self._secret, self.changes, self.ledger)
        self.contacts = Contacts(self._db, self._secret, self.changes, self.people)
        self.labels = Labels(self._db, self._secret, self.changes, self.ledger)
        self.objections = Objections(self._db, self._secret, self.changes, self.ledger)
        self.audiences = Audiences(self._db, self._secret, self.changes)
        self.vectors = Vectors(self._db)
        self.settings = Settings(self._db)
        self.consents = Consents(self._db, self.changes, self.ledger)

    def languages(self, kinds: Collection[str]) -> Languages:
        """The languages of the owner's own words, which are in records of these kinds."""
        return Languages(self._db, kinds)

    @classmethod
    @contextlib.contextmanager
    def writing(cls, self_: Self, *, wait: float = 0) -> Iterator[Archive]:
        """Open the archive of a self as its only writer; SelfError if another command writes for `wait` s."""
        with self_.writer_lock(wait=wait):
            before = before_writing(self_.path)
            archive = cls(self_.archive_path, self_.blobs_dir, self_.files)
            try:
                archive.clear()
                yield archive
                archive.clear()
            finally:
                archive.close()
                after_writing(self_.path, before)
                renew_sums(self_.path)

    def close(self) -> None:
        """Close the file; nothing can be written after it."""
        self._db.close()

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """Everything inside is stored together when the block ends, or not at all."""
        return self._transactions.whole()

    def apart(self) -> contextlib.AbstractContextManager[None]:
        """A part of a transaction that may fail alone: what was not kept of it is undone."""
        return self._transactions.apart()

    # -- imports --------------------------------------------------------------------------

    def begin_import(
        self,
        source: str,
        *,
        importer: str,
        version: str,
        outer_name: str = "",
        account: str = "",
        options: Mapping[str, Any] | None = None,
        me: Iterable[str] = (),
        size: int = 0,
    ) -> ImportRun:
        """Begin an import inside the current transaction, or go on with the same one that was cut off.

        `source` is the importer's family, `account` whose account it was (if the export says), `me` the
        names or handles that the person gave as their own, `size` the bytes of the whole source.
        """
        return ImportRun(
            self._db, self._secret, self.people, self.ledger, source=source, account=account,
            importer=importer, version=version, outer_name=outer_name, options=options or {}, me=me,
            size=size,
        )  # fmt: skip

    def keep(self, run: ImportRun | None = None) -> None:
        """Store what the transaction holds so far for good, and go on in a new one.

        Of an import it is noted how far it is, so that the same import goes on with it after a kill.
        """
        if run is not None:
            run.note_progress()
        self._transactions.keep()

    @property
    def forgot(self) -> bool:
        """Whether anything was ever forgotten here."""
        return self._db.execute("SELECT 1 FROM tombstone LIMIT 1").fetchone() is not None

    def keep_raw(self, run: ImportRun, member: str, stream: BinaryIO) -> int | None:
        """Keep a raw member at the end of its import, if anything that is stored came out of it: its blob.

        So where something was forgotten: were it kept at the start, a kill could leave that among the blobs.
        """
        named = (run.id, nfc(member))
        number: Any = self._db.execute(
            "SELECT id FROM import_member WHERE import = ? AND member = ?", named
        ).get
        if number is None:
            return None
        blob = self.store_member(run, member, stream)
        self._db.execute(
            "UPDATE revision SET blob = ? WHERE blob IS NULL AND import = ? AND member = ?",
            (blob, run.id, number),
        )
        return blob

    def store_member(self, run: ImportRun, member: str, stream: BinaryIO) -> int:
        """Keep a raw member (or attachment) of an import as a blob; gives the blob's number."""
        sha256, size = self._blobs.write(stream)
        self._db.execute("INSERT OR IGNORE INTO blob (sha256, size) VALUES (?, ?)", (sha256, size))
        blob: Any = self._db.execute("SELECT id FROM blob WHERE sha256 = ?", (sha256,)).get
        self._db.execute(
            "INSERT INTO import_member (import, member, blob) VALUES (?, ?, ?) "
            "ON CONFLICT (import, member) DO UPDATE SET blob = excluded.blob",
            (run.id, nfc(member), blob),
        )
        return int(blob)

    def note_beside(self, run: ImportRun, members: Collection[str]) -> None:
        """Say which kept members of an import hold no record, but are needed to read it again."""
        note_beside(self._db, run.id, {nfc(member) for member in members})

    def keep_member(self, run: ImportRun, member: str, sha256: str) -> int:
        """Let an import have a member whose bytes are a blob already; gives the blob's number."""
        blob: Any = self._db.execute("SELECT id FROM blob WHERE sha256 = ?", (sha256,)).get
        self._db.execute(
            "INSERT INTO import_member (import, member, blob) VALUES (?, ?, ?)", (run.id, nfc(member), blob)
        )
        return int(blob)

    def stored_imports(self, number: int | None = None) -> list[StoredImport]:
        """What was kept of every import, or of the one with this number; ArchiveError if there is none."""
        with archive_errors(self.path):
            return stored_imports(self._db, number)

    def keep_sightings(self, run: ImportRun, members: Mapping[str, str]) -> None:
        """Note where records stand in kept members (by SHA-256) that were read again."""
        rows: Any = self._db.execute("SELECT sha256, id FROM blob")
        blobs: dict[str, int] = dict(rows)
        run.sightings.keep(self._db, {member: blobs[sha256] for member, sha256 in members.items()})

    def open_blob(self, sha256: str) -> BinaryIO:
        """The bytes of a blob; ArchiveError if its file is missing."""
        try:
            return self._blobs.files.open(self._blobs.path(sha256))
        except OSError as error:
            raise ArchiveError(
                f"A kept file of an export cannot be read ({error.strerror}).",
                remedy="Which one: afterself verify. Put it back from a backup.",
            ) from error

    def cut_forgotten(self, run: ImportRun) -> None:
        """Cut what this import met and had been told to forget out of the raw members it stored."""
        for member, where in run.forgotten.items():
            row = self._db.execute(
                "SELECT blob FROM import_member WHERE import = ? AND member = ? AND blob IS NOT NULL",
                (run.id, nfc(member)),
            ).fetchone()
            if row is not None:
                cut_member(self._db, self._blobs, row[0], where)

    def sweep(self) -> int:
        """Remove blobs that a crash left without a row; gives how many."""
        return self._blobs.sweep(sha256 for (sha256,) in self._db.execute("SELECT sha256 FROM blob"))

    def add_alias(self, record: str, source_key: str) -> None:
        """Let a later export's source key mean this record. ArchiveError if there is no such record."""
        found = self._db.execute("SELECT row FROM record WHERE id = ?", (record,)).fetchone()
        if found is None:
            raise ArchiveError(f"There is no record {record} to give another key.")
        self._db.execute(
            "INSERT OR IGNORE INTO alias VALUES (?, ?, ?)",
            (keyed_id(self._secret, source_key), source_key, found[0]),
        )

    def newest(self) -> str:
        """The id of the record that was stored last."""
        return str(self._db.execute("SELECT id FROM record ORDER BY row DESC LIMIT 1").get)

    def author_of(self, record: str) -> tuple[int | None] | None:
        """The identity that wrote a record, in a tuple (None: nobody known); None if there is no such
        record."""
        found: Any = self._db.execute("SELECT author FROM record WHERE id = ?", (record,)).fetchone()
        return None if found is None else (found[0],)

    def tell_more(self, record: str, about: tuple[int, int] | None, answers: str | None) -> None:
        """Enter of what time a record tells (microseconds, [from, until)), and which record it answers."""
        begins, ends = about or (None, None)
        self._db.execute(
            "UPDATE record SET about_from = ?, about_to = ?, reply_to = ? WHERE id = ?",
            (begins, ends, answers, record),
        )

    # -- corrections ----------------------------------------------------------------------

    def correct(self, record: str, text: str, note: str | None = None) -> Corrected:
        """Let a record say `text` from now on, whatever later imports bring; `note` says why.

        ArchiveError if there is no such record, or its platform deleted it.
        """
        with self.transaction():
            return correct(self._db, self._secret, self.changes, record, text, note)

    def undo_correction(self, record: str) -> Corrected:
        """Take back the latest correction of a record. ArchiveError if it shows none."""
        with self.transaction():
            return undo(self._db, self.changes, record)

    # -- artifacts and forgetting ---------------------------------------------------------

    def register_artifact(
        self, kind: str, path: str, revisions: Iterable[tuple[str, int]], settings: Mapping[str, Any]
    ) -> int:
        """Enter what was made from which revisions (record id, number); see `Ledger.register`."""
        with self.transaction():
            return self.ledger.register(kind, path, revisions, settings)

    def artifacts(self, kind: str | None = None) -> list[Artifact]:
        """What the ledger holds of a kind (None: all), oldest first."""
        with archive_errors(self.path):
            return self.ledger.artifacts(kind)

    def set_artifact_state(self, artifact: int, state: ArtifactState) -> None:
        """Enter that an artifact is current, stale or erased."""
        with self.transaction():
            self.ledger.set_state(artifact, state)

    def reach(self, records: Iterable[str], *, copies: bool = False) -> Reach:
        """What forgetting these records would reach, with or without their copies; nothing is changed."""
        with archive_errors(self.path):
            return reach(self._db, self.ledger, records, copies=copies)

    def records_of(self, contact: Contact, *, with_replies: bool = False) -> list[str]:
        """Ids of what a contact wrote; with replies, of all in threads that they and the owner had alone."""
        with archive_errors(self.path):
            return records_of(self._db, contact.id, with_replies=with_replies)

    def records_in(
        self, *, thread: str | None = None, since: int | None = None, until: int | None = None
    ) -> list[str]:
        """Ids of the records of a thread (its id), or said in [since, until) (microseconds), or both."""
        with archive_errors(self.path):
            return records_in(self._db, thread, since, until)

    def records_from(self, number: int) -> list[str]:
        """Ids of the records that an import was the first to bring; ArchiveError if there is none such."""
        with archive_errors(self.path):
            return records_from(self._db, number)

    def forget(
        self, records: Iterable[str], *, contact: Contact | None = None, with_replies: bool = False
    ) -> Forgotten:
        """Forget records by id, and a contact with what they said and may yet say in a later export.

        Texts, index, raw bytes and tombstones change in one transaction; files follow at once, or when
        the archive is next opened for writing.
        """
        done = self._bury(records, contact, with_replies=with_replies)
        return dataclasses.replace(done, cleared=self.clear())

    def bury(self, records: Iterable[str]) -> int:
        """Forget records by id, and leave the files to the next opening; gives how many there were."""
        return self._bury(records, None, with_replies=False).records

    def _bury(self, records: Iterable[str], contact: Contact | None, *, with_replies: bool) -> Forgotten:
        with self.transaction():
            if contact is not None:
                records = [*records, *self.records_of(contact, with_replies=with_replies)]
            count, traces, stale = bury(self._db, self._secret, self.changes, self.ledger, records)
            names = [] if contact is None else [contact.name, *(one.name for one in contact.identities)]
            if contact is not None:
                bar(self._db, self._secret, self.changes, contact.identities)
            names += tidy(self._db)
            raw = redact(self._db, self._blobs, traces, names) if traces or names else RawChanges()
            mark_clearing(self._db, texts=True)
        return Forgotten(count, stale, raw.cut, raw.dropped, cleared=False)

    def clear(self) -> bool:
        """Remove from the disk what a forgetting left to remove, if any; False if a reader is in the way."""
        with archive_errors(self.path):
            if self._db.in_transaction:
                return False
            if not must_clear(self._db) and not left_half_made(self.path.parent):
                return True
            self.sweep()
            folder = self.path.parent
            if not (erase_stale(self.ledger, folder) and write_anew(self._db, folder)):
                return False
            if not empty_journal(self._db):
                return False
            clearing_done(self._db)
            return empty_journal(self._db)

    def change_log(self) -> list[Change]:
        """What people decided, oldest first."""
        with archive_errors(self.path):
            return self.changes.entries()
