"""The same words of the same author seen in another source: found as they come in, linked, never merged.

A mail is known by its Message-ID, a document by its text, what was said at a time by its words, author and
moment. Short words ("ok") say nothing by themselves: they are linked only between two threads that share
longer ones, such as two exports of one chat. Every record of one saying has the same number in `same_as`;
which of them is shown and counted is the business of `policy`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import apsw

from afterself.archive.aligning import SAID
from afterself.archive.keys import folded
from afterself.archive.scouting import words_of

LONG = 32
"""Code points from which words (with their author and moment, but for a document) tell which saying it is."""

KIN = 3
"""Long sayings that two threads must share before short ones are linked, or any inside one source."""

_KIN_SHARE = 0.3
"""Of the long ones that both might share, in one source: who sends one text to two people is no twin."""

SPEECH = ("message", "post", "comment", "review")
_WRITINGS = ("document", "note")
_SECOND = 1_000_000
_NEAR, _NEAR_SHORT, _DAY = 600 * _SECOND, 2 * _SECOND, 86_400 * _SECOND
_SPAN = {"second": 0, "minute": 60 * _SECOND}
_AT_ONCE = 20_000
_UNKNOWN = "same words unknown"
_NOTHING_LINKED, _UNMARKED = b"\x01", b"\x02"


def mark_of(
    kind: str, text: str, gaps: Iterable[tuple[int, int]], source_key: str, *, timed: bool
) -> int | None:
    """The number by which a record is looked for in other sources; None if it says too little.

    `gaps` are its placeholders.
    """
    if kind in SPEECH:
        if not timed or len(text) < LONG:
            return None
        told = words_of(text, gaps)
        # Author and moment must agree besides, so that few bits do, which cost little.
        return None if len(told) < LONG else len(told) << 32 | zlib.crc32(told.encode())
    if kind == "mail":
        told = f"mail\0{source_key.split('/', 3)[-1]}"  # its own id, behind source, account and thread
    elif kind in _WRITINGS and len(words := words_of(text, gaps)) >= LONG:
        told = f"writing\0{words}"
    else:
        return None
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "big", signed=True)


def link(db: apsw.Connection, first: int, changed: Collection[int] = ()) -> None:
    """Link the records from row `first` on, and those changed, with what the archive holds besides them."""
    if first == 1:  # what was said is marked when something comes that it could be compared with
        db.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", (_UNKNOWN, _UNMARKED))
        _join(db, _by_identity(db, first, changed))
    elif _caught_up(db) == _NOTHING_LINKED:
        _link(db, 0, ())
    else:
        _link(db, first, changed)


def link_anew(db: apsw.Connection) -> None:
    """Look at all records again: people have decided who is who."""
    if db.execute("SELECT count(*) FROM (SELECT DISTINCT source, account FROM thread)").get == 1:
        return  # who is who there changes nothing
    _caught_up(db)
    db.execute("DELETE FROM same_as")
    _link(db, 0, ())


def _link(db: apsw.Connection, first: int, changed: Collection[int]) -> None:
    pairs = _by_identity(db, first, changed)
    between: dict[tuple[int, int], list[_Match]] = defaultdict(list)
    for match in _by_moment(db, first, changed):
        between[match.thread, match.there].append(match)
    for (thread, there), matches in between.items():
        known = [one for one in matches if one.same]
        shared = len({one.row for one in known})
        if shared < KIN:
            linked: Any = db.execute(_LINKED, (thread, there)).get
            shared += linked
        elsewhere = bool(matches[0].elsewhere)
        kin = shared >= KIN and (elsewhere or _kin(db, thread, there, shared))
        called = _renamed(matches) if kin else {}
        sure = [one for one in matches if one.same or called.get(one.whose) == one.author]
        pairs += [(one.row, one.other) for one in sure if elsewhere or kin]
        if kin:
            pairs += _short(db, (thread, there), called, first, changed, {one.row for one in sure})
    _join(db, pairs)


def _renamed(matches: Iterable[_Match]) -> dict[int, int]:
    """Whom the authors of the other thread are in this one, of two threads that are one conversation: who
    said the same long words at the same times."""
    together = Counter((one.whose, one.author) for one in matches if not one.same)
    named: dict[int, int] = {}
    for (whose, author), times in together.most_common():
        if times >= KIN and whose not in named and author not in named.values():
            named[whose] = author
    return named


def unlink(db: apsw.Connection, record: int) -> None:
    """What a record (its row) says has changed: it is a saying of its own until it is linked again."""
    said: Any = db.execute("DELETE FROM same_as WHERE record = ? RETURNING said", (record,)).get
    if said is not None:
        db.execute(
            "DELETE FROM same_as WHERE said = ?1 AND (SELECT count(*) FROM same_as WHERE said = ?1) = 1",
            (said,),
        )
        if said == record:  # else it and those it left would bear one number
            db.execute(
                "UPDATE same_as SET said = (SELECT min(record) FROM same_as WHERE said = ?1) WHERE said = ?1",
                (record,),
            )


def copies_of(db: apsw.Connection, records: Collection[str]) -> list[str]:
    """Ids of the other records that say the same as any of these (ids)."""
    rows: Any = db.execute(
        """
        WITH given (row) AS MATERIALIZED (
            SELECT row FROM record WHERE id IN (SELECT value FROM json_each(?)))
        SELECT DISTINCT other.id FROM given JOIN same_as AS mine ON mine.record = given.row
        JOIN same_as AS twin ON twin.said = mine.said JOIN record AS other ON other.row = twin.record
        WHERE other.row NOT IN (SELECT row FROM given) ORDER BY other.row
        """,
        (json.dumps(list(records)),),
    )
    return [id for (id,) in rows]


# -- finding ----------------------------------------------------------------------------------

_FRESH = """
WITH fresh (row) AS MATERIALIZED (
    SELECT row FROM record WHERE row >= :first
    UNION ALL SELECT DISTINCT value FROM json_each(:changed) WHERE value < :first)
"""
_NO_STRANGER = "coalesce(new.is_owner, old.is_owner, 0) = coalesce(old.is_owner, new.is_owner, 0)"
_SAME_AUTHOR = f"""
(new.is_owner = 1 AND old.is_owner = 1 OR {_NO_STRANGER} AND EXISTS (
    SELECT 1 FROM identity AS mine JOIN identity AS theirs ON theirs.id = old.author
    WHERE mine.id = new.author AND (
        mine.contact = theirs.contact OR mine.handle = theirs.handle OR mine.name = theirs.name)))
"""
_BY_IDENTITY = f"""
{_FRESH}
SELECT new.row, old.row FROM fresh CROSS JOIN record AS new ON new.row = fresh.row
JOIN record AS old ON old.words = new.words AND old.row != new.row
WHERE new.kind IN {("mail", *_WRITINGS)} AND CASE new.kind
    WHEN 'mail' THEN new.said_at IS old.said_at AND {_SAME_AUTHOR}
    ELSE coalesce(new.is_owner = old.is_owner, 1) END
"""
_BY_MOMENT = f"""
{_FRESH}
SELECT new.row, old.row, new.thread, old.thread, new.author, old.author, {_SAME_AUTHOR},
    here.source != there.source OR here.account != there.account
FROM fresh JOIN record AS new ON new.row = fresh.row
JOIN record AS old ON old.words = new.words
    AND old.said_at BETWEEN new.said_at - {_DAY} AND new.said_at + {_DAY}
JOIN thread AS here ON here.row = new.thread JOIN thread AS there ON there.row = old.thread
WHERE new.kind IN {SPEECH} AND old.row != new.row AND old.thread != new.thread
AND (SELECT import FROM revision WHERE record = new.row AND n = 1)
    IS NOT (SELECT import FROM revision WHERE record = old.row AND n = 1)
AND ('day' IN (new.precision, old.precision) OR abs(new.said_at - old.said_at) <= {_NEAR})
AND new.author IS NOT NULL AND old.author IS NOT NULL AND {_NO_STRANGER}
"""
_BOTH = "SELECT {0}(said_at) AS at FROM record WHERE thread IN (?1, ?2) GROUP BY thread"
_LONG_IN = f"""
SELECT count(*) FROM record WHERE thread = ?1 AND words IS NOT NULL AND kind IN {SPEECH} AND said_at BETWEEN
    (SELECT max(at) FROM ({_BOTH.format("min")})) - {_NEAR}
    AND (SELECT min(at) FROM ({_BOTH.format("max")})) + {_NEAR}
"""


_LINKED = """
SELECT count(*) FROM record AS one JOIN same_as AS mine ON mine.record = one.row
JOIN same_as AS twin ON twin.said = mine.said
JOIN record AS other ON other.row = twin.record AND other.thread = ?2
WHERE one.thread = ?1 AND one.words IS NOT NULL
"""


class _Match(NamedTuple):
    """Two records of the same long words; `elsewhere`: of another source or account."""

    row: int
    other: int
    thread: int
    there: int
    author: int
    whose: int
    same: int
    """Whether the authors are known as the same."""
    elsewhere: int


def _by_identity(db: apsw.Connection, first: int, changed: Collection[int]) -> list[tuple[int, int]]:
    """Mails of one Message-ID and moment, and documents of one text."""
    values = {"first": first, "changed": json.dumps(list(changed))}
    return [(row, other) for row, other in db.execute(_BY_IDENTITY, values)]


def _by_moment(db: apsw.Connection, first: int, changed: Collection[int]) -> list[_Match]:
    """Long words of one author at nearly one time, in two threads and not of one import."""
    values = {"first": first, "changed": json.dumps(list(changed))}
    return [_Match(*row) for row in db.execute(_BY_MOMENT, values)]


def _kin(db: apsw.Connection, thread: int, there: int, shared: int) -> bool:
    """Whether two threads are one conversation: they share much of what both were there for."""
    here: Any = db.execute(_LONG_IN, (thread, there)).get
    other: Any = db.execute(_LONG_IN, (there, thread)).get
    return bool(shared >= _KIN_SHARE * min(here, other))


class _Said(NamedTuple):
    """A saying of a thread that may be short."""

    row: int
    at: int
    span: int
    fresh: int


def _short(
    db: apsw.Connection, threads: tuple[int, int], called: Mapping[int, int], first: int,
    changed: Collection[int], done: set[int],
) -> list[tuple[int, int]]:  # fmt: skip
    """What two threads that are one conversation share besides their long sayings, each at most once."""
    kinds: Any = db.execute("SELECT kind FROM thread WHERE row IN (?, ?)", threads).fetchall()
    direct = all(kind == "direct" for (kind,) in kinds)
    names = dict(
        db.execute("SELECT id, name FROM identity WHERE id IN (SELECT value FROM json_each(?))",
                   (json.dumps(list(called.values())),))
    )  # fmt: skip
    shown = {whose: str(names[author]) for whose, author in called.items()}
    mine = _sayings(db, threads[0], {}, direct, first, changed)
    theirs = _sayings(db, threads[1], shown, direct, first, changed)
    pairs: list[tuple[int, int]] = []
    for key in mine.keys() & theirs.keys():
        left = theirs[key]
        for one in mine[key]:
            at = bisect_left(left, one.at, key=lambda said: said.at)
            near = [left[n] for n in (at - 1, at) if 0 <= n < len(left)]
            best = min(near, key=lambda other: abs(other.at - one.at), default=None)
            if best is None or abs(best.at - one.at) > _NEAR_SHORT + max(one.span, best.span):
                continue
            if one.row not in done and (one.fresh or best.fresh):
                pairs.append((one.row, best.row))
            left.remove(best)
    return pairs


def _sayings(
    db: apsw.Connection, thread: int, names: Mapping[int, str], direct: bool, first: int,
    changed: Collection[int],
) -> dict[tuple[str, str], list[_Said]]:  # fmt: skip
    """What was said in a thread, by author and words, in the order of time; `names` go before their own."""
    found: dict[tuple[str, str], list[_Said]] = defaultdict(list)
    for row, at, precision, owner, who, name, text in db.execute(
        f"""
        SELECT record.row, record.said_at, record.precision, record.is_owner, identity.id,
            identity.name, revision.text
        FROM record JOIN revision ON revision.row = record.revision
        JOIN identity ON identity.id = record.author
        WHERE record.thread = ? AND record.kind IN {SPEECH} AND record.said_at IS NOT NULL
        AND record.deleted = 0 AND revision.text != '' AND record.precision IN ('second', 'minute')
        AND NOT EXISTS (SELECT 1 FROM span WHERE span.revision = revision.row AND span.kind = 'placeholder')
        ORDER BY record.said_at, record.position
        """,
        (thread,),
    ):
        author = "owner" if owner else "other" if direct else folded(names.get(who, name))
        fresh = row >= first or row in changed
        found[author, words_of(text)].append(_Said(row, at, _SPAN[precision], fresh))
    return found


# -- keeping ----------------------------------------------------------------------------------


def _join(db: apsw.Connection, pairs: list[tuple[int, int]]) -> None:
    """Give the records of each pair one number, the lowest row among them, and take along their others."""
    rows = sorted({row for pair in pairs for row in pair})
    had = dict(db.execute("SELECT record, said FROM same_as WHERE record IN (SELECT value FROM json_each(?))",
                          (json.dumps(rows),)))  # fmt: skip
    number: dict[int, int] = {}

    def of(said: int) -> int:
        while (to := number.get(said, said)) != said:
            said = to
        return said

    for one, other in pairs:
        low, high = sorted((of(had.get(one, one)), of(had.get(other, other))))
        if low != high:
            number[high] = low
    db.executemany(
        "UPDATE same_as SET said = ? WHERE said = ?",
        [(of(said), said) for said in sorted(set(had.values())) if of(said) != said],
    )
    db.executemany(
        "INSERT OR IGNORE INTO same_as (record, said) VALUES (?, ?)",
        [(row, of(row)) for row in rows if row not in had],
    )


def _caught_up(db: apsw.Connection) -> bytes | None:
    """Mark what is not marked yet; gives what was noted about it, None if all was marked."""
    unknown: Any = db.execute("SELECT value FROM meta WHERE name = ?", (_UNKNOWN,)).get
    if unknown is None:
        return None
    db.execute("DELETE FROM meta WHERE name = ?", (_UNKNOWN,))
    top: Any = db.execute("SELECT coalesce(max(row), 0) FROM record").get
    for first in range(1, int(top) + 1, _AT_ONCE):
        found = _marks(db, "record.row BETWEEN ? AND ?", (first, first + _AT_ONCE - 1))
        marks = [(mark, row) for row, mark in found if mark is not None]
        db.executemany("UPDATE record SET words = ? WHERE row = ?", marks)
    return bytes(unknown)


def remark(db: apsw.Connection, record: int) -> None:
    """A record (its row) says something else now: look for that from now on."""
    had: Any = db.execute("SELECT words FROM record WHERE row = ?", (record,)).get
    ((_, mark),) = _marks(db, "record.row = ?", (record,))
    if mark != had:
        db.execute("UPDATE record SET words = ? WHERE row = ?", (mark, record))
        unlink(db, record)


def _marks(db: apsw.Connection, where: str, values: tuple[int, ...]) -> Iterator[tuple[int, int | None]]:
    """Row and mark of records, by what their platform said last, whatever the owner corrected."""
    rows: Any = db.execute(
        "SELECT record.row, record.kind, record.source_key, record.said_at IS NOT NULL, record.deleted, "
        f"revision.text, revision.row, revision.spans FROM record JOIN revision ON {SAID} WHERE {where}",
        values,
    )
    for row, kind, source_key, timed, deleted, text, revision, spans in rows:
        gaps: Any = ()
        if spans:
            gaps = db.execute(
                "SELECT begins, ends FROM span WHERE revision = ? AND kind = 'placeholder'", (revision,)
            ).fetchall()
        yield row, None if deleted else mark_of(kind, text, gaps, source_key, timed=bool(timed))
