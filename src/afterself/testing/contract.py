"""What every importer promises, as tests that a test class inherits: one run for each export.

    class TestMine(ImporterContract):
        importer = MyImporter()
        exports = Path(__file__).parent / "exports"

How exports are laid out says `afterself.testing.cases`. What is special about a format is tested beside it.
"""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterself.home.folder import Self
from afterself.importers.contract import Importer
from afterself.importers.ingest import ImportSummary, import_source
from afterself.importers.registry import SURE_ENOUGH, Recognised
from afterself.importers.source_view import SourceView
from afterself.policy import open_view
from afterself.testing.alone import watched
from afterself.testing.cases import Case, cases_in, each_cut, members_of, read, source_of

_TELLING = 12
"""Code points from which on a text in a message to people is somebody's words, and no accident."""

_WORD = re.compile(rb"\w+")
_WORDS = 10_000
_OTHER = b"\x00\x01nothing of the kind\n" * 8
_NO_AUTHOR = ("system", "call", "document")


class ImporterContract:
    """Set `importer` and `exports`; override `large` for a format that grows big.

    `needs` are the things that every record of the format has: take one out where its platform has none.
    `mutations`: damaged copies of each export that are tried.
    """

    importer: ClassVar[Importer]
    exports: ClassVar[Path]
    needs: ClassVar[frozenset[str]] = frozenset(("author", "time"))
    mutations: ClassVar[int] = 100

    @classmethod
    def cases(cls) -> list[Case]:
        """What is tried; by default what lies in `exports`."""
        if not hasattr(cls, "importer"):
            return []
        return cases_in(cls.exports, cls.importer)

    def large(self, folder: Path) -> Path | None:
        """Write an export of some megabytes into `folder` and give its path; None: none can be made."""
        return None

    @pytest.fixture
    def export(self, case: Case, tmp_path: Path) -> Path:
        """The export of a case, in a folder of its own."""
        return case.first(tmp_path / "first")

    def test_it_is_recognised_by_its_content_under_any_name(self, case: Case, export: Path) -> None:
        other = export.rename(export.with_name("unnamed" + "".join(export.suffixes[-2:])))
        if other.is_file() and other.suffix.lower() not in (".zip", ".gz", ".tgz", ".tar"):
            other = other.rename(other.with_suffix(""))
        with SourceView.at(other) as source:
            assert case.importer.detect(source).confidence >= SURE_ENOUGH

    def test_other_content_under_its_names_is_not_read(self, case: Case, export: Path) -> None:
        members = dict.fromkeys(members_of(export), _OTHER)
        found = read(case.importer, source_of(export, members), case.options)
        assert not found.records

    def test_every_record_says_who_when_and_where_it_stands(self, case: Case, export: Path) -> None:
        with SourceView.at(export) as source:
            found = read(case.importer, source, case.options)
            assert found.records and not found.broken, found.broken
            for one in found.records:
                assert one.author or one.kind in _NO_AUTHOR or "author" not in self.needs, one.locator
                assert one.said_at or "time" not in self.needs, one.locator
                assert one.raw or one.native_id is not None, one.locator
                assert one.locator.member in source, one.locator

    def test_its_records_and_their_keys_are_the_golden_ones(
        self, case: Case, export: Path, tmp_path: Path, write_golden: bool
    ) -> None:
        found = _stored(_imported(case, export, tmp_path / "self")[0])
        if write_golden and not case.golden.exists():
            case.golden.write_text(_lines(found), "utf-8")
        assert case.golden.exists(), "there is no golden.jsonl yet: pytest --write-golden writes one to check"
        assert _lines(found) == case.golden.read_text("utf-8")

    def test_importing_it_twice_changes_nothing(self, case: Case, export: Path, tmp_path: Path) -> None:
        self_, _ = _imported(case, export, tmp_path / "self")
        before = _stored(self_)
        again = _import(self_, case, export)
        assert (again.new, again.changed) == (0, 0)
        assert _stored(self_) == before

    def test_a_later_export_adds_exactly_what_is_new(self, case: Case, export: Path, tmp_path: Path) -> None:
        if case.later is None:
            pytest.skip("there is no later export of it (later/)")
        later = case.later(tmp_path / "later")
        alone = _stored(_imported(case, later, tmp_path / "alone")[0])
        self_, _ = _imported(case, export, tmp_path / "self")
        before = _stored(self_)
        summary = _import(self_, case, later)
        assert summary.new == len(_keys(alone) - _keys(before)) > 0
        assert _keys(_stored(self_)) == _keys(before) | _keys(alone)
        known, now = _by_saying(before), _by_saying(alone)
        otherwise = [keys for said, keys in known.items() if not keys <= now.get(said, keys)]
        assert not otherwise, "what stands in both exports is known by another key in the later one"
        assert _import(self_, case, export).new == 0, "the earlier export, imported once more"

    def test_a_cut_off_export_is_refused_or_told(self, case: Case, export: Path) -> None:
        members = members_of(export)
        words = self._words(case, export)
        for cut in each_cut(members):
            self._check_told(case, source_of(export, cut), words)

    def test_a_damaged_export_is_refused_or_told(self, case: Case, export: Path) -> None:
        members = members_of(export)
        names = sorted(name for name, data in members.items() if data)
        words = self._words(case, export)

        @settings(
            max_examples=self.mutations, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(st.data())
        def damage(data: st.DataObject) -> None:
            name = data.draw(st.sampled_from(names))
            changed = {**members, name: _mutated(members[name], data)}
            self._check_told(case, source_of(export, changed), words)

        damage()

    def test_it_only_reads(self, case: Case, export: Path, capfd: pytest.CaptureFixture[str]) -> None:
        lay = _lying(export)
        with SourceView.at(export) as source:
            read(case.importer, source, case.options)  # what is loaded at first is loaded now
            with watched() as done:
                read(case.importer, source, case.options)
        assert done == [] and _lying(export) == lay
        assert capfd.readouterr() == ("", "")

    def test_a_large_export_is_not_held_in_memory(self, tmp_path: Path) -> None:
        path = self.large(tmp_path)
        if path is None:
            pytest.skip("no large export is made (override `large`)")
        peak, records = _peak(self.importer, path)
        size = path.stat().st_size
        assert records and peak < size / 4, f"{peak >> 10} KiB for an export of {size >> 10} KiB"

    def _words(self, case: Case, export: Path) -> frozenset[str]:
        """The lines that were said in an export, where they are long enough to be known again."""
        with SourceView.at(export) as source:
            records = read(case.importer, source, case.options).records
            names = "\n".join(source.names())  # what a file is called may be told
        lines = (line.strip() for one in records for line in one.text.splitlines())
        return frozenset(line for line in lines if len(line) >= _TELLING and line not in names)

    def _check_told(self, case: Case, source: SourceView, words: Iterable[str]) -> None:
        found = read(case.importer, source, case.options)
        assert not found.broken, found.broken
        assert found.refused is None or found.refused.message, "a refusal says why"
        leaked = [text for text in words if text in found.told]
        assert not leaked, "what is told of a damaged export must not quote it"


def _lying(export: Path) -> dict[Path, bytes]:
    """What lies where the export does: temporary files elsewhere are an importer's own business."""
    return {one: one.read_bytes() for one in export.parent.rglob("*") if one.is_file()}


def _mutated(content: bytes, data: st.DataObject) -> bytes:
    """Bytes of a member with a word or a stretch of them left out, doubled or overwritten."""
    words = [one.span() for one in _WORD.finditer(content)][:_WORDS]
    starts, lengths = st.integers(0, len(content) - 1), st.integers(1, 80)
    stretches = st.tuples(starts, lengths).map(lambda one: (one[0], sum(one)))
    begin, end = data.draw(st.one_of(st.sampled_from(words), stretches) if words else stretches)
    put = data.draw(st.one_of(st.just(b""), st.just(content[begin:end] * 2), st.binary(max_size=12)))
    return content[:begin] + put + content[end:]


def _imported(case: Case, export: Path, folder: Path) -> tuple[Self, ImportSummary]:
    """A new self that holds an export."""
    self_ = Self.create(folder, name="Somebody", right="fictional", allow=("archive",))
    return self_, _import(self_, case, export)


def _import(self_: Self, case: Case, export: Path) -> ImportSummary:
    with SourceView.at(export) as source:
        one = Recognised(case.importer, case.importer.detect(source), source)
        return import_source(self_, source, replace(case.options), recognised=[one])


def _stored(self_: Self) -> list[dict[str, Any]]:
    """Every record of a self, as a golden writes it."""
    with open_view(self_, "list") as view:
        return [
            {
                "key": one.source_key,
                "author": one.author_name or None,
                "said_at": one.said_at and one.said_at.isoformat(),
                "kind": one.kind,
                "text": one.text,
                "own_text": one.own_text,
            }
            for one in view.records()
        ]


def _keys(records: list[dict[str, Any]]) -> set[str]:
    return {one["key"] for one in records}


def _by_saying(records: list[dict[str, Any]]) -> dict[tuple[str, ...], set[str]]:
    """By whom, when and what was said: the keys that it is known by."""
    found: dict[tuple[str, ...], set[str]] = {}
    for one in records:
        said = tuple(str(one[name]) for name in ("author", "said_at", "text"))
        found.setdefault(said, set()).add(one["key"])
    return found


def _lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


def _peak(importer: Importer, path: Path) -> tuple[int, int]:
    """The most bytes of Python objects that reading an export holds, and how many records it gave."""
    from afterself.archive.drafts import RecordDraft
    from afterself.importers.contract import Options

    with SourceView.at(path) as source:
        next(iter(importer.open(source, Options(zone="UTC"))), None)  # what is loaded at first is loaded now
        tracemalloc.start()
        try:
            records = sum(
                isinstance(item, RecordDraft) for item in importer.open(source, Options(zone="UTC"))
            )
            return tracemalloc.get_traced_memory()[1], records
        finally:
            tracemalloc.stop()
