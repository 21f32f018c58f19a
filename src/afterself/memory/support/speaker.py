"""Who a claim speaks of, or has say it, against who wrote the record and of whom that speaks.

“I sold the boat” needs the owner's record, or a contact's that tells the owner so (“you sold …”). “Ruth
said …” needs Ruth's record, or one in which she is named. And whoever acts in the claim must act in the
record: “I” is its author there, “you” who was written to. What cannot be told raises no doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from afterself.memory.stop_words import word_set
from afterself.memory.support.align import Match
from afterself.memory.support.evidence import Cast, Evidence, name_words
from afterself.memory.support.reading import Word

FIRST = word_set("i me my mine myself we us our ours ourselves")
SECOND = word_set("you your yours yourself yourselves")
THIRD = word_set("he him his himself she her hers herself they them their theirs themselves")
_ACTORS = {"i": "author", "we": "author", "you": "you", "he": "third", "she": "third", "they": "third"}
SAYING = word_set(
    "said says say saying told tells tell wrote writes write thought thinks think asked asks ask mentioned "
    "mentions "
    "reckoned reckons promised promises complained complains called calls described describes claimed "
    "claims warned "
    "warns insisted insists admitted admits announced announces reported reports replied replies answered "
    "joked jokes "
    "remembered remembers recalled recalls suggested suggests advised advises offered offers confessed "
    "confesses "
    "explained explains believed believes declared let swore swears maintained maintains apologised "
    "thanked wished "
    "congratulated reminded reminds informed informs confirmed confirms hoped hopes wanted wants"
)
KIN = word_set(
    "mother father mum dad mam brother sister son daughter husband wife uncle aunt cousin nephew niece "
    "grandmother "
    "grandfather gran grandad granny grandson granddaughter grandchild parents family friend neighbour "
    "partner boss"
)
_SUBORDINATE = word_set(
    "when after before because if since although though while as once by on in at for until"
)
_SOON, _OPENING = 5, 14
_OWNER = "the owner"
_REACH = 4
_CARRIES = 0.5


@dataclass(frozen=True, slots=True)
class Claimant:
    """Whose words or doings a claim reports: folded name words, or the owner. `said`: as their words."""

    names: frozenset[str]
    owner: bool
    said: bool
    guessed: bool = False
    """A mere “he” or “she”: the owner most likely."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """`wrong`.

    Another person's record. `other`: it speaks of somebody else. `told`: somebody told the owner.
    """

    wrong: float = 0.0
    other: float = 0.0
    told: float = 0.0


def claimant_of(claim: Sequence[Word], cast: Cast) -> Claimant | None:
    """The claimant of a claim's first sentence, None if it speaks of no person."""
    opening = [word for word in claim if word.sentence == 0]
    for n, word in enumerate(opening):
        if word.folded == "according" and n + 2 < len(opening) and opening[n + 1].folded == "to":
            name = _name_at(opening, n + 2, cast)
            return _as_claimant(name, cast, said=True) if name else None
    if opening and opening[0].folded in _SUBORDINATE:
        mine = any(word.folded in ("i", "we") for word in opening[:_OPENING])
        return Claimant(frozenset(), True, False) if mine else None
    for n, word in enumerate(opening[:_SOON]):
        name = _name_at(opening, n, cast)
        if name or word.folded in FIRST or word.folded in ("she", "he", "they"):
            return _claimant_at(opening, n, name, cast)
        if word.weight > 0 and word.folded not in KIN:
            return None
    return None


def _claimant_at(opening: Sequence[Word], n: int, name: frozenset[str], cast: Cast) -> Claimant | None:
    after = n + max(1, len(name))
    following = [word.folded for word in opening[after : after + 2]]
    word = opening[n].folded
    if word in ("my", "our") and following and following[0] in KIN:
        return None
    if word in ("she", "he", "they"):
        return Claimant(frozenset(), True, bool(following) and following[0] in SAYING, True)
    if following in (["and", "i"], ["and", "me"]):
        return Claimant(name, True, False)
    if following[:1] == ["and"]:
        name |= _name_at(opening, after + 1, cast)
    return _as_claimant(name, cast, said=any(one in SAYING for one in following))


def _name_at(words: Sequence[Word], n: int, cast: Cast) -> frozenset[str]:
    found: list[str] = []
    for word in words[n : n + 3]:
        if not word.capital or word.folded not in cast.names:
            break
        found.append(word.folded)
    return frozenset(found)


def _as_claimant(name: frozenset[str], cast: Cast, *, said: bool) -> Claimant:
    """A name that the owner shares with a relative is the owner's only when no other word tells them
    apart.
    """
    if not name:
        return Claimant(name, True, said)
    others = [words for words in cast.contacts.values() if name <= words and not name <= cast.owner]
    return Claimant(name, bool(name & cast.owner) and not others, said)


def _my_kin(claim: Sequence[Word], record: Evidence, window: Sequence[Word]) -> bool:
    """Whether “my son” of a claim is a contact's “my son”."""
    if record.by_owner:
        return False
    mine = [
        w.folded
        for n, w in enumerate(claim)
        if n and claim[n - 1].folded in ("my", "our") and w.folded in KIN
    ]
    theirs = [w.folded for n, w in enumerate(window) if n and window[n - 1].folded in ("my", "our")]
    return bool(set(mine) & set(theirs))


def doubts(
    claim: Sequence[Word], records: Sequence[tuple[Evidence, Sequence[Word], float]], cast: Cast
) -> Doubts:
    """The least doubt among the records that carry most of the claim.

    Each comes with the words that the claim rests on, and the share of it that they cover.
    """
    claimant = claimant_of(claim, cast)
    most = max((share for _, _, share in records), default=0.0)
    found = [
        Doubts(wrong=1.0)
        if _my_kin(claim, record, window)
        else _of_nobody(claim, record, window, cast)
        if claimant is None
        else _of_one(claimant, record, window, cast)
        for record, window, share in records
        if share >= _CARRIES * most
    ]
    return min(found, default=Doubts(), key=lambda one: one.wrong * 4 + one.other * 2 + one.told)


def _of_nobody(claim: Sequence[Word], record: Evidence, window: Sequence[Word], cast: Cast) -> Doubts:
    """A claim without a claimant that is the owner's all the same: “nine lettuces of mine”."""
    mine = any(word.folded in FIRST for word in claim)
    my_kin = any(
        word.folded in KIN and n and claim[n - 1].folded in ("my", "our") for n, word in enumerate(claim)
    )
    to_owner = any(word.folded in SECOND for word in window)
    if mine and not my_kin and not record.by_owner and not to_owner:
        return Doubts(wrong=1.0)
    teller = _described_teller(claim)
    if teller and record.by_owner and not any(w.folded == teller or w.folded in SAYING for w in window):
        return Doubts(other=1.0)
    return Doubts()


def _described_teller(claim: Sequence[Word]) -> str:
    """The “vicar” of “the vicar told me …”."""
    opening = [word.folded for word in claim if word.sentence == 0][:_SOON]
    if opening[:1] not in (["the"], ["my"], ["our"], ["her"], ["his"]):
        return ""
    return next((a for a, b in pairwise(opening[1:]) if b in SAYING), "")


def _of_one(claimant: Claimant, record: Evidence, window: Sequence[Word], cast: Cast) -> Doubts:
    said = {word.folded for word in window}
    author = cast.owner if record.by_owner else name_words(record.author)
    if claimant.owner:
        if record.by_owner:
            return Doubts()
        if claimant.said or not (said & SECOND or said & cast.owner):
            return Doubts(other=1.0) if claimant.guessed else Doubts(wrong=1.0)
        return Doubts(told=1.0)
    if claimant.names & author:
        return Doubts()
    named_here = bool(claimant.names & said)
    if named_here or any(name in record.text.casefold() for name in claimant.names):
        return Doubts(other=0.0 if named_here else 0.5)
    if any(claimant.names & name_words(name) for name in record.listeners):
        if said & SECOND and not (claimant.said and not said & SAYING):
            return Doubts(told=1.0)
        return Doubts(wrong=1.0) if said & FIRST or claimant.said else Doubts(wrong=0.5)
    return Doubts(other=1.0) if said & THIRD else Doubts(wrong=1.0)


def swapped(
    claim: Sequence[Word],
    matches: Sequence[Match],
    records: Sequence[tuple[Evidence, Sequence[Word]]],
    cast: Cast,
) -> float:
    """The share of what was found that somebody else does in the record: “you owe me” for “he owes me”."""
    checked = wrong = 0.0
    for match in matches:
        if match.by is None:
            continue
        record = next((one for one, words in records if any(word is match.by for word in words)), None)
        if record is None:
            continue
        mine = _actor(claim, match.word, cast)
        theirs = _actor(next(words for one, words in records if one is record), match.by, cast)
        if mine is None or theirs is None:
            continue
        wanted = _OWNER if mine in ("author", _OWNER) else "" if mine in ("third", "you") else mine
        acting = _in_record(theirs, record, cast)
        if not wanted or not acting:
            continue
        checked += 1
        wrong += not (wanted == acting or (acting == "third" and wanted not in _author(record, cast)))
    return wrong / checked if checked else 0.0


def _author(record: Evidence, cast: Cast) -> frozenset[str]:
    return frozenset({_OWNER}) if record.by_owner else name_words(record.author)


def _in_record(actor: str, record: Evidence, cast: Cast) -> str:
    """Who a record's actor is: a name's word, the owner, "third" for somebody else, "" if it is open."""
    if actor == "author":
        return _OWNER if record.by_owner else min(name_words(record.author) & cast.names, default="")
    if actor == "you":
        if not record.by_owner:
            return _OWNER
        return (
            min(name_words(record.listeners[0]) & cast.names, default="")
            if len(record.listeners) == 1
            else ""
        )
    return actor


def _actor(words: Sequence[Word], word: Word, cast: Cast) -> str | None:
    """The nearest subject before a word in its sentence: of a pronoun its kind, of a name a word of it."""
    before = [
        one
        for one in words
        if one.sentence == word.sentence and word.place - _REACH <= one.place < word.place
    ]
    for one in reversed(before):
        if one.folded in _ACTORS:
            return _ACTORS[one.folded]
        if one.capital and one.folded in cast.names:
            if one.folded in cast.owner:
                return _OWNER
            return min(
                next((names for names in cast.contacts.values() if one.folded in names), frozenset()),
                default=None,
            )
    return None
