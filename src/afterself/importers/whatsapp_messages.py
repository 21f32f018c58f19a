"""The pieces of a judged WhatsApp chat file -> its messages, each with its lines, its time and its place.

A message is the lines from one header to the next, without blank ones at its end. Most begin and end in one
piece, have a header as most in the file and hold nothing but words: these are records at once. The others
take slower ways, and what they say is the business of `whatsapp`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from afterself.archive.drafts import Locator, Person, Precision, Problem, RecordDraft
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import shown
from afterself.importers.text_pieces import Piece
from afterself.importers.whatsapp_dates import day_of
from afterself.importers.whatsapp_judging import Judgement, name_length
from afterself.importers.whatsapp_lines import header_of
from afterself.importers.whatsapp_phrases import only_words
from afterself.importers.whatsapp_titles import clean_name


class Day(NamedTuple):
    """A day by the wall clock, and the instant at which it begins if it is one of 24 hours."""

    date: date
    midnight: datetime | None


Start = tuple[str, Day, timedelta, Person | None, int]
"""A header: as written, its day, the time of day, the author (none: a notice), where in its line the text
begins. A plain tuple, because it is made for each message."""


class Message(NamedTuple):
    """A message to be looked at closely: its lines, the same in UTF-8, its place in bytes.

    It begins at `begin` of a piece. `pasted` are numbers of lines that look like messages of another time.
    """

    start: Start
    raw: str
    data: bytes
    offset: int
    size: int
    piece: Piece
    begin: int
    pasted: tuple[int, ...] = ()

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.piece.line_number(self.begin)


Closely = Callable[[Message], Iterator[RecordDraft | Problem]]


class _Open(NamedTuple):
    """A message of which more may follow: stretches of pieces."""

    start: Start
    offset: int
    parts: list[tuple[Piece, int, int]]
    pasted: list[int]

    def close(self) -> Message:
        """The message, without blank lines at its end."""
        while True:
            piece, begin, end = self.parts[-1]
            last = piece.text.rfind("\n", begin, max(end - 1, begin)) + 1
            if piece.text[max(last, begin) : end].strip():
                break
            if last > begin:
                self.parts[-1] = (piece, begin, last)
            elif len(self.parts) > 1:
                self.parts.pop()
            else:
                break
        raw = "".join(piece.text[begin:end] for piece, begin, end in self.parts).removesuffix("\n")
        size = sum(piece.measure(begin, end) for piece, begin, end in self.parts)
        piece, begin, _ = self.parts[0]
        return Message(
            self.start, raw, raw.encode("utf-8"), self.offset, size, piece, begin, tuple(self.pasted)
        )


class Messages:
    """Reads one file's messages; `closely` understands those in which something may not be just words."""

    def __init__(
        self, judged: Judgement, clock: LocalClock, thread: str, member: str, closely: Closely
    ) -> None:
        self._judged, self._clock, self._thread, self._member = judged, clock, thread, member
        self._closely = closely
        self.precision: Precision = "second" if judged.seconds else "minute"
        self._shown = shown(member)
        self.last: datetime | None = None
        """When the latest record was said; none: nothing was read yet."""

        self._number = -1
        self._offset = 0
        self._people: dict[str | None, Person] = {}
        self._days = {on: Day(day, clock.midnight(day)) for on, day in judged.days.items() if day}
        self._times = {at: timedelta(seconds=second) for at, second in judged.times.items()}
        self._open: _Open | None = None

    def records(self, pieces: Iterable[Piece]) -> Iterator[RecordDraft | Problem]:
        """Every message in its order, and problems of lines that belong to none."""
        for piece in pieces:
            if piece.broken:
                where = f"{self._shown}:line {piece.number}"
                yield Problem("warning", where, "bytes that are not valid text were replaced by U+FFFD")
            yield from self._in(piece)
        if self._open is not None:
            yield from self._closely(self._open.close())

    def moment(self, start: Start) -> datetime:
        """When a message was sent; to be asked of each in its order."""
        _, day, after, _, _ = start
        if day.midnight is not None:
            self.last = day.midnight + after
        else:
            self.last = self._clock.utc(datetime.combine(day.date, time()) + after, self.last)
        return self.last

    def _in(self, piece: Piece) -> Iterator[RecordDraft | Problem]:
        people, days, times, pasted_ones = self._people, self._days, self._times, self._judged.pasted
        before, all_found = self._judged.scanner.split(piece.text)
        begin, here = 0, len(before)
        start: Start | None = None
        following: Start | None
        number, raw = self._number, ""
        pasted: list[int] = []
        for head, said, on, at_time, name, line, after in all_found:
            try:
                following = (said, days[on], times[at_time], people[name], len(head))
                lines = head + after
                number += 1
            except KeyError:
                lines = (head or line or "") + after
                self._number = number
                following = self._look_closely(lines.split("\n", 1)[0], name)
                number = self._number
            at = here
            here += len(lines) + 1
            if pasted_ones and following and number in pasted_ones:
                (pasted if start or not self._open else self._open.pasted).append(piece.line_number(at))
                following = None
            if following is None:
                raw += "\n" + lines
                continue
            if start is None:
                yield from self._before(piece, at)
                self._offset = piece.offset + piece.measure(0, at)
            elif pasted or raw[-1].isspace():
                yield from self._closely(_Open(start, self._offset, [(piece, begin, at)], pasted).close())
                self._offset += piece.measure(begin, at)
                pasted = []
            else:
                message = self._message(start, raw, piece, begin)
                if isinstance(message, Message):
                    yield from self._closely(message)
                else:
                    yield message
            begin, start, raw = at, following, lines
        self._number = number
        if start is None:
            yield from self._before(piece, len(piece.text), ends=False)
        else:
            self._open = _Open(start, self._offset, [(piece, begin, len(piece.text))], pasted)

    def _message(self, start: Start, raw: str, piece: Piece, begin: int) -> RecordDraft | Message:
        """A message that begins and ends in a piece; a record at once if nothing in it is WhatsApp's."""
        said, day, after, author, text_at = start
        offset, data = self._offset, raw.encode("utf-8")
        size = (len(data) if piece.encoding == "utf-8" else len(raw)) + 1
        if piece.returns:
            size += raw.count("\n") + 1
        self._offset += size
        words = raw[text_at:]
        if author is None or not only_words(words):
            return Message(start, raw, data, offset, size, piece, begin)
        if day.midnight is None:
            said_at = self.moment(start)
        else:
            self.last = said_at = day.midnight + after
        # As RecordDraft(…) and Locator(…), at half the price.
        place = tuple.__new__(Locator, (self._member, offset, size, None, None))
        return tuple.__new__(
            RecordDraft,
            (self._thread, data, words, "message", author, said_at, self.precision, said, place, None, None,
             self._clock.name, (), (), (), None, None, False, False, None, None),
        )  # fmt: skip

    def _before(self, piece: Piece, until: int, *, ends: bool = True) -> Iterator[RecordDraft | Problem]:
        """What stands before a piece's first header belongs to a message of pieces before, or to none."""
        if self._open is not None:
            if until:
                self._open.parts.append((piece, 0, until))
            if ends:
                yield from self._closely(self._open.close())
                self._open = None
            return
        for number, line in enumerate(piece.text[:until].split("\n"), piece.number):
            if line.strip():
                yield Problem("skipped", f"{self._shown}:line {number}", "it stands before the first message")

    def _look_closely(self, line: str, name: str | None) -> Start | None:
        """The header in a line that is not as most are, or whose author writes for the first time."""
        header = header_of(line)
        if header is None or header.shape != self._judged.shape:
            return None
        self._number += 1
        found_day = day_of(header.stamp.parts, self._judged.order.order)
        if found_day is None:
            return None
        author = self._judged.author(header.head, self._number)
        day = Day(found_day, self._clock.midnight(found_day))
        after = timedelta(seconds=header.stamp.second_of_day)
        if name is not None and author == name and name not in self._judged.longer:
            self._people[name] = person(name)
        body = header.body + name_length(header.head, author)
        return header.said, day, after, None if author is None else person(author), body


@lru_cache(maxsize=1024)
def person(author: str) -> Person:
    """A name as people know it; one the phone had no contact for (`~ Ana`) stays apart by its handle."""
    name = clean_name(author)
    bare = name.removeprefix("~").strip()
    return Person("~" + bare if name.startswith("~") else name, bare or name)
