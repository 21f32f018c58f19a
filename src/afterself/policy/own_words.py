"""What of what the owner wrote are their own words, and which rule left out the rest: the gate of training.

Each record of the owner is theirs by author; it is left out whole if it is of a kind that nobody writes, was
forwarded, or is a copy of what somebody else or they themselves wrote before; of the others what is quoted,
pasted, code, a signature or a placeholder is left out. What others wrote is compared also where the view
hides it: who is excluded shall not become a target by that. `afterself import` and `dataset` tell the shares.
"""

from __future__ import annotations

import itertools
import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from afterself.archive.database import archive_errors
from afterself.archive.keys import microseconds
from afterself.archive.languages import NO_WORDS
from afterself.policy.copies import LONG, SHORT, Seen, plain_text
from afterself.policy.seen import FROM_RECORDS, Values
from afterself.policy.words import OWN_KINDS, SILENT_KINDS, own_spans_text

UNDETERMINED = "und"
"""ISO 639-2: a language that is not known."""

ONE_LANGUAGE, MOSTLY = 0.95, 0.8
"""Shares of characters from which a person writes one language, and from which a thread is in one."""

RULES = (
    "kind", "forwarded", "quoted", "signature", "pasted", "code", "placeholder",
    "copied from others", "repeated",
)  # fmt: skip
"""Why words under the owner's name are not, or not again, their own; in the order in which they are asked."""

_BATCH = 500
_OWNERS = "record.is_owner = 1"
_COMPARED = (
    f"{FROM_RECORDS} JOIN revision ON revision.row = record.revision WHERE record.deleted = 0 "
    f"AND (({_OWNERS} AND {{0}}) OR (record.is_owner = 0 AND length(revision.text) >= {SHORT}{{1}}))"
)
"""The owner's records of a condition, and what others wrote at length: nothing of theirs is given out."""
_IN_THREADS = " AND record.thread IN (SELECT value FROM json_each(:threads))"


@dataclass(frozen=True, slots=True)
class Amount:
    """Records, and characters (code points) in them."""

    records: int = 0
    characters: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.records + other.records, self.characters + other.characters)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What the owner wrote, what of it are own words, and what each rule left out.

    `copies` are ids of the records that are left out because they were written before; where there were
    too many to look for any, `compared` is False.
    """

    written: Amount
    own: Amount
    left_out: dict[str, Amount] = field(default_factory=dict)
    copies: frozenset[str] = frozenset()
    compared: bool = True

    def share(self, rule: str) -> float:
        """The share of the characters written that a rule left out."""
        return self.left_out.get(rule, Amount()).characters / max(self.written.characters, 1)


class OwnWordsReads:
    """The part of a view that tells own words from others: `View.own`."""

    def __init__(
        self, db: apsw.Connection, archive_path: Path, where: str, values: Values, twins: str | None
    ) -> None:
        """`where` is the condition of what is seen once; `twins` of what it leaves out, if that is all."""
        self._db, self._archive_path = db, archive_path
        self._where, self._values, self._twins = where, dict(values), twins

    def words(
        self,
        *,
        threads: Collection[int] | None = None,
        without: Collection[str] = (),
        until: datetime | None = None,
        most_compared: int | None = None,
    ) -> OwnWords:
        """Over all that the view sees, or in some threads (rows); `without` are ids of threads left out.

        `until` is an exclusive upper bound on when it was said; what has no time is then left out. Copies are
        looked for among at most `most_compared` records: each takes about 1 KiB and 50 µs.
        """
        with archive_errors(self._archive_path):
            where, values = self._narrowed(threads, without, until)
            compared = most_compared is None or self._how_many(where, values) <= most_compared
            tally = _Tally(compared)
            rows = self._rows(where, values) if compared else self._rows(where, values, mine=True)
            for one in self._records(rows):
                tally.see(one)
        return tally.result()

    def languages(
        self,
        *,
        threads: Collection[int] | None = None,
        without: Collection[str] = (),
        until: datetime | None = None,
    ) -> dict[str, float]:
        """The share of each language in what the owner wrote, by characters, the largest first.

        `und` is what is not known; what holds no words does not count. Arguments as for `words`.
        """
        sizes: Counter[str] = Counter()
        if self._twins is not None and threads is None and not without and until is None:
            sizes = self._sums(self._twins)
        else:
            for _, language, size in self._sizes(*self._narrowed(threads, without, until)):
                sizes[language] += size
        ranked = sorted(sizes.items(), key=lambda one: (-one[1], one[0]))
        return {language: size / sizes.total() for language, size in ranked}

    def accounts(self) -> frozenset[str]:
        """Accounts of everybody in the archive, case-folded, where they are not just somebody's name.

        To be masked in what is learned, so also of those whom the view hides; for nothing else.
        """
        with archive_errors(self._archive_path):
            rows = self._db.execute(
                "SELECT identity.handle, identity.name, coalesce(contact.shown, identity.name) "
                "FROM identity JOIN contact ON contact.id = identity.contact"
            ).fetchall()
        names = {str(name).casefold() for _, *called in rows for name in called}
        return frozenset(str(handle).lstrip("@").casefold() for handle, *_ in rows) - names - {""}

    def thread_languages(self) -> dict[str, str]:
        """The language that the owner writes in each thread (by id), of those where it is mostly one.

        Nothing for an owner who writes in one language everywhere: it tells no threads apart.
        """
        by_thread: dict[str, Counter[str]] = {}
        for thread, language, size in self._sizes(*self._narrowed(None, (), None)):
            by_thread.setdefault(thread, Counter())[language] += size
        everywhere = sum(by_thread.values(), Counter())
        if not everywhere or everywhere.most_common(1)[0][1] > ONE_LANGUAGE * everywhere.total():
            return {}
        mostly = {thread: sizes.most_common(1)[0] for thread, sizes in by_thread.items()}
        return {
            thread: language
            for thread, (language, size) in mostly.items()
            if language != UNDETERMINED and size >= MOSTLY * by_thread[thread].total()
        }

    def _sums(self, twins: str) -> Counter[str]:
        """What `_sizes` of everything comes to, by the archive's own sums, less what is there twice."""
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute("SELECT language, characters FROM owner_language").fetchall()
        sizes = Counter({language or UNDETERMINED: size for language, size in rows if language != NO_WORDS})
        twice = f"{twins} AND record.row IN (SELECT record FROM same_as)"
        for _, language, size in self._sizes(twice, dict(self._values)):
            sizes[language] -= size
        return +sizes

    def _sizes(self, where: str, values: dict[str, str | int]) -> list[tuple[str, str, int]]:
        """Characters that the owner wrote, by thread and language."""
        values["kinds"] = json.dumps(sorted(OWN_KINDS))
        sizes: Counter[tuple[str, str]] = Counter()  # SQLite would take all the texts along to group them
        with archive_errors(self._archive_path):
            rows: Any = self._db.execute(
                f"SELECT thread.id, coalesce(revision.language, '{UNDETERMINED}'), length(revision.text) "
                f"{FROM_RECORDS} "
                f"JOIN revision ON revision.row = record.revision WHERE {where} AND record.is_owner = 1 "
                "AND record.deleted = 0 AND record.forwarded_from IS NULL "
                "AND record.kind IN (SELECT value FROM json_each(:kinds)) "
                f"AND coalesce(revision.language, '') != '{NO_WORDS}' AND revision.text != ''",
                values,
            )
            for thread, language, size in rows:
                sizes[thread, language] += size
        return sorted((thread, language, size) for (thread, language), size in sizes.items())

    def _narrowed(
        self, threads: Collection[int] | None, without: Collection[str], until: datetime | None
    ) -> tuple[str, dict[str, str | int]]:
        """The condition of what is asked for, and the values of its parameters."""
        where, values = self._where, dict(self._values)
        if threads is not None:
            where += _IN_THREADS
            values["threads"] = json.dumps(sorted(threads))
        if without:
            where += " AND thread.id NOT IN (SELECT value FROM json_each(:without))"
            values["without"] = json.dumps(sorted(without))
        if until is not None:
            where += " AND record.said_at < :said_until"
            values["said_until"] = microseconds(until)
        return where, values

    def _how_many(self, where: str, values: dict[str, str | int]) -> int:
        return int(self._db.execute(f"SELECT count(*) {self._compared(where, values)}", values).get)

    def _compared(self, where: str, values: dict[str, str | int]) -> str:
        """The owner's records that are asked for, and what others wrote in the same threads, seen or not."""
        return _COMPARED.format(where, _IN_THREADS if "threads" in values else "")

    def _rows(self, where: str, values: dict[str, str | int], *, mine: bool = False) -> array[int]:
        """The owner's records and what others wrote at length, in the order in which it was said.

        With `mine` the owner's alone, in any order.
        """
        which = f" AND {_OWNERS}" if mine else " ORDER BY record.order_at, record.thread, record.position"
        rows: Any = self._db.execute(f"SELECT record.row {self._compared(where, values)}{which}", values)
        return array("q", (row for (row,) in rows))

    def _records(self, rows: Iterable[int]) -> Iterator[_Record]:
        """What these rows hold, in their order."""
        ordered = iter(rows)
        while batch := list(itertools.islice(ordered, _BATCH)):
            found: Any = self._db.execute(
                "SELECT record.row, record.id, record.is_owner, record.kind, "
                "record.forwarded_from IS NOT NULL, "
                "revision.text, revision.spans, revision.row "
                "FROM record JOIN revision ON revision.row = record.revision "
                "WHERE record.row IN (SELECT value FROM json_each(?))",
                (json.dumps(batch),),
            ).fetchall()
            by_row = {row: one for row, *one in found}
            for row in batch:
                id, owner, kind, forwarded, text, spans, revision = by_row[row]
                foreign = self._spans(revision) if spans else []
                yield _Record(id, owner, kind, forwarded, text, foreign)

    def _spans(self, revision: int) -> list[tuple[int, int, str]]:
        found: Any = self._db.execute(
            "SELECT begins, ends, kind FROM span WHERE revision = ? AND kind != 'own'", (revision,)
        )
        return list(found)


@dataclass(frozen=True, slots=True)
class _Record:
    id: str
    owner: int
    kind: str
    forwarded: int
    text: str
    spans: list[tuple[int, int, str]]


class _Tally:
    """What was seen so far."""

    def __init__(self, compared: bool) -> None:
        self._compared = compared
        self._others, self._own_before = Seen(), Seen()
        self._left_out: dict[str, Amount] = {}
        self._written = self._own = Amount()
        self._copies: set[str] = set()

    def see(self, one: _Record) -> None:
        own = own_spans_text(one.text, one.spans)
        if not one.owner:
            if one.kind not in SILENT_KINDS:
                self._others.add(plain_text(own))
            return
        size = len(one.text)
        self._written += Amount(1, size)
        if one.kind not in OWN_KINDS:
            self._drop("kind", 1, size)
        elif one.forwarded:
            self._drop("forwarded", 1, size)
        else:
            self._see_own(one, own)

    def _see_own(self, one: _Record, own: str) -> None:
        by_kind = _by_kind(one.spans)
        nothing_left = max(by_kind, key=lambda kind: by_kind[kind]) if not own and by_kind else None
        for kind, size in by_kind.items():
            self._drop(kind, int(kind == nothing_left), size)
        if not own:
            return
        rule = self._copied(own) if self._compared else None
        if rule is not None:
            self._drop(rule, 1, len(own))
            self._copies.add(one.id)
            return
        self._own += Amount(1, len(own))

    def _copied(self, own: str) -> str | None:
        """The rule by which words are a copy of what was seen before; remembers them."""
        plain = plain_text(own)
        rule = None
        if self._others.holds(plain):
            rule = "copied from others"
        elif self._own_before.holds(plain, LONG):
            rule = "repeated"
        self._own_before.add(plain)
        return rule

    def _drop(self, rule: str, records: int, characters: int) -> None:
        self._left_out[rule] = self._left_out.get(rule, Amount()) + Amount(records, characters)

    def result(self) -> OwnWords:
        left_out = {rule: self._left_out[rule] for rule in RULES if rule in self._left_out}
        return OwnWords(self._written, self._own, left_out, frozenset(self._copies), self._compared)


def _by_kind(spans: list[tuple[int, int, str]]) -> Counter[str]:
    """Characters of foreign spans by kind; what lies in two counts once."""
    sizes: Counter[str] = Counter()
    at = 0
    for begin, end, kind in sorted(spans):
        if end > max(at, begin):
            sizes[kind] += end - max(at, begin)
        at = max(at, end)
    return sizes
