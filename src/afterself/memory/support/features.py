"""A claim against its records as a handful of numbers: what is covered, missing, turned round, said by whom.

Every number is 0 where nothing speaks against the claim, and grows with the doubt. They are weighed in `check`;
nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

from afterself.memory.stop_words import word_set
from afterself.memory.support.align import OPPOSITE, Match, align, covered, window_of
from afterself.memory.support.evidence import Cast, Evidence, name_words
from afterself.memory.support.near import Nearness
from afterself.memory.support.quantities import Quantity, quantities
from afterself.memory.support.reading import NEGATORS, Word, read
from afterself.memory.support.rivals import rivals
from afterself.memory.support.speaker import SAYING, THIRD, claimant_of, doubts, swapped
from afterself.memory.support.when import Day, days_of, of_date

FEATURES = (
    "thin", "bare", "rival", "number_missing", "number_derived", "number_far", "date_missing",
    "name_missing", "name_far", "name_frame", "turned", "denies", "denied", "speaker_wrong", "speaker_other", "speaker_told",
    "swapped", "together", "date_reckoned", "unlike", "foreign", "alien",
)  # fmt: skip
_BEFORE_COUNTS = 0.7
_NEIGHBOURS = 7
_MOST_NUMBERS = 40
_OPENING = 6
_CLOSE, _LOOSE = 4, 0.4
"""Words so far from a negation belong to it surely; what a farther one counts."""
_NO_NAMES = word_set(
    "i mum mother mam mummy dad father daddy gran granny grandma grandmother grandad grandfather grandpa nan aunt uncle god"
)
_THIN, _BARE = 0.6, 0.25
"""Coverage below which a claim rests on little, and on next to nothing."""
_FOUND_ITSELF = 0.85
_FOREIGN, _ALIEN = 0.3, 0.5
"""How much of a claim may be far from all that stands in its records."""
_ALIKE = 0.7
"""Cosine from which a claim and its record are about the same."""
_SURE = _BEFORE_COUNTS * OPPOSITE
"""Strength from which a match says something of negation: what is merely near in meaning does not."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A record taken apart: its words, the window that the claim rests on, and all it names."""

    record: Evidence
    words: list[Word]
    window: list[Word]
    before: list[Word]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim taken apart: content words, names, numbers and dates; no word is in two of them."""

    words: list[Word]
    content: list[Word]
    names: list[Word]
    numbers: list[Quantity]
    days: list[Day]


def features_of(claim: str, evidence: Sequence[Evidence], cast: Cast, near: Nearness | None = None) -> list[float]:
    """The values of `FEATURES` in their order."""
    parts = _take_apart(claim, cast)
    named = frozenset(word.folded for word in parts.names)
    records: list[_Read] = []
    for record in evidence:
        words = read(record.text)
        records.append(_Read(record, words, window_of(parts.content, named, words, near), read(record.before)))
    windows = [word for one in records for word in one.window]
    everywhere = [word for one in records for word in one.words]
    before = [word for one in records for word in one.before]
    matches = _best(align(parts.content, windows, near), align(parts.content, before, near))
    wide = _best(matches, align(parts.content, everywhere, near))
    missing, derived, far = _numbers(parts, records)
    name_missing, name_far, name_frame = _names(parts.names, records, cast)
    date_missing, date_reckoned = _dates(parts.days, records)
    turned, denies, denied = _polarity(parts, matches, windows)
    unlike, foreign = _meaning(parts, wide, windows, near)
    rests_on = [(one.record, one.window) for one in records]
    speaker = doubts(claimant_of(parts.words, cast), rests_on, cast)
    return [
        max(0.0, _THIN - covered(matches)), max(0.0, _BARE - covered(wide)), _rivals(wide, windows), missing, derived, far, date_missing,
        name_missing, name_far, name_frame, turned, denies, denied, speaker.wrong, speaker.other, speaker.told,
        swapped(parts.words, matches, rests_on, cast), _apart(matches), date_reckoned, unlike, max(0.0, foreign - _FOREIGN), max(0.0, foreign - _ALIEN),
    ]  # fmt: skip


def _take_apart(claim: str, cast: Cast) -> _Claim:
    words = read(claim)
    days = days_of(words, None)
    dated = {place for day in days for place in day.places}
    numbers = [n for n in quantities(words) if not n.vague and not any(p in dated for p in range(n.first, n.last + 1))]
    counted = {place for number in quantities(words) for place in range(number.first, number.last + 1)}
    names = [word for word in words if word.place not in dated | counted and _is_name(word, cast)]
    named = {word.place for word in names}
    claimant = claimant_of(words, cast)
    claims_of_owner = claimant is None or claimant.owner
    content = [
        word
        for word in words
        if word.weight > 0
        and word.place not in dated | counted | named
        and not (word.folded in SAYING and word.sentence == 0 and word.place < _OPENING and not claims_of_owner)
    ]
    return _Claim(words, content, names, numbers, days)


def _is_name(word: Word, cast: Cast) -> bool:
    if not word.capital or word.folded in _NO_NAMES:
        return False
    return word.folded in cast.names or (not word.first and word.weight > 0)


def _best(one: Sequence[Match], lesser: Sequence[Match]) -> list[Match]:
    """Of two alignments the better match for each word, those of the second at a discount."""
    return [
        a if a.strength >= _BEFORE_COUNTS * b.strength else Match(b.word, b.by, _BEFORE_COUNTS * b.strength, b.turned)
        for a, b in zip(one, lesser, strict=True)
    ]


def _numbers(parts: _Claim, records: Sequence[_Read]) -> tuple[float, float, float]:
    """How many of a claim's numbers are nowhere, only to be reckoned out, or away from what it rests on."""
    near = [number for one in records for number in quantities(one.window)]
    anywhere = [number for one in records for text in (one.words, one.before) for number in quantities(text)]
    missing = derived = far = 0.0
    reckoned: set[float] | None = None
    for number in parts.numbers:
        if any(number.equals(other) for other in near):
            continue
        if any(number.equals(other) for other in anywhere):
            far += 1
            continue
        if reckoned is None:
            reckoned = _reckoned(anywhere, records)
        if number.value in reckoned or (number.base is not None and number.base[0] in reckoned):
            derived += 1
        else:
            missing += 1
    return missing, derived, far


def _reckoned(numbers: Sequence[Quantity], records: Sequence[_Read]) -> set[float]:
    """Sums, differences and products of two numbers, and years from spans of years; lists are counted."""
    values = {number.value for number in numbers[:_MOST_NUMBERS]}
    values |= {float(one.record.said_at.year) for one in records if one.record.said_at}
    found: set[float] = set()
    for a, b in combinations(sorted(values), 2):
        found |= {a + b, b - a, a * b}
    times = sorted(one.record.said_at for one in records if one.record.said_at)
    for earlier, later in combinations(times, 2):
        days = (later - earlier).days
        found |= {float(round(days / unit)) for unit in (1, 7, 30.44, 365.25)}
    for one in records:
        for sentence in one.record.text.replace("\n", ".").split("."):
            listed = sentence.count(",") + sentence.count(" and ") + sentence.count(" & ")
            if listed:
                found.add(float(listed + 1))
    return found


def _dates(days: Sequence[Day], records: Sequence[_Read]) -> tuple[float, float]:
    """How many parts of the claim's dates no date of the records has, and how many dates had to be reckoned.

    Each date of the claim is held against the date of the records that fits it best.
    """
    known: list[Day] = []
    years: set[float] = set()
    for one in records:
        said = one.record.said_at
        known += days_of(one.words, said) + days_of(one.before, said)
        if said is not None:
            known.append(_of_saying(said, days_of(one.window, None)))
        years |= _reckoned([n for text in (one.words, one.before) for n in quantities(text)], [one])
    missing = reckoned = 0.0
    for day in days:
        least = min((day.missing_from(other) for other in known), default=day.parts)
        if least == 1 and day.year is not None and float(day.year) in years:
            least, reckoned = 0, reckoned + 1
        missing += least
    return missing, reckoned


def _of_saying(said: datetime, named: Sequence[Day]) -> Day:
    """When it was said, less those parts that the text itself names of another day."""
    weekday = any(day.weekday is not None for day in named)
    month = any(day.month is not None or day.season or day.day is not None for day in named)
    whole = of_date(said.date())
    return Day(
        whole.year,
        None if month else whole.month,
        None if month or weekday else whole.day,
        None if weekday else whole.weekday,
    )


def _names(names: Sequence[Word], records: Sequence[_Read], cast: Cast) -> tuple[float, float, float]:
    """How many names are nowhere, only elsewhere in the records, or only those of who took part."""
    windows = {key for one in records for word in one.window for key in (word.folded, word.stem)}
    texts = {key for one in records for word in (*one.words, *one.before) for key in (word.folded, word.stem)}
    authors = {word for one in records for word in name_words(one.record.author)}
    frame = {
        word
        for one in records
        for name in (*one.record.listeners, one.record.thread, one.record.before_author)
        for word in name_words(name)
    }
    missing = far = framed = 0.0
    for name in names:
        keys = {name.folded, name.stem}
        if keys & windows or name.folded in authors or name.folded in cast.owner:
            continue
        if keys & texts:
            far += 1
        elif name.folded in frame:
            framed += 1
        elif _described(name, windows, cast) or (name.folded in cast.names and windows & THIRD):
            framed += 0.5
        else:
            missing += 1
    return missing, far, framed


def _described(name: Word, said: Iterable[str], cast: Cast) -> bool:
    return bool(cast.described.get(name.folded, frozenset()) & frozenset(said))


def _polarity(parts: _Claim, matches: Sequence[Match], windows: Sequence[Word]) -> tuple[float, float, float]:
    """How much of what is denied on either side is denied on one only; whether only the claim, or the record, denies."""
    agreeing = wrong = 0.0
    claim_denies = any(word.negated for word in parts.content) or any(w.folded in NEGATORS for w in parts.words)
    record_denies = False
    for match in matches:
        if match.by is None or match.strength < _SURE:
            continue
        weight = match.word.weight * match.strength * (1.0 if max(match.word.reach, match.by.reach) <= _CLOSE else _LOOSE)
        if (match.word.negated != match.by.negated) != match.turned:
            wrong += weight
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
    parts: _Claim, matches: Sequence[Match], windows: Sequence[Word], near: Nearness | None
) -> tuple[float, float]:
    """How far the claim as a whole is from what it rests on, and how much of it, by weight, is near nothing there."""
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
    free = {word.stem for word in windows if word.stem not in taken}
    missing = [match.word.stem for match in matches if match.strength < _FOUND_ITSELF]
    return float(sum(any(rivals(stem, other) for other in free) for stem in missing))


def _apart(matches: Sequence[Match]) -> float:
    """The share of neighbouring content words of the claim that do not stand near each other in the records."""
    pairs = [(a.by, b.by) for a, b in pairwise(matches)]
    if not pairs:
        return 0.0
    return sum(a is None or b is None or abs(a.place - b.place) > _NEIGHBOURS for a, b in pairs) / len(pairs)
