"""Headers of a mail -> people, instants, message ids and words, however broken they are.

Values come as `mail_mime` has Python's lenient parser give them, one character for each byte; nothing here
raises. What a header does not say, or not so that it can be trusted, is None.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.utils import getaddresses, parsedate_tz

from afterself.archive.drafts import Person
from afterself.archive.keys import storable
from afterself.importers.local_time import LocalClock
from afterself.importers.mail_charsets import text_of

LONGEST = 20_000
MOST_PEOPLE = 300
_FOLD = re.compile(r"[\r\n]+[ \t]*|\0")
_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,80}@[\w-]+(?:\.[\w-]+){0,10}")
_USUAL = re.compile(
    r"\s*(?:(?:\"([^\"\\<>]*)\"|([^\"\\<>(),:;@]*))\s*<([^<>\s()\",:;\\]+@[^<>\s()\",:;\\]+)>|([\w.+-]+@[\w.-]+))\s*"
)
"""One address as nearly every mail writes it; others are parsed."""

_ID = re.compile(r"<\s*([^<>\s]{1,400})\s*>")
_YEAR = re.compile(r"(?<!\d)(?:19[7-9]\d|20\d\d)(?!\d)")
_NO_ZONE = re.compile(r"-0000(?!\d)")
_ZONE = re.compile(r"[+-]\d{2}:?\d{2}(?!\d)|\b(?:UTC?|GMT|[ECMP][SD]T|Z)\b")
_PREFIX = re.compile(
    r"^(?:(?:re|aw|antw|wg|fwd?|tr|rv|enc|sv|vs|vb|odp|rif|i|r|ynt|res|回复|答复|转发)(?:\[\d+\])?\s*[:\uff1a]\s*)+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class When:
    """An instant (None: unknown) and the zone in which it was written (None: unknown)."""

    at: datetime | None
    zone: str | None


class Headers:
    """The headers of a mail, by name in any case."""

    def __init__(self, mail: Message) -> None:
        self._raw: dict[str, list[str]] = {}
        for key, raw in mail.raw_items():
            self._raw.setdefault(key.lower(), []).append(str(raw))

    def __bool__(self) -> bool:
        return bool(self._raw)

    def all(self, name: str) -> list[str]:
        """Every value of a header as text, unfolded, encoded words still encoded."""
        return [_plain(raw) for raw in self._raw.get(name.lower(), ())]

    def first(self, name: str) -> str:
        """The first value of a header; "" if there is none."""
        found = self._raw.get(name.lower())
        return _plain(found[0]) if found else ""


def words(raw: str) -> str:
    """A header's value with its encoded words (RFC 2047) decoded."""
    if "=?" not in raw:
        return storable(raw)
    out: list[str] = []
    pending, charset, at = b"", "", 0
    raw = _BETWEEN.sub(r"\1", raw)
    for found in _WORD.finditer(raw):
        if found.start() > at or found[1].lower() != charset:
            out.append(text_of(pending, charset))
            pending = b""
            out.append(raw[at : found.start()])
        charset, at = found[1].lower(), found.end()
        pending += _decoded(found[2], found[3])
    out += [text_of(pending, charset), raw[at:]]
    return storable(_FOLD.sub(" ", "".join(out)))


def subject(headers: Headers) -> str:
    """The subject without "Re:" and its kin, as the title of a thread."""
    found = " ".join(words(headers.first("Subject")).split())
    return _PREFIX.sub("", found) or found


def people(raw: Iterable[str]) -> list[Person]:
    """The people in address headers; the handle is the address in lower case."""
    found: dict[str, Person] = {}
    for one in raw:
        for name, address in _pairs(one[:LONGEST]):
            handle = storable(address.strip().strip("<>'\"").lower())
            name = " ".join(words(name).split()).strip("'\" ")
            if handle and handle not in found and len(found) < MOST_PEOPLE:
                found[handle] = Person(handle, "" if name.lower() == handle else name)
    return list(found.values())


def ids(raw: str) -> list[str]:
    """Message ids of Message-ID, References or In-Reply-To, without angle brackets."""
    found = _ID.findall(raw[:LONGEST])
    if not found and "<" not in raw:
        found = [word for word in raw[:LONGEST].split() if "@" in word and len(word) <= 400]
    return [storable(one) for one in found if one != "@"]


def when(raw: str, clock: LocalClock) -> When:
    """The instant of a Date header (RFC 5322).

    Two-digit years are ambiguous and unparsable dates unknown: no instant. `-0000` is UTC said by
    somebody who did not tell their zone; without any zone it is `clock`'s.
    """
    unknown = When(None, None)
    year = _YEAR.search(raw)
    if year is None:
        return unknown
    try:
        parsed = parsedate_tz(raw[:200])
        if parsed is None or parsed[0] != int(year[0]):
            return unknown
        wall = datetime(*parsed[:5], min(parsed[5], 59))
        if _NO_ZONE.search(raw):
            return When(wall.replace(tzinfo=UTC), None)
        if parsed[9] is not None and _ZONE.search(raw):
            zone = timezone(timedelta(seconds=parsed[9]))
            return When(wall.replace(tzinfo=zone).astimezone(UTC), zone.tzname(None))
        return When(clock.utc(wall), clock.name)
    except (ValueError, OverflowError, TypeError, IndexError):
        return unknown


def _plain(raw: str) -> str:
    """Unfolded, and bytes above 127 read as the charset that they seem to be."""
    raw = _FOLD.sub(" ", raw).strip()
    if raw.isascii():
        return raw
    try:
        return text_of(raw.encode("latin-1"), None)
    except UnicodeError:
        return storable(raw)


def _decoded(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:
        return data


def _pairs(raw: str) -> list[tuple[str, str]]:
    usual = _USUAL.fullmatch(raw)
    if usual:
        return [(usual[1] or usual[2] or "", usual[3] or usual[4])]
    try:
        found = [(name, address) for name, address in getaddresses([raw]) if "@" in address]
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        found = []
    return found or [("", address) for address in _ADDRESS.findall(raw)]
