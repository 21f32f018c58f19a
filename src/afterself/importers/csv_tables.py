"""Exports that are a set of CSV tables: which tables lie together, known by their names and columns.

Zips of several exports, and folders of them, hold a set below each root; a large table comes in parts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from afterself.importers.csv_rows import header_of
from afterself.importers.source_view import SourceView


@dataclass(slots=True)
class TableSet:
    """The tables of one export: the members of each name, in the order of their parts."""

    root: str
    tables: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def members(self) -> list[str]:
        """All members, table by table."""
        return [name for names in self.tables.values() for name in names]


def table_sets(source: SourceView, table: re.Pattern[str], columns: Mapping[str, set[str]]) -> list[TableSet]:
    """Those whose path matches `table` (groups `root` and `name`) and whose header has its `columns`."""
    found: dict[str, TableSet] = {}
    for member in source.names():
        one = table.fullmatch(member)
        if one and columns[one["name"]] <= set(header_of(source, member)):
            found.setdefault(one["root"], TableSet(one["root"])).tables[one["name"]].append(member)
    return list(found.values())
