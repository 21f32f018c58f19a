"""Takes records out of the archive and leaves keyed hashes, so that no later export brings them back.

The text goes from every table and from the lexical index, and what was made from it becomes stale,
in the caller's transaction. Where it stood in raw exports is handed to `redaction`; what must go
from the disk after the transaction is the business of `clearing`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.archive.beside import OF_BESIDE
from afterself.archive.changes import ChangeLog
from afterself.archive.keys import key_tombstone, keyed_id, person_tombstone, text_tombstone
from afterself.archive.ledger import Artifact, Ledger
from afterself.archive.lexical import leave
from afterself.archive.people import Identity
from afterself.archive.redaction import Trace
from afterself.archive.same_words import copies_of


@dataclass(frozen=True, slots=True)
class Copy:
    """The same saying, seen in another source: a record's id, its thread's title, its source."""

    record: str
    thread: str
    source: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What forgetting some records would reach.

    `copies` are other records of the same sayings, from other sources; `same_words` counts those that only
    have the same words.
    """

    records: tuple[str, ...]
    threads: tuple[tuple[str, int], ...]
    stale: tuple[Artifact, ...]
    copies: tuple[Copy, ...]
    same_words: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten: records, artifacts that went stale by it, raw members cut or dropped.

    `cleared` is false where another program kept the archive open: the next command that writes goes on.
    """

    records: int
    stale: int
    raw_cut: int
    raw_dropped: int
    cleared: bool


def reach(db: apsw.Connection, ledger: Ledger, records: Iterable[str], *, copies: bool = False) -> Reach:
    """What `bury` would reach, and what becomes stale if the `copies` go, too; nothing is changed."""
    ids: list[str] = []
    titles: Counter[str] = Counter()
    revisions: set[int] = set()
    rows: set[int] = set()
    texts: set[str] = set()
    for id in dict.fromkeys(records):
        found = db.execute(
            "SELECT record.row, thread.title FROM record JOIN thread ON thread.row = record.thread "
            "WHERE record.id = ?",
            (id,),
        ).fetchone()
        if found is None:
            continue
        ids.append(id)
        rows.add(found[0])
        titles[found[1]] += 1
        for revision, text in db.execute("SELECT row, text FROM revision WHERE record = ?", (found[0],)):
            revisions.add(revision)
            texts.add(text.strip())
    others = _copies(db, ids)
    linked = {copy.record for copy in others}
    if copies:
        of_one = (
            "SELECT revision.row FROM revision JOIN record ON record.row = revision.record "
            "WHERE record.id = ?"
        )
        revisions.update(row for id in linked for (row,) in db.execute(of_one, (id,)))
    same = 0
    for id, row, text in db.execute(
        "SELECT record.id, record.row, revision.text FROM record "
        "JOIN revision ON revision.row = record.revision"
    ):
        other = row not in rows and id not in linked
        same += other and text.strip() in texts and bool(text.strip())
    stale = tuple(ledger.made_from(revisions))
    return Reach(tuple(ids), tuple(titles.most_common()), stale, others, same)


def _copies(db: apsw.Connection, ids: list[str]) -> tuple[Copy, ...]:
    """The records of the same sayings as these."""
    rows: Any = db.execute(
        "SELECT record.id, thread.title, thread.source FROM record "
        "JOIN thread ON thread.row = record.thread "
        "WHERE record.id IN (SELECT value FROM json_each(?)) ORDER BY record.row",
        (json.dumps(copies_of(db, ids)),),
    )
    return tuple(Copy(*row) for row in rows)


def bury(
    db: apsw.Connection, secret: bytes, changes: ChangeLog, ledger: Ledger, records: Iterable[str]
) -> tuple[int, list[Trace], int]:
    """Forget the records with these ids: how many there were, where they stood, how much went stale."""
    buried: list[str] = []
    traces: list[Trace] = []
    gone: set[int] = set()
    for id in records:
        found = db.execute(
            "SELECT record.row, record.source_key, record.said_at, record.deleted, revision.text "
            "FROM record JOIN revision ON revision.row = record.revision WHERE record.id = ?",
            (id,),
        ).fetchone()
        if found is None:
            continue
        row, source_key, said_at, deleted, latest = found
        keys = [
            source_key,
            *(k for (k,) in db.execute("SELECT source_key FROM alias WHERE record = ?", (row,))),
        ]
        revisions: Any = db.execute(
            "SELECT revision.row, revision.text, blob.sha256, raw_offset, raw_length, raw_pointer, raw_row "
            "FROM revision LEFT JOIN blob ON blob.id = revision.blob WHERE record = ?",
            (row,),
        ).fetchall()
        macs: list[bytes | None] = [key_tombstone(secret, key) for key in keys]
        macs.extend(text_tombstone(secret, said_at, text) for _, text, *_ in revisions)
        for mac in macs:
            if mac is not None:
                db.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (mac,))
        if latest and not deleted:
            leave(db, row, latest)
        gone.update(revision for revision, *_ in revisions)
        traces.extend(Trace(*where) for _, *where in revisions)
        traces.extend(_elsewhere(db, row, {text for _, text, *_ in revisions}))
        db.execute("DELETE FROM record WHERE row = ?", (row,))
        buried.append(id)
    changes.append_all("record forgotten", [{"record": id} for id in buried])
    return len(buried), traces, len(ledger.mark_stale(gone))


def _elsewhere(db: apsw.Connection, row: int, texts: set[str]) -> Iterator[Trace]:
    """Where else raw members hold a record."""
    for sha256, begins, ends in db.execute(
        "SELECT blob.sha256, begins, ends FROM sighting JOIN blob ON blob.id = sighting.blob "
        "WHERE sighting.record = ?",
        (row,),
    ):
        placed = (begins, ends - begins) if ends else (None, None)
        yield from (Trace(text, sha256, *placed) for text in texts)


def bar(db: apsw.Connection, secret: bytes, changes: ChangeLog, identities: Sequence[Identity]) -> None:
    """Let nothing more of these identities in, and forget their handles and names."""
    for one in identities:
        mac = person_tombstone(secret, one.source, one.handle)
        db.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (mac,))
        for table in ("recipient", "thread_participant"):
            db.execute(f"DELETE FROM {table} WHERE identity = ?", (one.id,))
        db.execute("DELETE FROM identity WHERE id = ?", (one.id,))
        db.execute(
            "DELETE FROM contact WHERE id = ? AND id NOT IN (SELECT contact FROM identity)", (one.contact,)
        )
    who = [keyed_id(secret, f"identity/{one.source}/{one.account}/{one.handle}") for one in identities]
    changes.append("contact forgotten", identities=who)


_UNDECIDED = "excluded = 0 AND relation IS NULL AND shown IS NULL"
_PEOPLE_OF_NOTHING = (
    "DELETE FROM identity WHERE (owner IS NULL OR (owner = 0 AND owner_by = 'export')) "
    "AND id NOT IN (SELECT author FROM record WHERE author IS NOT NULL) "
    "AND id NOT IN (SELECT identity FROM thread_participant) "
    "AND id NOT IN (SELECT identity FROM recipient) "
    "AND id NOT IN (SELECT identity FROM identity_label) "
    "AND id NOT IN (SELECT identity FROM objection) "
    "AND id NOT IN (SELECT one.value FROM audience, json_each(rules, '$.contacts') AS one) "
    "AND id NOT IN (SELECT one.value FROM audience, json_each(rules, '$.exclude_contacts') AS one) "
    "AND contact IN (SELECT contact FROM identity GROUP BY contact HAVING count(*) = 1) "
    f"AND contact IN (SELECT id FROM contact WHERE {_UNDECIDED}) RETURNING name"
)
"""Those of whom no record speaks any more and about whom nobody has decided anything."""


def tidy(db: apsw.Connection) -> list[str]:
    """Remove threads, people, files, imports and links of nothing; gives the names that went with them."""
    db.execute(
        "DELETE FROM same_as WHERE said IN (SELECT said FROM same_as GROUP BY said HAVING count(*) = 1)"
    )
    of_nothing = "FROM thread WHERE row NOT IN (SELECT thread FROM record)"
    titles = [str(title) for (title,) in db.execute(f"SELECT title {of_nothing}")]
    db.execute(f"DELETE {of_nothing}")
    names = [str(name) for (name,) in db.execute(_PEOPLE_OF_NOTHING).fetchall()]
    db.execute(f"DELETE FROM contact WHERE {_UNDECIDED} AND id NOT IN (SELECT contact FROM identity)")
    db.execute(
        "DELETE FROM import_member WHERE id NOT IN (SELECT member FROM revision WHERE member IS NOT NULL) "
        "AND (blob IS NULL OR blob NOT IN (SELECT blob FROM attachment WHERE blob IS NOT NULL)) "
        f"AND id NOT IN (SELECT import_member.id {OF_BESIDE} "
        "AND import.id IN (SELECT import FROM revision WHERE import IS NOT NULL))"
    )
    db.execute(
        "DELETE FROM import WHERE finished_at IS NOT NULL "
        "AND id NOT IN (SELECT import FROM revision WHERE import IS NOT NULL) "
        "AND id NOT IN (SELECT import FROM import_member)"
    )
    db.execute(
        "DELETE FROM blob WHERE id NOT IN (SELECT blob FROM import_member WHERE blob IS NOT NULL) "
        "AND id NOT IN (SELECT blob FROM revision WHERE blob IS NOT NULL) "
        "AND id NOT IN (SELECT blob FROM attachment WHERE blob IS NOT NULL)"
    )
    return titles + names
