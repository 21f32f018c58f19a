"""One import under way: drafts in, rows out, everything in the caller's transaction.

Decides for each draft whether it is new, the same, changed or was forgotten, keeps identities, recipients,
revisions, spans and the lexical index in step, and at the end the threads' order and who the owner is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from afterself.archive.aligning import Aligner
from afterself.archive.attaching import BlobOf
from afterself.archive.authorship import Authorship
from afterself.archive.begun import Begun, Outcome
from afterself.archive.columns import Columns, Draft
from afterself.archive.drafts import Again, Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.joining import Joining
from afterself.archive.keys import NO_ACCOUNT, keyed_id, native_key, nfc, storable, storable_or_none
from afterself.archive.ledger import Ledger
from afterself.archive.ordering import time_in_order
from afterself.archive.people import Identity, People
from afterself.archive.revising import Reviser, Stored
from afterself.archive.same_words import link, link_anew, remark
from afterself.archive.scouting import scout
from afterself.archive.sightings import Sightings
from afterself.archive.threads import ImportedThread, Threads
from afterself.archive.tombstones import Tombstones
from afterself.errors import ArchiveError


class ImportRun:
    """An import that has begun. Made by `Archive.begin_import`; ends with `finish_import`."""

    def __init__(
        self,
        db: apsw.Connection,
        secret: bytes,
        people: People,
        ledger: Ledger,
        *,
        source: str,
        account: str,
        importer: str,
        version: str,
        outer_name: str,
        options: Mapping[str, Any],
        me: Iterable[str],
        size: int,
    ) -> None:
        self._db = db
        self._secret = secret
        self.source = nfc(source)
        self.account = nfc(account) or NO_ACCOUNT
        self.authorship = Authorship(people, self.source, self.account, me)
        self._threads: dict[str, ImportedThread] = {}
        self._touched = Threads(db)
        self._keys: dict[str, str] = {}
        self._growing: set[str] = set()
        self._joining = Joining(db, secret, self._touched, self.source, self.account)
        self._rewritten: list[int] = []
        self.counts: Counter[Outcome] = Counter()
        self.forgotten: dict[str, list[Locator]] = {}  # by member: where what was forgotten stands in it
        self.reparsed: list[str] = []
        self.sightings = Sightings()
        self._holes = 0  # what was forgotten has negative numbers in the order of a thread
        sequences = dict(db.execute("SELECT name, seq FROM sqlite_sequence"))
        self._next_record = int(sequences.get("record", 0)) + 1
        self._row = Begun(
            db, source=self.source, account=self.account, importer=importer, version=version,
            outer_name=nfc(outer_name), options=options, size=size, next_record=self._next_record,
        )  # fmt: skip
        self.id = self._row.id
        self._first_record = self._row.first_record
        self.authorship.changed = self._row.resumed  # whose words the earlier run's are was still to be said
        self._touched.unsettled = self._row.resumed
        self._aliases = db.execute("SELECT 1 FROM alias LIMIT 1").fetchone() is not None
        self._aligner: Aligner | None = None
        self._tombstones = Tombstones(db, secret, self.source)
        self._reviser = Reviser(db, self.id, ledger)
        self._columns = Columns(secret, alone=self._first_record == 1)

    # -- alignment with what another export brought ---------------------------------------

    @property
    def scouting(self) -> bool:
        """Whether `scout` should see the drafts first: the archive holds some without own ids."""
        return Aligner.needed(self._db, self.source, self._first_record)

    def scout(self, drafts: Iterable[RecordDraft]) -> None:
        """See all drafts before any is stored, to know again what another export wrote otherwise."""
        before = range(self._first_record, self._next_record)
        self._aligner = Aligner(self._db, self._secret, self.source, scout(drafts), before)
        self.authorship.contacts = self._aligner.contacts

    @property
    def shifted(self) -> dict[str, int]:
        """Minutes by which the clock of a member is ahead of an earlier export's, where it is."""
        return {} if self._aligner is None else self._aligner.shifted

    # -- threads and people ---------------------------------------------------------------

    def upsert_thread(self, draft: ThreadDraft) -> str:
        """Make or update a thread; gives its id. Must come before the thread's first record."""
        id, source_key = self._joining.id_of(draft.key)
        title = nfc(draft.title).strip() or nfc(draft.key)
        joined = bool(draft.joins) and self._joining.together((draft.key, *draft.joins))
        row = self._known_thread(id, source_key, draft.key)
        if row is None:
            self._db.execute(
                "INSERT INTO thread (id, source_key, source, account, key, title, kind) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, source_key, self.source, self.account, nfc(draft.key), title, draft.kind),
            )
            number = int(self._db.last_insert_rowid())
            self._joining.name(number, draft.joins)
        else:
            number, source_key = row[0], row[3]
        newest = self._aligner is None or self._aligner.begin(draft.key, number, source_key)
        if row is not None and newest and not joined and row[1:3] != (title, draft.kind):
            self._db.execute(
                "UPDATE thread SET title = ?, kind = ? WHERE row = ?", (title, draft.kind, number)
            )
        thread = self._threads.get(draft.key)
        if thread is None:
            thread = self._threads[draft.key] = self._touched.known(number)
            self._keys[draft.key] = source_key
        if draft.joins:
            self._growing.add(draft.key)
        for person in draft.participants:
            if not self._tombstones.bar(person):
                self._touched.join(thread.now, self.authorship.identity(person).id)
        return id

    def _known_thread(self, id: str, source_key: str, key: str) -> Any:
        """Row, title, kind, and the source key of its records, of the thread that this is; None if new."""
        row = self._db.execute(
            "SELECT thread.row, title, kind, "
            "coalesce((SELECT source_key FROM thread_alias WHERE id = ?1 AND joined), thread.source_key) "
            "FROM thread WHERE id = ?1 OR row = (SELECT thread FROM thread_alias WHERE id = ?1)",
            (id,),
        ).fetchone()
        kin = self._aligner.kin(key) if row is None and self._aligner is not None else None
        if kin is not None:
            self._db.execute(
                "INSERT INTO thread_alias (id, source_key, thread) VALUES (?, ?, ?)", (id, source_key, kin)
            )
            of_kin = "SELECT row, title, kind, source_key FROM thread WHERE row = ?"
            row = self._db.execute(of_kin, (kin,)).fetchone()
        return row

    @property
    def threads(self) -> frozenset[int]:
        """Rows of the threads that this import touched."""
        return frozenset(self._touched.by_row)

    # -- records --------------------------------------------------------------------------

    def put_record(self, draft: RecordDraft, blob_of: BlobOf = lambda member: None) -> Outcome:
        """Store one draft; `blob_of` is asked for the blobs of what is new or changed.

        ArchiveError if its thread was not declared.
        """
        thread = self._threads.get(draft.thread)
        if thread is None:
            raise ArchiveError(
                f"The importer gave a record of an undeclared thread (member {draft.locator.member!r}).",
                remedy="This is a fault of the importer: please report it.",
            )
        thread = thread.now
        partner = None
        if self._aligner is not None and draft.native_id is None:
            partner, ahead = self._aligner.next(draft.locator.member, draft.thread)
            if ahead and draft.said_at is not None:
                draft = draft._replace(said_at=draft.said_at - ahead)
        columns = self._columns.of(self._keys[draft.thread], draft)
        stored = self._reviser.stored(columns.id)
        known_as = None
        growing = draft.thread in self._growing
        if stored is None and growing:
            partner = self._joining.told_alone(draft, columns)
        if stored is not None and partner is not None:  # an equal block, but not of the same hour
            known_as = self._reviser.at(partner)
        elif stored is None and (partner is not None or self._aliases):
            known_as = self._reviser.known_as(columns.id, columns.source_key, partner)
        if known_as is not None:
            outcome: Outcome = self._meet_otherwise(thread, draft, columns, known_as, blob_of)
        elif stored is None and self._buried(columns, draft):
            outcome = "forgotten"  # before its author is met: nobody is brought back by it
            self._leave_hole(thread, draft.locator)
        else:
            author = None if draft.author is None else self._author(thread, draft.author, draft.is_owner)
            if stored is None:
                self._insert(thread, draft, columns, author, blob_of)
                outcome = "new"
            else:
                outcome = self._meet(thread, draft, columns, author, stored, blob_of)
        if growing and outcome != "forgotten":
            self._aliases |= self._joining.name_alone(draft, columns)
        self.counts[outcome] += 1
        return outcome

    def _author(self, thread: ImportedThread, person: Person, is_owner: bool | None) -> Identity:
        identity = self.authorship.author(person, is_owner)
        self._touched.join(thread, identity.id)
        return identity

    def _buried(self, columns: Draft, draft: RecordDraft) -> bool:
        return self._tombstones.bury(columns.source_key, columns.said_at, columns.text, draft.author)

    def _leave_hole(self, thread: ImportedThread, where: Locator) -> None:
        """A missing position says that something stood here: what follows does not answer what is before."""
        self.forgotten.setdefault(where.member, []).append(where)
        self._holes -= 1
        thread.leave_hole(where.member, self._holes)

    def _insert(
        self,
        thread: ImportedThread,
        draft: RecordDraft,
        columns: Draft,
        author: Identity | None,
        blob_of: BlobOf,
    ) -> None:
        row = self._next_record
        self._next_record += 1
        thread.last_at = time_in_order(columns.said_at, draft.precision, thread.last_at)
        thread.reorder |= thread.last_at is None
        is_owner, owner_by = self.authorship.of_record(author, draft.is_owner)
        revision = self._reviser.next_revision
        self._db.execute(
            "INSERT INTO record (row, id, source_key, thread, author, is_owner, owner_by, kind, said_at, "
            "precision, said_raw, zone, reply_to, forwarded_from, deleted, visibility, order_at, position, "
            "attachments, revision, words) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row, columns.id, columns.source_key, thread.row, None if author is None else author.id,
             is_owner, owner_by, draft.kind, columns.said_at, draft.precision, storable(draft.said_raw),
             draft.zone, columns.reply_to, storable_or_none(draft.forwarded_from), draft.deleted,
             draft.visibility, thread.last_at, thread.next_position, len(draft.attachments), revision,
             columns.words),
        )  # fmt: skip
        self._reviser.first(row, draft, columns.text, columns.raw_hash, blob_of)
        if is_owner:
            self._reviser.sums.own(draft, columns.text)
        for person in draft.recipients:
            if self._tombstones.bar(person):
                continue
            identity = self.authorship.identity(person).id
            self._db.execute("INSERT OR IGNORE INTO recipient VALUES (?, ?, 'to')", (row, identity))
            self._touched.join(thread, identity)
        thread.next_position += 1
        thread.new = True
        thread.see(draft.locator.member, row)

    def _meet(
        self, thread: ImportedThread, draft: RecordDraft, columns: Draft, author: Identity | None,
        stored: Stored, blob_of: BlobOf,
    ) -> Outcome:  # fmt: skip
        thread.meet(draft.locator.member, stored.row, stored.position)
        who = None if author is None else author.id
        moved = self._reviser.update_columns(stored, draft, who, columns.said_at, columns.reply_to)
        self.authorship.changed |= moved and who != stored.author
        thread.reorder |= moved and stored.said_at != columns.said_at
        revised = self._reviser.revise(stored, draft, columns.text, columns.raw_hash, blob_of)
        self._seen_again(stored, draft, changed=moved or revised)
        return "changed" if moved or revised else "same"

    def _meet_otherwise(
        self, thread: ImportedThread, draft: RecordDraft, columns: Draft, stored: Stored, blob_of: BlobOf
    ) -> Outcome:
        """Another export's wording of a record: who said it when stays, words and files may be added."""
        thread.meet(draft.locator.member, stored.row, stored.position)
        revised = self._reviser.reword(stored, draft, columns.text, columns.raw_hash, blob_of)
        self._seen_again(stored, draft, changed=revised)
        return "changed" if revised else "same"

    def _seen_again(self, stored: Stored, draft: RecordDraft, *, changed: bool) -> None:
        self.sightings.note(stored.row, draft.locator)
        if changed:
            self._said_anew(stored.row)

    def _said_anew(self, record: int) -> None:
        remark(self._db, record)
        self._rewritten.append(record)

    def seen_again(self, copy: Again) -> None:
        """A copy of a record stands here, too, and forgetting it must reach these bytes."""
        source_key = native_key(self._joining.id_of(copy.thread)[1], copy.native_id)
        if self._tombstones.bury(source_key, None, "", None):
            self.forgotten.setdefault(copy.locator.member, []).append(copy.locator)
        else:
            self.sightings.note_copy(keyed_id(self._secret, source_key), copy.locator)

    def reparse(self, draft: RecordDraft, blob_of: BlobOf) -> None:
        """A kept block was read again: where it reads otherwise its record gets a revision.

        Counts as forgotten what no record stands for.
        """
        id, source_key = self._joining.id_of(draft.thread)
        known: Any = self._known_thread(id, source_key, draft.thread)
        columns = self._columns.of(source_key if known is None else known[3], draft)
        stored = self._reviser.stored(columns.id) or self._reviser.known_as(columns.id, "", None)
        if stored is None:
            self.counts["forgotten"] += 1
        else:
            changed = self._reviser.reparse(stored, draft, columns.text, columns.raw_hash, blob_of)
            self.counts["changed" if changed else "same"] += 1
            self.sightings.note(stored.row, draft.locator)
            if changed:
                self.reparsed.append(changed)
                self._said_anew(stored.row)

    def finish_import(self) -> None:
        """Put the threads in order, say of each record whether it is the owner's, close the import's row."""
        holes = self._holes if self._tombstones else None
        for thread in self._touched.by_row.values():
            if thread.out_of_order:
                self._touched.put_in_order(thread, self._first_record, holes)
        whose = self.authorship.settle()
        if self.counts["forgotten"]:  # a thread of which all was forgotten is not brought back either
            self._db.executemany(
                "DELETE FROM thread WHERE row = ? AND row NOT IN (SELECT thread FROM record)",
                [(row,) for row in self._touched.by_row],
            )
        self._reviser.sums.enter(self._db, self.id)
        if self._row.end(self.counts):
            link(self._db, self._first_record, self._rewritten)
            others = whose and self.authorship.wrote_before(self._first_record)
            if others or self._row.changed_before:
                link_anew(self._db)
            self.sightings.keep_of(self._db, self.id)

    def note_progress(self) -> None:
        """Enter how far this import is: what it brought is to be stored, whatever becomes of the rest."""
        self._reviser.sums.enter(self._db, self.id)
        self._row.note(self.counts)
