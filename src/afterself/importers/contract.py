"""What an importer is: it recognises one family of exports and yields drafts of what stands in them.

An importer reads a `SourceView` and yields `ThreadDraft`, `RecordDraft`, `Problem`
and `OwnerHint` (all of `afterself.archive.drafts`), a thread before its first
record. It never writes, never prints, never logs text, and one broken record never
ends it: that is a `Problem` in the stream. `ingest` writes, counts and decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from afterself.archive.drafts import Kind, Yielded
from afterself.importers.source_view import SourceView

API = 1
"""The version of this contract; a plugin says in `api` for which one it is made."""

DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class Detection:
    """How sure an importer is that a source is its own; confidence 0 is "not mine", and why.

    `members` are all that belongs to it: importers of general formats are not shown them. Those of them that
    are `attached` came with its messages and are read only as their attachments. `lists` hold no record, but
    say what records mean (names of people, longer wordings): they are kept, too, to read the export again.
    """

    confidence: float
    format: str
    reason: str
    members: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        confidence: float,
        format: str,
        reason: str,
        read: Sequence[str],
        attached: Iterable[str],
        lists: Iterable[str] = (),
    ) -> Detection:
        """A detection of what is read and of what came with it."""
        also = tuple(sorted(set(attached) - set(read)))
        return cls(confidence, format, reason, (*read, *also), also, tuple(lists))


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says about a source that the export does not say itself.

    `me` are names or handles of the owner; `zone` is the IANA zone of local times
    without offset (None: this machine's zone); `date_order` decides dates such as
    03/04/21 where the file does not.
    """

    me: tuple[str, ...] = ()
    zone: str | None = None
    date_order: DateOrder | None = None


class Unreadable(Exception):
    """Why something of an export is no record; never holds its text."""


class Importer(Protocol):
    """One format family. A new `version` may parse better; it must not change ids."""

    @property
    def name(self) -> str:
        """What the person calls it: "WhatsApp export"."""

    @property
    def version(self) -> str: ...

    @property
    def source(self) -> str:
        """The first part of each `source_key`: "whatsapp", "generic"."""

    @property
    def reads(self) -> str:
        """One line for "what can be read": file kinds and what must be in them."""

    @property
    def kinds(self) -> frozenset[Kind]: ...

    @property
    def general(self) -> bool:
        """It reads a format that anybody may write, and only what no other importer knows better."""

    def detect(self, source: SourceView) -> Detection:
        """Look at names and heads only: no walk through contents, nothing extracted."""

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Yield what the source holds; SourceError if nothing of it can be read."""
