"""Two exports of one chat, worded otherwise -> which message of the one is which message of the other.

A later export may write another clock, zone, language or name, with media or without. Its words stay:
long texts that stand once on each side tell the offset between the clocks and who is who; then words,
minute and author find the rest, and what has no words of its own (media, notices, deleted) or was
edited is found by minute and author between neighbours that are known. Pure functions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

NOBODY = -1
LEAST_ANCHORS = 3
"""Fewer long texts in common say nothing about an unknown clock or an unknown thread."""

LEAST_COINCIDING = 8
"""Fewer short messages of the same words in the same minute may be chance."""

AGREEING = 0.6
NEARLY_ALL = 0.8
HOUR = 60
QUARTER = 15
FARTHEST = 24 * HOUR - QUARTER
"""Clocks of two zones are a number of quarters apart; a day apart is another day, not another clock."""

LONGEST_GAP = 200
"""Messages that two people may write in an hour, and more."""

TERSE = 2000
"""Messages up to which a chat may have too few long texts to be known by."""


class Message(NamedTuple):
    """A message as alignment compares it. `words` 0: none of its own; `loose`: may be worded otherwise."""

    words: int
    minute: int
    author: int
    long: bool
    loose: bool


@dataclass(slots=True)
class Alignment:
    """Fresh index -> known index, for the same words and for other wordings of the same message.

    `offset` is how many minutes the fresh clock is ahead, `authors` says whom a fresh author is known as.
    """

    offset: int = 0
    same: dict[int, int] = field(default_factory=dict)
    variants: dict[int, int] = field(default_factory=dict)
    authors: dict[int, int] = field(default_factory=dict)


def align(
    known: Mapping[int, Message],
    fresh: Mapping[int, Message],
    authors: Mapping[int, int],
    offset: int | None = None,
) -> Alignment | None:
    """Align what is not yet known to be the same; None if the clocks cannot be compared.

    Both sides are in their order. `authors` are the fresh authors known by their handle, `offset` the
    difference of the clocks if something else tells it.
    """
    anchors = _anchors(known, fresh)
    if offset is None:
        offset = clock(known, fresh)
        if offset is None:
            return None
    found = Alignment(offset, authors=dict(authors))
    agreeing = [(f, k) for f, k in anchors if _near(fresh[f].minute - known[k].minute, offset)]
    _learn_authors(found, known, fresh, agreeing)
    drifts = _same_words(found, known, fresh)
    _in_the_same_gaps(found, known, fresh)
    _other_wordings(found, known, fresh, drifts)
    return found


def kinship(found: Alignment, known: Mapping[int, Message], fresh: Mapping[int, Message]) -> float:
    """How surely both are the same chat: the share of long texts found, where the two overlap in time."""
    if not known or not fresh:
        return 0.0
    first = max(min(m.minute for m in known.values()), min(m.minute for m in fresh.values()) - found.offset)
    last = min(max(m.minute for m in known.values()), max(m.minute for m in fresh.values()) - found.offset)
    ours = sum(m.long and first <= m.minute <= last for m in known.values())
    theirs = sum(m.long and first <= m.minute - found.offset <= last for m in fresh.values())
    pairs = [f for f in found.same if fresh[f].long]
    speakers = {fresh[f].author for f in pairs}
    alone = min(len({m.author for m in side.values()} - {NOBODY}) for side in (known, fresh)) < 2
    if len(pairs) < LEAST_ANCHORS or not (alone or len(speakers) > 1):
        return 0.0  # the same words sent to several people are no sign that they are one chat
    return len(pairs) / max(1, min(ours, theirs))


def coincidence(found: Alignment, known: Mapping[int, Message], fresh: Mapping[int, Message]) -> float:
    """As `kinship`, for chats of short messages: the share found by words and minute, several people's."""
    if not known or not fresh:
        return 0.0
    first = max(min(m.minute for m in side.values()) for side in (known, fresh))
    last = min(max(m.minute for m in side.values()) for side in (known, fresh))
    both = min(sum(bool(m.words) and first <= m.minute <= last for m in s.values()) for s in (known, fresh))
    if len(found.same) < LEAST_COINCIDING or len({fresh[f].author for f in found.same}) < 2:
        return 0.0
    return len(found.same) / max(1, both)


def clock(known: Mapping[int, Message], fresh: Mapping[int, Message]) -> int | None:
    """How many minutes the fresh clock is ahead, by long texts or nearly all short ones; None: unknown."""
    anchors = _anchors(known, fresh)
    short = _offset_of_short(known, fresh) if len(anchors) < LEAST_ANCHORS else None
    return _offset([fresh[f].minute - known[k].minute for f, k in anchors]) if short is None else short


def _offset_of_short(known: Mapping[int, Message], fresh: Mapping[int, Message]) -> int | None:
    """The number of quarters at which nearly all messages of short chats coincide; None if there is none."""
    ours, theirs = (Counter((m.words, m.minute) for m in s.values() if m.words) for s in (known, fresh))
    fewer = min(ours.total(), theirs.total())
    alone = min(len({m.author for m in side.values() if m.words}) for side in (known, fresh)) < 2
    if alone or fewer < LEAST_COINCIDING or max(len(known), len(fresh)) > TERSE:
        return None

    def coinciding(offset: int) -> int:
        return sum(min(n, ours[words, minute - offset]) for (words, minute), n in theirs.items())

    if coinciding(0) >= AGREEING * fewer:
        return 0
    found = sorted(((coinciding(one), one) for one in range(-FARTHEST, FARTHEST + 1, QUARTER)), reverse=True)
    (most, offset), (second, _) = found[:2]
    clear = second < AGREEING * most  # what is said every hour fits at every hour
    return offset if clear and most >= max(LEAST_COINCIDING, NEARLY_ALL * fewer) else None


def _anchors(known: Mapping[int, Message], fresh: Mapping[int, Message]) -> list[tuple[int, int]]:
    """(fresh, known) indices of long texts that stand exactly once on each side."""
    once = [_once(side) for side in (known, fresh)]
    return [(f, once[0][words]) for words, f in once[1].items() if words in once[0]]


def _once(side: Mapping[int, Message]) -> dict[int, int]:
    counts = Counter(m.words for m in side.values() if m.long)
    return {m.words: n for n, m in side.items() if m.long and counts[m.words] == 1}


def _offset(differences: Sequence[int]) -> int | None:
    """The one offset that most anchors agree on; None if there is none to be sure of."""
    if not differences:
        return 0
    offset, _ = Counter(differences).most_common(1)[0]
    agreeing = sum(_near(one, offset) for one in differences)
    if len(differences) < LEAST_ANCHORS and not _near(offset, 0):
        return None
    return offset if agreeing >= AGREEING * len(differences) else None


def _near(difference: int, offset: int) -> bool:
    """Equal, but for a clock that rounds, or the hour by which summer time may shift the one zone only."""
    away = abs(difference - offset)
    return away <= 1 or (offset != 0 and abs(away - HOUR) <= 1)


def _learn_authors(
    found: Alignment,
    known: Mapping[int, Message],
    fresh: Mapping[int, Message],
    pairs: Iterable[tuple[int, int]],
) -> None:
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for f, k in pairs:
        if NOBODY not in (fresh[f].author, known[k].author):
            votes[fresh[f].author][known[k].author] += 1
    for author, among in votes.items():
        best, count = among.most_common(1)[0]
        if author not in found.authors and count >= 0.8 * among.total():
            found.authors[author] = best
    strangers = {m.author for m in fresh.values()} - found.authors.keys() - {NOBODY}
    unmet = {m.author for m in known.values()} - set(found.authors.values()) - {NOBODY}
    if len(strangers) == len(unmet) == 1 and found.authors:  # the other person of a chat of two
        found.authors[strangers.pop()] = unmet.pop()


def _same_words(
    found: Alignment, known: Mapping[int, Message], fresh: Mapping[int, Message]
) -> dict[int, int]:
    """Pair equal words of one minute and author; gives the hour of summer time in force at each."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for k, message in known.items():
        if message.words:
            places[message.words, message.minute].append(k)
    taken: set[int] = set()
    drift, drifts = 0, {}
    for f, message in fresh.items():
        tries = dict.fromkeys((drift, 0, HOUR, -HOUR) if message.long and found.offset else (drift,))
        for shift in tries if message.words else ():
            at = message.minute - found.offset - shift
            partner = next(
                (
                    k
                    for k in places.get((message.words, at), ())
                    if k not in taken and _by(found, message, known[k])
                ),
                None,
            )
            if partner is not None:
                taken.add(partner)
                found.same[f] = partner
                drift = shift
                break
        drifts[f] = drift
    return drifts


def _in_the_same_gaps(found: Alignment, known: Mapping[int, Message], fresh: Mapping[int, Message]) -> None:
    """Pair equal words between the same neighbours: of an hour that comes twice, or never, on one clock."""
    order = list(known)
    place = {k: n for n, k in enumerate(order)}
    taken = set(found.same.values())
    before: int | None = None
    gap: list[int] = []
    for f in list(fresh):
        if f not in found.same:
            gap.append(f)
            continue
        after = place[found.same[f]]
        if gap and before is not None and len(gap) < LONGEST_GAP and after - before < LONGEST_GAP:
            free = [k for k in order[before + 1 : after] if k not in taken]
            _pair_in_order(found, gap, free, known, fresh)
        before, gap = after, []


def _pair_in_order(
    found: Alignment,
    ours: Iterable[int],
    theirs: Sequence[int],
    known: Mapping[int, Message],
    fresh: Mapping[int, Message],
) -> None:
    start = 0
    for f in ours:
        for n in range(start, len(theirs)):
            one, other = fresh[f], known[theirs[n]]
            away = abs(one.minute - other.minute - found.offset)
            alike = one.words == other.words and bool(one.words or one.loose) and _by(found, one, other)
            if alike and (away <= 1 or abs(away - HOUR) <= 1):
                found.same[f] = theirs[n]
                start = n + 1
                break


def _by(found: Alignment, message: Message, other: Message) -> bool:
    """Whether the author of a fresh message may be the author of a known one."""
    return found.authors.get(message.author, other.author) == other.author


def _other_wordings(
    found: Alignment, known: Mapping[int, Message], fresh: Mapping[int, Message], drifts: Mapping[int, int]
) -> None:
    """Pair what is left of one minute and author, in order: what is loose, or stands between known ones."""
    taken = set(found.same.values())
    left: dict[tuple[int, int], list[int]] = defaultdict(list)
    for k, message in known.items():
        if k not in taken:
            left[message.author, message.minute].append(k)
    between = _sandwiched(found, list(known), list(fresh))
    missing: dict[tuple[int, int], list[int]] = defaultdict(list)
    for f, message in fresh.items():
        author = found.authors.get(message.author, NOBODY if message.author == NOBODY else None)
        if f not in found.same and author is not None:
            missing[author, message.minute - found.offset - drifts[f]].append(f)
    for place, ours in missing.items():
        theirs = left.get(place, [])
        if len(theirs) != len(ours):
            ours = [f for f in ours if fresh[f].loose]
            theirs = [k for k in theirs if known[k].loose]
        for f, k in zip(ours, theirs, strict=False):
            if fresh[f].loose or known[k].loose or between.get(f) == k:
                found.variants[f] = k


def _sandwiched(found: Alignment, known: Sequence[int], fresh: Sequence[int]) -> dict[int, int]:
    """Fresh -> known where the messages right before and right after are the same on both sides."""
    place = {k: n for n, k in enumerate(known)}
    between: dict[int, int] = {}
    for before, f, after in zip(fresh, fresh[1:], fresh[2:], strict=False):
        if f in found.same or before not in found.same or after not in found.same:
            continue
        start, end = place[found.same[before]], place[found.same[after]]
        if end - start == 2:
            between[f] = known[start + 1]
    return between
