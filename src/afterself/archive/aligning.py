"""The alignment of an import with what the archive has: `alignment` on its tables.

For an import whose records have no ids of their own, `Aligner` says which thread of the archive a
thread of the export is, which record a draft is another wording of, and whom an author is known as.
What it finds becomes aliases, so that the next import of the same export need not look again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import apsw

from afterself.archive.alignment import (
    AGREEING,
    HOUR,
    LEAST_ANCHORS,
    LEAST_COINCIDING,
    NEARLY_ALL,
    Alignment,
    Message,
    align,
    clock,
    coincidence,
    kinship,
)
from afterself.archive.keys import keyed_id, nfc, raw_key
from afterself.archive.scouting import MINUTE, Group, message, stamp, words_of

CANDIDATES = 3

SAID = """
revision.row = coalesce((
    SELECT max(said.row) FROM revision AS said JOIN correction AS one ON one.revision = record.revision
    WHERE said.record = record.row AND said.why != 'correction'
), record.revision)
"""
"""Joins what the platform said last: another export knows nothing of the owner's corrections."""

_KNOWN = f"""
SELECT record.row, record.id, record.said_at, coalesce(identity.contact, -1), record.kind, record.deleted,
       revision.edited, revision.spans, revision.text, revision.row
FROM record JOIN revision ON {SAID} LEFT JOIN identity ON identity.id = record.author
WHERE record.thread = ? ORDER BY record.position, record.row
"""


@dataclass(slots=True)
class _Plan:
    """What was found for one group: partners by number of message, and the difference of the clocks."""

    partners: dict[int, int] = field(default_factory=dict)
    offset: timedelta = timedelta(0)
    next: int = 0


class Aligner:
    """The alignment of one import; made when the archive holds records that only their raw block names."""

    def __init__(
        self, db: apsw.Connection, secret: bytes, source: str, groups: Sequence[Group], cut_off: range
    ) -> None:
        """`cut_off` are the rows of records that an earlier run of this very import stored before its end."""
        self._db, self._secret, self._source, self._cut_off = db, secret, source, cut_off
        self._waiting: dict[str, list[Group]] = {}
        for group in groups:
            self._waiting.setdefault(group.thread, []).append(group)
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._words: dict[int, set[int]] | None = None
        self._stamps: dict[int, set[int]] = {}
        self.contacts: dict[str, int] = {}
        """Handles of the export that are another name of a contact."""
        self.shifted: dict[str, int] = {}
        """Minutes by which the clock of a member is ahead of the archive's, where it is."""

    @staticmethod
    def needed(db: apsw.Connection, source: str, first: int) -> bool:
        """Whether the archive holds records of this source, before row `first`, that have no own ids."""
        return bool(
            db.execute(
                "SELECT 1 FROM thread JOIN record ON record.thread = thread.row "
                "WHERE thread.source = ? AND record.row < ? AND instr(record.source_key, '/h:') LIMIT 1",
                (source, first),
            ).fetchone()
        )

    def kin(self, key: str) -> int | None:
        """The thread of the archive that a thread of another name is; None if it is a new one."""
        groups = self._waiting.get(key)
        if not groups:
            return None
        words = groups[0].long_words()
        shared = {row: len(words & theirs) for row, theirs in self._long_words().items()}
        best, surest = None, AGREEING
        for row in sorted(shared, key=lambda row: -shared[row])[:CANDIDATES]:
            if shared[row] < LEAST_ANCHORS:
                break
            known = self._known(row)[0]
            fresh = dict(groups[0].messages())
            found = align(known, fresh, self._named(groups[0]))
            sure = kinship(found, known, fresh) if found else 0.0
            if sure >= surest:
                best, surest = row, sure
        return best if best is not None else self._kin_of_short(groups[0])

    def _kin_of_short(self, group: Group) -> int | None:
        """`kin` where too little is long: nearly the same was said in the same minutes."""
        stamps = group.stamps()
        shared = {row: len(stamps & theirs) for row, theirs in self._stamps.items()}
        for row in sorted(shared, key=lambda row: -shared[row])[:CANDIDATES]:
            if shared[row] < LEAST_COINCIDING:
                break
            known, fresh = self._known(row)[0], dict(group.messages())
            found = align(known, fresh, self._named(group), 0)
            if found is not None and coincidence(found, known, fresh) >= NEARLY_ALL:
                return row
        return None

    def begin(self, key: str, row: int, source_key: str) -> bool:
        """Align the next member's part of a thread with the archive's thread; whether it reaches to its end.

        Must come before its people and records are stored.
        """
        groups = self._waiting.get(key)
        if not groups:
            return True
        group = groups.pop(0)
        plan = self._plans[group.member, key] = _Plan()
        known, ids, aliases, latest = self._known_with_ids(row)
        fresh = dict(group.messages())
        met: dict[int, int] = {}
        moved: list[tuple[int, str]] = []
        renamed: Counter[int] = Counter()
        for n, (raw, occurrence) in enumerate(group.raw_hashes()):
            id = keyed_id(self._secret, raw_key(source_key, raw, occurrence))
            if ids.get(id) in self._cut_off:  # it is the same, and tells nothing of the clocks
                fresh.pop(n, None)
                known.pop(ids[id], None)
            elif id in ids:
                met[n] = ids[id]
                if n in fresh and met[n] in known and abs(fresh[n].minute - known[met[n]].minute) == HOUR:
                    moved.append((n, raw))
            elif id in aliases:
                met[n] = aliases[id]
                if n in fresh and met[n] in known:
                    renamed[fresh[n].minute - known[met[n]].minute] += 1
        twins = self._of_the_other_hour(moved, source_key, fresh, known, ids)
        met |= twins
        shift = clock(known, fresh) if met and not renamed and len(met) * 2 < len(fresh) else None
        if shift:  # "ok" at ten and "ok" at eleven, read in another zone: met by chance
            met = {}
        offset = renamed.most_common(1)[0][0] if renamed.total() * 2 > len(met) else (0 if met else shift)
        gone = set(met.values())
        rest = {k: one for k, one in known.items() if k not in gone}
        found = align(rest, {n: one for n, one in fresh.items() if n not in met}, self._named(group), offset)
        if found is not None:
            plan.partners = found.same | found.variants
            plan.offset = timedelta(minutes=found.offset)
            self._learn(group, found)
            if found.offset and (plan.partners or renamed):
                self.shifted[group.member] = found.offset
            elif found.offset:
                plan.offset = timedelta(0)
        plan.partners |= twins
        return latest is None or group.last - (found.offset if found else 0) >= latest

    def _of_the_other_hour(
        self,
        moved: Iterable[tuple[int, str]],
        source_key: str,
        fresh: dict[int, Message],
        known: dict[int, Message],
        ids: dict[str, int],
    ) -> dict[int, int]:
        """The twins of blocks that stand twice in the night of the clocks, where one of them is cut off."""
        found: dict[int, int] = {}
        for n, raw in moved:
            for occurrence in range(CANDIDATES):
                twin = ids.get(keyed_id(self._secret, raw_key(source_key, raw, occurrence)))
                if twin in known and known[twin].minute == fresh[n].minute and twin not in found.values():
                    found[n] = twin
                    break
        return found

    def next(self, member: str, key: str) -> tuple[int | None, timedelta]:
        """For the next draft of a group: the record it is another wording of, and the clock's offset."""
        plan = self._plans.get((member, key))
        if plan is None:
            return None, timedelta(0)
        number, plan.next = plan.next, plan.next + 1
        return plan.partners.get(number), plan.offset

    def _learn(self, group: Group, found: Alignment) -> None:
        for number, handle in enumerate(group.handles):
            if number in found.authors and not self._contact(handle):
                self.contacts[handle] = found.authors[number]

    def _named(self, group: Group) -> dict[int, int]:
        """Contacts of those authors whose handle the archive knows."""
        known = ((number, self._contact(handle)) for number, handle in enumerate(group.handles))
        return {number: contact for number, contact in known if contact is not None}

    def _contact(self, handle: str) -> int | None:
        found: Any = self._db.execute(
            "SELECT contact FROM identity WHERE source = ? AND handle = ? AND "
            "EXISTS (SELECT 1 FROM record WHERE record.author = identity.id)",
            (self._source, nfc(handle).strip()),
        ).fetchone()
        return None if found is None else int(found[0])

    def _known(self, row: int) -> tuple[dict[int, Message], dict[str, int]]:
        messages: dict[int, Message] = {}
        ids: dict[str, int] = {}
        rows: Any = self._db.execute(_KNOWN, (row,))
        for record, id, at, contact, kind, deleted, edited, spans, text, revision in rows:
            ids[id] = record
            gaps: Iterable[tuple[int, int]] = self._placeholders(revision) if spans else ()
            found = message(
                words_of(text, gaps), at, contact, kind=kind, deleted=bool(deleted), edited=bool(edited)
            )
            if found:
                messages[record] = found
        return messages, ids

    def _known_with_ids(
        self, row: int
    ) -> tuple[dict[int, Message], dict[str, int], dict[str, int], int | None]:
        messages, ids = self._known(row)
        aliases: dict[str, int] = dict(
            self._db.execute(
                "SELECT alias.id, alias.record FROM alias JOIN record ON record.row = alias.record "
                "WHERE record.thread = ?",
                (row,),
            )
        )
        return messages, ids, aliases, max((one.minute for one in messages.values()), default=None)

    def _placeholders(self, revision: int) -> list[tuple[int, int]]:
        rows: Any = self._db.execute(
            "SELECT begins, ends FROM span WHERE revision = ? AND kind = 'placeholder'", (revision,)
        ).fetchall()
        return rows  # type: ignore[no-any-return]

    def _long_words(self) -> dict[int, set[int]]:
        """For each thread of the source, which long texts of the waiting groups it holds; read once."""
        if self._words is None:
            wanted = set().union(
                *(group.long_words() for groups in self._waiting.values() for group in groups)
            )
            said = set().union(*(group.stamps() for groups in self._waiting.values() for group in groups))
            self._words = {}
            rows: Any = self._db.execute(
                "SELECT record.thread, record.said_at, revision.text "
                "FROM thread JOIN record ON record.thread = thread.row "
                f"JOIN revision ON {SAID} "
                "WHERE thread.source = ? AND record.deleted = 0",
                (self._source,),
            )
            for thread, at, text in rows:
                value = hash(words_of(text)) or 1
                if value in wanted:
                    self._words.setdefault(thread, set()).add(value)
                mark = None if at is None or not said else stamp(value, at // MINUTE)
                if mark in said:
                    self._stamps.setdefault(thread, set()).add(mark)
        return self._words
