"""Threads that turn out to be one: a mail names the mails that it answers, in whatever order they arrive.

Each mail tells one key of its thread and other names of it (`ThreadDraft.joins`). All of them come to mean
one thread. Records keep the key that their own mail tells, so that no id changes and every later import
finds them.
"""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from afterself.archive.columns import Draft
from afterself.archive.drafts import RecordDraft
from afterself.archive.keys import keyed_id, native_key, thread_key
from afterself.archive.threads import Threads


class Joining:
    """The names of the threads of one import that grow together."""

    def __init__(
        self, db: apsw.Connection, secret: bytes, threads: Threads, source: str, account: str
    ) -> None:
        self._db, self._secret, self._threads = db, secret, threads
        self._source, self._account = source, account
        self._known: dict[str, int] = {}
        self._moved: dict[int, int] = {}

    def together(self, names: Iterable[str]) -> bool:
        """Let all these names mean one thread; False if none of them is known yet."""
        rows = {name: self._row(name) for name in names}
        found = sorted({row for row in rows.values() if row is not None})
        if not found:
            return False
        keep = found[0]
        for gone in found[1:]:
            self._merge(keep, gone)
        self.name(keep, (name for name, row in rows.items() if row is None))
        return True

    def name(self, row: int, names: Iterable[str]) -> None:
        """Let these names, of which none is known, mean this thread."""
        for name in names:
            id, source_key = self.id_of(name)
            self._db.execute(
                "INSERT OR IGNORE INTO thread_alias (id, source_key, thread, joined) VALUES (?, ?, ?, 1)",
                (id, source_key, row),
            )
            self._known[name] = row

    # -- records --------------------------------------------------------------------------

    def told_alone(self, draft: RecordDraft, columns: Draft) -> int | None:
        """The row of the same record where a copy that did not tell its thread brought it; else None."""
        alone = self._alone(draft, columns)
        found = alone and self._db.execute("SELECT row FROM record WHERE id = ?", (alone[0],)).fetchone()
        return int(found[0]) if found else None

    def name_alone(self, draft: RecordDraft, columns: Draft) -> bool:
        """Let a record be found by its own id alone, too: what answers it tells no more. Whether it is."""
        alone = self._alone(draft, columns)
        if alone is not None:
            self._db.execute(
                "INSERT OR IGNORE INTO alias SELECT ?1, ?2, record.row FROM record WHERE record.id = ?3 "
                "AND NOT EXISTS (SELECT 1 FROM record AS first WHERE first.id = ?1)",
                (*alone, columns.id),
            )
        return alone is not None

    def _alone(self, draft: RecordDraft, columns: Draft) -> tuple[str, str] | None:
        """Id and source key that a record would have as its thread's first; None if it has them."""
        if draft.native_id is None:
            return None
        source_key = native_key(self.id_of(draft.native_id)[1], draft.native_id)
        return None if source_key == columns.source_key else (keyed_id(self._secret, source_key), source_key)

    # -- rows -----------------------------------------------------------------------------

    def id_of(self, name: str) -> tuple[str, str]:
        """Id and source key of the thread that a name means by itself."""
        source_key = thread_key(self._source, self._account, name)
        return keyed_id(self._secret, source_key), source_key

    def _row(self, name: str) -> int | None:
        if name not in self._known:
            found = self._db.execute(
                "SELECT row FROM thread WHERE id = ?1 "
                "UNION ALL SELECT thread FROM thread_alias WHERE id = ?1",
                (self.id_of(name)[0],),
            ).fetchone()
            if found is None:
                return None
            self._known[name] = found[0]
        row = self._known[name]
        while row in self._moved:
            row = self._moved[row]
        return row

    def _merge(self, keep: int, gone: int) -> None:
        """Let one thread take in another, with its names, its people, and what was decided about it."""
        # What was released stays released, and nothing else of either; what waits, all waits.
        self._db.execute(
            "INSERT OR IGNORE INTO label (record, name, value) SELECT record.row, name, value "
            "FROM thread_label JOIN record ON record.thread = thread_label.thread "
            "WHERE thread_label.thread IN (?, ?) AND name = 'audience'",
            (keep, gone),
        )
        self._db.execute(
            "DELETE FROM thread_label WHERE thread IN (?, ?) AND name = 'audience'", (keep, gone)
        )
        for table in ("record", "thread_alias", "thread_participant", "thread_label"):
            self._db.execute(f"UPDATE OR IGNORE {table} SET thread = ? WHERE thread = ?", (keep, gone))
        self._db.execute(
            "INSERT OR IGNORE INTO thread_alias (id, source_key, thread, joined) "
            "SELECT id, source_key, ?, 1 FROM thread WHERE row = ?",
            (keep, gone),
        )
        self._db.execute("DELETE FROM thread WHERE row = ?", (gone,))
        self._moved[gone] = keep
        self._threads.merge(keep, gone)
