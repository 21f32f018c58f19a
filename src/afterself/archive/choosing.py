"""Which records a person means: those of a contact, a thread, a span of time, or an import.

Gives ids; what is done with them is the business of others.
"""

from __future__ import annotations

from typing import Any

import apsw

from afterself.errors import ArchiveError


def records_of(db: apsw.Connection, contact: int, *, with_replies: bool) -> list[str]:
    """Ids of what a contact wrote; with replies, of all in threads they and the owner had alone."""
    rows = db.execute(
        "SELECT record.id FROM record JOIN identity ON identity.id = record.author "
        "WHERE identity.contact = ?1 ORDER BY record.row",
        (contact,),
    )
    ids = dict.fromkeys(id for (id,) in rows)
    if with_replies:
        rows = db.execute(
            """
            SELECT record.id FROM record WHERE thread IN (
                SELECT there.thread FROM thread_participant AS there
                JOIN identity ON identity.id = there.identity
                GROUP BY there.thread
                HAVING max(identity.contact = ?1) = 1
                   AND max(identity.contact != ?1 AND coalesce(identity.owner, 0) = 0) = 0
            ) ORDER BY record.row
            """,
            (contact,),
        )
        ids.update(dict.fromkeys(id for (id,) in rows))
    return list(ids)


def records_in(db: apsw.Connection, thread: str | None, since: int | None, until: int | None) -> list[str]:
    """Ids of the records of a thread (its id, None: all) said in [since, until), microseconds UTC.

    As in a view, a record without a time counts as said when the last one before it in its thread was.
    """
    rows: Any = db.execute(
        "SELECT record.id FROM record JOIN thread ON thread.row = record.thread "
        "WHERE (?1 IS NULL OR thread.id = ?1) AND (?2 IS NULL OR record.order_at >= ?2) "
        "AND (?3 IS NULL OR record.order_at < ?3) ORDER BY record.row",
        (thread, since, until),
    )
    return [id for (id,) in rows]


def records_from(db: apsw.Connection, number: int) -> list[str]:
    """Ids of the records that an import was the first to bring. ArchiveError if there is no such import."""
    if db.execute("SELECT 1 FROM import WHERE id = ?", (number,)).fetchone() is None:
        raise ArchiveError(f"There is no import {number}.", remedy="See which there are: afterself imports")
    rows: Any = db.execute(
        "SELECT record.id FROM revision JOIN record ON record.row = revision.record "
        "WHERE revision.import = ? AND revision.n = 1 ORDER BY record.row",
        (number,),
    )
    return [id for (id,) in rows]
