"""How the tests of the importers read a source: with the real registry, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from afterself.archive.drafts import Problem, RecordDraft, ThreadDraft
from afterself.importers.contract import Options
from afterself.importers.registry import recognise
from afterself.importers.source_view import SourceView

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3),
    max_leaves=5,
)
"""Values of any shape, as a damaged or hostile export may hold them."""


@dataclass
class Read:
    """What the importers of a source yielded, apart by kind, and the formats that were recognised."""

    formats: list[str]
    threads: list[ThreadDraft]
    records: list[RecordDraft]
    problems: list[Problem]

    @property
    def lines(self) -> list[tuple[str | None, str]]:
        return [(r.author.name if r.author else None, r.text) for r in self.records]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        return [(p.where, p.why) for p in self.problems if p.severity == "skipped"]

    @property
    def warnings(self) -> list[str]:
        return [p.why for p in self.problems if p.severity == "warning"]


def read_source(source: SourceView, options: Options) -> Read:
    read = Read([], [], [], [])
    for one in recognise(source):
        read.formats.append(one.detection.format)
        known: set[str] = set()
        for item in one.importer.open(one.source, options):
            if isinstance(item, ThreadDraft):
                known.add(item.key)
                read.threads.append(item)
            elif isinstance(item, RecordDraft):
                assert item.thread in known, "a thread stands before its first record"
                read.records.append(item)
            elif isinstance(item, Problem):
                read.problems.append(item)
    return read
