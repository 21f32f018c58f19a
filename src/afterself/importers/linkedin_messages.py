"""LinkedIn's messages -> threads and record drafts. There are no ids, and people's names change.

A message is known by its conversation, its time as written, its sender's address and its words; the table
holds some twice. Who is in a conversation, its senders tell: several recipients stand in one cell, parted by
commas, and names have commas. Drafts, spam and advertisements are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from datetime import datetime

from afterself.archive.drafts import Attachment, Person, Precision, RecordDraft, Span, ThreadDraft
from afterself.importers.contract import Unreadable
from afterself.importers.csv_rows import Row, cell
from afterself.importers.document_html import html_text
from afterself.importers.local_time import LocalClock, instant

_HTML = re.compile(r"</?(?:p|br|div|span|a|b|strong|em|i|u|ul|ol|li)\b[^<>]*>", re.IGNORECASE)
_LOCAL = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4}), (\d{1,2}):(\d\d)\s?([AP])M")
_SPAM = ("SPAM", "TRASH")


class Book:
    """Who is who, and who takes part in which conversation, as all rows together tell."""

    def __init__(self, clock: LocalClock) -> None:
        self._clock = clock
        self._names: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._addressed = False
        self._senders: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._people: defaultdict[str, dict[str, Person]] = defaultdict(dict)
        self._owner = Person("owner", "You")

    def meet(self, row: Row) -> None:
        """Get to know the sender and the recipients of a message."""
        talk, address = cell(row, "conversation id"), cell(row, "sender profile url")
        if row.fields is None or not talk:
            return
        self._senders[talk].add((cell(row, "from"), address))
        self._addressed = self._addressed or bool(address)
        if cell(row, "conversation title"):
            self._titles.setdefault(talk, cell(row, "conversation title"))
        for person in _recipients(row):
            self._people[talk].setdefault(person.handle, person)

    def owner_called(self, names: tuple[str, ...]) -> Person:
        """The owner, by the address that somebody of these names wrote from."""
        for talk, senders in self._senders.items():
            people = [one for name, address in sorted(senders) if (one := self._person(name, address, talk))]
            self._people[talk].update((one.handle, one) for one in people)
            self._names.update((one.handle, one.name) for one in people)
        wanted = {" ".join(name.split()).casefold() for name in names if name.strip()}
        found = [
            handle for handle, name in self._names.items() if " ".join(name.split()).casefold() in wanted
        ]
        if wanted:
            name = next(name for name in names if name.strip())
            self._owner = Person(found[0] if found else name, name)
        return self._owner

    def thread(self, talk: str) -> ThreadDraft:
        """A conversation with all who take part in it."""
        people = [Person(id, self._names.get(id, one.name)) for id, one in self._people[talk].items()]
        others = [one for one in people if one.handle != self._owner.handle]
        title = self._titles.get(talk) or ", ".join(one.name for one in others) or talk
        return ThreadDraft(talk, title, "group" if len(others) > 1 else "direct", tuple(people))

    def record_of(self, row: Row) -> RecordDraft:
        """The draft of a message; Unreadable says why there is none."""
        talk, written = cell(row, "conversation id"), cell(row, "content")
        sender = self._person(cell(row, "from"), cell(row, "sender profile url"), talk)
        if not talk or sender is None:
            raise Unreadable("a message without conversation or sender")
        if cell(row, "is message draft").lower() in ("yes", "true"):
            raise Unreadable("a draft that was not sent")
        if cell(row, "folder").upper() in _SPAM:
            raise Unreadable("spam")
        if "spinmail" in written:
            raise Unreadable("an advertisement")
        text, spans = _text(row)
        attachments = tuple(_attachments(cell(row, "attachments")))
        if not text and not attachments:
            raise Unreadable("the message is empty")
        told = cell(row, "date")
        said_at, precision, zone = self._moment(told)
        return RecordDraft(
            thread=talk,
            raw=row.raw.encode(),
            text=text,
            kind="message",
            author=sender,
            said_at=said_at,
            precision=precision,
            said_raw=told,
            locator=row.locator,
            native_id=identity(told, sender.handle, written),
            zone=zone,
            spans=spans,
            attachments=attachments,
        )

    def _person(self, name: str, address: str, talk: str) -> Person | None:
        """Somebody by their address; one whose account is gone is another in each conversation."""
        if not name and not address:
            return None
        gone = self._addressed and not address
        return Person(address or (f"{name} ({talk})" if gone else name), name or address)

    def _moment(self, told: str) -> tuple[datetime | None, Precision, str | None]:
        """When; older exports have local times, month before day, without seconds."""
        found = _LOCAL.fullmatch(told.replace("\u202f", " "))
        if found is None:
            said_at = instant(told)
            return said_at, "second" if said_at else "none", "UTC" if said_at else None
        month, day, year, hour, minute = map(int, found.groups()[:5])
        try:
            clock = hour % 12 + (12 if found[6] == "P" else 0)
            wall = datetime(year + 2000 if year < 100 else year, month, day, clock, minute)
            return self._clock.utc(wall), "minute", self._clock.name
        except (ValueError, OverflowError):
            return None, "none", None


def identity(*cells: str) -> str:
    """What something without an id is known by: its time as written, and a hash of the rest."""
    rest = hashlib.sha256("\n".join(cells[1:]).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{cells[0]}:{rest}"


def _recipients(row: Row) -> list[Person]:
    """Recipients by their addresses; their names where there are as many."""
    addresses = [one.strip() for one in cell(row, "recipient profile urls").split(",") if one.strip()]
    names = [cell(row, "to")] if len(addresses) < 2 else cell(row, "to").split(",")
    if not addresses:
        return [Person(name, name) for name in names if name]
    fit = len(names) == len(addresses) and all(names)
    return [
        Person(one, names[n].strip() if fit else one.rstrip("/").rpartition("/")[2])
        for n, one in enumerate(addresses)
    ]


def _text(row: Row) -> tuple[str, tuple[Span, ...]]:
    """The words of a message, which may be HTML, under its subject."""
    written, subject = cell(row, "content"), cell(row, "subject")
    text, spans = html_text(written) if _HTML.search(written) else (written, ())
    if not subject or not text:
        return text or subject, spans
    before = subject + "\n\n"
    return before + text, tuple(
        Span(one.start + len(before), one.end + len(before), one.kind) for one in spans
    )


def _attachments(links: str) -> list[Attachment]:
    found = [one for one in re.split(r"[,\s]+", links) if one.startswith(("http://", "https://"))]
    return [Attachment(one.partition("?")[0].rpartition("/")[2] or "file", "remote") for one in found]
