"""`audience`: others see what was released for them, by every command, and weights keep to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, afterself

from afterself.archive.store import Archive
from afterself.errors import ModelError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.persona.talk import Fact, Talk
from afterself.training import TrainOptions, current_weights, require_weights, train

ROWS = [
    ("Bike club", "10:00", "Ben", "who brings the pump to the harbour?"),
    ("Bike club", "10:01", "Anna", "I bring the pump"),
    ("Cleo", "11:00", "Cleo", "lunch at the harbour?"),
    ("Cleo", "11:01", "Anna", "yes, the harbour at noon"),
]
START = date(2020, 1, 1)


def rows(days: int = 1) -> str:
    said = [
        {"conversation": c, "time": f"{START + timedelta(day)}T{at}:00Z", "author": who, "text": t}
        for day in range(days)
        for c, at, who, t in ROWS
    ]
    return "".join(json.dumps(one) + "\n" for one in said)


def made(folder: Path, days: int = 1) -> Self:
    self_ = Self.create(folder / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    (folder / "export.jsonl").write_text(rows(days), "utf-8")
    import_path(self_, folder / "export.jsonl", Options(me=("Anna",)))
    return self_


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    return made(tmp_path)


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def texts(ran: Ran) -> set[str]:
    assert ran.code == 0, ran.err
    return {line["text"] for line in ran.lines}


def test_an_audience_finds_what_was_released_for_it_and_no_more(self_: Self) -> None:
    ran = run(self_, "audience", "add", "Club", "--exclude-contact", "Cleo", "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["audience"], ran.json["exclude_contacts"], ran.json["records"]) == ("club", ["Cleo"], 2)
    assert len(texts(run(self_, "search", "harbour", "--json"))) == 3
    assert texts(run(self_, "search", "harbour", "--audience", "club", "--json")) == {ROWS[0][3]}
    hits = run(self_, "ask", "What about the harbour?", "--audience", "club", "--json").json["hits"]
    assert {hit["thread_title"] for hit in hits} == {"Bike club"}
    counts = run(self_, "dataset", "--audience", "club", "--json")
    assert counts.code == 0 and counts.json["messages"] <= 1, counts.err
    assert "club: 2 records in 1 thread" in run(self_, "audience", "list").out
    assert run(self_, "audience", "remove", "club").code == 0
    gone = run(self_, "search", "harbour", "--audience", "club")
    assert gone.code == 4 and "audience add club" in gone.err


def test_who_is_not_quoted_to_gets_no_quotes(self_: Self) -> None:
    assert run(self_, "audience", "add", "guests", "--no-quotes").code == 0
    for command in (("ask", "where is the harbour?"), ("search", "harbour")):
        refused = run(self_, *command, "--audience", "guests")
        assert refused.code == 4 and "may be quoted" in refused.err and "harbour" not in refused.out


def test_a_slip_of_the_pen_releases_nothing(self_: Self) -> None:
    for slip in (
        ("--exclude-contact", "Clio"),
        ("--contact", "Anna"),
        ("--source", "mail"),
        ("--kind", "letters"),
        ("--since", "soon"),
        ("--label", ""),
    ):
        ran = run(self_, "audience", "add", "club", *slip)
        assert ran.code == 2, slip
    assert run(self_, "audience", "add", "owner").code == 2
    assert run(self_, "audience", "add", "club").code == 0
    assert run(self_, "audience", "add", "club", "--kind", "note").code == 2
    assert run(self_, "audience", "add", "club", "--kind", "note", "--replace").code == 0
    assert run(self_, "audience", "show", "club", "--json").json["kinds"] == ["note"]
    assert run(self_, "audience", "show", "nobody").code == 2


def test_what_was_decided_stands_in_both_logs_without_a_contacts_name(self_: Self) -> None:
    run(self_, "audience", "add", "club", "--exclude-contact", "Cleo")
    with Archive.writing(self_) as archive:
        entry = archive.change_log()[-1]
    assert entry.action == "audience made" and "Cleo" not in json.dumps(entry.facts)
    last = json.loads(self_.audit_path.read_text("utf-8").splitlines()[-1])
    assert last["event"] == "audience made" and "Cleo" not in json.dumps(last)


def test_weights_load_for_an_audience_only_if_it_may_see_all_that_is_in_them(
    tmp_path: Path, tiny_base: Path
) -> None:
    self_ = made(tmp_path, days=40)
    barely: Callable[..., TrainOptions] = lambda **more: TrainOptions(  # noqa: E731
        method="full", epochs=0.1, context=128, publish_anyway=True, **more
    )
    whole = train(self_, str(tiny_base), barely())
    run(self_, "audience", "add", "club", "--exclude-contact", "Cleo")
    run(self_, "audience", "add", "friends")
    run(self_, "audience", "add", "guests", "--no-quotes")
    assert require_weights(self_, "friends") == whole
    with pytest.raises(ModelError, match="may not see") as refused:
        require_weights(self_, "club")
    assert refused.value.remedy.splitlines()[0].endswith("train --audience club")
    theirs = train(self_, str(tiny_base), barely(audience="club"))
    assert (theirs.audience, whole.audience) == ("club", "owner")
    assert require_weights(self_, "club") == theirs and current_weights(self_) == whole
    run(self_, "audience", "add", "club", "--exclude-contact", "Ben", "--replace")
    assert current_weights(self_, "club") is None
    with Talk.open(self_, audience="guests", seed=1) as conversation:
        answer: Any = conversation.say("What did you bring to the harbour?")
        assert isinstance(answer, Fact) and not answer.quoted and not answer.answer.hits
