"""`label` and `people object`: what is held back or objected to is used no more, and can be taken back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.archive.store import Archive, list_artifacts
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view

ROWS = [
    ("Bike club", "2020-01-01", "Ben", "who brings the pump?"),
    ("Bike club", "2021-01-01", "Ben", "the pump is lost"),
    ("Bike club", "2021-01-02", "Anna", "what pump?"),
    ("Diary", "2021-01-03", "Anna", "the pump was mine"),
]
FAR = (date.today() + timedelta(days=400)).isoformat()


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    """A self in whose ledger stand weights that were made from all of it."""
    made = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    lines = [
        {"conversation": c, "time": f"{at}T10:00:00Z", "author": who, "text": t} for c, at, who, t in ROWS
    ]
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    import_path(made, tmp_path / "e.jsonl", Options(me=("Anna",)))
    with open_view(made, "list") as view:
        revisions = [(record.id, record.revision) for record in view.records()]
    with Archive.writing(made) as archive:
        archive.register_artifact("weights", "weights/x", revisions, {})
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def found(self_: Self) -> int:
    return len(run(self_, "search", "pump", "--json").lines)


def states(self_: Self) -> list[str]:
    return [one.state for one in list_artifacts(self_, "weights")]


@pytest.mark.parametrize(("where", "left"), [(("--thread", "Diary"), 3), (("--contact", "Ben"), 2)])
def test_what_is_held_back_is_seen_in_the_owners_list_only(
    self_: Self, where: tuple[str, str], left: int
) -> None:
    tried = run(self_, "label", "add", "--not-before", FAR, *where, "--dry-run", "--json")
    assert tried.json == {"records": 4 - left, "stale": 1, "dry_run": True}
    assert (found(self_), states(self_)) == (4, ["current"])
    ran = run(self_, "label", "add", "--not-before", FAR, *where)
    assert (
        "Removed from this folder" in ran.out and "afterself train" in ran.out and states(self_) == ["erased"]
    ), ran.err
    assert found(self_) == left
    assert len(run(self_, "records", "--json").lines) == 4
    assert run(self_, "label", "list", "--json").lines[0]["not_before"] == FAR
    run(self_, "label", "add", "--not-before", "2001-01-01", *where)
    assert found(self_) == 4
    run(self_, "label", "add", "--not-before", FAR, *where)
    assert "Removed" in run(self_, "label", "remove", "--not-before", *where).out
    assert found(self_) == 4


def test_an_audience_chooses_by_label_and_a_later_import_is_labelled_too(self_: Self, tmp_path: Path) -> None:
    record = run(self_, "search", "mine", "--json").json["id"]
    run(self_, "label", "add", "private", "--record", record)
    run(self_, "label", "add", "private", "--thread", "Bike club")
    assert run(self_, "audience", "add", "club", "--exclude-label", "private", "--json").json["records"] == 0
    assert run(self_, "audience", "add", "inner", "--label", "private", "--json").json["records"] == 4
    later = {"conversation": "Bike club", "time": "2022-01-01T10:00:00Z", "author": "Ben", "text": "found!"}
    (tmp_path / "later.jsonl").write_text(json.dumps(later) + "\n", "utf-8")
    import_path(self_, tmp_path / "later.jsonl", Options(me=("Anna",)))
    assert run(self_, "audience", "show", "inner", "--json").json["records"] == 5
    assert "Removed" in run(self_, "label", "remove", "private", "--record", record).out
    assert run(self_, "audience", "show", "club", "--json").json["records"] == 1
    assert run(self_, "label", "add", "private", "--record", "nobody").code == 2
    assert run(self_, "label", "add", "--thread", "Diary").code == 2


def test_an_objection_holds_for_its_purpose_and_from_its_day_and_can_be_withdrawn(self_: Self) -> None:
    ran = run(self_, "people", "object", "Ben", "--purpose", "quote", "--json")
    assert ran.json["objects"] == [{"purpose": "quote", "since": None}] and states(self_) == ["current"]
    assert found(self_) == 4
    asked = run(self_, "ask", "who lost the pump?", "--nearest", "--json").json["hits"]
    assert {hit["author"] for hit in asked} <= {"Anna"}
    run(self_, "people", "object", "Ben", "--purpose", "retrieve", "--since", "2020-06-01")
    assert found(self_) == 3
    ran = run(self_, "people", "object", "Ben", "--purpose", "train")
    assert (
        "Removed from this folder" in ran.out and "afterself train" in ran.out and states(self_) == ["erased"]
    )
    with open_view(self_, "train") as view:
        assert {record.author_name for record in view.records()} == {"Anna"}
    assert "objects to: nothing" in run(self_, "people", "object", "Ben", "--withdraw").out
    assert found(self_) == 4 and states(self_) == ["erased"]
    with Archive.writing(self_) as archive:
        said = [entry for entry in archive.change_log() if "object" in entry.action]
    assert len(said) == 4 and "Ben" not in json.dumps([entry.facts for entry in said])


def test_who_is_merged_with_somebody_who_objects_is_not_learned_from_either(
    self_: Self, tmp_path: Path
) -> None:
    other = {"conversation": "Shed", "time": "2022-01-01T10:00:00Z", "author": "Benny", "text": "a pump!"}
    (tmp_path / "other.jsonl").write_text(json.dumps(other) + "\n", "utf-8")
    import_path(self_, tmp_path / "other.jsonl", Options(me=("Anna",)))
    run(self_, "people", "object", "Ben", "--purpose", "train", "--since", "2021-01-01")
    with open_view(self_, "train") as view:
        learned = [record.id for record in view.records()]
        assert len(learned) == 4 and view.sees_all(learned)
    assert run(self_, "people", "merge", "Ben", "Benny").code == 0
    with open_view(self_, "train") as view:
        assert len(list(view.records())) == 3 and not view.sees_all(learned)


def test_objections_that_cannot_be_are_refused(self_: Self) -> None:
    assert run(self_, "people", "object", "Anna").code == 2
    assert run(self_, "people", "object", "Ben", "--purpose", "breathing").code == 2
    assert run(self_, "people", "object", "Bern").code == 2
    assert run(self_, "people", "object", "Ben", "--withdraw", "--since", "2020-01-01").code == 2
