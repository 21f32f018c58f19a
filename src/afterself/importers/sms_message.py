"""One `<sms>`, `<mms>` or `<call>` of a backup -> its thread and a record draft.

`null` stands for "nothing". A number is what names somebody, written without blanks and brackets; the name
is the phone's own contact. Drafts and what could not be sent were never said to anybody: they are left out.
Notices that a message waits to be fetched, and reports that one was read, hold nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from xml.etree.ElementTree import Element

from afterself.archive.drafts import Attachment, Locator, Person, RecordDraft, ThreadDraft
from afterself.archive.keys import storable
from afterself.importers.contract import Unreadable

_FROM = "137"
_OWN_TOKEN = "insert-address-token"
_UNKNOWN = ("", "(unknown)", "unknown")
_REPORTS = ("130", "134", "135", "136")
_NUMBER = re.compile(r"[+\d][\d\s()./-]*")
_BLANKS = re.compile(r"[\s()./-]")
_CALLS = {"1": "Incoming call", "2": "Outgoing call", "3": "Missed call", "4": "Voicemail",
          "5": "Rejected call", "6": "Refused call"}  # fmt: skip
_UNSENT = {"3": "a draft that was never sent", "5": "it could not be sent"}


@dataclass(slots=True)
class People:
    """The phone's owner, and its contacts' names by number."""

    owner: Person
    names: dict[str, str] = field(default_factory=dict)

    def of(self, number: str) -> Person:
        """Who has a number."""
        return Person(number, self.names.get(number, number))


@dataclass(frozen=True, slots=True)
class Read:
    """A record, and its thread as far as it is known by now."""

    thread: ThreadDraft
    record: RecordDraft


Reader = Callable[[Element, Locator, People], Read]


def sms_of(tree: Element, where: Locator, people: People) -> Read:
    """A text message; Unreadable says why there is none."""
    kind = _value(tree, "type")
    if kind in _UNSENT:
        raise Unreadable(_UNSENT[kind])
    number, text = _handle(_value(tree, "address")), _value(tree, "body")
    if not text.strip():
        raise Unreadable("the message is empty")
    people.names |= _contacts((number,), _value(tree, "contact_name"))
    raw = _raw(tree, "date", "address", "type", "body")
    return _read((number,), kind != "1", number, text, (), tree, where, people, raw)


def mms_of(tree: Element, where: Locator, people: People) -> Read:
    """A message with files, or to several; Unreadable says why there is none."""
    box = _value(tree, "msg_box")
    if box in _UNSENT:
        raise Unreadable(_UNSENT[box])
    if _value(tree, "m_type") in _REPORTS:
        raise Unreadable("a report of the network, no message")
    numbers = tuple(_handle(one) for one in _value(tree, "address").split("~") if one != _OWN_TOKEN)
    people.names |= _contacts(numbers, _value(tree, "contact_name"))
    sender = next(
        (_handle(_value(one, "address")) for one in tree.iter("addr") if _value(one, "type") == _FROM), ""
    )
    texts = [_value(tree, "sub"), *(_value(one, "text") for one in tree.iter("part") if _is_text(one))]
    text = "\n".join(text for text in texts if text.strip())
    attachments = tuple(_attachments(tree))
    if not text and not attachments:
        raise Unreadable("the message is empty")
    others = tuple(dict.fromkeys(numbers)) if any(numbers) else (sender,)
    parts = [(_value(one, "ct"), _value(one, "cl"), _value(one, "text")) for one in tree.iter("part")]
    raw = _raw(tree, "date", "address", "msg_box") + json.dumps(parts).encode()
    return _read(others, box != "1", sender or others[0], text, attachments, tree, where, people, raw)


def call_of(tree: Element, where: Locator, people: People) -> Read:
    """A call: nobody's words."""
    number, kind = _handle(_value(tree, "number")), _value(tree, "type")
    people.names |= _contacts((number,), _value(tree, "contact_name"))
    seconds = _value(tree, "duration")
    text = _CALLS.get(kind, "Call") + (f", {seconds} s" if seconds.isdigit() and seconds != "0" else "")
    raw = _raw(tree, "date", "number", "type", "duration")
    return _read((number,), kind == "2", number, text, (), tree, where, people, raw, kind="call")


def _read(
    others: tuple[str, ...], sent: bool, sender: str, text: str, attachments: tuple[Attachment, ...],
    tree: Element, where: Locator, people: People, raw: bytes,
    kind: Literal["message", "call"] = "message",
) -> Read:  # fmt: skip
    among = tuple(people.of(one) for one in others)
    key = "~".join(sorted(others))
    title = ", ".join(one.name for one in among)
    thread = ThreadDraft(key, title, "group" if len(others) > 1 else "direct", among)
    said_at = _instant(tree)
    record = RecordDraft(
        thread=key,
        raw=raw,
        text=text,
        kind=kind,
        author=people.owner if sent else people.of(sender),
        is_owner=sent,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=_value(tree, "date"),
        locator=where,
        zone=None if said_at is None else "UTC",
        attachments=attachments,
    )
    return Read(thread, record)


def _value(tree: Element, name: str) -> str:
    """An attribute; "" where it is missing or says `null`."""
    value = tree.get(name, "")
    return "" if value == "null" else storable(value)


def _raw(tree: Element, *names: str) -> bytes:
    """What a message is known by: the same in every backup, whatever became of contacts and settings."""
    return json.dumps([tree.tag, *(tree.get(name) for name in names)]).encode()


def _handle(address: str) -> str:
    """A number without its blanks and brackets, or a name or address as it is."""
    address = address.strip()
    if not _NUMBER.fullmatch(address):
        return address or "unknown"
    number = _BLANKS.sub("", address)
    return "+" + number[2:] if number.startswith("00") and len(number) > 8 else number


def _contacts(numbers: tuple[str, ...], told: str) -> dict[str, str]:
    """Names by number; those of a group stand in the order of its numbers."""
    called = [told.strip()] if len(numbers) == 1 else [one.strip() for one in told.split(",")]
    if len(called) != len(numbers):
        return {}
    return {
        number: name
        for number, name in zip(numbers, called, strict=True)
        if name.casefold() not in _UNKNOWN and number != "unknown"
    }


def _instant(tree: Element) -> datetime | None:
    """Milliseconds since 1970; the time of sending, where there is no other, in seconds for some."""
    for name in ("date", "date_sent"):
        told = _value(tree, name)
        if not told or told == "0":
            continue
        try:
            number = int(told)
            return datetime.fromtimestamp(number / 1000 if abs(number) >= 10**11 else number, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise Unreadable("its date cannot be read") from error
    return None


def _is_text(part: Element) -> bool:
    return _value(part, "ct") == "text/plain"


def _attachments(tree: Element) -> Iterator[Attachment]:
    for part in tree.iter("part"):
        kind = _value(part, "ct")
        if _is_text(part) or kind in ("", "application/smil"):
            continue
        name = _value(part, "cl") or _value(part, "name") or _value(part, "fn") or kind
        size = part.get("data_size", "")
        there = size.isdigit() or bool(_value(part, "data"))
        yield Attachment(name, "present" if there else "missing", kind, int(size) if size.isdigit() else None)
