"""LinkedIn's data export -> messages, posts (shares) and comments; a folder of tables.

`Profile.csv` says the owner's name, and what they sent says their address, by which people are known: names
change. Messages stand in `linkedin_messages`, articles in `linkedin_articles`. Connections, the profile and
what the learning coach said are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from afterself.archive.drafts import (
    Again,
    Kind,
    OwnerHint,
    Person,
    Problem,
    RecordDraft,
    ThreadDraft,
    Yielded,
)
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.csv_rows import Row, cell, table_rows
from afterself.importers.csv_tables import TableSet, table_sets
from afterself.importers.linkedin_articles import ARTICLE, article_of
from afterself.importers.linkedin_messages import Book, identity
from afterself.importers.local_time import LocalClock, instant
from afterself.importers.source_view import SourceView, shown

_TABLE = re.compile(r"(?P<root>(?:.*/)?)(?P<name>messages|Shares|Comments)(?:_\d+)?\.csv")
_COLUMNS = {
    "messages": {"conversation id", "from", "date", "content"},
    "Shares": {"date", "sharelink", "sharecommentary"},
    "Comments": {"date", "link", "message"},
}
_OTHERS = re.compile(
    r"(?:Ad_Targeting|Ads Clicked|Causes You Care About|Certifications|Comments|Company Follows|"
    r"Connections|Courses|Education|Email Addresses|Endorsement_\w+_Info|Events|Hashtag_Follows|Honors|"
    r"ImportedContacts|Inferences_about_you|InstantReposts|Invitations|Job\w*|Languages|Learning|"
    r"learning_\w+|guide_messages|Logins|LAN Ads Engagement|Member_Follows|Organizations|Patents|"
    r"PhoneNumbers|Positions|Private_identity_asset|Profile(?: Summary)?|Projects|Publications|"
    r"Reactions|Receipts(?:_v2)?|Recommendations_\w+|Registration|Rich_Media|SavedJobAlerts|Saved_Items|"
    r"Search ?Queries|Security Challenges|Services Marketplace|Shares|Skills|Test Scores|Verifications|"
    r"Votes|Volunteering|Whatsapp Phone Numbers|messages)(?:_\d+)?\.csv$|Jobs/|Articles/"
)
_POSTS = "posts"


class LinkedInImporter:
    """Reads the tables that LinkedIn gives, of the basic and the complete export."""

    name = "LinkedIn export"
    version = "1"
    source = "linkedin"
    reads = "the zip or folder of LinkedIn's data export"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "message"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if tables have LinkedIn's columns."""
        found = table_sets(source, _TABLE, _COLUMNS)
        if not found:
            return Detection(0.0, "", "")
        read = [name for one in found for name in one.members()]
        also = came_with(source, read, _OTHERS)
        return Detection.of(0.95, "LinkedIn export", "tables with LinkedIn's columns", read, also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Of each export: who its owner is, messages, posts and comments."""
        for export in table_sets(source, _TABLE, _COLUMNS):
            yield from _Reading(source, export, options).records()


def _profile(source: SourceView, root: str) -> str:
    """The owner's name, "" if there is no profile."""
    member = f"{root}Profile.csv"
    if member not in source or source.size(member) > 1 << 20:
        return ""
    first = next(table_rows(source, member), None)
    return f"{cell(first, 'first name')} {cell(first, 'last name')}".strip() if first else ""


class _Reading:
    """The records of one export."""

    def __init__(self, source: SourceView, export: TableSet, options: Options) -> None:
        self._source, self._export = source, export
        self._named = _profile(source, export.root)
        self._me = (self._named,) if self._named else options.me
        self._book = Book(LocalClock(options.zone))
        self._seen: set[tuple[str, str]] = set()

    def records(self) -> Iterator[Yielded]:
        """The owner, every conversation, then posts and comments."""
        for member in self._export.tables["messages"]:
            for row in table_rows(self._source, member):
                self._book.meet(row)
        owner = self._book.owner_called(self._me)
        if self._named:
            yield OwnerHint(owner, "the profile in the export")
        posts = ThreadDraft(_POSTS, "Posts", "public", (owner,))
        told: set[str] = set()
        for item in self._items(owner):
            if isinstance(item, RecordDraft) and item.thread not in told:
                told.add(item.thread)
                yield posts if item.thread == _POSTS else self._book.thread(item.thread)
            yield item

    def _items(self, owner: Person) -> Iterator[Yielded]:
        for name in ("messages", "Shares", "Comments"):
            for member in self._export.tables[name]:
                yield from self._rows(member, name, owner)
        for member in self._source.names():
            if member.startswith(self._export.root) and ARTICLE.match(member, len(self._export.root)):
                try:
                    yield article_of(self._source, member, _POSTS, owner)
                except Unreadable as why:
                    yield Problem("skipped", shown(member), str(why))

    def _rows(self, member: str, name: str, owner: Person) -> Iterator[Yielded]:
        for row in table_rows(self._source, member):
            try:
                if row.fields is None:
                    raise Unreadable(row.why)
                record = self._book.record_of(row) if name == "messages" else _written(row, name, owner)
            except Unreadable as why:
                yield Problem("skipped", f"{shown(member)}: line {row.line}", str(why))
                continue
            key = (record.thread, record.native_id or "")
            yield Again(*key, row.locator) if key in self._seen else record
            self._seen.add(key)


def _written(row: Row, name: str, owner: Person) -> RecordDraft:
    """A share or a comment. LinkedIn writes a line break in them as a quote, a break and a quote."""
    share = name == "Shares"
    text = cell(row, "sharecommentary" if share else "message").replace('"\n"', "\n").strip()
    if not text:
        raise Unreadable("a post without words")
    told, link = cell(row, "date"), cell(row, "sharelink" if share else "link")
    said_at = instant(told)
    return RecordDraft(
        thread=_POSTS,
        raw=row.raw.encode(),
        text=text,
        kind="post" if share else "comment",
        author=owner,
        is_owner=True,
        said_at=said_at,
        precision="none" if said_at is None else "second",
        said_raw=told,
        locator=row.locator,
        native_id=link if share and link else identity(told, link, text),
        zone=None if said_at is None else "UTC",
        visibility="public",
    )
