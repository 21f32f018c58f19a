"""The header grammar of a WhatsApp chat file: which lines look like the beginning of a message.

One expression knows every phone's way of writing (`header_of`), and is slow for it. A phone writes all its
headers alike but for the digits: `Scanner` learns from a file's first ones an expression for just these, and
asks the slow one about the rest. Whether a header does begin a message is judged in `whatsapp_judging`,
what a body means is the business of `whatsapp_phrases`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from afterself.importers.whatsapp_dates import HALVES, Parts, Stamp, hour_of
from afterself.importers.whatsapp_phrases import (
    MARK,
    breaks_off_in_quotes,
    is_notice,
    is_unknown,
    tells_of_group,
)
from afterself.importers.whatsapp_titles import clean_name
from afterself.importers.whatsapp_words import ENCRYPTED

_M = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_S = "[ \t\u00a0\u202f\u2009]"
_DATE = (
    rf"(?P<a>\d{{1,4}}){_M}(?P<sep>[./-]){_S}?(?P<b>\d{{1,2}}){_M}(?P=sep){_S}?"
    rf"(?P<c>\d{{1,4}})\.?(?:{_S}г\.)?"
)
_TIME = (
    rf"(?:(?P<first>{HALVES}){_S}?)?"
    rf"(?P<hour>\d{{1,2}})(?:[:.]|{_S}h{_S})(?P<minute>\d{{2}})"
    rf"(?:(?:[:.]|{_S}min{_S})(?P<second>\d{{2}})(?:{_S}s)?)?"
    rf"(?:{_S}?(?:(?P<half>[AaPp])\.?{_S}?[Mm]\.?|(?P<last>{HALVES}))|{_S}(?:ч\.|Uhr|h|น\.))?"
)
_BETWEEN = rf"(?P<comma>[,،၊]?){_M}{_S}{{1,2}}{_M}(?:(?:às?|klo|kl\.?|um|u|о|om|lúc|at|alle|ob){_S})?"
# Bracketed on iPhones, a dash on Android; before 2014 iPhones wrote seconds and a colon.
_END = (
    rf"{_M}(?(open)\](?:{_S}|$)|(?:{_S}(?P<dash>[-–—]){_S}?"
    rf"|(?(second)(?P<colon>:){_S}(?=[^:]{{1,80}}:)|(?!))))"
)
_HEADER = re.compile(rf"{_M}(?P<open>\[)?{_M}(?P<said>(?P<date>{_DATE}){_BETWEEN}(?P<time>{_TIME})){_END}")
_HEADER_TIME_FIRST = re.compile(rf"{_M}(?P<open>\[)?{_M}(?P<said>{_TIME}{_BETWEEN}{_DATE}){_END}")
# How any of them begins; cheap, and true of some lines that are none.
_BEGINNING = rf"{_M}\[?{_M}(?:(?:{HALVES}){_S}?)?\d{{1,4}}{_M}(?:[./:-]|{_S}h{_S})"
_ONLY_DATE, _ONLY_TIME = re.compile(_DATE), re.compile(_TIME)
_ONLY_DATE, _ONLY_TIME = re.compile(_DATE), re.compile(_TIME)
_PARTS = ("a", "b", "c", "hour", "minute", "second", "open", "sep", "comma", "said", "dash", "colon")
_NAME_END = re.compile(rf":(?:{_S}|$)")
_LONGEST_NAME, _USUAL_NAME = 120, 100
_SAMPLE = 40
_FULL_YEAR = 4
_LAST = 59

Shape = tuple[bool, str, bool, bool, bool, bool, bool, str]


class Head(NamedTuple):
    """What follows the time stamp of a header, as far as it tells whose the message is.

    `names` are what may be the author's name, `notice` is true if WhatsApp itself speaks under it,
    `group` if that only happens in groups, `unknown` if the words are marked as WhatsApp's and in no table.
    """

    names: tuple[str, ...]
    notice: bool = False
    group: bool = False
    unknown: bool = False


class Header(NamedTuple):
    """A line that looks like the beginning of a message; `body` is where the name or notice begins."""

    shape: Shape
    stamp: Stamp
    said: str
    body: int
    head: Head


def header_of(text: str) -> Header | None:
    """The header at the beginning of a line, or None."""
    match = _HEADER.match(text) or _HEADER_TIME_FIRST.match(text)
    if not match:
        return None
    a, b, c, at_hour, at_minute, at_second, opened, separator, comma, said, dash, colon = match.group(*_PARTS)
    minute, second = int(at_minute), int(at_second) if at_second else None
    half = next(filter(None, match.group("half", "first", "last")), "")
    hour = hour_of(int(at_hour), half)
    if hour is None or minute > _LAST or (second or 0) > _LAST:
        return None
    shape: Shape = (
        bool(opened), separator, len(a) == 4, len(c) == 4,
        bool(comma), second is not None, bool(half), dash or colon or "",
    )  # fmt: skip
    stamp = Stamp((int(a), int(b), int(c)), hour, minute, second)
    rest = text[match.end() :]
    names = _possible_names(rest)
    first_line = rest[len(names[0]) + 2 :] if names else rest
    own_words = names and not first_line.startswith(MARK)
    head = Head(
        names,
        notice=not names or breaks_off_in_quotes(names[0]) or is_notice(first_line),
        group=not own_words and tells_of_group(first_line),
        unknown=bool(names) and is_unknown(first_line),
    )
    return Header(shape, stamp, said, match.end(), head)


def parts_of(date: str) -> Parts:
    """The three numbers of a header's date."""
    match = _ONLY_DATE.fullmatch(date)
    assert match is not None
    return int(match["a"]), int(match["b"]), int(match["c"])


def second_of(time: str) -> int | None:
    """The second of the day of a header's time of day; None if no clock shows it."""
    match = _ONLY_TIME.fullmatch(time)
    assert match is not None
    half = next(filter(None, match.group("half", "first", "last")), "")
    hour, minute, second = hour_of(int(match["hour"]), half), int(match["minute"]), int(match["second"] or 0)
    if hour is None or minute > _LAST or second > _LAST:
        return None
    return hour * 3600 + minute * 60 + second


def _possible_names(rest: str) -> tuple[str, ...]:
    """What may be the author's name: up to the first colon, and up to the second."""
    ends = [m.start() for m in _NAME_END.finditer(rest[: _LONGEST_NAME + 2])][:2]
    return tuple(rest[:end] for end in ends if clean_name(rest[:end]))


Found = tuple[str, str, str, str, str, str | None, str]
"""What may be a header: head, stamp, date, time of day, name, line, and the text after it up to the next one.

One as most are in its file, with a name and no words of WhatsApp's behind it, is `head` up to the text, and
has no `line`. Of any other line that may begin like one there is the `line` only, the first five are None:
`header_of` tells whether it is one. (To say so in types would cost time for each message.)
"""


class Scanner:
    """Splits many lines at once at what may be headers; made from a file's first lines."""

    def __init__(self, beginning: str) -> None:
        seen = [match.end() for match in re.finditer(rf"^(?={_BEGINNING})", beginning, re.MULTILINE)]
        lines = (beginning[at:].split("\n", 1)[0] for at in seen[:_SAMPLE])
        learned = Counter(filter(None, map(_learned, lines))).most_common(1)
        self.learned = bool(learned)
        usual = learned[0][0] if learned else "(?!)()()()"
        self._pattern = re.compile(
            rf"\n(?:({usual}([^:\n]{{1,{_USUAL_NAME}}}):{_S})(?!{MARK}|{ENCRYPTED})"
            rf"|(?={_BEGINNING})([^\n]*))"
        )

    def split(self, text: str) -> tuple[str, Iterator[Found]]:
        """What stands in whole lines before the first possible header, and all of them in their order."""
        parts = iter(self._pattern.split("\n" + text))
        return next(parts), zip(*[parts] * 7, strict=True)


def _learned(line: str) -> str | None:
    """The expression of headers that differ from this line's in digits and the half of the day only.

    What `header_of` reads hangs on which characters there are, and of digits on how many there are: where
    this expression matches, that one reads the same parts. None where the end hangs on what follows.
    """
    match = _HEADER.match(line)
    if not match or match["colon"] or not match[0][-1].isspace():
        return None
    wild: dict[int, tuple[int, str]] = {}
    for name in ("a", "b", "c", "hour", "minute", "second", "half", "first", "last"):
        begin, end = match.span(name)
        if begin < 0:
            continue
        if name in ("a", "b", "c", "hour"):
            if end - begin > 2 and end - begin != _FULL_YEAR:
                return None
            wild[begin] = (end, rf"\d{{{_FULL_YEAR}}}" if end - begin > 2 else r"\d{1,2}")
        elif name in ("minute", "second"):
            wild[begin] = (end, r"\d{2}")
        else:
            wild[begin] = (
                end,
                f"(?:{HALVES})" if name != "half" else "[AP]" if match[name] < "a" else "[ap]",
            )
    out, at = [], 0
    while at < match.end():
        out += [")" for name in ("date", "time", "said") if match.end(name) == at]
        out += ["(" for name in ("said", "date", "time") if match.start(name) == at]
        end, one = wild.get(at, (at + 1, re.escape(line[at])))
        out.append(one)
        at = end
    return "".join(out)
