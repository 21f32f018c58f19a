"""A view of the archive -> the evidence and the cast that a claim is held against.

Reads through the view alone. Who is somebody's brother or grandson is taken from the words of the records
themselves (“my brother Alfie”) and from the relation that the owner gave a contact; nothing is guessed from
names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from afterself.memory.recall import same_sitting
from afterself.memory.support.evidence import Cast, Evidence, name_words
from afterself.memory.support.speaker import KIN
from afterself.memory.words import fold, stems_of

if TYPE_CHECKING:
    from afterself.policy.view import View, ViewRecord

_KIN = "|".join(sorted(KIN, key=len, reverse=True))
_OF_NAME = re.compile(rf"\b(?:my|our|your|his|her) (?:late |old |dear )?({_KIN}) ([A-Z][a-z]+)\b")
_NAMED = re.compile(rf"\b([A-Z][a-z]+), (?:my|our|your|his|her) (?:late |old |dear )?({_KIN})\b")
_LOOKED_AT = 400
_LISTENERS = 12
_SITTING = 8
"""Messages before a record that are looked at."""


class Witness:
    """Turns records of one view into evidence; keeps what it learned of the people."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def cast(self) -> Cast:
        """Everybody who takes part, and how the archive describes them."""
        people = self._view.people()
        owner = frozenset(
            word for name in self._view.owner_names() for word in name_words(name) if "@" not in name
        )
        contacts = {
            name: name_words(name)
            for one in people
            if not one.is_owner
            for name in (one.name, one.called)
            if name_words(name) and "@" not in name
        }
        described: dict[str, set[str]] = defaultdict(set)
        for one in people:
            if one.relation and not one.is_owner:
                for word in name_words(one.name):
                    described[word].update(stems_of([fold(one.relation)]))
        for name, kin in self._kin_named():
            described[fold(name)].update(stems_of([kin]))
        return Cast(owner, contacts, {name: frozenset(words) for name, words in described.items()})

    def evidence(self, ids: Sequence[str]) -> list[Evidence]:
        """The records with these ids as evidence, each with the message before it.

        Only what their authors said themselves: who quotes or forwards does not say so. A record without any
        such words is left out.
        """
        windows = self._view.retrieval.around(ids, _SITTING, 0)
        return [self._of(window[-1], window[:-1]) for window in windows if window and window[-1].said]

    def _of(self, record: ViewRecord, earlier: Sequence[ViewRecord]) -> Evidence:
        here = [one for one in earlier if same_sitting(one, record)]
        before = here[-1] if here else None
        there = self._participants.get(record.thread, ())
        return Evidence(
            text=record.said,
            author=record.author_name,
            by_owner=bool(record.is_owner),
            said_at=record.said_at if record.precision != "none" else None,
            thread=record.thread_title,
            listeners=tuple(name for name in there if name != record.author_name),
            before=before.words if before is not None else "",
            before_author=before.author_name if before is not None else "",
            around=" \n".join(one.words for one in here[:-1]),
            id=record.id,
        )

    @cached_property
    def _participants(self) -> dict[str, tuple[str, ...]]:
        return {
            thread.id: tuple(one.name for one in thread.participants[:_LISTENERS] if not one.is_owner)
            for thread in self._view.threads()
        }

    def _kin_named(self) -> Iterable[tuple[str, str]]:
        """Pairs of a name and what that person is called in the owner's records."""
        query = " OR ".join(f'"{kin}"' for kin in sorted(KIN))
        found = self._view.many([id for id, _ in self._view.match(query, _LOOKED_AT)])
        for record in found.values():
            if record.is_owner:
                yield from ((match[2], match[1]) for match in _OF_NAME.finditer(record.said))
                yield from ((match[1], match[2]) for match in _NAMED.finditer(record.said))
