"""One saying that several sources hold: which of its records stands for it in a view, and where else it is.

Of the records that are linked as the same and that the view may see, the owner's own and then the earliest
imported stands for all; the others repeat it. If that one is hidden, the next one stands. Everything here is
a condition of SQL over what the view sees; `View.sayings` tells of the places.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from afterself.archive.database import archive_errors
from afterself.policy.seen import FROM_RECORDS, Values

_JOINED = FROM_RECORDS.replace("FROM record ", "")
_EARLIER = f"""
FROM same_as AS twin JOIN record ON record.row = twin.record {_JOINED}
WHERE twin.said = mine.said AND (coalesce(record.is_owner, 0), -twin.record)
    > (SELECT coalesce(me.is_owner, 0), -me.row FROM record AS me WHERE me.row = mine.record)
"""


def first_of(seen: str) -> str:
    """The id of the record that stands for the one whose `revision` is selected; null if it does itself.

    `seen` is the condition of the view.
    """
    return f"""CASE WHEN EXISTS (SELECT 1 FROM same_as WHERE same_as.record = revision.record) THEN (
        SELECT (SELECT record.id {_EARLIER} AND {seen}
            ORDER BY coalesce(record.is_owner, 0) DESC, record.row LIMIT 1)
        FROM same_as AS mine WHERE mine.record = revision.record) END"""


def repeats(seen: str) -> str:
    """That a record repeats another one which is seen."""
    return (
        "record.row IN (SELECT mine.record FROM same_as AS mine "
        f"WHERE EXISTS (SELECT 1 {_EARLIER} AND {seen}))"
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Another record of a saying, and where it stands."""

    id: str
    source: str
    thread: str
    thread_title: str


class SayingReads:
    """The part of a view that tells where else a saying stands: `View.sayings`."""

    def __init__(self, db: apsw.Connection, archive_path: Path, seen: str, values: Values) -> None:
        self._db, self._archive_path, self._seen, self._values = db, archive_path, seen, values

    def also_in(self, ids: Sequence[str]) -> dict[str, tuple[Place, ...]]:
        """The other places of these records, as far as they are seen; no entry where there are none."""
        found: dict[str, list[Place]] = {}
        with archive_errors(self._archive_path):
            for id, *place in self._db.execute(
                f"""
                SELECT asked.id, record.id, thread.source, thread.id, thread.title
                FROM record AS asked JOIN same_as AS mine ON mine.record = asked.row
                JOIN same_as AS twin ON twin.said = mine.said AND twin.record != mine.record
                JOIN record ON record.row = twin.record {_JOINED}
                WHERE asked.id IN (SELECT value FROM json_each(:asked)) AND {self._seen} ORDER BY record.row
                """,
                {**self._values, "asked": json.dumps(list(ids))},
            ):
                found.setdefault(id, []).append(Place(*place))
        return {id: tuple(places) for id, places in found.items()}
