"""The open format: JSON Lines, a JSON array or CSV with conversation, time, author and text -> drafts.

Anything that can write a table can feed a self through it. Optional columns are id,
reply_to, kind, recipients and language. A file is read twice, line by line: once for
who is in which conversation, once for the records. Layouts stand in `generic_rows`,
fields in `generic_record`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import get_args

from afterself.archive.drafts import Kind, Person, Problem, RecordDraft, ThreadDraft, Yielded
from afterself.errors import SourceError
from afterself.importers.contract import Detection, Options, Unreadable
from afterself.importers.csv_rows import Row
from afterself.importers.generic_record import record_of, thread_and_author
from afterself.importers.generic_rows import Layout, layout_of, rows
from afterself.importers.local_time import LocalClock
from afterself.importers.source_view import SourceView, shown
from afterself.importers.text_lines import Encoding, encoding_of, head_text

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A member with rows, whose fields are named as the format names them; they can be read again."""

    member: str
    encoding: Encoding
    rows: Callable[[], Iterator[Row]]


class GenericImporter:
    """Reads what other programs and people write for Afterself on purpose."""

    name = "Generic messages"
    version = "1"
    source = "generic"
    reads = "JSON Lines, a JSON array or CSV with conversation, time, author, text"
    kinds: frozenset[Kind] = frozenset(get_args(Kind))
    general = True

    def detect(self, source: SourceView) -> Detection:
        """Sure if the head of a file shows the columns author and text; surer with conversation."""
        found: list[tuple[str, Layout]] = []
        best = 0.0
        for name in candidates(source):
            shape = _shape(source, name)
            if shape:
                found.append((name, shape[0]))
                best = max(best, 0.8 if "conversation" in shape[1] else 0.6)
        if not found:
            return Detection(0.0, "", "", ())
        kinds = ", ".join(sorted({layout for _, layout in found}))
        return Detection(best, kinds, "columns author and text", tuple(name for name, _ in found))

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Threads and records of every file that shows the columns."""
        files: list[TableFile] = []
        for name in candidates(source):
            shape = _shape(source, name)
            if shape:
                encoding = encoding_of(source, name)
                files.append(TableFile(name, encoding, partial(rows, source, name, shape[0], encoding)))
        return TableReading(files, LocalClock(options.zone)).records()


class TableReading:
    """One pass for the conversations, one for the records, over all files of a source."""

    def __init__(self, files: list[TableFile], clock: LocalClock) -> None:
        self._files = files
        self._clock = clock
        self._threads: dict[str, ThreadDraft] = {}
        self._last: dict[str, datetime] = {}
        self._ids: dict[tuple[str, str], bytes] = {}

    def records(self) -> Iterator[Yielded]:
        self._threads = self._conversations()
        for file in self._files:
            if file.encoding.warning:
                yield Problem("warning", shown(file.member), file.encoding.warning)
            yield from self._records_of(file)

    def _conversations(self) -> dict[str, ThreadDraft]:
        authors: dict[str, dict[str, None]] = {}
        for file in self._files:
            for row in file.rows():
                known = thread_and_author(row)
                if known:
                    among = authors.setdefault(known[0], {})
                    if known[1]:
                        among[known[1]] = None
        return {
            key: ThreadDraft(
                key, key, "group" if len(names) > 2 else "direct", tuple(Person(n, n) for n in names)
            )
            for key, names in authors.items()
        }

    def _records_of(self, file: TableFile) -> Iterator[Yielded]:
        reasons: Counter[str] = Counter()
        read = 0
        for row in file.rows():
            where = f"{shown(file.member)}:line {row.line}"
            conversation = row.fields.get("conversation") if row.fields else None
            after = self._last.get(conversation.strip()) if isinstance(conversation, str) else None
            try:
                draft, warnings = record_of(row, self._clock, after)
                self._check_id(draft)
            except Unreadable as why:
                reasons[str(why)] += 1
                yield Problem("skipped", where, str(why))
                continue
            read += 1
            if draft.said_at:
                self._last[draft.thread] = draft.said_at
            if draft.thread in self._threads:
                yield self._threads.pop(draft.thread)
            yield draft
            for warning in warnings:
                yield Problem("warning", where, warning)
        if not read:
            raise _nothing_read(file, reasons)

    def _check_id(self, draft: RecordDraft) -> None:
        """The same id with other content would make each import overwrite the other record."""
        if draft.native_id is None:
            return
        key = (draft.thread, draft.native_id)
        if self._ids.setdefault(key, draft.raw) != draft.raw:
            raise Unreadable("the id was already used in this conversation for something else")


def candidates(source: SourceView) -> list[str]:
    """Members that may be tables: a file that is handed in alone, whatever it is called."""
    names = source.names()
    return list(names) if source.kind == "file" else [n for n in names if n.lower().endswith(_SUFFIXES)]


def _shape(source: SourceView, name: str) -> tuple[Layout, frozenset[str]] | None:
    text = head_text(source.head(name))
    return layout_of(text) if text else None


def _nothing_read(file: TableFile, reasons: Counter[str]) -> SourceError:
    told = "; ".join(f"{count} × {why}" for why, count in reasons.most_common(3)) or "it holds only a header"
    return SourceError(
        f"Nothing in “{shown(file.member)}” can be read as messages: {told}.",
        remedy="Each needs conversation, author and text; time may be null. "
        'One JSON object a line: {"conversation": …, "time": …, "author": …, "text": …}',
    )
