"""A claim against its records as a handful of numbers: what is covered, missing, turned round, said by whom.

Every number is 0 where nothing speaks against the claim, and grows with the doubt. They are weighed in
`check`; nothing is decided here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from afterself.memory.dates import MONTH_NUMBERS
from afterself.memory.support.align import OPPOSITE, SYNONYM, Match, align, covered, window_of
from afterself.memory.support.counted import missing_dates, missing_numbers
from afterself.memory.support.evidence import Cast, Evidence, name_words
from afterself.memory.support.gaps import gaps
from afterself.memory.support.near import Nearness
from afterself.memory.support.parts import NO_NAMES, ClaimParts, ReadRecord, take_apart
from afterself.memory.support.quantities import quantities
from afterself.memory.support.reading import NEGATORS, Word, read, refuses, turned_round
from afterself.memory.support.rivals import rivals
from afterself.memory.support.speaker import SECOND, THIRD, doubts, swapped
from afterself.memory.support.when import WEEKDAYS

FEATURES = (
    "thin", "bare", "unlike", "foreign", "gap_first", "gap_second", "gap_third", "unconfirmed",
    "name_absent", "name_framed", "number_far", "long", "rival", "number_missing", "number_derived",
    "number_other", "date_missing", "name_missing", "turned", "denied", "turned_close", "denial_close",
    "speaker_wrong", "speaker_other", "speaker_told", "swapped",
)  # fmt: skip
_BEFORE_COUNTS, _CONTEXT_COUNTS = 0.7, 0.4
_NEIGHBOURS = 7
_BY_OPPOSITE = 0.6
_CLOSE, _LOOSE = 4, 0.4
"""Words so far from a negation belong to it surely; what a farther one counts."""
_THIN, _BARE = 0.6, 0.25
"""Coverage below which a claim rests on little, and on next to nothing."""
_FOUND_ITSELF = 0.85
_CLOSE_FROM = 0.5
"""Coverage from which a claim is near its record's words, so that a negation is no accident of wording."""
_FOREIGN = 0.3
"""How much of a claim may be far from all that stands in its records."""
_ALIKE = 0.7
"""Cosine from which a claim and its record are about the same."""
_SURE = _BEFORE_COUNTS * OPPOSITE
"""Strength from which a match says something of negation: what is merely near in meaning does not."""


def features_of(
    claim: str, evidence: Sequence[Evidence], cast: Cast, near: Nearness | None = None
) -> list[float]:
    """The values of `FEATURES` in their order."""
    parts = take_apart(claim, cast)
    named = frozenset(word.folded for word in parts.names)
    records: list[ReadRecord] = []
    refused: set[str] = set()
    for record in evidence:
        words = read(record.text)
        before = read(record.before)
        if refuses(record.text):
            before = turned_round(before)
            refused.add(record.before)
        places = frozenset(n.first for n in quantities(words) if any(m.equals(n) for m in parts.numbers))
        window = window_of(parts.content, named, words, near, places)
        records.append(ReadRecord(record, words, window, before))
    records = [
        replace(one, window=turned_round(one.window)) if one.record.text in refused else one
        for one in records
    ]
    windows = [word for one in records for word in one.window]
    everywhere = [word for one in records for word in one.words]
    before = [word for one in records for word in one.before]
    matches = _best(align(parts.content, windows, near), align(parts.content, before, near))
    context = [word for one in records for word in read(one.record.around)]
    matches = _best(
        _by_description(matches, records, cast), align(parts.content, context, near), _CONTEXT_COUNTS
    )
    wide = _best(matches, align(parts.content, everywhere, near))
    missing, derived, far, other = missing_numbers(parts, records)
    names_missing, names_absent, names_framed = _names(parts.names, records, cast)
    shares = [
        covered(_best(align(parts.content, one.window, near), align(parts.content, one.before, near)))
        for one in records
    ]
    dates_missing = missing_dates(parts.days, records, shares)
    counts = bool(parts.numbers) and not missing + derived + far
    confirmed = not missing + dates_missing and (counts or bool(parts.days))
    turned, denies, denied = _polarity(parts, wide, windows, everywhere)
    unlike, foreign = _meaning(parts, wide, windows, near)
    close = max(0.0, covered(matches) - _CLOSE_FROM) / (1 - _CLOSE_FROM)
    rests_on = [(one.record, one.window) for one in records]
    carried = [(record, window, share) for (record, window), share in zip(rests_on, shares, strict=True)]
    speaker = doubts(parts.words, carried, cast)
    return [
        max(0.0, _THIN - covered(matches)), max(0.0, _BARE - covered(wide)), unlike,
        max(0.0, foreign - _FOREIGN), *gaps(matches, windows, near),
        float(not confirmed), names_absent, names_framed, far,
        math.log1p(len(everywhere)) - math.log1p(len(windows)), _rivals(wide, windows),
        missing, derived, other, dates_missing, names_missing, turned, denied,
        turned * close, max(denies, denied) * close, speaker.wrong, speaker.other, speaker.told,
        swapped(parts.words, matches, rests_on, cast),
    ]  # fmt: skip


def _by_description(matches: Sequence[Match], records: Sequence[ReadRecord], cast: Cast) -> list[Match]:
    """“My grandson” stands for a name whom the archive calls so."""
    named = {
        word
        for one in records
        for word in (
            *(w.folded for w in one.words),
            *(w for name in (one.record.author, *one.record.listeners) for w in name_words(name)),
        )
    }
    described = {stem for name in named for stem in cast.described.get(name, ())}
    return [
        Match(match.word, match.by, SYNONYM)
        if match.strength < SYNONYM and match.word.stem in described
        else match
        for match in matches
    ]


def _best(one: Sequence[Match], lesser: Sequence[Match], share: float = _BEFORE_COUNTS) -> list[Match]:
    """Of two alignments the better match for each word, those of the second at a discount."""
    return [
        a if a.strength >= share * b.strength else Match(b.word, b.by, share * b.strength, b.turned)
        for a, b in zip(one, lesser, strict=True)
    ]


def _names(names: Sequence[Word], records: Sequence[ReadRecord], cast: Cast) -> tuple[float, float, float]:
    """How many names have another in their place or nothing that could stand for them, how many may be meant
    by a “he” or a “you”, and how many only took part or were named before.
    """
    windows = {key for one in records for word in one.window for key in (word.folded, word.stem)}
    texts = {key for one in records for word in (*one.words, *one.before) for key in (word.folded, word.stem)}
    authors = {word for one in records for word in name_words(one.record.author)}
    frame = {
        word
        for one in records
        for name in (*one.record.listeners, one.record.thread, one.record.before_author)
        for word in name_words(name)
    }
    around = {word.folded for one in records for word in read(one.record.around)}
    known = frame | authors | cast.owner | {name.folded for name in names}
    others = any(_is_other(word, known) for one in records for word in one.window)
    missing = absent = framed = 0.0
    for name in names:
        keys = {name.folded, name.stem}
        if keys & windows or name.folded in authors | cast.owner or _described(name, windows, cast):
            continue
        if name.folded in frame and windows & SECOND:
            continue
        if keys & texts or name.folded in frame | around:
            framed += 1
        elif others or not windows & (THIRD | SECOND):
            missing += 1
        else:
            absent += 1
    return missing, absent, framed


def _is_other(word: Word, known: frozenset[str] | set[str]) -> bool:
    """Whether a word of a record names somebody or something that is not known to take part."""
    return (
        word.capital and not word.first and word.weight > 0 and len(word.raw) > 2
        and not word.raw.isupper() and word.folded not in known | NO_NAMES
        and word.folded not in WEEKDAYS and word.folded not in MONTH_NUMBERS
    )  # fmt: skip


def _described(name: Word, said: Iterable[str], cast: Cast) -> bool:
    return bool(cast.described.get(name.folded, frozenset()) & frozenset(said))


def _polarity(
    parts: ClaimParts, matches: Sequence[Match], windows: Sequence[Word], everywhere: Sequence[Word]
) -> tuple[float, float, float]:
    """How much of what is denied on either side is denied on one only.

    Whether only the claim, or the record, denies.
    """
    agreeing = wrong = 0.0
    claim_denies = any(word.negated for word in parts.content) or any(
        w.folded in NEGATORS for w in parts.words
    )
    record_denies = False
    for match in matches:
        if match.by is None or match.strength < _SURE:
            continue
        weight = (
            match.word.weight
            * match.strength
            * (1.0 if max(match.word.reach, match.by.reach) <= _CLOSE else _LOOSE)
        )
        if (match.word.negated != match.by.negated) != match.turned:
            both = any(w.stem == match.by.stem and w.negated != match.by.negated for w in everywhere)
            wrong += weight * (_BY_OPPOSITE if match.turned or both else 1.0)
        elif match.word.negated or match.turned:
            agreeing += weight
        record_denies |= match.by.negated or match.turned
    window_denies = record_denies or any(word.folded in NEGATORS for word in windows)
    return (
        min(1.0, wrong) * max(0.0, wrong - agreeing) / (wrong + agreeing) if wrong else 0.0,
        float(claim_denies and not window_denies),
        float(record_denies and not claim_denies),
    )


def _meaning(
    parts: ClaimParts, matches: Sequence[Match], windows: Sequence[Word], near: Nearness | None
) -> tuple[float, float]:
    """How far the claim as a whole is from what it rests on, and how much of it, by weight, is near
    nothing there.
    """
    if near is None or not parts.content:
        return 0.0, 0.0
    around = [word.stem for word in windows if word.weight > 0]
    whole = near.whole([word.stem for word in parts.content], around)
    total = lost = 0.0
    for match in matches:
        weight = near.weight(match.word.stem)
        nearest = max((near.cosine(match.word.stem, stem) for stem in around), default=0.0)
        total += weight
        lost += weight * (1 - max(match.strength, nearest, 0.0))
    return max(0.0, _ALIKE - whole), lost / total if total else 0.0


def _rivals(matches: Sequence[Match], windows: Sequence[Word]) -> float:
    """How many words of the claim have a rival in the records instead of themselves."""
    taken = {match.by.stem for match in matches if match.by is not None and match.strength >= _FOUND_ITSELF}
    free = {word.stem for word in windows if word.stem not in taken and _beside(word, matches)}
    missing = [
        match.word.stem for match in matches if match.strength < _FOUND_ITSELF and not match.word.negated
    ]
    return float(sum(any(rivals(stem, other) for other in free) for stem in missing))


def _beside(word: Word, matches: Sequence[Match]) -> bool:
    """Whether something of the claim was found right beside a word of the records."""
    return any(
        match.by is not None and match.strength >= _SURE and match.by.sentence == word.sentence
        and abs(match.by.place - word.place) <= _CLOSE
        for match in matches
    )  # fmt: skip
