"""Google Voice in a Takeout -> texts, groups and voicemail.

A page (HTML) holds a part of a conversation: parts with one number, or one set of numbers, are one thread.
There are no ids: instant and sender say which message it is, whatever zone and name a Takeout shows. Calls
are nobody's words; a voicemail's transcript is Google's guess at what somebody said.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from afterself.archive.drafts import (
    Attachment,
    Kind,
    Locator,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    Span,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import storable
from afterself.importers.attached import beside, came_with, takeout_pages
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.local_time import instant
from afterself.importers.source_view import SourceView, shown

LARGEST = 32 << 20
"""Bytes of one page."""
_CHAT = re.compile(rb'class="hChatLog')
_CALL = re.compile(rb'class="haudio".*?class="tel" href="tel:', re.DOTALL)
_MESSAGE = re.compile(rb'<div class="message">')
_END = re.compile(rb'<div class="(?:tags|deletedStatusContainer)"|</body>')
_TEL = re.compile(
    r'<a class="tel" href="tel:([^"]{0,200})">\s*<(abbr|span) class="fn"[^>]{0,200}>([^<]{0,300})'
)
_TIME = re.compile(r'<abbr class="(?:dt|published)" title="([^"]{0,60})"')
_WORDS = re.compile(r"<q>(.*?)</q>", re.DOTALL)
_TRANSCRIPT = re.compile(r'<span class="full-text">(.*?)</span>', re.DOTALL)
_FILE = re.compile(
    r'<(?:img|audio|video)\b[^>]{0,500}?\bsrc="([^"]{1,500})"|<a class="vcard" href="([^"]{1,500})"'
)
_GROUP = re.compile(r'<div class="participants">(.*?)</div>', re.DOTALL)
_SPAM = re.compile(r'href="[^"]{0,200}#spam"')
_DELETED = re.compile(r'class="deletedStatusContainer">[^<:]{0,100}:\s*True')
_BREAK = re.compile(r"\s*<br ?/?>\s*")
_TAG = re.compile(r"<[^<>]{0,500}>")
_PHRASES = ("MMS Sent", "MMS Received")
_NOT_PAGES = re.compile(r"(?!.*\.html$)[^/]+$")


@dataclass(slots=True)
class _Page:
    """One page: who took part beside the owner, its thread, and whether it was deleted."""

    member: str
    data: bytes
    others: list[Person]
    thread: ThreadDraft
    deleted: bool


@dataclass(slots=True)
class _Takeout:
    """What all pages tell together: numbers by name, and how often an instant was met."""

    source: SourceView
    owner: Person
    numbers: dict[str, Person] = field(default_factory=dict)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)


class GoogleVoiceImporter:
    """Reads Google Voice's folder of a Takeout."""

    name = "Google Voice"
    version = "1"
    source = "google-voice"
    reads = "a Takeout with Google Voice (zip or folder), or its pages (.html)"
    kinds: frozenset[Kind] = frozenset(("message", "utterance"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if pages are written as Google Voice's."""
        found = _pages(source)
        if not found:
            return Detection(0.0, "", "")
        also = came_with(source, found, _NOT_PAGES)
        return Detection.of(
            0.95, "Google Voice (Takeout)", "pages as Google Voice's", found, [*also, *takeout_pages(source)]
        )

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every page; the Takeout does not name the owner."""
        given = next((one for one in options.me if one.strip()), "Me")
        takeout = _Takeout(source, Person("me", given))
        yield OwnerHint(takeout.owner, "“Me” in the Takeout")
        members = _pages(source)
        for member in members:
            for person in _people(_read(source, member)):
                takeout.numbers.setdefault(person.name, person)
        for member in members:
            try:
                yield from _records(_page(takeout, member), takeout)
            except Unreadable as why:
                yield Problem("skipped", shown(member), str(why))


def _pages(source: SourceView) -> list[str]:
    named = [name for name in source.names() if name.lower().endswith(".html")]
    heads = ((name, source.head(name)) for name in named)  # styles stand before it
    return [name for name, head in heads if _CHAT.search(head) or _CALL.search(head)]


def _read(source: SourceView, member: str) -> bytes:
    with source.open(member) as stream:
        data = stream.read(LARGEST + 1)
    return b"" if len(data) > LARGEST else data


def _page(takeout: _Takeout, member: str) -> _Page:
    data = _read(takeout.source, member)
    if not data:
        raise Unreadable(f"it is bigger than {LARGEST >> 20} MiB")
    text = data.decode("utf-8", "replace")
    if _SPAM.search(text):
        raise Unreadable("Google took it for spam")
    group = _GROUP.search(text)
    if group:
        others = list(dict.fromkeys(_people(group[1].encode())))
        key = "group/" + " ".join(sorted(one.handle for one in others))
        title = ", ".join(one.name for one in others) or "Group"
        thread = ThreadDraft(key, title, "group", tuple(others))
    else:
        other = next(iter(_people(data)), None) or _named(takeout, member)
        others = [other]
        thread = ThreadDraft(other.handle, other.name, "direct", (other,))
    return _Page(member, data, others, thread, _DELETED.search(text) is not None)


def _people(page: bytes) -> Iterator[Person]:
    """Those beside the owner, whom the page shows as an abbreviation."""
    for number, element, name in _TEL.findall(page.decode("utf-8", "replace")):
        person = _person(number, name)
        if element != "abbr" and person:
            yield person


def _person(number: str, name: str) -> Person | None:
    number, name = (" ".join(storable(html.unescape(one)).split()) for one in (number, name))
    return Person(number or name, name or number) if number or name else None


def _named(takeout: _Takeout, member: str) -> Person:
    """Whom the owner alone wrote to: only the file's name tells; another page may tell the number."""
    parts = member.rpartition("/")[2].rsplit(" - ", 2)
    name = parts[0].strip() if len(parts) == 3 else ""
    return takeout.numbers.get(name) or Person(name or "unknown", name or "Unknown")


def _records(page: _Page, takeout: _Takeout) -> Iterator[Yielded]:
    if not _CHAT.search(page.data):
        record = _voicemail(page, takeout)
        yield page.thread
        yield record
        return
    begins = [one.start() for one in _MESSAGE.finditer(page.data)]
    if not begins:
        raise Unreadable("it holds no message")
    last = _END.search(page.data, begins[-1])
    ends = [*begins[1:], last.start() if last else len(page.data)]
    told = False
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), 1):
        try:
            record = _message(page, takeout, begin, end)
        except Unreadable as why:
            yield Problem("skipped", f"{shown(page.member)}: message {number}", str(why))
            continue
        if not told:
            told = True
            yield page.thread
        yield record


def _message(page: _Page, takeout: _Takeout, begin: int, end: int) -> RecordDraft:
    block = page.data[begin:end]
    text = block.decode("utf-8", "replace")
    said, sender = _WORDS.search(text), _TEL.search(text)
    if not said or not sender:
        raise Unreadable("its words or its sender cannot be read")
    author = takeout.owner if sender[2] == "abbr" else _person(sender[1], sender[3])
    record = _draft(page, takeout, text, author, Locator(page.member, begin, end - begin))
    words = _plain(said[1])
    if page.deleted:
        return record._replace(raw=block, deleted=True)
    attachments = _attachments(page, takeout.source, text)
    if not words and not attachments:
        raise Unreadable("the message is empty")
    spans = (Span(0, len(words), "placeholder"),) if words in _PHRASES else ()
    return record._replace(raw=block, text=words, spans=spans, attachments=attachments)


def _voicemail(page: _Page, takeout: _Takeout) -> RecordDraft:
    text = page.data.decode("utf-8", "replace")
    said = _TRANSCRIPT.search(text)
    if not said or page.deleted or not _plain(said[1]):
        raise Unreadable("a call: nobody's words")
    record = _draft(page, takeout, text, page.others[0], Locator(page.member, 0, len(page.data)))
    return record._replace(
        raw=page.data,
        text=_plain(said[1]),
        kind="utterance",
        attachments=_attachments(page, takeout.source, text),
    )


def _draft(page: _Page, takeout: _Takeout, text: str, author: Person | None, where: Locator) -> RecordDraft:
    """What every message tells: who and when, which is its id, too."""
    time = _TIME.search(text)
    said_at = instant(time[1]) if time else None
    if time is None or said_at is None:
        raise Unreadable("its time cannot be read")
    id = f"{said_at.isoformat()}/{author.handle if author else ''}"
    takeout.seen[page.thread.key, id] += 1
    number = takeout.seen[page.thread.key, id]
    return RecordDraft(
        thread=page.thread.key,
        raw=b"",
        text="",
        kind="message",
        author=author,
        said_at=said_at,
        precision="second",
        said_raw=time[1],
        locator=where,
        native_id=id if number == 1 else f"{id}/{number}",
        zone="UTC",
    )


def _plain(words: str) -> str:
    """What is read on the page."""
    return storable(html.unescape(_TAG.sub("", _BREAK.sub("\n", words)))).strip()


def _attachments(page: _Page, source: SourceView, text: str) -> tuple[Attachment, ...]:
    """Pictures and cards: pages name them without the ending that the file has."""
    found = []
    for one in _FILE.finditer(text):
        name = storable(html.unescape(one[1] or one[2]))
        stem = beside(page.member) + name
        near = (each for each in source.names() if each == stem or each.startswith(stem + "."))
        member = next(near, None)
        size = source.size(member) if member else None
        found.append(Attachment(name, "present" if member else "missing", None, size, member))
    return tuple(found)
