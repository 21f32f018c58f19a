"""The conformance kit finds what is wrong with an importer, and the built-in importers pass it."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: F401  pytester forgets what its runs import; numpy cannot be imported twice
import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "importer"

pytest_plugins = ["pytester"]

BROKEN = {
    "ByName": (
        "def detect(self, source):\n"
        "    found = tuple(name for name in source.names() if name.endswith('.log'))\n"
        "    return Detection(0.9 if found else 0.0, 'x', '', found)",
        "test_it_is_recognised_by_its_content_under_any_name",
    ),
    "NoTime": (
        "def changed(self, draft):\n    return draft._replace(said_at=None, precision='none')",
        "test_every_record_says_who_when_and_where_it_stands",
    ),
    "WrongType": (
        "def changed(self, draft):\n    return draft._replace(author='Mila')",
        "test_every_record_says_who_when_and_where_it_stands",
    ),
    "OtherKeys": (
        "def changed(self, draft):\n    return draft._replace(native_id=f'new {draft.native_id}')",
        "test_its_records_and_their_keys_are_the_golden_ones",
    ),
    "RandomKeys": (
        "def changed(self, draft):\n    return draft._replace(native_id=f'{random.random()}')",
        "test_importing_it_twice_changes_nothing",
    ),
    "PlaceAsKey": (
        "def changed(self, draft):\n"
        "    return draft._replace(native_id=str(draft.locator.offset - self.size))",
        "test_a_later_export_adds_exactly_what_is_new",
    ),
    "Fragile": (
        "KNOWN = {'mila': 'm', 'jo': 'j'}\n"
        "def changed(self, draft):\n    return draft._replace(zone=self.KNOWN[draft.author.handle])",
        "test_a_damaged_export_is_refused_or_told",
    ),
    "Telltale": (
        "def problem(self, problem, line):\n    return replace(problem, why=f'cannot read {line}')",
        "test_a_cut_off_export_is_refused_or_told",
    ),
    "Talker": (
        "def changed(self, draft):\n    print('.')\n    return draft",
        "test_it_only_reads",
    ),
    "Writer": (
        "def open(self, source, options):\n"
        "    (source.path.parent / 'notes').write_text('')\n"
        "    return super(Writer, self).open(source, options)",
        "test_it_only_reads",
    ),
    "Caller": (
        "def changed(self, draft):\n"
        "    with contextlib.suppress(OSError):\n"
        "        socket.getaddrinfo('localhost', 1)\n"
        "    return draft",
        "test_it_only_reads",
    ),
    "Hoarder": (
        "def open(self, source, options):\n    return iter(list(super(Hoarder, self).open(source, options)))",
        "test_a_large_export_is_not_held_in_memory",
    ),
}  # fmt: skip
"""What is wrong with each importer, and the test that has to find it."""

TESTS_OF_A_SOUND_ONE = 9
"""All but that of a large export."""

HEAD = """
import contextlib, random, socket
from dataclasses import replace
from pathlib import Path
from afterself.archive.drafts import Problem, RecordDraft
from afterself.importers.contract import Detection
from afterself.testing.contract import ImporterContract
from afterself_treehouse import TreehouseImporter


class Base(TreehouseImporter):
    def changed(self, draft):
        return draft

    def problem(self, problem, line):
        return problem

    def open(self, source, options):
        names = source.names()
        self.size = sum(source.size(name) for name in names)
        text = source.head(names[0]).decode("utf-8", "replace")
        for item in super().open(source, options):
            if isinstance(item, RecordDraft):
                item = self.changed(item)
            if isinstance(item, Problem):
                item = self.problem(item, text)
            yield item


class TestSound(ImporterContract):
    importer = Base()
    exports = Path(EXPORTS)
"""


def _suite() -> str:
    parts = [HEAD.replace("EXPORTS", repr(str(TEMPLATE / "tests" / "exports")))]
    for name, (code, _) in BROKEN.items():
        body = "\n".join(f"    {line}" for line in code.splitlines())
        parts.append(f"class {name}(Base):\n{body}\n")
        large = "    large = TestTemplate.large\n" if name == "Hoarder" else ""
        parts.append(f"class Test{name}(TestSound):\n    importer = {name}()\n{large}")
    return "\n\n".join(parts)


def test_the_kit_finds_each_fault_of_an_importer_with_the_test_that_names_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(TEMPLATE / "src")
    large = (TEMPLATE / "tests" / "test_treehouse.py").read_text("utf-8")
    body = large[large.index("    def large") : large.index("def read(")]
    template = f"from pathlib import Path\n\n\nclass TestTemplate:\n{body}"
    pytester.makepyfile(test_broken=_suite().replace("class TestSound", f"{template}\n\nclass TestSound"))
    suite = [f"test_broken.py::Test{name}::{test}" for name, (_, test) in BROKEN.items()]
    options = ("-p", "afterself.testing", "-p", "no:xdist", "-p", "no:cacheprovider")
    ran = pytester.inline_run(*options, "test_broken.py::TestSound", *suite)
    passed, _, failed = ran.listoutcomes()
    assert {one.nodeid.partition("[")[0] for one in failed} == set(suite)
    assert len(passed) == TESTS_OF_A_SOUND_ONE
