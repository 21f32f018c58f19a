"""Takes records out of the archive and leaves keyed hashes, so that no later export brings them back.

The text goes from every table and from the lexical index, and what was made
from it becomes stale, in the caller's transaction. The raw blobs of imports
keep what they hold: rewriting those is the business of the `forget` command.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.keys import key_tombstone, text_tombstone
from afterself.archive.ledger import Ledger


def bury(
    db: apsw.Connection, secret: bytes, changes: ChangeLog, ledger: Ledger, records: Iterable[str]
) -> int:
    """Forget the records with these ids; gives how many there were."""
    buried = 0
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
        revisions: Any = db.execute("SELECT row, text FROM revision WHERE record = ?", (row,)).fetchall()
        macs: list[bytes | None] = [key_tombstone(secret, key) for key in keys]
        macs.extend(text_tombstone(secret, said_at, text) for _, text in revisions)
        for mac in macs:
            if mac is not None:
                db.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (mac,))
        if latest and not deleted:
            db.execute("INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', ?, ?)", (row, latest))
        ledger.mark_stale(revision for revision, _ in revisions)
        db.execute("DELETE FROM record WHERE row = ?", (row,))
        changes.append("record forgotten", record=id)
        buried += 1
    return buried
