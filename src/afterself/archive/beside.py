"""Files of an export that hold no record, but say what its records mean: lists of names, longer wordings.

They are kept with an import and named in its options, so that it can be read again as it was. Forgetting a
person or a conversation drops them whole, as nobody can say which of their lines tell of whom; what is said
in a record is cut out of them as out of every raw member.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import apsw

BESIDE = "beside"
"""In the options of an import: the names of such members."""
OF_BESIDE = (
    "FROM import_member JOIN import ON import.id = import_member.import "
    f"WHERE import_member.member IN (SELECT value FROM json_each(import.options, '$.{BESIDE}'))"
)


def note_beside(db: apsw.Connection, number: int, members: Collection[str]) -> None:
    """Say of an import which of its kept members hold no record."""
    db.execute(
        f"UPDATE import SET options = json_set(options, '$.{BESIDE}', json(?)) WHERE id = ?",
        (json.dumps(sorted(members)), number),
    )


def blobs_beside(db: apsw.Connection) -> list[tuple[int, str]]:
    """The blobs of such members, each with its SHA-256, that no record came out of."""
    rows: Any = db.execute(
        f"SELECT id, sha256 FROM blob WHERE id IN (SELECT import_member.blob {OF_BESIDE}) "
        "AND id NOT IN (SELECT blob FROM revision WHERE blob IS NOT NULL) ORDER BY id"
    )
    return list(rows)
