"""Labels of records, threads and contacts: words for audiences to choose by, and dates not to be seen before.

A contact's label is kept with their identities and holds for all that the contact says. Each decision is one
entry of the change log, without the word; what was made from words that may not be seen yet becomes stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import apsw

from afterself.archive.changes import ChangeLog
from afterself.archive.contacts import Contact
from afterself.archive.keys import keyed_id, nfc
from afterself.archive.ledger import Artifact, Ledger
from afterself.errors import UsageError
from afterself.home.moments import utc_text

LabelName = Literal["audience", "not_before"]
_LONGEST = 60
_BAD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is to be labelled: ids of records, ids of threads, contacts."""

    records: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `what` it is on, with its `id` (of a contact: its number) and, but for records, its name."""

    what: Literal["record", "thread", "contact"]
    id: str
    called: str
    name: LabelName
    value: str


def checked_label(word: str) -> str:
    """A label as it is kept; UsageError if it cannot be one."""
    word = nfc(word).strip()
    if not word or len(word) > _LONGEST or _BAD.search(word):
        raise UsageError(f"A label is 1 to {_LONGEST} characters on one line.")
    return word


def read_labels(db: apsw.Connection) -> list[Label]:
    """Every label: of threads, contacts, then records."""
    rows = db.execute(
        "SELECT DISTINCT 1, 'thread', thread.id, thread.title, name, value "
        "FROM thread_label JOIN thread ON thread.row = thread_label.thread UNION "
        "SELECT DISTINCT 2, 'contact', contact.id, coalesce(contact.shown, contact.name), "
        "identity_label.name, value FROM identity_label JOIN identity "
        "ON identity.id = identity_label.identity JOIN contact ON contact.id = identity.contact UNION "
        "SELECT 3, 'record', record.id, '', name, value "
        "FROM label JOIN record ON record.row = label.record WHERE name IN ('audience', 'not_before') "
        "ORDER BY 1, 4, 3, 5, 6"
    )
    return [Label(what, str(id), called, name, value) for _, what, id, called, name, value in rows]


class Labels:
    """The labels of one open archive; the caller holds the transaction."""

    def __init__(self, db: apsw.Connection, secret: bytes, changes: ChangeLog, ledger: Ledger) -> None:
        self._db, self._secret, self._changes, self._ledger = db, secret, changes, ledger

    def add(self, subjects: Subjects, word: str) -> int:
        """Put a word on them; gives how many did not have it."""
        return self._put(subjects, "audience", checked_label(word))

    def remove(self, subjects: Subjects, word: str) -> int:
        """Take a word off them; gives how many had it."""
        return self._drop(subjects, "audience", checked_label(word))

    def hold_back(self, subjects: Subjects, until: date) -> int:
        """Let nobody see them before a day (UTC) but the owner's own list, whatever day was said before.

        Gives how many artifacts became stale by it.
        """
        self._drop(subjects, "not_before", None)
        self._put(subjects, "not_before", until.isoformat())
        if until.isoformat() <= utc_text(datetime.now(UTC)):
            return 0
        return len(self._ledger.mark_stale(self._revisions(subjects)))

    def release(self, subjects: Subjects) -> int:
        """Let them be seen at once again; gives how many were held back."""
        return self._drop(subjects, "not_before", None)

    def reach(self, subjects: Subjects) -> tuple[int, list[Artifact]]:
        """How many records a label would reach, and which current artifacts were made from them."""
        revisions = self._revisions(subjects)
        records: Any = self._db.execute(
            "SELECT count(DISTINCT record) FROM revision WHERE row IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(revisions)),),
        ).get
        return int(records), self._ledger.made_from(revisions)

    def all(self) -> list[Label]:
        """Every label: of threads, contacts, then records."""
        return read_labels(self._db)

    def _put(self, subjects: Subjects, name: LabelName, value: str) -> int:
        added = 0
        for _, table, column, rows in self._rows(subjects):
            added += self._count(
                f"INSERT OR IGNORE INTO {table} ({column}, name, value) SELECT value, :name, :value "
                "FROM json_each(:rows)",
                rows, name, value,
            )  # fmt: skip
        self._log("labelled", subjects, name, value)
        return added

    def _drop(self, subjects: Subjects, name: LabelName, value: str | None) -> int:
        dropped = 0
        for _, table, column, rows in self._rows(subjects):
            dropped += self._count(
                f"DELETE FROM {table} WHERE name = :name AND (:value IS NULL OR value = :value) "
                f"AND {column} IN (SELECT value FROM json_each(:rows))",
                rows, name, value,
            )  # fmt: skip
        if dropped:
            self._log("label removed", subjects, name, value)
        return dropped

    def _count(self, sql: str, rows: Sequence[int], name: str, value: str | None) -> int:
        self._db.execute(sql, {"rows": json.dumps(list(rows)), "name": name, "value": value})
        return int(self._db.changes())

    def _rows(self, subjects: Subjects) -> list[tuple[str, str, str, list[int]]]:
        found = [
            ("record", "label", "record", self._numbers("SELECT row FROM record", subjects.records)),
            ("thread", "thread_label", "thread", self._numbers("SELECT row FROM thread", subjects.threads)),
            (
                "contact",
                "identity_label",
                "identity",
                [identity.id for contact in subjects.contacts for identity in contact.identities],
            ),
        ]
        if len(found[0][3]) < len(set(subjects.records)):
            raise UsageError(
                "There is no record with one of these ids. Nothing was changed.",
                remedy="Ids stand in: afterself records --json, and afterself search … --json",
            )
        return [one for one in found if one[3]]

    def _numbers(self, select: str, ids: Iterable[str]) -> list[int]:
        rows = self._db.execute(
            f"{select} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY row", (json.dumps(list(ids)),)
        )
        return [row for (row,) in rows]

    def _revisions(self, subjects: Subjects) -> set[int]:
        """Revision rows of all that they reach, copies in other sources among them."""
        reached = {"record": "record.row", "thread": "record.thread", "contact": "record.author"}
        found: set[int] = set()
        for what, _, _, rows in self._rows(subjects):
            found.update(
                row
                for (row,) in self._db.execute(
                    "WITH reached (record) AS MATERIALIZED (SELECT record.row FROM record "
                    f"WHERE {reached[what]} IN (SELECT value FROM json_each(?))) "
                    "SELECT row FROM revision WHERE record IN (SELECT record FROM reached UNION "
                    "SELECT twin.record FROM reached JOIN same_as AS mine ON mine.record = reached.record "
                    "JOIN same_as AS twin ON twin.said = mine.said)",
                    (json.dumps(rows),),
                )
            )
        return found

    def _log(self, action: str, subjects: Subjects, name: LabelName, value: str | None) -> None:
        identities = [
            keyed_id(self._secret, f"identity/{one.source}/{one.account}/{one.handle}")
            for contact in subjects.contacts
            for one in contact.identities
        ]
        said = value if name == "not_before" or value is None else keyed_id(self._secret, f"label/{value}")
        self._changes.append(
            action, label=name, value=said, records=list(subjects.records), threads=list(subjects.threads),
            identities=identities,
        )  # fmt: skip
