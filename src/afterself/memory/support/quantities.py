"""The numbers of a text, however they are written: “42”, “forty-two”, “a dozen”, “half past six”.

A number comes with its unit of time, if one follows, so that a fortnight equals 14 days. Clock times are
minutes of half a day, since “half past six” leaves the half open. Years and days of the month are dates
(`when.py`); here they are numbers too, to reckon with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from afterself.memory.support.reading import Word

_ONES = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * n
    for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        start=1,
    )
} | {word[:-1] + "ieth": n for word, n in _TENS.items()}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_FIXED = {
    "dozen": 12,
    "twice": 2,
    "thrice": 3,
    "both": 2,
    "pair": 2,
    "twin": 2,
    "twins": 2,
    "trio": 3,
    "score": 20,
    "tenner": 10,
    "fiver": 5,
}
_UNITS = {
    "minute": (1.0, "minute"), "hour": (60.0, "minute"), "day": (1.0, "day"), "week": (7.0, "day"),
    "fortnight": (14.0, "day"), "month": (1.0, "month"), "year": (12.0, "month"), "decade": (120.0, "month"),
    "century": (1200.0, "month"), "mile": (1609.0, "metre"), "kilometre": (1000.0, "metre"),
    "km": (1000.0, "metre"),     "metre": (1.0, "metre"), "foot": (0.305, "metre"), "inch": (0.0254, "metre"),
    "pound": (1.0, "pound"), "quid": (1.0, "pound"),
    "penny": (0.01, "pound"), "pence": (0.01, "pound"),
}  # fmt: skip
_LONE_UNITS = {"fortnight": 14.0, "decade": 10.0, "century": 100.0, "dozen": 12.0}
_DIGITS = re.compile(r"(\d+(?:,\d{3})*|\d+)(?:([.:])(\d+))?([a-z]*)")
_HOUR_WORDS = frozenset("clock oclock am pm a.m p.m".split())
MINUTES = 720
_SOON = 20
_FEW = 4


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at a place in the text. `base` is it in minutes, days, months or metres; `clock` minutes."""

    value: float
    first: int
    last: int
    sentence: int
    base: tuple[float, str] | None = None
    clock: int | None = None
    vague: bool = False
    nouns: frozenset[str] = frozenset()
    """The stems of what is counted: “ten plum stones”."""
    about: bool = False
    """“Nearly nine”, “just after two”."""
    """“One”, “a couple”, “half”: it may stand for a number, and need not."""

    def equals(self, other: Quantity) -> bool:
        """The same number, length of time or time of day; near it where this one says “nearly”."""
        if self.about and self.clock is None and other.clock is None:
            mine, theirs = self.value, other.value
            if self.base is not None and other.base is not None:
                if self.base[1] != other.base[1]:
                    return False
                mine, theirs = self.base[0], other.base[0]
            return abs(mine - theirs) <= _NEARLY * max(abs(mine), abs(theirs))
        if self.about and (self.clock is not None or other.clock is not None):
            mine, theirs = (one.clock if one.clock is not None else one.value * 60 for one in (self, other))
            return min((mine - theirs) % MINUTES, (theirs - mine) % MINUTES) <= _SOON
        if self.clock is not None and other.clock is not None:
            return self.clock == other.clock
        if self.base is not None and other.base is not None and self.base[1] == other.base[1]:
            return abs(self.base[0] - other.base[0]) < 1e-6
        if self.clock is not None or other.clock is not None:
            clocked, plain = (self, other) if self.clock is not None else (other, self)
            assert clocked.clock is not None
            return plain.base is None and clocked.clock in (plain.value * 60 % MINUTES, plain.value)
        return self.value == other.value


def quantities(words: list[Word]) -> list[Quantity]:
    """The numbers of a text in order."""
    found: list[Quantity] = []
    n = 0
    while n < len(words):
        taken = _clock(words, n) or _number(words, n)
        if taken is None:
            n += 1
            continue
        found.append(replace(taken, nouns=_counted(words, taken), about=_said_roughly(words, n)))
        n = taken.last + 1
    return found


_ABOUT = frozenset(
    "about nearly almost around roughly after over under than some approximately before".split()
)


def _said_roughly(words: list[Word], n: int) -> bool:
    """“Nearly nine”; the “over” of “120 over 80” is none."""
    return n > 0 and words[n - 1].folded in _ABOUT and not (n > 1 and words[n - 2].folded.isdigit())


_ENDS_COUNTING = frozenset("to past and at on in by for from with when that who which".split())
_NEARLY = 0.1


def _counted(words: list[Word], quantity: Quantity) -> frozenset[str]:
    """The next words with content behind a number, in its clause."""
    found: set[str] = set()
    for word in words[quantity.last + 1 : quantity.last + 4]:
        if (
            word.sentence != quantity.sentence
            or word.folded in _ENDS_COUNTING
            or word.folded.isdigit()
            or word.folded in _ONES
            or word.folded in _TENS
        ):
            break
        if word.weight > 0:
            found.add(word.stem)
    return frozenset(found)


def _clock(words: list[Word], n: int) -> Quantity | None:
    """“Half past six”, “ten to five”, “quarter to seven”, “6.30”, “6 pm”, “six o'clock” at place `n`."""
    said = [word.folded for word in words[n : n + 4]]
    if len(said) >= 3 and said[1] in ("past", "to"):
        minutes = {"half": 30, "quarter": 15}.get(said[0]) or _small(said[0])
        hour = _small(said[2])
        if (
            minutes
            and hour
            and 0 < minutes < 60
            and 0 < hour <= 24
            and (said[0] in ("half", "quarter") or minutes % 5 == 0)
        ):
            clock = hour * 60 + (minutes if said[1] == "past" else -minutes)
            return _at(words, n, n + 2, clock)
    if len(said) >= 4 and said[1] in ("minute", "minutes") and said[2] in ("past", "to"):
        minutes, hour = _small(said[0]), _small(said[3])
        if minutes and hour and minutes < 60 and hour <= 24:
            return _at(words, n, n + 3, hour * 60 + (minutes if said[2] == "past" else -minutes))
    if len(said) >= 2 and said[0] == "half" and said[1] in _ONES and _ONES[said[1]] in range(1, 13):
        return _at(words, n, n + 1, _ONES[said[1]] * 60 + 30)
    digits = _DIGITS.fullmatch(said[0]) if said else None
    if digits and digits[2] and len(digits[3]) == 2 and int(digits[3]) < 60 and digits[1].isdigit():
        hour = int(digits[1])
        if hour <= 24 and (
            digits[2] == ":"
            or digits[4] in ("am", "pm")
            or said[1:2] in (["am"], ["pm"])
            or _about_time(words, n)
        ):
            return _at(words, n, n, hour * 60 + int(digits[3]))
    if said and re.fullmatch(r"[012]\d[0-5]\d", said[0]) and (said[0][0] == "0" or said[1:2] == ["hours"]):
        return _at(words, n, n, int(said[0][:2]) * 60 + int(said[0][2:]))
    hour_value = _small(said[0]) if said else None
    if digits and digits[4] in ("am", "pm") and not digits[2]:
        return _at(words, n, n, int(digits[1]) * 60)
    if hour_value and len(said) > 1 and hour_value <= 24 and said[1] in ("oclock", "o", "am", "pm"):
        last = n + 2 if said[1] == "o" and len(said) > 2 and said[2] == "clock" else n + 1
        return _at(words, n, last, hour_value * 60)
    if said and said[0] in ("noon", "midday", "midnight"):
        return Quantity(12, n, n, words[n].sentence, None, 0, vague=True)
    return None


def _about_time(words: list[Word], n: int) -> bool:
    """Whether “6.30” at a place tells the time: after “at”, “the”, “till” …, or two decimals below 60."""
    before = words[n - 1].folded if n else ""
    return before in (
        "at",
        "the",
        "till",
        "until",
        "by",
        "from",
        "to",
        "before",
        "after",
        "about",
        "around",
        "up",
        "down",
    )


def _at(words: list[Word], first: int, last: int, clock: int) -> Quantity:
    return Quantity(clock / 60, first, last, words[first].sentence, None, clock % MINUTES)


def _small(word: str) -> int | None:
    if word.isdigit():
        return int(word) if len(word) < 3 else None
    return _ONES.get(word) or _TENS.get(word)


def _number(words: list[Word], n: int) -> Quantity | None:
    """A number in digits or words that begins at place `n`."""
    word = words[n].folded
    digits = _DIGITS.fullmatch(word)
    if digits and not digits[2] and n + 1 < len(words) and words[n].slash:
        below = _DIGITS.fullmatch(words[n + 1].folded)
        if below and int(below[1].replace(",", "")) > int(digits[1].replace(",", "")):
            return Quantity(int(digits[1]) / int(below[1]), n, n + 1, words[n].sentence)
    if digits:
        value = float(digits[1].replace(",", "") + ("." + digits[3] if digits[2] else ""))
        if digits[4] in ("s", "k") and digits[4] == "k":
            value *= 1000
        last = n
        if last + 1 < len(words) and words[last + 1].folded in _SCALES:
            last += 1
            value *= _SCALES[words[last].folded]
        return _with_unit(words, value, n, last)
    over = _over(words, n)
    if over is not None:
        return over
    if word in ("half", "quarter", "third") and not _follows(words, n, "past"):
        return _fraction(words, n)
    if word in _LONE_UNITS and (
        n == 0 or words[n - 1].folded in ("a", "the", "one", "this", "last", "next", "per", "every")
    ):
        return _with_unit(words, 12.0, n, n) if word == "dozen" else _spelled(words, n, n, 1.0, word)
    total, last = _spelled_out(words, n)
    if total is not None:
        of_them = [one.folded for one in words[last + 1 : last + 3]] in (["of", "them"], ["of", "us"])
        vague = (of_them and total < _FEW) or (
            last == n and word in ("one", "second", "first", "once", "both", "pair", "score")
        )
        return _with_unit(words, total, n, last, vague=vague)
    if word in ("once", "couple", "few"):
        return Quantity({"once": 1.0, "couple": 2.0, "few": 3.0}[word], n, n, words[n].sentence, vague=True)
    return None


_PARTS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
          "sixteenth": 16, "sixteenths": 16}  # fmt: skip


def _over(words: list[Word], n: int) -> Quantity | None:
    """“Five-eighths”, “three quarters”."""
    if (
        n + 1 < len(words)
        and words[n].folded in _ONES
        and words[n + 1].folded in _PARTS
        and _ONES[words[n].folded] > 0
    ):
        below = _PARTS[words[n + 1].folded]
        if words[n + 1].folded.endswith("s") and _ONES[words[n].folded] < below:
            return Quantity(_ONES[words[n].folded] / below, n, n + 1, words[n].sentence)
    return None


def _follows(words: list[Word], n: int, what: str) -> bool:
    return n + 1 < len(words) and words[n + 1].folded == what


def _fraction(words: list[Word], n: int) -> Quantity:
    value = {"half": 0.5, "quarter": 0.25, "third": 1 / 3}[words[n].folded]
    last = n
    following = [word.folded for word in words[n + 1 : n + 3]]
    skip = next((m for m, word in enumerate(following) if word in ("a", "an", "of", "the")), None)
    after = (
        n
        + 1
        + (2 if skip == 0 and len(following) > 1 and following[1] in ("a", "an") else (1 if skip == 0 else 0))
    )
    if after < len(words):
        if words[after].folded == "dozen":
            return Quantity(6.0, n, after, words[n].sentence)
        if words[after].stem in ("hour", "year", "centuri", "mile"):
            unit = {"centuri": "century"}.get(words[after].stem, words[after].stem)
            return _spelled(words, n, after, value, unit)
    return Quantity(value, n, last, words[n].sentence, vague=True)


def _spelled(words: list[Word], first: int, last: int, value: float, unit: str) -> Quantity:
    factor, base = _UNITS[unit]
    return Quantity(
        _LONE_UNITS.get(unit, 1.0) * value, first, last, words[first].sentence, (value * factor, base)
    )


def _spelled_out(words: list[Word], n: int) -> tuple[float | None, int]:
    """“Two hundred and five” -> 205 and the place of its last word; “nineteen fifty-three” -> 1953."""
    total, current, last, seen = 0.0, 0.0, n - 1, False
    m = n
    while m < len(words) and m < n + 9:
        word = words[m].folded
        value = _ONES.get(word, _TENS.get(word, _ORDINALS.get(word, _FIXED.get(word))))
        if word in ("one", "second", "score") and seen is False and word != "one" and word != "second":
            value = None
        if value is not None and not (word in _FIXED and seen and word not in ("dozen", "score")):
            if word in ("dozen", "score") and seen:
                current *= value
            elif seen and current >= 10 and value >= 10 and current < 100 and word in _TENS | _ONES:
                if current in (18, 19, 20) and m == last + 1:  # a year in two halves
                    current = current * 100 + value
                else:
                    break
            elif (
                seen
                and 0 < current % 100 < 20
                and word not in ("dozen", "score")
                and current % 1000 >= 0
                and (current % 10 or current % 100 in (10,))
            ):
                break
            else:
                current += value
            seen, last = True, m
            if word in _ORDINALS:
                break
        elif word in _SCALES and (seen or (n > 0 and words[n - 1].folded in ("a", "the"))):
            current = max(current, 1.0) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0.0
            seen, last = True, m
        elif (
            word == "and"
            and seen
            and m + 1 < len(words)
            and last == m - 1
            and (current >= 100 or total)
            and (words[m + 1].folded in _ONES or words[m + 1].folded in _TENS)
        ):
            pass
        else:
            break
        m += 1
    if not seen and n < len(words) and words[n].folded in _SCALES:
        return float(_SCALES[words[n].folded]), n
    return (total + current, last) if seen else (None, n)


def _in_smaller_units(words: list[Word], n: int, base: str) -> float:
    """The “nine months” of “three years and nine months”, in the base unit."""
    if n + 1 < len(words) and words[n].folded == "and":
        n += 1
    small = _small(words[n].folded) if n + 1 < len(words) else None
    factor, same = _UNITS.get(words[n + 1].stem, (0.0, "")) if small else (0.0, "")
    return (small or 0) * factor if same == base and base == "month" else 0.0


def _with_unit(words: list[Word], value: float, first: int, last: int, *, vague: bool = False) -> Quantity:
    """The number with the unit right behind it, “and a half” included."""
    said = [word.folded for word in words[last + 1 : last + 5]]
    if said[:3] == ["and", "a", "half"]:
        value, last, said = value + 0.5, last + 3, said[3:]
    small = _small(said[1]) or 0 if len(said) > 1 else 0
    if said[:1] in (["pound"], ["pounds"]) and 0 < small < 100 and value == int(value):
        return Quantity(value + small / 100, first, last + 2, words[first].sentence)
    unit = words[last + 1].stem if last + 1 < len(words) else ""
    unit = {"centuri": "century", "minut": "minute", "decad": "decade", "metr": "metre", "mile": "mile",
            "feet": "foot",
            "kilometr": "kilometre", "penni": "penny"}.get(unit, unit)  # fmt: skip
    if unit in _UNITS:
        factor, base = _UNITS[unit]
        if said[1:4] == ["and", "a", "half"]:
            value += 0.5
        value += _in_smaller_units(words, last + 2, base) / factor
        return Quantity(
            value, first, last, words[first].sentence, (value * factor, base), vague=vague and unit == ""
        )
    return Quantity(value, first, last, words[first].sentence, vague=vague)
