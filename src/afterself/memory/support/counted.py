"""The numbers and dates of a claim that its records do not have.

A number may have to be reckoned out (a sum, a list counted, the years between two records), a date as
well; those are told apart from what stands there, and from what is nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

from afterself.memory.stop_words import word_set
from afterself.memory.support.parts import ClaimParts, ReadRecord
from afterself.memory.support.quantities import Quantity, quantities
from afterself.memory.support.when import Day, days_of, of_date

_MOST_NUMBERS = 40
_BEFORE_AGE = word_set("aged at was were am is turned turns age")
_WHOLE, _BRIEF, _CARRIES = 4, 60, 0.34
"""Parts of a date of which nothing is open."""


def _contradicted(number: Quantity, near: Sequence[Quantity]) -> bool:
    """Whether what it counts is counted there, and differently."""
    same = [other for other in near if other.nouns & number.nouns]
    return bool(same) and not any(number.equals(other) for other in near if not other.nouns or other in same)


def missing_numbers(parts: ClaimParts, records: Sequence[ReadRecord]) -> tuple[float, float, float, float]:
    """How many of a claim's numbers are nowhere, only to be reckoned out, or away from what it rests on,
    and how many of these have another number in their place.
    """
    near = [number for one in records for number in quantities(one.window)]
    anywhere = [number for one in records for text in (one.words, one.before) for number in quantities(text)]
    missing = derived = far = other = 0.0
    free = [n for n in near if not n.vague and not any(m.equals(n) for m in parts.numbers)]
    reckoned: set[float] | None = None
    spans: set[float] = set()
    for number in parts.numbers:
        if _contradicted(number, near):
            missing += 1
            continue
        if any(number.equals(one) for one in near):
            continue
        if any(number.equals(one) for one in anywhere):
            far += 1
            other += any((one.clock is None) == (number.clock is None) for one in free)
            continue
        if reckoned is None:
            reckoned = _reckoned(anywhere, records)
            spans = _spans(records)
        if number.clock is not None:
            missing += 1
        elif number.value in reckoned or (number.base is not None and number.value in spans):
            derived += 1
        else:
            missing += 1
    return missing, derived, far, other


def _reckoned(numbers: Sequence[Quantity], records: Sequence[ReadRecord]) -> set[float]:
    """Sums, differences and products of two numbers; lists are counted."""
    values = {number.value for number in numbers[:_MOST_NUMBERS]}
    found: set[float] = set()
    for a, b in combinations(sorted(values), 2):
        found |= {a + b, b - a, a * b}
    for one in records:
        for sentence in one.record.text.replace("\n", ".").split("."):
            listed = sentence.count(",") + sentence.count(" and ") + sentence.count(" & ")
            if listed > 1:
                found.add(float(listed + 1))
    return found


def _spans(records: Sequence[ReadRecord]) -> set[float]:
    """Days, weeks, months and years between two records, and from a year that one names to when it was
    said.
    """
    found: set[float] = set()
    times = sorted(one.record.said_at for one in records if one.record.said_at)
    for earlier, later in combinations(times, 2):
        days = (later - earlier).days
        found |= {float(round(days / unit)) for unit in (1, 7, 30.44, 365.25)}
    years = {n.value for one in records for n in quantities(one.words) if 1500 < n.value < 2200}
    years |= {float(time.year) for time in times}
    return found | {b - a for a, b in combinations(sorted(years), 2)}


def missing_dates(days: Sequence[Day], records: Sequence[ReadRecord], shares: Sequence[float]) -> float:
    """How many parts of the claim's dates no date of the records has.

    Each date of the claim is held against the date of the records that fits it best. When a record was
    said counts only if it carries its share of the claim (`shares`), unless those that do name no day.
    """
    known: list[Day] = []
    years: set[float] = set()
    enough = _CARRIES * max(shares, default=0.0)
    if not any(days_of(one.words, one.record.said_at) for one, share in zip(records, shares, strict=True)
               if share >= enough):  # fmt: skip
        enough = 0.0
    for one, share in zip(records, shares, strict=True):
        said = one.record.said_at
        known += days_of(one.words, said) + days_of(one.before, said)
        if said is not None and share >= enough:
            near = one.words if len(one.words) <= _BRIEF else one.window
            known.append(_of_saying(said, days_of(near, said)))
        years |= _years_reckoned(one)
    missing = 0.0
    for day in days:
        least = min((day.missing_from(other) for other in known), default=day.parts)
        if least == 1 and day.year is not None and float(day.year) in years:
            least = 0
        missing += least
    return missing


def _years_reckoned(one: ReadRecord) -> set[float]:
    """Years that a span of years or an age leads to, from the year it was said in or one that is named."""
    numbers = quantities(one.words)
    spans = {n.value for n in numbers if (n.base is not None and n.base[1] == "month" and "year" in n.nouns)}
    spans |= {
        n.value
        for n in numbers
        if n.first and one.words[n.first - 1].folded in _BEFORE_AGE and 0 < n.value < 120
    }
    starts = {n.value for n in numbers if 1500 < n.value < 2200}
    if one.record.said_at is not None:
        starts.add(float(one.record.said_at.year))
    return {start + sign * span for start in starts for span in spans for sign in (-1, 1)}


def _of_saying(said: datetime, named: Sequence[Day]) -> Day:
    """When it was said, less those parts that the text itself names of another day."""
    weekday = any(day.weekday is not None for day in named)
    month = any(day.month is not None or day.season or day.day is not None for day in named)
    if any(day.parts == _WHOLE for day in named):
        return Day(said.year)
    whole = of_date(said.date())
    return Day(
        whole.year,
        None if month else whole.month,
        None if month or weekday else whole.day,
        None if weekday else whole.weekday,
    )
