"""True claims -> false ones, made by rules: a name, a negation or the speaker changed, or another record cited.

They teach `support_fit` what a single change looks like more often than anybody would write it, and what a
record looks like that is on the same subject and says something else. Seeded; nothing of the test half is
touched, since only claims that are given come out changed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from afterself.memory.support.near import StaticNearness
from afterself.memory.support.parts import take_apart
from afterself.memory.support.reading import Word, read
from support_claims import Example

_AUXILIARY = re.compile(
    r"\b(was|were|is|are|had|has|have|could|would|can|will|did|does|do)\b(?! (?:not|never|n't|no)\b)"
)
_DENIED = re.compile(r"\b(?:not|never) |n't\b")
_NEAREST = 2


def changed(claims: Sequence[Example], seed: int = 20261122) -> Iterator[Example]:
    """Each true claim with a name, a negation and the speaker changed, as far as it has one."""
    drawn = random.Random(seed)
    for one in claims:
        pool = _names_near(one, claims)
        for name in take_apart(one.claim, one.cast).names[:2]:
            others = sorted(pool - {name.raw})
            if others and not name.raw.isupper():
                other = drawn.choice(others)
                yield _false(one, "edit: name", re.sub(rf"\b{re.escape(name.raw)}\b", other, one.claim))
        if denied := _turned(one.claim):
            yield _false(one, "edit: negation", denied)
        if spoken := _by_another(one, drawn):
            yield _false(one, "edit: speaker", spoken)


def _false(one: Example, kind: str, claim: str) -> Example:
    return replace(one, claim=claim, true=False, kind=kind)


def _names_near(one: Example, claims: Sequence[Example]) -> set[str]:
    """Names of the same person's archive: of the people, and of what its records name."""
    found = {name.split()[-1] for name in one.cast.contacts if name[:1].isupper()}
    for other in claims:
        if other.cast is one.cast:
            for word in take_apart(other.claim, other.cast).names:
                found.add(word.raw)
    return {name for name in found if len(name) > 2 and not name.isupper()}


def _turned(claim: str) -> str:
    if _DENIED.search(claim):
        return _DENIED.sub("", claim, count=1)
    if _AUXILIARY.search(claim):
        return _AUXILIARY.sub(r"\1 not", claim, count=1)
    return ""


def _by_another(one: Example, drawn: random.Random) -> str:
    """“I …” as a contact's, a contact's as “I …”; "" if the claim opens with neither."""
    contacts = [name for name in one.cast.contacts if name[:1].isupper()]
    opening = one.claim.split(" ", 1)
    if opening[0] == "I" and len(opening) > 1 and contacts and not opening[1].startswith(("told", "asked")):
        return f"{drawn.choice(sorted(contacts))} {opening[1]}"
    for name in contacts:
        first = name.split()[0]
        if opening[0] == first and len(opening) > 1:
            return re.sub(r"\b(?:his|her)\b", "my", f"I {opening[1]}")
    return ""


def cited_wrongly(claims: Sequence[Example], near: StaticNearness) -> Iterator[Example]:
    """Each true claim with those records of other claims that come nearest to it."""
    for one in claims:
        mine = {record.text for record in one.evidence}
        wanted = _stems(one.claim)
        others = {
            record.text: record
            for other in claims
            if other.cast is one.cast
            for record in other.evidence
            if record.text not in mine
        }
        ranked = sorted(others.values(), key=lambda record: -_likeness(wanted, _stems(record.text), near))
        for record in ranked[:_NEAREST]:
            yield replace(one, evidence=(record,), true=False, kind="edit: cited")


def _stems(text: str) -> list[str]:
    return [word.stem for word in read(text) if _tells(word)]


def _tells(word: Word) -> bool:
    return word.weight > 0


def _likeness(claim: Sequence[str], record: Sequence[str], near: StaticNearness) -> float:
    """The share of a claim's telling words that stand in a record, by how telling they are."""
    there = set(record)
    total = sum(near.weight(stem) for stem in claim)
    return sum(near.weight(stem) for stem in claim if stem in there) / total if total else 0.0
