"""The archive's tables, as numbered steps from an empty file to the present.

Each step is a function of a connection inside a transaction; `user_version` is
the number of the last step that ran. A step that was released is never edited:
a change of the tables is a new step. The words are those of the data contract
in the house plan.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import apsw

from afterself.archive.lexical import PAIRS_TABLE, enter_pairs
from afterself.archive.summaries import set_up as set_up_summaries
from afterself.archive.vectors import TABLES as VECTOR_TABLES

_PEOPLE = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    relation TEXT,
    excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1))
) STRICT;

CREATE TABLE identity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contact INTEGER NOT NULL REFERENCES contact (id),
    source TEXT NOT NULL,
    account TEXT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    owner INTEGER CHECK (owner IN (0, 1)),     -- null: nobody has decided
    owner_by TEXT CHECK (owner_by IN ('person', 'option', 'hint', 'export')),
    UNIQUE (source, account, handle)
) STRICT;
CREATE INDEX identity_contact ON identity (contact);
"""

_SOURCES = """
CREATE TABLE import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    account TEXT NOT NULL,
    importer TEXT NOT NULL,
    version TEXT NOT NULL,
    outer_name TEXT NOT NULL,
    options TEXT NOT NULL,                     -- JSON
    started_at INTEGER NOT NULL,               -- all times: microseconds since 1970, UTC
    finished_at INTEGER,
    counts TEXT                                -- JSON
) STRICT;

CREATE TABLE blob (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;

CREATE TABLE import_member (
    id INTEGER PRIMARY KEY,
    import INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    member TEXT NOT NULL,
    blob INTEGER REFERENCES blob (id),         -- null: its bytes could not be kept
    UNIQUE (import, member)
) STRICT;

CREATE TABLE thread (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,                   -- HMAC(secret, source_key)
    source_key TEXT NOT NULL,                  -- source/account/key
    source TEXT NOT NULL,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL
) STRICT;

CREATE TABLE thread_participant (
    thread INTEGER NOT NULL REFERENCES thread (row) ON DELETE CASCADE,
    identity INTEGER NOT NULL REFERENCES identity (id),
    since INTEGER,
    until INTEGER,
    PRIMARY KEY (thread, identity)
) STRICT, WITHOUT ROWID;
"""

_RECORDS = """
CREATE TABLE record (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,                   -- HMAC(secret, first source_key)
    source_key TEXT NOT NULL,
    thread INTEGER NOT NULL REFERENCES thread (row),
    author INTEGER REFERENCES identity (id),
    is_owner INTEGER CHECK (is_owner IN (0, 1)),
    owner_by TEXT,
    kind TEXT NOT NULL,
    said_at INTEGER,
    precision TEXT NOT NULL CHECK (precision IN ('second', 'minute', 'day', 'none')),
    said_raw TEXT NOT NULL,
    zone TEXT,
    about_from INTEGER,
    about_to INTEGER,
    reply_to TEXT,                             -- id that the answered record has or would have
    forwarded_from TEXT,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    visibility TEXT,
    order_at INTEGER,
    position INTEGER NOT NULL,
    attachments INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL                  -- row of the latest revision
) STRICT;
CREATE INDEX record_order ON record (thread, order_at, position);
CREATE INDEX record_author ON record (author);
CREATE INDEX record_revision ON record (revision);

CREATE TABLE alias (
    id TEXT PRIMARY KEY,                       -- HMAC(secret, source_key)
    source_key TEXT NOT NULL,
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_record ON alias (record);

CREATE TABLE recipient (
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    identity INTEGER NOT NULL REFERENCES identity (id),
    role TEXT NOT NULL CHECK (role IN ('to', 'cc', 'mentioned')),
    PRIMARY KEY (record, identity, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE label (
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name IN ('audience', 'not_before', 'weight')),
    value TEXT NOT NULL,
    PRIMARY KEY (record, name, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE same_as (
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    PRIMARY KEY (record, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX same_as_other ON same_as (other);

CREATE TABLE attachment (
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('present', 'omitted', 'missing', 'remote')),
    mime TEXT,
    size INTEGER,
    member TEXT,
    blob INTEGER REFERENCES blob (id),
    PRIMARY KEY (record, n)
) STRICT, WITHOUT ROWID;
"""

_REVISIONS = """
CREATE TABLE revision (
    row INTEGER PRIMARY KEY AUTOINCREMENT,     -- never given twice: ledger and citations count on it
    record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN
        ('import', 'edit', 'better parser', 'correction', 're-transcription')),
    text TEXT NOT NULL,
    language TEXT,
    spans INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1)), -- the platform says so of this wording
    import INTEGER REFERENCES import (id),
    member INTEGER REFERENCES import_member (id),
    raw_hash BLOB,
    blob INTEGER REFERENCES blob (id),
    raw_offset INTEGER,
    raw_length INTEGER,
    raw_pointer TEXT,
    raw_row INTEGER,
    UNIQUE (record, n)
) STRICT;

CREATE TABLE span (
    revision INTEGER NOT NULL REFERENCES revision (row) ON DELETE CASCADE,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL CHECK (begins < ends),
    kind TEXT NOT NULL CHECK (kind IN ('own', 'quoted', 'signature', 'pasted', 'code', 'placeholder')),
    language TEXT,
    PRIMARY KEY (revision, begins, ends, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    revision INTEGER NOT NULL REFERENCES revision (row) ON DELETE CASCADE,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL CHECK (begins < ends),
    topic TEXT
) STRICT;
CREATE INDEX passage_revision ON passage (revision);

CREATE VIEW lexical_text (row, text) AS
    SELECT record.row, revision.text FROM record JOIN revision ON revision.row = record.revision
    WHERE record.deleted = 0;
CREATE VIRTUAL TABLE lexical USING fts5 (
    text, content = 'lexical_text', content_rowid = 'row', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO lexical (lexical, rank) VALUES ('secure-delete', 1);
"""

_DECISIONS = """
CREATE TABLE tombstone (mac BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE artifact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,                        -- relative to the folder of the self
    settings TEXT NOT NULL,                    -- JSON
    revisions BLOB NOT NULL,                   -- sorted revision rows: gaps as varints, deflated
    state TEXT NOT NULL CHECK (state IN ('current', 'stale', 'erased')),
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE change_log (
    device TEXT NOT NULL,
    counter INTEGER NOT NULL,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    facts TEXT NOT NULL,                       -- JSON of ids and hashes
    PRIMARY KEY (device, counter)
) STRICT, WITHOUT ROWID;
"""


def _001_data_contract(db: apsw.Connection) -> None:
    for part in (_PEOPLE, _SOURCES, _RECORDS, _REVISIONS, _DECISIONS):
        db.execute(part)
    db.execute("INSERT INTO meta (name, value) VALUES ('secret', ?)", (secrets.token_bytes(32),))


def _002_shown_names(db: apsw.Connection) -> None:
    # The one name of a contact whose identities a person merged; null: each shows its own.
    db.execute("ALTER TABLE contact ADD COLUMN shown TEXT")


def _003_thread_aliases(db: apsw.Connection) -> None:
    # Another name under which a later export has a thread, such as a contact's new one.
    db.execute(
        "CREATE TABLE thread_alias (id TEXT PRIMARY KEY, source_key TEXT NOT NULL, "
        "thread INTEGER NOT NULL REFERENCES thread (row) ON DELETE CASCADE) STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX thread_alias_thread ON thread_alias (thread)")


def _004_corrections(db: apsw.Connection) -> None:
    # When the owner corrected a text, and why in their own words; undone_at: they took it back.
    db.execute(
        "CREATE TABLE correction (revision INTEGER PRIMARY KEY REFERENCES revision (row) ON DELETE CASCADE, "
        "at INTEGER NOT NULL, note TEXT, undone_at INTEGER) STRICT"
    )


def _005_policy(db: apsw.Connection) -> None:
    # What people decided about who sees what. Contacts are meant by their identities, which last through
    # merges and splits; what is said of one identity holds for its whole contact.
    for table, subject in (("thread_label", "thread"), ("identity_label", "identity")):
        key = "row" if subject == "thread" else "id"
        db.execute(
            f"CREATE TABLE {table} ("
            f"{subject} INTEGER NOT NULL REFERENCES {subject} ({key}) ON DELETE CASCADE, "
            "name TEXT NOT NULL CHECK (name IN ('audience', 'not_before')), value TEXT NOT NULL, "
            f"PRIMARY KEY ({subject}, name, value)) STRICT, WITHOUT ROWID"
        )
    for table in ("label", "thread_label", "identity_label"):
        db.execute(f"CREATE INDEX {table}_value ON {table} (name, value)")
    db.execute(
        "CREATE TABLE objection (identity INTEGER NOT NULL REFERENCES identity (id) ON DELETE CASCADE, "
        "purpose TEXT NOT NULL CHECK (purpose IN ('train', 'retrieve', 'quote')), "
        "since INTEGER, made_at INTEGER NOT NULL, "  # since: said then or later; null: whenever it was said
        "PRIMARY KEY (identity, purpose)) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE audience (name TEXT PRIMARY KEY, rules TEXT NOT NULL, made_at INTEGER NOT NULL) "
        "STRICT, WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE consent (n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, "
        "purpose TEXT NOT NULL, given INTEGER NOT NULL CHECK (given IN (0, 1)), "
        "since INTEGER NOT NULL, until INTEGER) STRICT"
    )
    for action in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER consent_no_{action.lower()} BEFORE {action} ON consent "
            "BEGIN SELECT RAISE(ABORT, 'the consent log is append-only'); END"
        )


def _006_same_words(db: apsw.Connection) -> None:
    # By what a record is known in another source: a hash of its words, or of its mail's id; null: too little.
    db.execute("ALTER TABLE record ADD COLUMN words INTEGER")
    db.execute("CREATE INDEX record_words ON record (words, said_at) WHERE words IS NOT NULL")
    db.execute("DROP TABLE same_as")
    # `said` is one number for all records that are the same saying, and is never given twice.
    db.execute(
        "CREATE TABLE same_as (record INTEGER PRIMARY KEY REFERENCES record (row) ON DELETE CASCADE, "
        "said INTEGER NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX same_as_said ON same_as (said, record)")
    # What is stored already is looked through by the next import.
    db.execute("INSERT INTO meta (name, value) VALUES ('same words unknown', x'01')")
    # Where a record stands in raw members besides where its revisions came from; 0 to 0: somewhere in it.
    db.execute(
        "CREATE TABLE sighting (record INTEGER NOT NULL REFERENCES record (row) ON DELETE CASCADE, "
        "blob INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE, "
        "begins INTEGER NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY (record, blob, begins)) "
        "STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX sighting_blob ON sighting (blob)")
    # A thread that grew together with another: its records keep the old name in their keys.
    db.execute("ALTER TABLE thread_alias ADD COLUMN joined INTEGER NOT NULL DEFAULT 0")
    # A record without words has no entry in the index, and the view that the index is checked against agrees.
    db.execute("DROP VIEW lexical_text")
    db.execute(
        "CREATE VIEW lexical_text (row, text) AS SELECT record.row, revision.text "
        "FROM record JOIN revision ON revision.row = record.revision "
        "WHERE record.deleted = 0 AND revision.text != ''"
    )


def _007_nearness(db: apsw.Connection) -> None:
    # Vectors of what was said, and the words of scripts without blanks.
    db.execute(VECTOR_TABLES)
    db.execute(PAIRS_TABLE)
    texts: Any = db.execute("SELECT row, text FROM lexical_text")
    for record, text in texts.fetchall():
        enter_pairs(db, record, text)


def _008_pieces(db: apsw.Connection) -> None:
    # Of an import that is stored piece by piece, until it ends: how it began and how far it is (JSON).
    db.execute("ALTER TABLE import ADD COLUMN progress TEXT")
    set_up_summaries(db)


def _009_pictures(db: apsw.Connection) -> None:
    # When (ISO 8601) and where a picture was taken, as its camera says.
    for column in ("taken TEXT", "latitude REAL", "longitude REAL"):
        db.execute(f"ALTER TABLE attachment ADD COLUMN {column}")


MIGRATIONS: tuple[Callable[[apsw.Connection], None], ...] = (
    _001_data_contract,
    _002_shown_names,
    _003_thread_aliases,
    _004_corrections,
    _005_policy,
    _006_same_words,
    _007_nearness,
    _008_pieces,
    _009_pictures,
)
LATEST = len(MIGRATIONS)


def migrate(db: apsw.Connection) -> None:
    """Bring the tables from whatever version they have to the latest, in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    try:
        version: int = db.pragma("user_version")
        for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
            step(db)
            db.pragma("user_version", number)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk makes SQLite roll back by itself
            db.execute("ROLLBACK")
        raise
