"""Real archives of people, tens of thousands of lines: each comes in exactly, once, and in its order."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy.view import open_view

SHARED = Path(os.environ.get("AFTERSELF_SHARED") or Path(__file__).parents[2].parent / "shared")
PERSONS = SHARED / "persons"
pytestmark = pytest.mark.skipif(
    not PERSONS.is_dir(), reason=f"no persons in {SHARED}; set AFTERSELF_SHARED to the folder that has them"
)
UTC = Options(zone="UTC")


def _expected(path: Path) -> dict[str, list[tuple[str, str | None, str]]]:
    """Author, time and text of every line, by conversation, in the order of the file."""
    found = defaultdict(list)
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            row = json.loads(line)
            found[row["conversation"]].append((row["author"], row["time"], row["text"]))
    return dict(found)


def _stored(self_: Self) -> dict[str, list[tuple[str, str | None, str]]]:
    found = defaultdict(list)
    with open_view(self_, "list") as view:
        for record in view.records():
            found[record.thread_title].append((record.author_name, record.said_at, record.text))
    return dict(found)


@pytest.mark.parametrize("name", ["johnson", "pepys", "duraspace"])
def test_a_person_comes_in_exactly_and_again_changes_nothing(tmp_path, name):
    self_ = Self.create(tmp_path / "self", name=name, right="research", allow=("archive", "train"))
    path = PERSONS / f"{name}.jsonl"
    expected = _expected(path)
    lines = sum(map(len, expected.values()))
    summary = import_path(self_, path, UTC)
    assert (summary.new, summary.skipped, summary.problems) == (lines, {}, ())
    assert (summary.threads, summary.people) == (
        len(expected),
        len({a for r in expected.values() for a, _, _ in r}),
    )
    stored = _stored(self_)
    assert stored.keys() == expected.keys()
    for conversation, rows in expected.items():
        got = stored[conversation]
        assert [(author, text) for author, _, text in got] == [(author, text) for author, _, text in rows]
        for (_, said_at, _), (_, time, _) in zip(got, rows, strict=True):
            assert (said_at and said_at.replace(tzinfo=None)) == (time and datetime.fromisoformat(time))
    again = import_path(self_, path, UTC)
    assert (again.new, again.same, again.changed) == (0, lines, 0)
    assert _stored(self_) == stored


def test_an_extended_file_adds_exactly_the_difference(tmp_path):
    self_ = Self.create(tmp_path / "self", name="johnson", right="research", allow=("archive",))
    lines = (PERSONS / "johnson.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "johnson.jsonl"
    for upto, new in ((1000, 1000), (1500, 500), (len(lines), len(lines) - 1500)):
        path.write_text("".join(lines[:upto]), encoding="utf-8")
        summary = import_path(self_, path, UTC)
        assert (summary.new, summary.same, summary.changed) == (new, upto - new, 0)
    assert _stored(self_).keys() == _expected(path).keys()
