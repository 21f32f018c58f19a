"""Reading kept exports again with a better importer adds revisions, and changes nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from json_golden import laid_out, options_of, stored

from afterself.archive.store import Archive
from afterself.archive.verifying import verify
from afterself.home.folder import Self
from afterself.importers import reparsing
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.reparsing import reparse
from afterself.policy import open_view
from tests.importers.newer_version import Better

SAID = ["> are you coming?\nyes, at six", "fine", "a secret to forget", "> who?\nBen, I said"]


@pytest.fixture(params=["fresh_self", "sealed_self"])
def self_(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Self:
    """A self into which version 1 imported a chat; version 2 is installed now."""
    found: Self = request.getfixturevalue(request.param)
    path = tmp_path / "chat.jsonl"
    rows = [
        {"conversation": "x", "time": f"2019-03-04T18:0{n}:00Z", "author": "Anna", "text": text}
        for n, text in enumerate(SAID)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_path(found, path, Options(me=("Anna",)))
    path.unlink()
    monkeypatch.setattr(reparsing, "importers_of", lambda _: (Better(),))
    return found


def records(self_: Self) -> list[Any]:
    with open_view(self_, "list") as view:
        return list(view.records())


def test_the_same_version_changes_nothing(self_: Self, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before = records(self_)
    (done,) = reparse(self_)
    assert (done.changed, done.same, done.unknown) == ((), 4, 0)
    assert records(self_) == before
    with open_view(self_, "list") as view:
        assert len(view.history.imports()) == 1


def test_a_better_version_cuts_spans_better_and_leaves_all_else(self_: Self) -> None:
    before = records(self_)
    (done,) = reparse(self_)
    assert (done.before, done.now) == ("1", "2")
    after = records(self_)
    assert [one.id for one in after] == [one.id for one in before]
    assert [one.text for one in after] == SAID
    assert [one.own_text.strip() for one in after] == ["yes, at six", *SAID[1:3], "Ben, I said"]
    assert set(done.changed) == {after[0].id, after[3].id}
    with open_view(self_, "list") as view:
        history = view.history.of(after[0].id)
    assert history is not None and history.revisions[-1].provenance is not None
    assert history.revisions[-1].why == "better parser"
    assert history.revisions[-1].provenance.version == "2" and history.revisions[-1].provenance.kept
    assert [one.changed for one in reparse(self_)] == [()]
    assert list(verify(self_)) == []


def test_a_correction_stays_and_what_is_under_it_reads_better(self_: Self) -> None:
    id = records(self_)[0].id
    with Archive.writing(self_) as archive:
        archive.correct(id, "mine")
    (done,) = reparse(self_)
    assert id in done.changed
    assert records(self_)[0].text == "mine"
    with Archive.writing(self_) as archive:
        archive.undo_correction(id)
    assert records(self_)[0].own_text.strip() == "yes, at six"


def test_what_was_forgotten_does_not_come_back(self_: Self) -> None:
    with Archive.writing(self_) as archive:
        archive.forget([records(self_)[2].id])
    (done,) = reparse(self_)
    assert len(done.changed) == 2
    assert [one.text for one in records(self_)] == [SAID[0], SAID[1], SAID[3]]


def test_without_the_raw_file_or_the_importer_it_says_so(
    self_: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reparsing, "importers_of", lambda _: ())
    assert "importer" in reparse(self_)[0].problem


@pytest.mark.parametrize("name", ["slack/workspace", "zulip/organisation", "x/archive"])
def test_lists_of_names_and_longer_wordings_are_there_when_an_export_is_read_again(
    name: str, tmp_path: Path, fresh_self: Self
) -> None:
    name = f"foreign_fixtures/{name}"
    import_path(fresh_self, laid_out(name, tmp_path), options_of(name))
    records, _ = stored(fresh_self)
    with Archive.writing(fresh_self) as archive:
        archive.forget([next(one.id for one in records if one.kind != "reaction" and one.text)])
    [again] = reparse(fresh_self)
    assert (again.problem, again.changed, again.unknown) == ("", (), 0)
    assert again.same > 0


def test_a_list_of_names_goes_with_a_person_who_is_forgotten(tmp_path: Path, fresh_self: Self) -> None:
    name = "foreign_fixtures/slack/workspace"
    import_path(fresh_self, laid_out(name, tmp_path), options_of(name))

    def kept() -> bytes:
        return b"".join(path.read_bytes() for path in fresh_self.path.glob("blobs/*/*"))

    assert b'"profile"' in kept()
    with Archive.writing(fresh_self) as archive:
        person = next(one for one in archive.contacts.all() if one.name.startswith("Wendy"))
        archive.forget([], contact=person)
    assert b'"profile"' not in kept()
    [again] = reparse(fresh_self)
    assert "import the export again" in again.problem
