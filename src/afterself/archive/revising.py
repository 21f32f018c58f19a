"""Revisions of a record: its first text, and what a later import or a person made of it.

A text that the archive already knows as some revision is not news (an older
export read again changes nothing); any other becomes a new revision. What a
person corrected stays the latest. The lexical index follows the latest one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import apsw

from afterself.archive.attaching import BlobOf, attach, brought, drafted, files_of, kept_of, merged
from afterself.archive.drafts import RecordDraft
from afterself.archive.keys import nfc
from afterself.archive.ledger import Ledger
from afterself.archive.lexical import enter, reindex
from afterself.archive.scouting import words_of
from afterself.archive.summaries import Sums

_BY_PEOPLE = ("correction", "re-transcription")
_STORED = """
SELECT record.row, record.author, record.kind, record.said_at, record.precision, record.zone, record.reply_to,
       record.deleted, record.position, revision.row, revision.n, revision.why, revision.text,
       revision.spans, revision.raw_hash
FROM record JOIN revision ON revision.row = record.revision WHERE record.row = ?
"""


class Stored(NamedTuple):
    """What the archive has of a record that an import meets again."""

    row: int
    author: int | None
    kind: str
    said_at: int | None
    precision: str
    zone: str | None
    reply_to: str | None
    deleted: int
    position: int
    revision: int
    n: int
    why: str
    text: str
    spans: int
    raw_hash: bytes | None


class Reviser:
    """Writes revisions, spans, attachments and the lexical index for one import."""

    def __init__(self, db: apsw.Connection, import_id: int, ledger: Ledger) -> None:
        self._db = db
        self._import = import_id
        self._ledger = ledger
        self._members: dict[str, int] = {}
        self.sums = Sums()
        found = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'revision'").fetchone()
        self.next_revision = 1 if found is None else int(found[0]) + 1

    def stored(self, id: str) -> Stored | None:
        """The record with this id."""
        # Mostly there is none: the index alone tells that ten times as fast as the join.
        return self._found("SELECT row FROM record WHERE id = ?", id)

    def at(self, row: int) -> Stored:
        """The record in this row."""
        found: Any = self._db.execute(_STORED, (row,)).fetchone()
        return Stored(*found)

    def known_as(self, id: str, source_key: str, partner: int | None) -> Stored | None:
        """The record that bears this id as an alias, or from now on does: `partner`, if given."""
        if partner is not None:
            self._db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?, ?)", (id, source_key, partner))
        return self._found("SELECT record FROM alias WHERE id = ?", id)

    def _found(self, query: str, id: str) -> Stored | None:
        found = self._db.execute(query, (id,)).fetchone()
        if found is None:
            return None
        return self.at(found[0])

    def first(self, record: int, draft: RecordDraft, text: str, raw_hash: str, blob_of: BlobOf) -> None:
        """The first revision of a new record, which already points at `next_revision`."""
        self._insert(record, 1, "import", draft, text, raw_hash, blob_of)
        attach(self._db, record, [kept_of(one, blob_of) for one in drafted(draft.attachments)])
        if text and not draft.deleted:
            enter(self._db, record, text)

    def revise(self, stored: Stored, draft: RecordDraft, text: str, raw_hash: str, blob_of: BlobOf) -> bool:
        """Add a revision if the draft brings a text (or spans) not known yet; whether it did."""
        if stored.deleted:
            return False  # what the platform deleted does not come back with an older export
        attached = self._reattach(stored, draft, blob_of)
        if draft.deleted:
            self._delete(stored, draft, raw_hash, blob_of)
            return True
        if self._known(stored, draft, text):
            return attached
        same_block = stored.raw_hash == bytes.fromhex(raw_hash)
        why = "better parser" if same_block else "edit"
        latest = stored.why not in _BY_PEOPLE
        self._add(stored, why, draft, text, raw_hash, blob_of, latest=latest)
        if latest:
            reindex(self._db, stored.row, stored.text, text)
        return True

    def reword(self, stored: Stored, draft: RecordDraft, text: str, raw_hash: str, blob_of: BlobOf) -> bool:
        """Take what another export's wording adds: an edit, a deletion, files; whether there was any.

        Blanks, marks and placeholders, which differ between phones and languages, are no edit. Of two
        wordings the one that its platform marks as edited is the later.
        """
        if draft.deleted or stored.deleted:
            return self.revise(stored, draft, text, raw_hash, blob_of)
        gaps = [(span.start, span.end) for span in draft.spans if span.kind == "placeholder"]
        words = words_of(text, gaps)
        rows: Any = self._db.execute(
            "SELECT row, text, edited FROM revision WHERE record = ?", (stored.row,)
        ).fetchall()
        known = {words_of(old, self._placeholders(row)) for row, old, _ in rows}
        later = draft.edited or not any(edited for *_, edited in rows)
        if words and words not in known and later and draft.kind == stored.kind:
            return self.revise(stored, draft, text, raw_hash, blob_of)
        return self._reattach(stored, draft, blob_of, only_more=True)

    def reparse(self, stored: Stored, draft: RecordDraft, text: str, raw_hash: str, blob_of: BlobOf) -> str:
        """Add a revision if a raw block reads otherwise than before; gives the record's id if it does, or "".

        It is the latest where what shows came from the very same block.
        """
        before: Any = self._db.execute(
            "SELECT row, text FROM revision WHERE record = ? AND raw_hash = ? AND why != 'correction' "
            "ORDER BY n DESC LIMIT 1",
            (stored.row, bytes.fromhex(raw_hash)),
        ).fetchone()
        if before is None or stored.deleted or draft.deleted:
            return ""
        spans = _foreign(draft)
        if text == before[1] and spans == self._spans(before[0]):
            return ""
        latest = stored.raw_hash == bytes.fromhex(raw_hash) and stored.why not in _BY_PEOPLE
        self._add(stored, "better parser", draft, text, raw_hash, blob_of, latest=latest)
        if latest:
            reindex(self._db, stored.row, stored.text, text)
        return str(self._db.execute("SELECT id FROM record WHERE row = ?", (stored.row,)).get)

    def update_columns(
        self,
        stored: Stored,
        draft: RecordDraft,
        author: int | None,
        said_at: int | None,
        reply_to: str | None,
    ) -> bool:
        """Let the record follow what the export now says about it; what it no longer says stays."""
        has = (stored.author, stored.kind, stored.said_at, stored.precision, stored.zone, stored.reply_to)
        says = (
            stored.author if author is None else author,
            draft.kind,
            stored.said_at if said_at is None else said_at,
            stored.precision if said_at is None else draft.precision,
            stored.zone if said_at is None else draft.zone,
            stored.reply_to if reply_to is None else reply_to,
        )
        if has == says:
            return False
        self._db.execute(
            "UPDATE record SET author = ?, kind = ?, said_at = ?, precision = ?, zone = ?, reply_to = ? "
            "WHERE row = ?",
            (*says, stored.row),
        )
        return True

    def _known(self, stored: Stored, draft: RecordDraft, text: str) -> bool:
        if stored.text == text and not stored.spans and not draft.spans:
            return True
        spans = _foreign(draft)
        rows: Any = self._db.execute(
            "SELECT row FROM revision WHERE record = ? AND text = ?", (stored.row, text)
        ).fetchall()
        return any(spans == self._spans(row) for (row,) in rows)

    def _placeholders(self, revision: int) -> list[tuple[int, int]]:
        return [(begin, end) for begin, end, kind in self._spans(revision) if kind == "placeholder"]

    def _spans(self, revision: int) -> set[tuple[int, int, str]]:
        """Its foreign spans: an `own` one says only in which language the person wrote."""
        found: Any = self._db.execute(
            "SELECT begins, ends, kind FROM span WHERE revision = ? AND kind != 'own'", (revision,)
        )
        return set(found)

    def _delete(self, stored: Stored, draft: RecordDraft, raw_hash: str, blob_of: BlobOf) -> None:
        self._add(stored, "edit", draft, "", raw_hash, blob_of, latest=True)
        self._db.execute("UPDATE record SET deleted = 1 WHERE row = ?", (stored.row,))
        reindex(self._db, stored.row, stored.text, "")
        rows = self._db.execute("SELECT row FROM revision WHERE record = ?", (stored.row,))
        self._ledger.mark_stale([row for (row,) in rows])

    def _add(
        self, stored: Stored, why: str, draft: RecordDraft, text: str, raw_hash: str,
        blob_of: BlobOf, *, latest: bool,
    ) -> None:  # fmt: skip
        top: Any = self._db.execute("SELECT max(n) FROM revision WHERE record = ?", (stored.row,)).get
        revision = self._insert(stored.row, top + 1, why, draft, text, raw_hash, blob_of)
        if latest:
            self._db.execute("UPDATE record SET revision = ? WHERE row = ?", (revision, stored.row))

    def _insert(
        self,
        record: int,
        n: int,
        why: str,
        draft: RecordDraft,
        text: str,
        raw_hash: str,
        blob_of: BlobOf,
    ) -> int:
        revision, self.next_revision = self.next_revision, self.next_revision + 1
        self.sums.revision(n)
        where = draft.locator
        spans = () if draft.deleted else draft.spans
        self._db.execute(
            "INSERT INTO revision (row, record, n, why, text, language, spans, edited, import, raw_hash, "
            "blob, member, raw_offset, raw_length, raw_pointer, raw_row) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (revision, record, n, why, text, draft.language, len(spans), draft.edited, self._import,
             bytes.fromhex(raw_hash), blob_of(where.member), self._member(where.member), where.offset,
             where.length, where.pointer, where.row),
        )  # fmt: skip
        for span in spans:
            self._db.execute(
                "INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?)",
                (revision, span.start, span.end, span.kind, span.language),
            )
        return revision

    def _member(self, name: str) -> int:
        """The row of a member of this import, made if its bytes were not kept."""
        if name not in self._members:
            key = (self._import, nfc(name))
            self._db.execute(
                "INSERT INTO import_member (import, member) VALUES (?, ?) ON CONFLICT DO NOTHING", key
            )
            self._members[name] = self._db.execute(
                "SELECT id FROM import_member WHERE import = ? AND member = ?", key
            ).get
        return self._members[name]

    def _reattach(
        self, stored: Stored, draft: RecordDraft, blob_of: BlobOf, *, only_more: bool = False
    ) -> bool:
        """Bring the files of a record in line with what an export says; whether that changed any.

        With `only_more` nothing is changed unless the export brings more of them than there was.
        """
        if not draft.attachments:
            return False
        had = files_of(self._db, stored.row)
        files = merged(had, drafted(draft.attachments))
        same = [one.told() for one in had] == [one.told() for one in files]
        if same or (only_more and brought(files) <= brought(had)):
            return False
        kept = [one if any(one is old for old in had) else kept_of(one, blob_of) for one in files]
        self._db.execute("DELETE FROM attachment WHERE record = ?", (stored.row,))
        attach(self._db, stored.row, kept)
        self._db.execute("UPDATE record SET attachments = ? WHERE row = ?", (len(kept), stored.row))
        return True


def _foreign(draft: RecordDraft) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, str(span.kind)) for span in draft.spans if span.kind != "own"}
