"""The owner's corrections: a text in their own wording, which outranks whatever a later import brings.

A correction is one more revision, so nothing that an export said is lost, and taking it back shows again
what stood there before. Spans (quoted, pasted …) of what was not touched go along, so that the words of
others never become the owner's own. The change log gets ids and keyed hashes.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.keys import keyed_id, storable
from afterself.archive.lexical import reindex
from afterself.archive.vectors import note_missing
from afterself.errors import ArchiveError

_LONGEST_COMPARED = 20_000  # code points; beyond it the changed middle counts as changed wholly

StoredSpan = tuple[int, int, str, str | None]
"""Begin, end, kind, language."""


_EARLIER = """
SELECT row, n, text FROM revision JOIN correction ON correction.revision = revision.row
WHERE record = ? AND undone_at IS NULL ORDER BY n DESC LIMIT 1
"""
_SAID = """
SELECT row, n, text FROM revision
WHERE record = ?1 AND why != 'correction' AND raw_hash IS (
    SELECT raw_hash FROM revision WHERE record = ?1 AND why NOT IN ('correction', 'better parser')
    ORDER BY n DESC LIMIT 1
) ORDER BY n DESC LIMIT 1
"""
"""What the platform said last, as read by the best parser so far."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of it: the revision that is current now; `changed` is false if it was current already."""

    record: str
    revision: int
    changed: bool


def correct(
    db: apsw.Connection, secret: bytes, changes: ChangeLog, record: str, text: str, note: str | None
) -> Corrected:
    """Let a record say `text` from now on. ArchiveError if there is no such record, or it was deleted."""
    row, current, n, old, _ = _present(db, record)
    text = storable(text)
    if text == old:
        return Corrected(record, n, changed=False)
    if not text.strip():
        raise ArchiveError(
            "A correction cannot be empty. Nothing was changed.",
            remedy=f"To take the record out for good: afterself forget {record}",
        )
    spans = carried(_spans(db, current), old, text)
    language = db.execute("SELECT language FROM revision WHERE row = ?", (current,)).get
    number = 1 + int(_one(db, "SELECT max(n) FROM revision WHERE record = ?", row))
    db.execute(
        "INSERT INTO revision (record, n, why, text, language, spans) VALUES (?, ?, 'correction', ?, ?, ?)",
        (row, number, text, language, len(spans)),
    )
    revision = int(db.last_insert_rowid())
    db.executemany("INSERT INTO span VALUES (?, ?, ?, ?, ?)", [(revision, *span) for span in spans])
    db.execute("INSERT INTO correction (revision, at, note) VALUES (?, ?, ?)", (revision, _now(), note))
    _show(db, row, revision, old, text)
    changes.append("record corrected", record=record, n=number, text=keyed_id(secret, f"text/{text}"))
    return Corrected(record, number, changed=True)


def undo(db: apsw.Connection, changes: ChangeLog, record: str) -> Corrected:
    """Take back the latest correction: what stood there before shows again. ArchiveError if there is none."""
    row, current, n, old, why = _present(db, record)
    if why != "correction":
        raise ArchiveError(
            f"Record {record} shows no correction: there is nothing to take back.",
            remedy=f"What it said when: afterself records show {record}",
        )
    db.execute("UPDATE correction SET undone_at = ? WHERE revision = ?", (_now(), current))
    before: Any = db.execute(_EARLIER, (row,)).fetchone() or db.execute(_SAID, (row,)).fetchone()
    revision, number, text = before
    _show(db, row, revision, old, text)
    note_missing(db)
    changes.append("correction undone", record=record, n=n)
    return Corrected(record, number, changed=True)


def _show(db: apsw.Connection, row: int, revision: int, old: str, text: str) -> None:
    db.execute("UPDATE record SET revision = ? WHERE row = ?", (revision, row))
    reindex(db, row, old, text)


def carried(spans: Sequence[StoredSpan], old: str, new: str) -> list[StoredSpan]:
    """The spans of `old` as they lie in `new`, over what was kept of each; a span wholly rewritten goes."""
    if not spans:
        return []
    blocks = _kept(old, new)
    found: list[StoredSpan] = []
    for begin, end, kind, language in spans:
        parts = [
            (there + max(begin, here) - here, there + min(end, here + size) - here)
            for here, there, size in blocks
            if here < end and begin < here + size
        ]
        if parts:
            found.append((parts[0][0], parts[-1][1], kind, language))
    return found


def _kept(old: str, new: str) -> list[tuple[int, int, int]]:
    """Stretches that both texts have: where in the old one, where in the new one, how long."""
    least = min(len(old), len(new))
    head = next((n for n in range(least) if old[n] != new[n]), least)
    left = least - head
    tail = next((n for n in range(left) if old[-1 - n] != new[-1 - n]), left)
    middle = (old[head : len(old) - tail], new[head : len(new) - tail])
    blocks = [(0, 0, head)]
    if max(map(len, middle)) <= _LONGEST_COMPARED:
        matcher = difflib.SequenceMatcher(None, *middle, autojunk=False)
        blocks += [(head + a, head + b, size) for a, b, size in matcher.get_matching_blocks()]
    blocks.append((len(old) - tail, len(new) - tail, tail))
    return [block for block in blocks if block[2]]


def _present(db: apsw.Connection, record: str) -> tuple[int, int, int, str, str]:
    """Row of a record, and row, number, text and origin of its current revision."""
    found: Any = db.execute(
        "SELECT record.row, revision.row, revision.n, revision.text, revision.why, record.deleted "
        "FROM record JOIN revision ON revision.row = record.revision WHERE record.id = ?",
        (record,),
    ).fetchone()
    if found is None:
        raise ArchiveError(
            f"There is no record {record}.", remedy="Find ids with: afterself search WORDS --json"
        )
    *present, deleted = found
    if deleted:
        raise ArchiveError(f"Record {record} was deleted where it was said: there is no text to correct.")
    return tuple(present)


def _spans(db: apsw.Connection, revision: int) -> list[StoredSpan]:
    rows: Any = db.execute(
        "SELECT begins, ends, kind, language FROM span WHERE revision = ? ORDER BY begins, ends", (revision,)
    )
    return list(rows)


def _one(db: apsw.Connection, query: str, value: Any) -> Any:
    return db.execute(query, (value,)).get


def _now() -> int:
    return time.time_ns() // 1000
