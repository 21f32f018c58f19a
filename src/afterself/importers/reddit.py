"""What Reddit gives on request -> posts, comments, messages and chats; a folder of tables.

Large tables go on in `…_1.csv`. Posts and comments have no column that says who wrote them: the owner did,
whom `statistics.csv` names. Tables without text (headers, votes, what was saved) are not read. Rows are
understood in `reddit_rows`, what rexport saves of the API in `reddit_api`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from afterself.archive.drafts import Kind, OwnerHint, Person, Problem, RecordDraft, ThreadDraft, Yielded
from afterself.importers.attached import came_with
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.csv_rows import Row, cell, table_rows
from afterself.importers.csv_tables import TableSet, table_sets
from afterself.importers.reddit_api import snapshot_records, snapshots
from afterself.importers.reddit_rows import POSTS, Chats, comment_of, message_of, post_of
from afterself.importers.source_view import SourceView, shown

_TABLE = re.compile(
    r"(?P<root>(?:.*/)?)(?P<name>posts|comments|messages|messages_archive|chat_history)(?:_(?P<part>\d+))?\.csv"
)
_COLUMNS = {
    "posts": {"id", "permalink", "subreddit", "title"},
    "comments": {"id", "permalink", "subreddit", "parent"},
    "messages": {"id", "permalink", "from", "to", "subject"},
    "messages_archive": {"id", "permalink", "from", "to", "subject"},
    "chat_history": {"message_id", "username", "channel_url"},
}
_OTHERS = re.compile(
    r"(?:\w+_headers|statistics|\w+_votes|saved_\w+|hidden_\w+|announcements|approved_\w+|account_\w+|birthdate|"
    r"checkfile|drafts|friends|gilded_content|gold_received|ip_logs|linked_\w+|moderated_\w+|multireddits|"
    r"payouts|persona|poll_votes|purchases|scheduled_posts|sensitive_ads_preferences|stripe|"
    r"subscribed_subreddits|twitter|user_preferences|usernames|comments|posts|messages|chat_history)(?:_\d+)?\.csv$"
)


class RedditImporter:
    """Reads the tables that Reddit gives on request."""

    name = "Reddit data request"
    version = "1"
    source = "reddit"
    reads = "the zip or folder of tables that Reddit gives on request; what rexport saves"
    kinds: frozenset[Kind] = frozenset(("post", "comment", "message"))
    general = False

    def detect(self, source: SourceView) -> Detection:
        """Sure if tables have Reddit's columns."""
        found, saved = table_sets(source, _TABLE, _COLUMNS), snapshots(source)
        if not found and not saved:
            return Detection(0.0, "", "")
        tables = [name for one in found for name in one.members()]
        also = came_with(source, tables, _OTHERS)
        format = "Reddit data request" if found else "Reddit (rexport)"
        return Detection.of(0.95, format, "tables or lists as Reddit's", [*saved, *tables], also)

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Of each request: who its owner is, posts and comments, messages, chats."""
        for request in table_sets(source, _TABLE, _COLUMNS):
            named = _account(source, request.root)
            name = named or next((one for one in options.me if one.strip()), "")
            owner = Person(name or "owner", name or "You")
            if named:
                yield OwnerHint(owner, "the account in statistics.csv")
            yield from _Reading(source, request, owner).records()
        for member in snapshots(source):
            yield from snapshot_records(source, member)


def _account(source: SourceView, root: str) -> str:
    """The name in `statistics.csv`, "" if it says none."""
    member = f"{root}statistics.csv"
    if member not in source or source.size(member) > 1 << 20:
        return ""
    told = {cell(row, "statistic"): cell(row, "value") for row in table_rows(source, member)}
    return told.get("account name", "")


class _Reading:
    """The records of one request."""

    def __init__(self, source: SourceView, request: TableSet, owner: Person) -> None:
        self._source, self._request, self._owner = source, request, owner
        self._told: set[str] = set()

    def records(self) -> Iterator[Yielded]:
        posts = ThreadDraft(POSTS, "Posts", "public", (self._owner,))
        yield from self._read("posts", lambda row: (posts, post_of(row, self._owner)))
        yield from self._read("comments", lambda row: (posts, comment_of(row, self._owner)))
        for name in ("messages", "messages_archive"):
            yield from self._read(name, message_of)
        chats = Chats(self._owner)
        for member in self._request.tables["chat_history"]:
            for row in table_rows(self._source, member):
                chats.meet(row)
        yield from self._read("chat_history", chats.record_of)

    def _read(self, name: str, read: Callable[[Row], tuple[ThreadDraft, RecordDraft]]) -> Iterator[Yielded]:
        """Each row as a record, its thread before it; the same message in two tables is one."""
        for member in self._request.tables[name]:
            for row in table_rows(self._source, member):
                try:
                    if row.fields is None:
                        raise Unreadable(row.why)
                    thread, record = read(row)
                except Unreadable as why:
                    yield Problem("skipped", f"{shown(member)}: line {row.line}", str(why))
                    continue
                if thread.key not in self._told:
                    self._told.add(thread.key)
                    yield thread
                yield record
