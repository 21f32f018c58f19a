"""The view: which records a purpose and an audience may see. Nobody reads records except through one.

A view is opened for a purpose that the owner consents to, and for an audience. What it sees is one
SQL condition (`seen.py`) that stands in every query here: nothing is read and then left out. It never shows
the text of what was deleted. A thread is read as it was at one moment, whatever is written meanwhile; nothing
is written here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

import apsw

from afterself.archive.audiences import OWNER, Audience, read_audiences
from afterself.archive.database import archive_errors, open_archive
from afterself.archive.drafts import Attachment
from afterself.archive.keys import microseconds, moment
from afterself.archive.labels import Label, read_labels
from afterself.archive.newer import refuse_newer
from afterself.errors import UsageError
from afterself.home.folder import Self
from afterself.policy.consent import require_consent
from afterself.policy.history import HistoryReads
from afterself.policy.matching import Match, Matches
from afterself.policy.overview import OverviewReads
from afterself.policy.own_words import OwnWordsReads
from afterself.policy.retrieval import RetrievalReads, lexical_table
from afterself.policy.sayings import SayingReads, first_of, repeats
from afterself.policy.seen import FROM_RECORDS, compile_seen, said_between
from afterself.policy.told import ToldReads
from afterself.policy.words import OWN_KINDS, own_spans_text

Purpose = Literal["retrieve", "train", "quote", "list"]

_NEEDS: dict[str, str | None] = {"retrieve": "archive", "train": "train", "quote": "archive", "list": None}
"""The consent that a purpose needs; what there is may always be listed, to see it, or to forget it."""


class ViewRecord(NamedTuple):
    """One record as a view shows it. `text` is the latest revision whole; `own_text` only the owner's own
    words in it, "" where it has none; `words` is `text` less its placeholders; `said` what its author said
    themselves: less also what they quoted or pasted, "" of what they forwarded. `said_at` is aware UTC. A
    missing `position` in a thread is a record that this view may not see. `same_as` is the id of the record
    that stands for this saying here, if another source's does: count it once. `row`: its place in this copy
    of the archive."""

    id: str
    source_key: str
    source: str
    thread: str
    thread_title: str
    thread_kind: str
    author: int | None
    author_name: str
    is_owner: bool | None
    kind: str
    said_at: datetime | None
    precision: str
    reply_to: str | None
    text: str
    own_text: str
    revision: int
    position: int
    deleted: bool
    attachments: tuple[Attachment, ...]
    words: str = ""
    said: str = ""
    same_as: str | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """One identity, with how many of the visible records it wrote.

    `name` is the one its contact is shown under, `called` the one in its own export; identities with the
    same `contact` are one person.
    """

    identity: int
    name: str
    handle: str
    source: str
    is_owner: bool
    records: int
    relation: str | None
    contact: int = 0
    called: str = ""
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """One thread; its participants' `records` count in this thread only."""

    id: str
    key: str
    title: str
    kind: str
    source: str
    records: int
    first: datetime | None
    last: datetime | None
    participants: tuple[PersonInfo, ...]
    language: str | None = None
    """In which language the owner mostly writes in it, where they write in several (`own_words`)."""


_COLUMNS = """
SELECT record.row, record.id, record.source_key, thread.source, thread.id, thread.title, thread.kind,
       record.author, coalesce(contact.shown, identity.name, ''), record.is_owner, record.kind,
       record.said_at, record.precision, CASE WHEN record.reply_to IS NOT NULL THEN coalesce(
           (SELECT answered.id FROM record AS answered WHERE answered.id = record.reply_to),
           (SELECT answered.id FROM alias JOIN record AS answered ON answered.row = alias.record
            WHERE alias.id = record.reply_to)) END,
       revision.text, revision.n, record.position, record.deleted, record.attachments, revision.spans,
       revision.row, record.forwarded_from
"""
_FROM = f"{FROM_RECORDS} JOIN revision ON revision.row = record.revision"
_PERSON = """
SELECT identity.id, coalesce(contact.shown, identity.name), identity.handle, identity.source,
       coalesce(identity.owner, 0), coalesce(wrote.n, 0) AS records, contact.relation, contact.id,
       identity.name, contact.excluded
"""
_ORDER = " ORDER BY record.order_at, record.position"


class View:
    """The records that a purpose and an audience may see. Made by `open_view`; close it, or use `with`."""

    def __init__(
        self, self_: Self, purpose: Purpose, audience: str = OWNER, until: datetime | None = None
    ) -> None:
        self.purpose: Purpose = purpose
        self.audience = audience.strip().lower()
        self.kept: dict[type, Any] = {}  # what its readers learned of it, by their class
        self._self = self_
        self._db: apsw.Connection = open_archive(self_.archive_path, self_.keys, read_only=True)
        try:
            with archive_errors(self_.archive_path):
                if self.audience != OWNER:
                    refuse_newer(self._db, "what an audience may see")
                if (needed := _NEEDS[purpose]) is not None:
                    require_consent(self_, needed, self._db)
                self._seen = compile_seen(self._db, purpose, audience)
        except BaseException:
            self._db.close()
            raise
        seen = self._seen.record
        if until is not None:
            seen += f" AND record.said_at IS NOT NULL AND record.order_at < {microseconds(until)}"
        self._where = f"WHERE {seen}"
        self._select = f"{_COLUMNS.rstrip()}, {first_of(seen)} {_FROM}"
        self._matches = Matches(self._db, self._seen, seen)
        self.quotes = self._seen.quotes
        """Whether the audience may be shown words verbatim."""
        self.overview = OverviewReads(self._db, self_.archive_path, self._seen)
        single = f"{seen} AND NOT {repeats(seen)}"
        twins = repeats(seen) if self._seen.everything and until is None else None
        self.own = OwnWordsReads(self._db, self_.archive_path, single, self._seen.values, twins)
        self.history = HistoryReads(self._db, self_.archive_path, self._seen)
        self.sayings = SayingReads(self._db, self_.archive_path, seen, self._seen.values)
        self.told = ToldReads(self._db, self_.archive_path, seen, self._seen.values)
        read = (self.many, self.by_rows)
        self.retrieval = RetrievalReads(self._db, self_.archive_path, self._seen, seen, *read)

    def __enter__(self) -> View:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive; the view cannot be used after it."""
        self._db.close()

    def owner_name(self) -> str:
        """The name that the self was given."""
        return self._self.declaration.name

    def owner_names(self) -> tuple[str, ...]:
        """The names under which the owner may appear: as declared, and as the exports have them."""
        seen = [name for one in self.people() if one.is_owner for name in (one.name, one.called, one.handle)]
        return tuple(dict.fromkeys((self.owner_name(), *seen)))

    def audiences(self) -> list[Audience]:
        """The audiences that something was released for; an audience is told of itself alone."""
        with archive_errors(self._self.archive_path):
            return [one for one in read_audiences(self._db) if self.audience in (OWNER, one.name)]

    def labels(self) -> list[Label]:
        """Every label; none but for the owner's own list."""
        with archive_errors(self._self.archive_path):
            return read_labels(self._db) if self._seen.everything else []

    # -- records --------------------------------------------------------------------------

    def records(
        self,
        *,
        thread: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        source: str | None = None,
    ) -> Iterator[ViewRecord]:
        """Records by thread, then order; of one thread or source, or said in [since, until).

        A naive time is UTC. A record without a time counts as said when the last one before it in its
        thread was.
        """
        wanted, bounds = said_between(since, until)
        values = {**self._seen.values, **bounds}
        with archive_errors(self._self.archive_path):
            threads = self._db.execute(
                "SELECT row FROM thread WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR source = ?2) "
                "ORDER BY row",
                (thread, source),
            ).fetchall()
            for (row,) in threads:
                rows = self._db.execute(
                    f"{self._select} {self._where} AND record.thread = :thread{wanted}{_ORDER}",
                    {**values, "thread": row},
                )
                for found in rows:
                    yield self._record(found)

    def record(self, id: str) -> ViewRecord | None:
        """The record with this id, or None if there is none that this view may see."""
        return self.many([id]).get(id)

    def many(self, ids: Sequence[str]) -> dict[str, ViewRecord]:
        """The records with these ids, in the order asked for; those it may not see are left out."""
        found = {record.id: record for record in self._among("record.id", [_clean(id) for id in ids])}
        return {id: found[id] for id in ids if id in found}

    def by_rows(self, rows: Sequence[int]) -> list[ViewRecord]:
        """The same by their rows (`matching`, `ViewRecord.row`), which is faster."""
        found = {record.row: record for record in self._among("record.row", rows)}
        return [found[row] for row in rows if row in found]

    def _among(self, column: str, listed: Sequence[str] | Sequence[int]) -> list[ViewRecord]:
        with archive_errors(self._self.archive_path):
            rows = self._db.execute(
                f"{self._select} {self._where} AND {column} IN (SELECT value FROM json_each(:listed))",
                {**self._seen.values, "listed": json.dumps(list(listed))},
            )
            return [self._record(row) for row in rows]

    def sees_all(self, ids: Collection[str]) -> bool:
        """Whether it may see every one of these records."""
        with archive_errors(self._self.archive_path):
            if not self._seen.narrows(self._db):
                return True
            seen: Any = self._db.execute(
                f"SELECT count(*) {FROM_RECORDS} WHERE {self._seen.record} "
                "AND record.id IN (SELECT value FROM json_each(:ids))",
                {**self._seen.values, "ids": json.dumps([_clean(id) for id in ids])},
            ).get
        return int(seen) == len(set(ids))

    def match(
        self, fts_query: str, limit: int, *, once: bool = True, pairs: bool = False
    ) -> list[tuple[str, float]]:
        """Ids of the records that match an FTS5 query, best first, with bm25 scores (higher is better).

        A text that is no FTS5 query is searched for its words, any of them. `once`: without those that
        repeat what another source has. `pairs`: a query of pairs of characters, for scripts that write no
        blanks.
        """
        return [(id, score) for _, id, score in self._best(fts_query, limit, once, pairs)]

    def matching(self, fts_query: str, limit: int, *, once: bool = True, pairs: bool = False) -> list[int]:
        """The same as rows, for `by_rows`."""
        return [row for row, _, _ in self._best(fts_query, limit, once, pairs)]

    def _best(self, fts_query: str, limit: int, once: bool, pairs: bool) -> list[Match]:
        with archive_errors(self._self.archive_path):
            return self._matches.best(_clean(fts_query), limit, once=once, table=lexical_table(pairs))

    def _record(self, row: tuple[Any, ...]) -> ViewRecord:
        (number, id, source_key, source, thread, title, thread_kind, author, name, is_owner, kind,
         said_at, precision, reply_to, text, n, position, deleted, attachments, spans, revision,
         forwarded, same_as) = row  # fmt: skip
        text = "" if deleted else text
        foreign = self._spans(revision) if spans and text else []
        words = text.strip()
        if foreign:
            words = own_spans_text(text, (span for span in foreign if span[2] == "placeholder"))
        themselves = "" if forwarded is not None else own_spans_text(text, foreign) if foreign else words
        own = themselves if is_owner and kind in OWN_KINDS else ""
        return ViewRecord(
            id, source_key, source, thread, title, thread_kind, author, name,
            None if is_owner is None else bool(is_owner), kind,
            None if said_at is None else moment(said_at), precision, reply_to, text, own, n, position,
            bool(deleted), self._attachments(number) if attachments else (), words, themselves,
            same_as, number,
        )  # fmt: skip

    def _spans(self, revision: int) -> list[tuple[int, int, str]]:
        rows: Any = self._db.execute("SELECT begins, ends, kind FROM span WHERE revision = ?", (revision,))
        return list(rows)

    def _attachments(self, record: int) -> tuple[Attachment, ...]:
        rows = self._db.execute(
            "SELECT name, state, mime, size, member, taken, latitude, longitude FROM attachment "
            "WHERE record = ? ORDER BY n",
            (record,),
        )
        return tuple(Attachment(*row) for row in rows)

    # -- threads and people ---------------------------------------------------------------

    def threads(self) -> list[ThreadInfo]:
        """Every thread that has something to see, in the order in which they were first imported."""
        with archive_errors(self._self.archive_path):
            people: dict[int, list[PersonInfo]] = {}
            for *person, thread in self._db.execute(
                f"""
                {_PERSON}, there.thread FROM thread_participant AS there
                JOIN identity ON identity.id = there.identity JOIN contact ON contact.id = identity.contact
                LEFT JOIN ({self._wrote("record.thread, record.author")}) AS wrote
                    ON wrote.thread = there.thread AND wrote.author = identity.id
                WHERE {self._seen.person} ORDER BY there.thread, identity.id
                """,
                self._seen.values,
            ):
                people.setdefault(thread, []).append(_person(person))
            rows = self._db.execute(
                "SELECT thread.row, thread.id, thread.key, thread.title, thread.kind, thread.source, "
                f"count(*), min(record.said_at), max(record.said_at) {FROM_RECORDS} {self._where} "
                "GROUP BY thread.row ORDER BY thread.row",
                self._seen.values,
            )
            return [
                ThreadInfo(
                    id, key, title, kind, source, records, None if first is None else moment(first),
                    None if last is None else moment(last), tuple(people.get(row, ())),
                )
                for row, id, key, title, kind, source, records, first, last in rows
            ]  # fmt: skip

    def people(self) -> list[PersonInfo]:
        """Every identity that may be named, those who wrote most first.

        An audience is told only of those who wrote, or were there, where it sees something.
        """
        with archive_errors(self._self.archive_path):
            named = "" if self.audience == OWNER else f"AND identity.id IN ({self._named()})"
            rows = self._db.execute(
                f"""
                {_PERSON} FROM identity JOIN contact ON contact.id = identity.contact
                LEFT JOIN ({self._wrote("record.author")}) AS wrote ON wrote.author = identity.id
                WHERE {self._seen.person} {named} ORDER BY records DESC, identity.id
                """,
                self._seen.values,
            )
            return [_person(row) for row in rows]

    def _wrote(self, by: str) -> str:
        """How many records there are by author (and thread), of those that are seen."""
        seen = f"{FROM_RECORDS} WHERE {self._seen.record}" if self._seen.narrows(self._db) else "FROM record"
        return f"SELECT {by}, count(*) AS n {seen} GROUP BY {by}"

    def _named(self) -> str:
        """Identities who wrote, or were there, where something is seen."""
        return (
            "WITH shown AS MATERIALIZED (SELECT DISTINCT record.author AS author, record.thread AS thread "
            f"{FROM_RECORDS} WHERE {self._seen.record}) SELECT author FROM shown UNION "
            "SELECT there.identity FROM thread_participant AS there "
            "WHERE there.thread IN (SELECT thread FROM shown)"
        )


def _person(row: Sequence[Any]) -> PersonInfo:
    identity, name, handle, source, owner, records, relation, contact, called, excluded = row
    return PersonInfo(
        identity, name, handle, source, bool(owner), records, relation, contact, called, bool(excluded)
    )


def _clean(text: str) -> str:
    """What SQLite can take as a text parameter and FTS5 as a query."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def open_view(self_: Self, purpose: Purpose, audience: str = OWNER, until: datetime | None = None) -> View:
    """Open a view for a purpose; NotAllowed if the owner's consent to it is not in force, if there
    is no such audience, or if nothing may be quoted to it and the purpose is to quote.

    With `until` (aware) it is the archive as it stood then: of texts and threads nothing later is seen, nor
    what has no date. Who takes part and how often a word is used stay those of the whole archive.
    """
    if purpose not in get_args(Purpose):
        raise UsageError(f"“{purpose}” is no purpose a view can have.")
    return View(self_, purpose, audience, until)
