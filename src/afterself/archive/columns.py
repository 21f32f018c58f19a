"""A draft's values as the columns of its record: its keys, hashes and time, made once.

Identical raw blocks without ids are told apart by their order, so one `Columns` serves one import.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from afterself.archive.drafts import RecordDraft
from afterself.archive.keys import hash_raw, keyed_id, microseconds, native_key, raw_key, storable
from afterself.archive.same_words import SPEECH, mark_of

_DIGITS = 15
"""Hex digits of a block's hash by which it is known again: two of ten million differ surely enough."""


class Draft(NamedTuple):
    """A draft's values as columns; `words` is what it is looked for by in other sources."""

    id: str
    source_key: str
    raw_hash: str
    text: str
    said_at: int | None
    reply_to: str | None
    words: int | None


class Columns:
    """Makes the columns of one import's drafts."""

    def __init__(self, secret: bytes, *, alone: bool) -> None:
        """`alone`: nothing is in the archive yet that its speech could be the same as."""
        self._secret, self._alone = secret, alone
        self._blocks: dict[tuple[str, str], tuple[set[int], Counter[int]]] = {}

    def of(self, thread: str, draft: RecordDraft) -> Draft:
        """The columns of a draft of the thread with this source key."""
        raw_hash = hash_raw(draft.raw)
        if draft.native_id is not None:
            source_key = native_key(thread, draft.native_id)
        else:
            source_key = raw_key(thread, raw_hash, self._occurrence(draft, raw_hash))
        reply_to = None
        if draft.reply_to is not None:
            reply_to = keyed_id(self._secret, native_key(thread, draft.reply_to))
        text = "" if draft.deleted else storable(draft.text)
        return Draft(
            keyed_id(self._secret, source_key),
            source_key,
            raw_hash,
            text,
            None if draft.said_at is None else microseconds(draft.said_at),
            reply_to,
            self._mark(draft, text, source_key),
        )

    def _occurrence(self, draft: RecordDraft, raw_hash: str) -> int:
        """Which of the same blocks in this thread and member it is. Of most there is one only: a number."""
        place = (draft.locator.member, draft.thread)
        if place not in self._blocks:
            self._blocks[place] = (set(), Counter())
        once, again = self._blocks[place]
        block = int(raw_hash[:_DIGITS], 16)
        if block not in once:
            once.add(block)
            return 0
        again[block] += 1
        return again[block]

    def _mark(self, draft: RecordDraft, text: str, source_key: str) -> int | None:
        """What the record is looked for by in other sources."""
        if draft.deleted or (self._alone and draft.kind in SPEECH):
            return None
        gaps = (
            [(one.start, one.end) for one in draft.spans if one.kind == "placeholder"] if draft.spans else ()
        )
        return mark_of(draft.kind, text, gaps, source_key, timed=draft.said_at is not None)
