"""The header grammar of a WhatsApp chat file: which lines begin a message, when, and under whose name.

The file is judged as a whole before a message is read: the shape most headers share,
the order of its dates, names with a colon, and header-like lines that somebody pasted
into a message. What a body means is the business of `whatsapp_phrases`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from afterself.importers.contract import DateOrder
from afterself.importers.text_lines import Line
from afterself.importers.whatsapp_dates import (
    HALVES,
    Order,
    Stamp,
    american,
    hour_of,
    infer_order,
    wall_time,
)
from afterself.importers.whatsapp_phrases import (
    MARK,
    breaks_off_in_quotes,
    is_notice,
    is_unknown,
    tells_of_group,
)
from afterself.importers.whatsapp_titles import clean_name

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
_HEADER = re.compile(rf"{_M}(?P<open>\[)?{_M}(?P<said>{_DATE}{_BETWEEN}{_TIME}){_END}")
_HEADER_TIME_FIRST = re.compile(rf"{_M}(?P<open>\[)?{_M}(?P<said>{_TIME}{_BETWEEN}{_DATE}){_END}")
_PARTS = ("a", "b", "c", "hour", "minute", "second", "open", "sep", "comma", "said", "dash", "colon")
_NAME_END = re.compile(rf":(?:{_S}|$)")
_LONGEST_NAME = 120
_COLON_NAME_FROM = 5
_FAR_BACK = timedelta(days=1)
_RETURNS_WITHIN = 60

Shape = tuple[bool, str, bool, bool, bool, bool, bool, str]


class Header(NamedTuple):
    """A line that looks like the beginning of a message.

    `names` are what may be the author's name, `notice` is true if WhatsApp itself speaks under it,
    `group` if that only happens in groups, `unknown` if the words are marked as WhatsApp's and in no table,
    `body` is where the name or notice begins.
    """

    line: int
    shape: Shape
    stamp: Stamp
    said: str
    body: int
    names: tuple[str, ...]
    notice: bool
    group: bool
    unknown: bool


class Start(NamedTuple):
    """A line that does begin a message: `body` is where its text begins; no author is a notice."""

    wall: datetime
    said: str
    author: str | None
    body: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a whole chat file is: where messages begin and which lines were pasted, by line number."""

    starts: dict[int, Start]
    order: Order
    seconds: bool
    group: bool
    pasted: frozenset[int]


def header_of(text: str, number: int = 0) -> Header | None:
    """The header at the beginning of a line, or None."""
    match = _HEADER.match(text) or _HEADER_TIME_FIRST.match(text)
    if not match:
        return None
    a, b, c, at_hour, at_minute, at_second, opened, separator, comma, said, dash, colon = match.group(*_PARTS)
    minute, second = int(at_minute), int(at_second) if at_second else None
    half = next(filter(None, match.group("half", "first", "last")), "")
    hour = hour_of(int(at_hour), half)
    if hour is None or minute > 59 or (second or 0) > 59:
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
    return Header(
        number, shape, stamp, said, match.end(), names,
        notice=not names or breaks_off_in_quotes(names[0]) or is_notice(first_line),
        group=not own_words and tells_of_group(first_line),
        unknown=bool(names) and is_unknown(first_line),
    )  # fmt: skip


def judge(lines: Iterable[Line], asked: DateOrder | None) -> Judgement:
    """Read all lines once and decide which begin a message."""
    seen = [h for line in lines if (h := header_of(line.text or line.rough, line.number))]
    if not seen:
        return Judgement({}, Order(asked or "dmy"), seconds=False, group=False, pasted=frozenset())
    shape = Counter(header.shape for header in seen).most_common(1)[0][0]
    headers = [header for header in seen if header.shape == shape]
    order = infer_order(
        [header.stamp for header in headers],
        separator=shape[1],
        month_first=all(american(header.said) for header in headers),
        asked=asked,
    )
    timed = [(h, wall) for h in headers if (wall := wall_time(h.stamp, order.order))]
    authors = _authors([header for header, _ in timed])
    inside = _pasted([wall for _, wall in timed], authors)
    kept = [
        (header, wall, author)
        for (header, wall), author, pasted in zip(timed, authors, inside, strict=True)
        if not pasted
    ]
    starts = {
        header.line: Start(wall, header.said, author, header.body + _name_length(header, author))
        for header, wall, author in kept
    }
    pasted_lines = {header.line for (header, _), pasted in zip(timed, inside, strict=True) if pasted}
    group = any(header.group for header, _, _ in kept)
    return Judgement(starts, order, seconds=shape[5], group=group, pasted=frozenset(pasted_lines))


def _possible_names(rest: str) -> tuple[str, ...]:
    """What may be the author's name: up to the first colon, and up to the second."""
    ends = [m.start() for m in _NAME_END.finditer(rest[: _LONGEST_NAME + 2])][:2]
    return tuple(rest[:end] for end in ends if clean_name(rest[:end]))


def _authors(headers: Sequence[Header]) -> list[str | None]:
    """The author's name as written for each header; None where there is none or the line is a notice."""
    second: dict[str, Counter[str]] = defaultdict(Counter)
    # Under a name nobody ever wrote with (a group's title), and at a chat's beginning, iOS speaks itself.
    writers = {header.names[0] for header in headers if header.names and not header.unknown}
    spoken = [
        header.notice or (header.unknown and (i == 0 or header.names[0] not in writers))
        for i, header in enumerate(headers)
    ]
    for header, notice in zip(headers, spoken, strict=True):
        if not notice:
            second[header.names[0]][header.names[1] if len(header.names) > 1 else ""] += 1
    # A name with a colon in it is one under which, often enough, the same second part always stands.
    longer = {
        first: next(iter(names))
        for first, names in second.items()
        if len(names) == 1 and "" not in names and names.total() >= _COLON_NAME_FROM
    }
    return [
        None if notice else longer.get(header.names[0], header.names[0])
        for header, notice in zip(headers, spoken, strict=True)
    ]


def _pasted(walls: Sequence[datetime], authors: Sequence[str | None]) -> list[bool]:
    """Which headers stand inside a message: earlier than what is before them, and time returns soon after.

    A known author less than a day back is a message that came late, not a paste.
    """
    inside = [False] * len(walls)
    latest = datetime.min
    known: set[str | None] = set()
    for wall, author in zip(walls, authors, strict=True):
        if wall >= latest:
            latest = wall
            known.add(author)
    latest = datetime.min
    for i, (wall, author) in enumerate(zip(walls, authors, strict=True)):
        if wall >= latest:
            latest = wall
        elif latest - wall > _FAR_BACK or author not in known:
            inside[i] = any(later >= latest for later in walls[i + 1 : i + 1 + _RETURNS_WITHIN])
            if not inside[i]:
                latest = wall
    return inside


def _name_length(header: Header, author: str | None) -> int:
    """How many characters of the rest of the line are the name, its colon and the blank after it."""
    if author is None and header.names and not breaks_off_in_quotes(header.names[0]):
        return len(header.names[0]) + 2
    return len(author) + 2 if author is not None else 0
