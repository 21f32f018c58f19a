"""`people merge`, `split`, `exclude`, `include`: one person, one name; all can be taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, afterself, at_a_terminal

from afterself.archive.store import Archive, list_artifacts
from afterself.datasets import conversations
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.memory import Memory
from afterself.policy import open_view

ROWS = [
    ("Bike club", "10:00", "Ben Ito", "who brings the pump?"),
    ("Bike club", "10:01", "Anna", "I do"),
    ("Bike club", "10:02", "Benny", "I lost mine in the harbour"),
    ("Bike club", "10:03", "Anna", "again"),
    ("Cleo", "11:00", "Cleo", "lunch?"),
    ("Cleo", "11:01", "Anna", "yes"),
]


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    made = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    export = tmp_path / "export.jsonl"
    export.write_text(
        "".join(
            json.dumps({"conversation": c, "time": f"2020-01-01T{at}:00Z", "author": who, "text": text})
            + "\n"
            for c, at, who, text in ROWS
        ),
        "utf-8",
    )
    import_path(made, export, Options(me=("Anna",)))
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def people(self_: Self) -> list[dict[str, Any]]:
    return run(self_, "people", "--json").lines


def log(self_: Self) -> list[str]:
    with Archive.writing(self_) as archive:
        return [entry.action for entry in archive.change_log() if entry.action.startswith("contact")]


def test_merged_names_are_one_person_under_one_name_everywhere(self_: Self) -> None:
    ran = run(self_, "people", "merge", "Ben Ito", "Benny", "--json")
    assert ran.code == 0
    assert [one["called"] for one in ran.json["identities"]] == ["Ben Ito", "Benny"]
    authors = {one["author"] for one in run(self_, "records", "--json").lines}
    assert authors == {"Anna", "Ben Ito", "Cleo"}
    assert len({one["contact"] for one in people(self_)}) == 3
    shown = run(self_, "people").out
    assert shown.count("Ben Ito") == 1
    assert "Benny" in shown  # among the handles
    assert run(self_, "status", "--json").json["people"] == 3
    with open_view(self_, "train") as view:
        club = next(
            talk for talk in conversations(view) if talk.bursts[0].turn.lines[0].text.endswith("pump?")
        )
        assert club.header(club.bursts).to == (("Ben Ito", None),)
    with open_view(self_, "retrieve") as view:
        hits = Memory(view).ask("What did Ben lose in the harbour?").hits
        assert (hits[0].author, hits[0].by_named) == ("Ben Ito", True)


def test_a_later_import_keeps_merged_people_together(self_: Self, tmp_path: Path) -> None:
    run(self_, "people", "merge", "Ben Ito", "Benny")
    later = tmp_path / "later.jsonl"
    row = {"conversation": "Bike club", "time": "2020-02-01T10:00:00Z", "author": "Benny", "text": "new pump"}
    later.write_text(json.dumps(row) + "\n", "utf-8")
    assert run(self_, "import", later, "--json").json["people"] == 1
    assert run(self_, "search", "pump", "--person", "Ben Ito", "--json").lines[0]["author"] == "Ben Ito"


def test_a_split_takes_a_merge_back(self_: Self) -> None:
    before = people(self_)
    run(self_, "people", "merge", "Ben Ito", "Benny", "Cleo")
    assert run(self_, "people", "split", "Benny").code == 0
    assert {one["author"] for one in run(self_, "records", "--json").lines} == {
        "Anna", "Ben Ito", "Benny",
    }  # fmt: skip
    assert run(self_, "people", "split", "Ben Ito").code == 0
    assert [(one["name"], one["called"]) for one in people(self_)] == [
        (one["name"], one["called"]) for one in before
    ]
    assert log(self_) == ["contacts merged", "contact split", "contact split"]


def test_an_excluded_person_is_seen_by_no_view_but_the_lists_and_can_come_back(self_: Self) -> None:
    ran = run(self_, "people", "exclude", "cleo")
    assert ran.code == 0
    assert "excluded" in run(self_, "people").out
    assert len(run(self_, "records", "--json").lines) == 6
    assert run(self_, "search", "lunch", "--json").lines == []
    with open_view(self_, "train") as view:
        assert "lunch?" not in [record.text for record in view.records()]
    assert run(self_, "people", "include", "cleo").code == 0
    assert len(run(self_, "search", "lunch", "--json").lines) == 1
    assert log(self_) == ["contact excluded", "contact included"]


@pytest.fixture
def learned(self_: Self) -> Self:
    """The self with weights and an unfinished training that were made with Cleo's words."""
    lunch = next(one["id"] for one in run(self_, "records", "--json").lines if one["text"] == "lunch?")
    made = {"weights": "weights/w/model.gguf", "checkpoint": "weights/.run/x.pt"}
    with Archive.writing(self_) as archive:
        for kind, path in made.items():
            (self_.path / path).parent.mkdir(parents=True)
            (self_.path / path).write_bytes(bytes(2_000_000))
            place = "weights/w" if kind == "weights" else path
            archive.register_artifact(kind, place, [(lunch, 1)], {})
    return self_


def kept(self_: Self) -> bool:
    states = {one.state for one in list_artifacts(self_)}
    files = [self_.path / "weights/w/model.gguf", self_.path / "weights/.run/x.pt"]
    assert {file.exists() for file in files} == {states == {"current"}}
    excluded = any(one["excluded"] for one in people(self_))
    assert excluded is not (states == {"current"})
    return states == {"current"}


def test_without_a_terminal_no_exclusion_removes_weights_unless_it_says_yes(learned: Self) -> None:
    assert run(learned, "people", "exclude", "Ben Ito").code == 0  # whose words nothing was made with
    assert run(learned, "people", "include", "Ben Ito").code == 0
    ran = run(learned, "people", "exclude", "Cleo")
    assert ran.code == 2 and "--yes" in ran.err and "Nothing was changed" in ran.err
    assert "weights (2.0 MB), an unfinished training (2.0 MB)" in " ".join(ran.err.split())
    assert kept(learned)
    ran = run(learned, "people", "exclude", "Cleo", "--yes")
    assert ran.code == 0 and "Removed from this folder" in ran.out and "afterself train" in ran.out
    assert "weights (2.0 MB), an unfinished training (2.0 MB)" in ran.out
    assert not kept(learned)


def test_at_a_terminal_an_exclusion_asks_before_weights_go_and_enter_means_no(learned: Self) -> None:
    words = ["--self", str(learned.path), "people", "exclude", "Cleo"]
    code, shown = at_a_terminal(words, "\n")
    assert code == 2 and "weights (2.0 MB)" in shown and "[y/N]" in shown and "Nothing was changed" in shown
    assert kept(learned)
    code, shown = at_a_terminal(words, "y\n")
    assert code == 0 and "Removed from this folder" in shown
    assert not kept(learned)


@pytest.mark.parametrize(
    "words", [("object", "Cleo"), ("me", "Cleo", "then not-me"), ("merge", "Ben Ito", "Cleo")]
)
def test_whatever_else_removes_weights_says_so_and_what_comes_next(
    learned: Self, words: tuple[str, ...]
) -> None:
    if words[0] == "merge":
        run(learned, "people", "exclude", "Ben Ito")
    if words[0] == "me":
        run(learned, "people", "me", "Cleo")
        words = ("not-me", "Cleo")
    ran = run(learned, "people", *words)
    assert ran.code == 0, ran.err
    assert "Removed from this folder" in ran.out and "afterself train" in ran.out
    assert {one.state for one in list_artifacts(learned)} == {"erased"}


def test_the_change_log_and_the_receipts_hold_no_names(self_: Self) -> None:
    run(self_, "people", "merge", "Ben Ito", "Benny")
    run(self_, "people", "exclude", "Ben Ito")
    with Archive.writing(self_) as archive:
        said = str(archive.change_log())
    said += (self_.path / "audit.log").read_text("utf-8")
    assert "Ben" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("merge", "Ben Ito", "Nobody"), "Nobody in the archive is called"),
        (("merge", "Ben Ito"), "one contact already"),
        (("merge", "Anna", "Cleo"), "people me"),
        (("split", "Cleo"), "nothing to split"),
        (("exclude", "Anna"), "the owner"),
        (("include", "#99"), "Nobody in the archive is called"),
    ],
)
def test_what_does_not_fit_is_told_and_changes_nothing(
    self_: Self, arguments: tuple[str, ...], told: str
) -> None:
    before = people(self_)
    ran = run(self_, "people", *arguments)
    assert ran.code == 2
    assert told in ran.err
    assert people(self_) == before


def test_two_people_of_one_name_are_told_apart_by_their_number(self_: Self, tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with Cleo.txt"
    chat.write_text("12/03/2020, 10:00 - Cleo: hello from the phone\n", "utf-8")
    run(self_, "import", chat, "--zone", "UTC", "--yes")
    ran = run(self_, "forget", "--contact", "Cleo", "--yes")
    assert ran.code == 2
    number = next(one["contact"] for one in people(self_) if one["source"] == "whatsapp")
    assert f"#{number} (Cleo in whatsapp)" in ran.err
    assert run(self_, "forget", "--contact", f"#{number}", "--yes").code == 0
    assert "lunch?" in [one["text"] for one in run(self_, "records", "--json").lines]


def test_a_first_name_that_only_one_has_is_enough(self_: Self) -> None:
    assert "Ben Ito" in run(self_, "people", "exclude", "BEN").out
    assert run(self_, "people", "include", "ben").code == 0
    assert {one["author"] for one in run(self_, "search", "pump", "--person", "ben", "--json").lines} == {
        "Ben Ito"
    }


def test_forgetting_somebody_wants_the_whole_name(self_: Self) -> None:
    short = run(self_, "forget", "--contact", "ben", "--dry-run")
    assert short.code == 2 and "Did you mean: Ben Ito?" in short.err
    dry = run(self_, "forget", "--contact", "ben ito", "--dry-run")
    assert dry.code == 0 and "Ben Ito:" in dry.out


def test_a_first_name_of_several_people_names_them(self_: Self, tmp_path: Path) -> None:
    row = {"conversation": "x", "time": "2020-01-02T10:00:00Z", "author": "Ben Hale", "text": "hello there"}
    (tmp_path / "more.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    import_path(self_, tmp_path / "more.jsonl", Options(me=("Anna",)))
    for arguments in (("people", "exclude", "Ben"), ("search", "pump", "--person", "Ben")):
        ran = run(self_, *arguments)
        assert ran.code == 2 and "Ben Hale" in ran.err and "Ben Ito" in ran.err, ran


def chat(path: Path, *authors: str) -> Path:
    rows = [{"id": n, "conversation": "Shed", "time": f"2020-02-01T10:0{n}:00Z", "author": who, "text": "ok"}
            for n, who in enumerate(authors)]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_an_import_never_makes_somebody_the_owner_whom_a_person_said_not_to_be(
    self_: Self, tmp_path: Path
) -> None:
    assert run(self_, "people", "not-me", "Ben Ito").code == 0
    told = run(
        self_, "import", chat(tmp_path / "later.jsonl", "Ben Ito", "Anna"), "--me", "Ben Ito", "--json"
    )
    assert "people not-me" in told.json["problems"][0]["why"]
    assert not any(one["is_owner"] for one in people(self_) if one["name"] == "Ben Ito")
    assert run(self_, "people", "me", "Ben Ito").code == 0
    assert any(one["is_owner"] for one in people(self_) if "Ben" in one["name"] or "Anna" in one["name"])


def test_an_import_that_takes_weights_away_says_so(self_: Self, tmp_path: Path) -> None:
    run(self_, "import", chat(tmp_path / "chat.jsonl", "Anna", "Cleo"), "--me", "Anna")
    [first] = [one["id"] for one in run(self_, "records", "--json").lines
               if one["thread_title"] == "Shed" and one["author"] == "Anna"]  # fmt: skip
    with Archive.writing(self_) as archive:
        (self_.path / "weights/w").mkdir(parents=True)
        (self_.path / "weights/w/model.gguf").write_bytes(bytes(2_000_000))
        archive.register_artifact("weights", "weights/w", [(first, 1)], {})
    again = run(self_, "import", chat(tmp_path / "chat.jsonl", "Cleo", "Cleo"), "--me", "Anna")
    assert not (self_.path / "weights/w").exists()
    assert "weights (2.0 MB)" in again.err and "afterself train" in again.err
    assert '"stale":1' in (self_.path / "audit.log").read_text().replace(" ", "")
