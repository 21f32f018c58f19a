"""Tables whose columns the owner has named (`odd_tables`) -> conversations and what was said in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from afterself.archive.drafts import Kind, RecordDraft, Yielded
from afterself.importers.contract import Detection, Options
from afterself.importers.csv_rows import Row
from afterself.importers.generic import TableFile, TableReading, candidates
from afterself.importers.local_time import LocalClock
from afterself.importers.odd_dates import iso_of
from afterself.importers.odd_tables import Mapping, Table, table_of, table_rows
from afterself.importers.source_view import SourceView
from afterself.importers.text_lines import encoding_of

_COPY = re.compile(r"(?: \(\d+\))?(?:\.[A-Za-z0-9]{1,8})?$")
"""What browsers and programs put at the end of a file's name."""


class MappedImporter:
    """Reads tables of which the owner said how they are to be read; `owner` wrote those without an author."""

    name = "Table with columns that you named"
    version = "1"
    source = "table"
    reads = "CSV, JSON Lines or a JSON array, after `import --map`"
    kinds: frozenset[Kind] = frozenset(("message",))
    general = False

    def __init__(self, owner: str, known: Sequence[Mapping]) -> None:
        self._owner, self._known = owner, known

    def detect(self, source: SourceView) -> Detection:
        """Sure if a table has the columns of a mapping."""
        found = [table.member for table, _ in self._tables(source)]
        return Detection(0.9 if found else 0.0, "table", "", tuple(found))

    def open(self, source: SourceView, options: Options) -> Iterator[Yielded]:
        """Every table of a known shape, each in the zone that was said of it."""
        for table, mapping in self._tables(source):
            if options.date_order:
                mapping = replace(mapping, date_order=options.date_order)
            named = partial(_named, source, table, mapping, self._owner)
            file = TableFile(table.member, encoding_of(source, table.member), named)
            for item in TableReading([file], LocalClock(options.zone or mapping.zone)).records():
                if isinstance(item, RecordDraft) and mapping.author is None:
                    item = item._replace(is_owner=True)
                yield item

    def _tables(self, source: SourceView) -> Iterator[tuple[Table, Mapping]]:
        for name in candidates(source):
            table = table_of(source, name)
            mapping = next((one for one in self._known if table and one.fits(table)), None)
            if table and mapping:
                yield table, mapping


def _named(source: SourceView, table: Table, mapping: Mapping, owner: str) -> Iterator[Row]:
    """The rows of a table, their fields named as the generic format names them."""
    file = _COPY.sub("", table.member.rpartition("/")[2]) or table.member
    for row in table_rows(source, table):
        yield row if row.fields is None else replace(row, fields=fields_of(row.fields, mapping, owner, file))


def fields_of(fields: dict[str, object], mapping: Mapping, owner: str, file: str) -> dict[str, object]:
    """What a row says, as a row of the generic format."""

    def named(column: str | None, otherwise: str) -> object:
        value = fields.get(column) if column else otherwise
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    time = fields.get(mapping.time) if mapping.time else None
    return {
        "conversation": named(mapping.conversation, file) or file,
        "author": named(mapping.author, owner),
        "text": named(mapping.text, ""),
        "time": iso_of(time, mapping.date_order) if time not in (None, "") else None,
    }
