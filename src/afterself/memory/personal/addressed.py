"""How people of an archive address each other -> who is what to the owner.

Who writes “gran, are you up” to the owner is a grandchild; whom the owner calls “mum” is their mother. Only
talks of two count, since in a group it is open who is meant, and only where a word is used so more than once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from afterself.memory.personal.kinship import OF_WHO_CALLS, RELATIONS, any_of, relations_of
from afterself.memory.stop_words import word_set
from afterself.memory.words import words_of

if TYPE_CHECKING:
    from afterself.policy.view import ViewRecord

ADDRESSES = frozenset().union(
    *(RELATIONS[one] for one in ("mother", "father", "grandmother", "grandfather", "brother", "sister"))
)
"""The words by which one is called to one's face."""
_LEAST = 2
_BESIDE = 80  # characters before and after such a word that are looked at
_ENDS = re.compile(r"\s*(?:[.,!?…\n]|x?$)")
_CALLED = re.compile(rf"\b{any_of(ADDRESSES)}\b", re.I)
_NOT_BEFORE = word_set(
    "my your his her our their the a an ask asked tell told with to from for and of like by see call ring is "
    "great no than about s"
)
_NOT_AFTER = word_set(
    "s says said is was has had will would did does thinks wants and gave made got went told never always "
    "who can could came or used"
)
_GREETS = word_set(
    "hi hello hey oh thanks thank you sorry yes no ok okay morning night well dear please happy"
)


def calls(text: str) -> list[str]:
    """The words of kin by which a text addresses its reader: “gran its me”, “sorry gran”, not “mum says”."""
    found = []
    for match in _CALLED.finditer(text):
        left = text[max(0, match.start() - _BESIDE) : match.start()]
        before, after = words_of(left)[-1:], words_of(text[match.end() : match.end() + _BESIDE])[:1]
        ends = _ENDS.match(text, match.end()) is not None
        begins = not before or before[0] in _GREETS or left.rstrip()[-1:] in ".!?…\n"
        if before and before[0] in _NOT_BEFORE:
            continue
        if ends or (begins and not (after and after[0] in _NOT_AFTER)):
            found.append(match.group().lower())
    return found


class Kin:
    """What the people with whom the owner talks alone are to the owner."""

    def __init__(self, records: Iterable[ViewRecord], partners: Mapping[str, int]) -> None:
        """`records` are those that may hold an address; `partners` the contact of each talk of two."""
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        for record in records:
            partner = partners.get(record.thread)
            if partner is None or record.author is None:
                continue
            by_owner = bool(record.is_owner)
            for word in calls(record.text):
                (relation,) = relations_of(word)
                what = relation if by_owner else OF_WHO_CALLS.get(relation, relation)
                counts[partner][what] += 1
        self._of = {
            contact: most[0][0]
            for contact, found in counts.items()
            if (most := found.most_common(1)) and most[0][1] >= _LEAST
        }

    def of(self, contact: int | None) -> str:
        """What a contact is to the owner; "" if it is not known."""
        return "" if contact is None else self._of.get(contact, "")

    def contacts(self, relations: frozenset[str]) -> set[int]:
        """The contacts who are that to the owner."""
        return {contact for contact, what in self._of.items() if relations_of(what) & relations}
