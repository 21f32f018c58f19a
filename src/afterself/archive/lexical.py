"""Keeps the lexical index in step with the current revision of each record; without words it has no entry.

Words are found by the blanks between them. What is written in a script without blanks stands in a second
table besides, as pairs of neighbouring characters, so that a word inside a sentence is found there.
"""

from __future__ import annotations

import re
import unicodedata

import apsw

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese, as a class of a regular expression."""
PAIRS_TABLE = """
CREATE VIRTUAL TABLE lexical_pairs USING fts5 (
    pairs, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);
INSERT INTO lexical_pairs (lexical_pairs, rank) VALUES ('secure-delete', 1);
"""
_RUN = re.compile(f"[{UNSPACED}]+")


def runs_without_blanks(text: str) -> list[str]:
    """The stretches of a text in scripts that write no blanks, compatibility forms unified."""
    return [] if text.isascii() else _RUN.findall(unicodedata.normalize("NFKC", text))


def without_runs(text: str) -> str:
    """The same text with a blank in place of each such stretch."""
    return _RUN.sub(" ", unicodedata.normalize("NFKC", text))


def is_unspaced(character: str) -> bool:
    """Whether a character belongs to a script that writes no blanks."""
    return _RUN.match(character) is not None


def pairs_of(run: str) -> list[str]:
    """Each two neighbouring characters of a run, and its last one alone: a single one is then a beginning."""
    return [*(run[n : n + 2] for n in range(len(run) - 1)), run[-1:]]


def enter(db: apsw.Connection, record: int, text: str) -> None:
    """Take the text of a record (its row) into the index, if there is any."""
    if text:
        db.execute("INSERT INTO lexical (rowid, text) VALUES (?, ?)", (record, text))
        enter_pairs(db, record, text)


def enter_pairs(db: apsw.Connection, record: int, text: str) -> None:
    """Take what is written without blanks into its own table."""
    if runs := runs_without_blanks(text):
        pairs = " ".join(pair for run in runs for pair in pairs_of(run))
        db.execute("INSERT INTO lexical_pairs (rowid, pairs) VALUES (?, ?)", (record, pairs))


def leave(db: apsw.Connection, record: int, text: str) -> None:
    """Take what was entered of a record out again; `text` is what it was entered with."""
    if text:
        db.execute("INSERT INTO lexical (lexical, rowid, text) VALUES ('delete', ?, ?)", (record, text))
        db.execute("DELETE FROM lexical_pairs WHERE rowid = ?", (record,))


def reindex(db: apsw.Connection, record: int, old: str, new: str) -> None:
    """Replace the entry of a record (its row) that was made from the text `old` by one from `new`."""
    leave(db, record, old)
    enter(db, record, new)
