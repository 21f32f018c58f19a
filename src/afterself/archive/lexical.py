"""Keeps the lexical index in step with the current revision of each record; without words it has no entry."""

from __future__ import annotations

import apsw


def reindex(db: apsw.Connection, record: int, old: str, new: str) -> None:
    """Replace the entry of a record (its row) that was made from the text `old` by one from `new`."""
    if old:
        db.execute("INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', ?, ?)", (record, old))
    if new:
        db.execute("INSERT INTO lexical (rowid, text) VALUES (?, ?)", (record, new))
