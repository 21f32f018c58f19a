"""Mailboxes -> threads and records: mbox (Gmail Takeout's, too), Maildir, EML files, Apple Mail's emlx.

A mail is one record in the thread that Gmail or its References name; the subject is the thread's title and
no part of the text. Where mails lie is `mail_boxes`' business, what one holds `mail_mime`'s, whose words it
holds `mail_text`'s, which are left out `mail_sorting`'s. A broken mail is a Problem with member and byte.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from afterself.archive.drafts import (
    Again,
    Kind,
    Locator,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.archive.keys import hash_raw
from afterself.importers.contract import Detection, Options
from afterself.importers.local_time import LocalClock
from afterself.importers.mail_attached import Beside
from afterself.importers.mail_boxes import Box, RawMail, boxes, mails_of
from afterself.importers.mail_headers import Headers, ids, people, subject, when
from afterself.importers.mail_mime import Body, parse
from afterself.importers.mail_sorting import Labels, Owner, author_of, bulk, labels_of, put_away
from afterself.importers.mail_text import Text, text_of_body
from afterself.importers.source_view import SourceView

SAMPLE, SAMPLE_A_BOX, SAMPLE_BYTES = 6000, 1500, 128 << 20
"""Mails whose headers are read first (and how far into a box), to know the owner before any is left out."""

_LONGEST_ID = 400
MOST_NAMES = 100
"""Mails named by one mail that are heeded, the nearest ones."""

_HEADERS = 1 << 16
_COMPARED = 1 << 18
_LASTING = re.compile(
    rb"^(?:From|To|Cc|Date|Subject|Message-ID):.*\n(?:[ \t].*\n)*", re.IGNORECASE | re.MULTILINE
)


class MailImporter:
    """Reads mailboxes and single mails."""

    name = "Mail"
    version = "1"
    source = "mail"
    reads = "mbox files, Maildir, .eml and .emlx files, Gmail's Takeout, or a folder or zip of them"
    kinds: frozenset[Kind] = frozenset(("mail",))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if files begin as mailboxes or mails do."""
        found = boxes(source)
        if not found:
            return Detection(0.0, "", "")
        forms = ", ".join(sorted({box.form for box in found}))
        beside = Beside(source, found).members()
        return Detection.of(0.9, forms, "begins as mails do", [box.member for box in found], beside)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every mailbox and mail of the source, a mail at a time."""
        return _Mailbox(source, options).records()


class _Mailbox:
    """All mails of one source."""

    def __init__(self, source: SourceView, options: Options) -> None:
        self._source = source
        self._boxes = boxes(source)
        self._beside = Beside(source, self._boxes)
        self._clock = LocalClock(options.zone)
        self._owner = Owner(frozenset(name.strip().casefold() for name in options.me if name.strip()))
        self._threads: set[int] = set()
        self._seen: dict[int, int] = {}

    def records(self) -> Iterator[Yielded]:
        self._sample()
        for box in self._boxes:
            for raw in mails_of(self._source, box):
                if isinstance(raw, Problem):
                    yield raw
                elif box.leave_out:
                    yield Problem("skipped", raw.where, box.leave_out)
                else:
                    yield from self._mail(raw)
        yield from self._owner.hints()

    def _sample(self) -> None:
        """Look at the first mails of each box for whose mailbox it is."""
        owner = Owner(self._owner.me)
        sent_first = sorted(self._boxes, key=lambda box: box.purpose != "sent")
        left = SAMPLE
        for box in sent_first:
            if left <= 0:
                break
            for raw in islice(mails_of(self._source, box), min(SAMPLE_A_BOX, left)):
                left -= 1
                if isinstance(raw, RawMail):
                    if raw.offset > SAMPLE_BYTES:
                        break
                    self._see(owner, raw, box)
        self._owner = owner

    def _see(self, owner: Owner, raw: RawMail, box: Box) -> None:
        try:
            head = raw.data[:_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
            headers = Headers(email.message_from_string(head.decode("latin-1"), policy=email.policy.compat32))
            owner.see(headers, labels_of(headers, box.purpose))
        except Exception:  # told as a Problem when its turn comes
            return

    def _mail(self, raw: RawMail) -> Iterator[Yielded]:
        try:
            found = list(self._read(raw))
        except Exception as error:  # the parser raises whatever it likes on what is no mail
            found = [Problem("skipped", raw.where, f"it cannot be read as a mail ({type(error).__name__})")]
        if raw.cut:
            found.append(Problem("warning", raw.where, "longer than 48 MiB: only its beginning was read"))
        yield from found

    def _read(self, raw: RawMail) -> Iterator[Yielded]:
        body = parse(raw.data)
        headers = body.headers
        if not headers:
            yield Problem("skipped", raw.where, "it has no headers")
            return
        labels = labels_of(headers, raw.box.purpose)
        self._owner.see(headers, labels)
        author = author_of(headers)
        why = put_away(headers, labels)
        if why is None and labels.chat and "text/xml" in body.kinds:
            why = "a log of Google Talk, in which it is not said whose each line is"
        if why is None and not self._owner.wrote(author, labels):
            why = bulk(body)
        if why is not None:
            yield self._copy(raw, body, _native(raw, body))
            yield Problem("skipped", raw.where, why)
            return
        text = text_of_body(body)
        if not text.text and not self._beside.completed(raw.box.member, body.attachments):
            yield Problem("skipped", raw.where, "it has neither text nor attachments")
            return
        native, again = self._identity(raw, body, author)
        if again:
            yield self._copy(raw, body, native)
            yield Problem("skipped", raw.where, "the same mail again")
            return
        yield from self._thread(body, native, labels)
        yield self._record(raw, body, author, text, native)

    @staticmethod
    def _copy(raw: RawMail, body: Body, native: str) -> Again:
        locator = Locator(raw.box.member, offset=raw.offset, length=raw.length)
        return Again(thread_of(body, native), native, locator)

    def _identity(self, raw: RawMail, body: Body, author: Person | None) -> tuple[str, bool]:
        """The mail's own id, and whether it was read already.

        Broken programs give several mails one id: the second one gets its contents' hash added.
        """
        native = _native(raw, body)
        mark = _short(f"{author.handle if author else ''}\0{body.headers.first('Date')}".encode())
        known = self._seen.setdefault(_short(native.encode()), mark)
        if known != mark:
            native = f"{native}#{hash_raw(_stable(raw.data))[:12]}"
            again = _short(native.encode()) in self._seen
            self._seen[_short(native.encode())] = mark
            return native, again
        first = _short(b"\0first\0" + native.encode())
        again = first in self._seen
        self._seen[first] = mark
        return native, again

    def _thread(self, body: Body, native: str, labels: Labels) -> Iterator[ThreadDraft]:
        key = thread_of(body, native)
        joins = other_names(body, key, native)
        told = {_short(f"{key}\0{name}".encode()) for name in joins} | {_short(key.encode())}
        if told - self._threads:
            self._threads |= told
            title = subject(body.headers) or ("Chat" if labels.chat else "No subject")
            yield ThreadDraft(key, title[:300], "mail", joins=joins)

    def _record(
        self, raw: RawMail, body: Body, author: Person | None, text: Text, native: str
    ) -> RecordDraft:
        headers = body.headers
        date = headers.first("Date")
        said = when(date, self._clock)
        to = people(one for name in ("To", "Cc", "Bcc") for one in headers.all(name))
        parents = _parents(body, native)
        return RecordDraft(
            thread=thread_of(body, native),
            raw=_stable(raw.data),
            text=text.text,
            kind="mail",
            author=author,
            said_at=said.at,
            precision="none" if said.at is None else "second",
            said_raw=date[:200],
            locator=Locator(raw.box.member, offset=raw.offset, length=raw.length),
            native_id=native,
            zone=said.zone,
            spans=text.spans,
            attachments=self._beside.completed(raw.box.member, body.attachments),
            recipients=tuple(to),
            reply_to=parents[-1] if parents else None,
            forwarded_from=None if text.own else text.forwarded_from,
        )


def _native(raw: RawMail, body: Body) -> str:
    """The id that a mail tells, or else the hash of what of it lasts."""
    told = [one for name in body.headers.all("Message-ID") for one in ids(name)]
    return told[0] if told and len(told[0]) <= _LONGEST_ID else f"sha256:{hash_raw(_stable(raw.data))}"


def thread_of(body: Body, native: str) -> str:
    """Gmail's thread, else the first of References, else what the mail answers, else the mail itself.

    It is told by the mail alone, so that a later export finds the same thread; a mail that names itself
    or an id in a circle ends at that id.
    """
    gmail = body.headers.first("X-GM-THRID").strip()
    if gmail.isdecimal():
        return gmail
    references = [one for one in ids(body.headers.first("References")) if one != native]
    answered = [one for one in ids(body.headers.first("In-Reply-To")) if one != native]
    return (references[:1] or answered[-1:] or [native])[0]


def other_names(body: Body, key: str, native: str) -> tuple[str, ...]:
    """The other keys of a mail's thread: every mail that it names, and itself; none if Gmail tells it.

    An answer to this mail may name nothing but this one, and one of those may have come without its own.
    """
    if key == native or body.headers.first("X-GM-THRID").strip().isdecimal():
        return ()
    named = (*ids(body.headers.first("References")), *ids(body.headers.first("In-Reply-To")), native)
    return tuple(dict.fromkeys(one for one in named[-MOST_NAMES:] if one != key and len(one) <= _LONGEST_ID))


def _parents(body: Body, native: str) -> list[str]:
    answered = ids(body.headers.first("In-Reply-To"))[-1:] or ids(body.headers.first("References"))[-1:]
    return [one for one in answered if one != native]


def _stable(data: bytes) -> bytes:
    """What of a mail's bytes is the same in every folder and export: not its labels, flags, stations."""
    head, _, body = data[:_COMPARED].replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
    return b"\n".join([*_LASTING.findall(head + b"\n"), body.rstrip()])


def _short(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
