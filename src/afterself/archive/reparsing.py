"""What the archive kept of an import's raw members, so that a better importer can read them again.

Gives the imports with the blobs of their members. What a new reading changes is decided by
`ImportRun.reparse`; running the importers is the business of `importers/reparsing.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.errors import ArchiveError

REPARSE_OF = "reparse_of"
"""In the options of an import: it is a new reading of that earlier one."""


@dataclass(frozen=True, slots=True)
class StoredImport:
    """One import of an export, and the SHA-256 and size of the members that were kept of it."""

    number: int
    source: str
    account: str
    importer: str
    version: str
    outer_name: str
    options: dict[str, Any]
    members: dict[str, tuple[str, int]]


def stored_imports(db: apsw.Connection, number: int | None = None) -> list[StoredImport]:
    """All imports of exports (or the one with this number), oldest first; ArchiveError if it is not there."""
    rows: Any = db.execute(
        "SELECT id, source, account, importer, version, outer_name, options FROM import "
        "WHERE ?1 IS NULL OR id = ?1 ORDER BY id",
        (number,),
    ).fetchall()
    if number is not None and not rows:
        raise ArchiveError(f"There is no import {number}.", remedy="See which there are: afterself imports")
    found = [_stored(db, *row) for row in rows]
    return [one for one in found if REPARSE_OF not in one.options or number is not None]


def _stored(
    db: apsw.Connection, number: int, source: str, account: str, importer: str, version: str, name: str,
    options: str,
) -> StoredImport:  # fmt: skip
    members = _members(db, number)
    return StoredImport(number, source, account, importer, version, name, json.loads(options), members)


def _members(db: apsw.Connection, number: int) -> dict[str, tuple[str, int]]:
    rows: Any = db.execute(
        "SELECT member, sha256, size FROM import_member JOIN blob ON blob.id = import_member.blob "
        "WHERE import = ? ORDER BY member",
        (number,),
    )
    return {member: (sha256, size) for member, sha256, size in rows}
