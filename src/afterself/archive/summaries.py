"""Sums that the archive keeps in step by itself, so that an overview of a million records is quick.

Triggers change them in the transaction that changes what they count; so they are exact after imports,
forgetting, corrections and new readings. `import.brought` and `import.later` count revisions;
`owner_language` holds how many characters of the owner's own kinds of records are in each language.
"""

from __future__ import annotations

import apsw

KINDS = (
    "message", "post", "comment", "mail", "note", "document", "utterance", "memory", "review",
)  # fmt: skip
"""Kinds of records that people write themselves, as they were when this table was made (a test compares)."""

_OWN = "{0}.is_owner = 1 AND {0}.deleted = 0 AND {0}.forwarded_from IS NULL AND {0}.kind IN " + str(KINDS)
_ADD = (
    "INSERT INTO owner_language (language, characters) {0} ON CONFLICT (language) DO UPDATE "
    "SET characters = characters + excluded.characters;"
)
_OF_REVISION = "SELECT coalesce(language, ''), {1}length(text) FROM revision WHERE row = {0}.revision AND {2}"
_CURRENT = (
    f"EXISTS (SELECT 1 FROM record WHERE row = new.record AND revision = new.row AND {_OWN.format('record')})"
)


def _moved(side: str, sign: str) -> str:
    """Add the current text of a record, or take it off, if it is the owner's own."""
    return _ADD.format(_OF_REVISION.format(side, sign, _OWN.format(side)))


TABLES = f"""
ALTER TABLE import ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
CREATE TABLE owner_language (language TEXT PRIMARY KEY, characters INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER revision_counted AFTER INSERT ON revision BEGIN
    UPDATE import SET brought = brought + (new.n = 1), later = later + (new.n > 1) WHERE id = new.import;
END;
CREATE TRIGGER revision_uncounted AFTER DELETE ON revision BEGIN
    UPDATE import SET brought = brought - (old.n = 1), later = later - (old.n > 1) WHERE id = old.import;
END;
CREATE TRIGGER revision_spoken AFTER INSERT ON revision WHEN {_CURRENT} BEGIN
    {_ADD.format("VALUES (coalesce(new.language, ''), length(new.text))")}
END;
CREATE TRIGGER revision_told AFTER UPDATE OF language, text ON revision WHEN {_CURRENT} BEGIN
    {_ADD.format("VALUES (coalesce(old.language, ''), -length(old.text))")}
    {_ADD.format("VALUES (coalesce(new.language, ''), length(new.text))")}
END;
CREATE TRIGGER record_turned AFTER UPDATE OF revision, is_owner, deleted, kind, forwarded_from ON record BEGIN
    {_moved("old", "-")}
    {_moved("new", "")}
END;
CREATE TRIGGER record_gone BEFORE DELETE ON record BEGIN
    {_moved("old", "-")}
END;
"""


def set_up(db: apsw.Connection) -> None:
    """Make the tables and their triggers, and count what is stored already."""
    db.execute(TABLES)
    db.execute(
        "UPDATE import SET brought = sums.brought, later = sums.later FROM (SELECT import, "
        "sum(n = 1) AS brought, sum(n > 1) AS later FROM revision GROUP BY import) AS sums "
        "WHERE sums.import = import.id"
    )
    db.execute(
        "INSERT INTO owner_language SELECT coalesce(revision.language, ''), sum(length(revision.text)) "
        "FROM record JOIN revision ON revision.row = record.revision "
        f"WHERE {_OWN.format('record')} GROUP BY 1"
    )
