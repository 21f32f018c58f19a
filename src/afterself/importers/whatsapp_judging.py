"""All headers of a WhatsApp chat file -> which begin a message, on which day, and under whose name.

The file is judged as a whole before a message is read: the shape that most headers share, the order of
its dates, names with a colon, and header-like lines that somebody pasted into a message. Of each header a
few bytes are kept until then, so that a file may be far larger than memory.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, repeat
from operator import add, floordiv, gt, mod

from afterself.importers.contract import DateOrder
from afterself.importers.text_pieces import Piece
from afterself.importers.whatsapp_dates import Order, Parts, american, day_of, infer_order
from afterself.importers.whatsapp_lines import (
    Head,
    Scanner,
    Shape,
    header_of,
    parts_of,
    second_of,
)
from afterself.importers.whatsapp_phrases import breaks_off_in_quotes

DAY = 86_400
"""Seconds; also how far back in time a known author's message may stand and still be one that came late."""

_COLON_NAME_FROM = 5
_VARIED = 8
_LEARNING = 50
_RETURNS_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a whole chat file is. Headers of its `shape` are counted from 0, in their order.

    `pasted` are the numbers of those that somebody pasted into a message, `first` is that of the first one
    with a date that there is. `people` are the authors as written, in the order in which they first write,
    `days` and `times` (seconds of the day) tell what the usual headers' dates and times of day mean.
    """

    scanner: Scanner
    shape: Shape | None
    order: Order
    first: int = -1
    group: bool = False
    pasted: frozenset[int] = frozenset()
    people: tuple[str, ...] = ()
    days: Mapping[str | None, date | None] = field(default_factory=dict)
    times: Mapping[str | None, int] = field(default_factory=dict)
    writers: frozenset[str] = frozenset()
    longer: Mapping[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> bool:
        """Whether its clock shows seconds."""
        return self.shape is not None and self.shape[5]

    def author(self, head: Head, number: int) -> str | None:
        """The author's name as written; None where there is none or WhatsApp itself speaks."""
        if head.unknown and number == self.first:  # at a chat's beginning iOS speaks itself
            return None
        return _author(head, self.writers, self.longer)


@dataclass(slots=True)
class _Seen:
    """The headers of one shape in their order: when (date and second of the day) and which head."""

    when: array[int] = field(default_factory=lambda: array("q"))
    heads: array[int] = field(default_factory=lambda: array("l"))
    american: bool = True


class Judge:
    """Takes every piece of a file, and says in the end what it is."""

    def __init__(self) -> None:
        self._scanner = Scanner("")
        self._seen: dict[Shape, _Seen] = {}
        self._usual: _Seen | None = None
        self._dates: dict[Parts, int] = {}
        self._heads: dict[Head, int] = {}
        self._seconds: dict[str, set[str]] = {}
        self._days: dict[str | None, int] = {}
        self._times: dict[str | None, int] = {}
        self._plain: dict[str | None, int] = {}

    def look(self, pieces: Iterable[Piece]) -> Judge:
        """Take the headers of all pieces of a file."""
        plain, times, days = self._plain, self._times, self._days
        for number, piece in enumerate(pieces):
            if number < _LEARNING and not self._scanner.learned:
                self._scanner = Scanner(piece.text)
            usual = self._usual or _Seen()
            for start, _, on, at, name, line, after in self._scanner.split(piece.text)[1]:
                try:
                    head, when = plain[name], days[on] + times[at]
                except KeyError:
                    if self._usual is None or name not in plain:
                        whole = ((start or line or "") + after).split("\n", 1)[0]
                        self._look_closely(whole, usual=line is None)
                        usual = self._usual or usual
                        continue
                    if not self._learn(on, at):
                        continue
                    head, when = plain[name], days[on] + times[at]
                usual.when.append(when)
                usual.heads.append(head)
        return self

    def _learn(self, date: str | None, time: str | None) -> bool:
        """What a date and a time of day mean that stand there for the first time; False: nothing."""
        assert date is not None and time is not None
        second = second_of(time)
        if second is None:
            return False
        self._days[date], self._times[time] = self._date(parts_of(date)), second
        return True

    def _look_closely(self, line: str, *, usual: bool) -> None:
        header = header_of(line)
        if header is None:
            return
        seen = self._seen.setdefault(header.shape, _Seen())
        seen.when.append(self._date(header.stamp.parts) + header.stamp.second_of_day)
        seen.heads.append(self._head(header.head))
        seen.american = seen.american and american(header.said)
        if usual:
            self._usual = seen

    def _date(self, parts: Parts) -> int:
        return self._dates.setdefault(parts, len(self._dates)) * DAY

    def _head(self, head: Head) -> int:
        """The number of a head, its second name left out where no name with a colon can begin like that."""
        if head.names:
            first, second = head.names[0], "".join(head.names[1:2])
            known = self._seconds.setdefault(first, set())
            if not head.notice and len(known) <= _VARIED:
                known.add(second)
            one_name = "" in known or len(known) > _VARIED
            if head.notice or one_name:
                head = head._replace(names=(first,))
        number = self._heads.setdefault(head, len(self._heads))
        if head.names and one_name and head == Head(head.names):
            self._plain[first] = number
        return number

    def judgement(self, asked: DateOrder | None) -> Judgement:
        """What the file is; `asked` is the order of dates that the person gave."""
        if not self._seen:
            return Judgement(self._scanner, None, Order(asked or "dmy"))
        shape = max(self._seen, key=lambda one: len(self._seen[one].when))
        seen, dates = self._seen[shape], list(self._dates)
        order = infer_order(
            {dates[day]: n for day, n in Counter(map(floordiv, seen.when, repeat(DAY))).items()},
            lambda order: _steps_back(_walls(seen.when, dates, order)),
            separator=shape[1],
            month_first=seen.american,
            asked=asked,
        )
        walls = _walls(seen.when, dates, order.order)
        judged = _judged(self._scanner, shape, order, list(self._heads), seen.heads, walls)
        if seen is not self._usual:
            return judged
        meant = {text: day_of(dates[day // DAY], order.order) for text, day in self._days.items()}
        return replace(judged, days=meant, times=self._times)


def _judged(
    scanner: Scanner,
    shape: Shape,
    order: Order,
    heads: list[Head],
    which: Sequence[int],
    walls: array[int],
) -> Judgement:
    """The judgement, when it is known which head stands where, and when (-1: on no day that there is)."""
    timed: Sequence[int] = range(len(walls))
    if -1 in walls:
        timed = array("q", (n for n in timed if walls[n] >= 0))
    if not timed:
        return Judgement(scanner, shape, order)
    first = timed[0]
    opening = heads[which[first]]
    counts = _count(which, timed[1:] if opening.unknown else timed)
    writers = frozenset(heads[one].names[0] for one in counts if heads[one].names and not heads[one].unknown)
    longer = _longer(heads, counts, writers)
    judged = Judgement(scanner, shape, order, first, writers=writers, longer=longer)
    pasted: frozenset[int] = frozenset()
    if _steps_back(walls):
        pasted = frozenset(_pasted(timed, walls, lambda n: judged.author(heads[which[n]], n)))
        counts = _count(which, array("q", (n for n in timed if n not in pasted and not (
            n == first and opening.unknown))))  # fmt: skip
    people = dict.fromkeys(judged.author(heads[one], -1) for one in counts)
    group = any(heads[one].group for one in counts) or (first not in pasted and opening.group)
    return replace(judged, pasted=pasted, people=tuple(filter(None, people)), group=group)


def _count(which: Sequence[int], among: Sequence[int]) -> Counter[int]:
    """How often each head stands among these headers, in the order in which they first do."""
    return Counter(which if len(among) == len(which) else (which[n] for n in among))


def _longer(heads: Sequence[Head], counts: Mapping[int, int], writers: frozenset[str]) -> dict[str, str]:
    """Names with a colon in them, by what stands before it: often enough the same second part follows it."""
    second: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, count in counts.items():
        if _author(heads[one], writers, {}) is not None:
            names = heads[one].names
            second[names[0]][names[1] if len(names) > 1 else ""] += count
    return {
        first: next(iter(names))
        for first, names in second.items()
        if len(names) == 1 and "" not in names and names.total() >= _COLON_NAME_FROM
    }


def _author(head: Head, writers: frozenset[str], longer: Mapping[str, str]) -> str | None:
    # Under a name nobody ever wrote with (a group's title) iOS speaks itself.
    if head.notice or (head.unknown and head.names[0] not in writers):
        return None
    return longer.get(head.names[0], head.names[0])


def name_length(head: Head, author: str | None) -> int:
    """How many characters of the rest of the line are the name, its colon and the blank after it."""
    if author is None and head.names and not breaks_off_in_quotes(head.names[0]):
        return len(head.names[0]) + 2
    return len(author) + 2 if author is not None else 0


def _pasted(timed: Sequence[int], walls: Sequence[int], author: Callable[[int], str | None]) -> Iterator[int]:
    """Headers that stand inside a message: earlier than what is before them, and time returns soon after.

    A known author less than a day back is a message that came late, not a paste.
    """
    latest = -1
    known: set[str | None] = set()
    for n in timed:
        if walls[n] >= latest:
            latest = walls[n]
            known.add(author(n))
    latest = -1
    for i, n in enumerate(timed):
        wall = walls[n]
        if wall >= latest:
            latest = wall
        elif latest - wall > DAY or author(n) not in known:
            if any(walls[later] >= latest for later in timed[i + 1 : i + 1 + _RETURNS_WITHIN]):
                yield n
            else:
                latest = wall


def _walls(when: array[int], dates: Sequence[Parts], order: DateOrder) -> array[int]:
    """Wall clock times in seconds, -1 where the calendar has no such day."""
    days = [day_of(parts, order) for parts in dates]
    midnights = [-1 if day is None else day.toordinal() * DAY for day in days]
    begins = map(midnights.__getitem__, map(floordiv, when, repeat(DAY)))
    if None not in days:
        return array("q", map(add, begins, map(mod, when, repeat(DAY))))
    return array(
        "q", (-1 if begin < 0 else begin + one % DAY for begin, one in zip(begins, when, strict=True))
    )


def _steps_back(walls: array[int]) -> int:
    """How often time goes back from one header to the next; those on no day do not count."""
    timed = array("q", (wall for wall in walls if wall >= 0)) if -1 in walls else walls
    return sum(map(gt, timed, islice(timed, 1, None)))
