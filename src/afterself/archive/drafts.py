"""What importers yield and the archive stores: drafts, plain frozen data.

A draft carries what an export says, nothing decided: who the owner is, what is a
duplicate and what was forgotten is the business of `importers.ingest` and the
archive. Spans are in code points of exactly the draft's `text`; no span means
that the text is wholly the author's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal[
    "message", "post", "comment", "mail", "note", "document", "utterance",
    "memory", "commit", "review", "reaction", "call", "system", "picture",
]  # fmt: skip
Precision = Literal["second", "minute", "day", "none"]
ThreadKind = Literal["direct", "group", "channel", "public", "note", "document", "mail"]
TOLD_SOURCE = "remember"
"""The source of what is told to the self directly (`archive.remembering`)."""
SpanKind = Literal["own", "quoted", "signature", "pasted", "code", "placeholder"]
AttachmentState = Literal["present", "omitted", "missing", "remote"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as an export names them: a handle stable in that source, and a name to show."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class ThreadDraft:
    """A conversation, mailing thread, document or recording; `key` is stable in its source.

    `joins` are other keys that mean the same thread (the ids that a mail names, and its own): all records
    under any of them come to stand in one thread, in whatever order they arrive.
    """

    key: str
    title: str
    kind: ThreadKind
    participants: tuple[Person, ...] = ()
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of code points that is not simply the author's own text."""

    start: int
    end: int
    kind: SpanKind
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a record; `member` names it inside the export when present.

    Of a picture: `taken` is when its camera says that it was (ISO 8601, with an offset if the camera knew
    one), and where, in degrees north and east.
    """

    name: str
    state: AttachmentState
    mime: str | None = None
    size: int | None = None
    member: str | None = None
    taken: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Locator(NamedTuple):
    """Where the raw block stands: member of the export, then bytes, JSON pointer or row."""

    member: str
    offset: int | None = None
    length: int | None = None
    pointer: str | None = None
    row: int | None = None


class RecordDraft(NamedTuple):
    """One thing said or written, as the export has it.

    A named tuple, as is its locator: there are millions of them, and a frozen dataclass of so many fields
    takes four times as long to make.

    `native_id` is the platform's own id, or None: then the hash of `raw` plus an
    occurrence number in its thread identifies the record. `raw` is the record's
    raw block with newlines normalised to LF. `said_at` is aware UTC or None.
    `reply_to` is the native id of another record in the same thread.
    """

    thread: str
    raw: bytes
    text: str
    kind: Kind
    author: Person | None
    said_at: datetime | None
    precision: Precision
    said_raw: str
    locator: Locator
    native_id: str | None = None
    is_owner: bool | None = None
    zone: str | None = None
    spans: tuple[Span, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    recipients: tuple[Person, ...] = ()
    reply_to: str | None = None
    forwarded_from: str | None = None
    deleted: bool = False
    edited: bool = False
    visibility: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the export that did not become a record. `why` groups the summary; no record text."""

    severity: Literal["skipped", "warning", "error"]
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnerHint:
    """The export itself says who its owner is.

    `inferred`: it does not say so, but it can be no other; this counts only where nobody is known yet.
    """

    person: Person
    why: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """Another copy of a record, by its thread's key and its native id, which is read only once, or never.

    Nothing is stored of it; but whoever forgets the record must find these bytes, too.
    """

    thread: str
    native_id: str
    locator: Locator


Yielded = ThreadDraft | RecordDraft | Again | Problem | OwnerHint
