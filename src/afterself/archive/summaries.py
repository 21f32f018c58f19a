"""Sums that the archive keeps, so that an overview of a million records is quick: exact at every commit.

`import.brought` and `import.later` count revisions; `owner_language` holds how many characters of the
owner's own kinds of records are in each language. What an import adds is summed up by who adds it and
entered here before its transaction ends; what is rarer (forgetting, corrections, edits, who the owner
is) triggers see to.
"""

from __future__ import annotations

from collections import Counter

import apsw

from afterself.archive.drafts import RecordDraft

KINDS = (
    "message", "post", "comment", "mail", "note", "document", "utterance", "memory", "review",
)  # fmt: skip
"""Kinds of records that people write themselves, as they were when this table was made (a test compares)."""

_OWN = "{0}.is_owner = 1 AND {0}.deleted = 0 AND {0}.forwarded_from IS NULL AND {0}.kind IN " + str(KINDS)
_ADD = (
    "INSERT INTO owner_language (language, characters) {0} ON CONFLICT (language) DO UPDATE "
    "SET characters = characters + excluded.characters"
)
_OF_REVISION = "SELECT coalesce(language, ''), {1}length(text) FROM revision WHERE row = {0}.revision AND {2}"


def _moved(side: str, sign: str) -> str:
    """Add the current text of a record, or take it off, if it is the owner's own."""
    return _ADD.format(_OF_REVISION.format(side, sign, _OWN.format(side)))


TABLES = f"""
ALTER TABLE import ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
CREATE TABLE owner_language (language TEXT PRIMARY KEY, characters INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER revision_uncounted AFTER DELETE ON revision BEGIN
    UPDATE import SET brought = brought - (old.n = 1), later = later - (old.n > 1) WHERE id = old.import;
END;
CREATE TRIGGER record_turned AFTER UPDATE OF revision, is_owner, deleted, kind, forwarded_from ON record BEGIN
    {_moved("old", "-")};
    {_moved("new", "")};
END;
CREATE TRIGGER record_gone BEFORE DELETE ON record BEGIN
    {_moved("old", "-")};
END;
"""


class Sums:
    """What one writer adds, until it is entered."""

    def __init__(self) -> None:
        self._first = self._later = 0
        self._characters: Counter[str] = Counter()

    def revision(self, n: int) -> None:
        """An import brought revision `n` of a record."""
        self._first += n == 1
        self._later += n > 1

    def own(self, draft: RecordDraft, text: str) -> None:
        """A new record of the owner's says `text`."""
        if draft.kind in KINDS and not draft.deleted and draft.forwarded_from is None:
            self._characters[draft.language or ""] += _size(text)

    def told(self, text: str, language: str) -> None:
        """Own words of the owner's of which the language was not known are in this one."""
        self._characters[language] += _size(text)
        self._characters[""] -= _size(text)

    def enter(self, db: apsw.Connection, run: int | None = None) -> None:
        """Add it to what the archive holds, in the caller's transaction; `run` is the import."""
        if run is not None:
            db.execute(
                "UPDATE import SET brought = brought + ?, later = later + ? WHERE id = ?",
                (self._first, self._later, run),
            )
        db.executemany(_ADD.format("VALUES (?, ?)"), list(self._characters.items()))
        self._first = self._later = 0
        self._characters.clear()


def _size(text: str) -> int:
    return len(text.partition("\0")[0])  # so far SQLite counts


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
