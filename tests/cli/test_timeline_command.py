"""`timeline`: what happened when, in sentences that stand so in a record, each with its id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path

ROWS = [
    ("Ben", "2019-01-01", "Nora", "Kettle on. I left school in May 1952, at Easter or so. Then the factory."),
    ("Ben", "2019-01-02", "Ben", "my van is from 1987\x1b[31m"),
    ("Ben", "2019-02-01", "Nora", "We married on the 11th of April 1959 in the rain."),
    ("Eva", "2019-02-02", "Nora", "See you in 2019, and in 2031."),
    ("Eva", "2019-02-03", "Eva", "call 1950200 for the 20 15 train"),
]


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    made = Self.create(tmp_path / "self", name="Nora", right="mine", allow=("archive",))
    lines = [
        {"conversation": c, "time": f"{at}T10:00:00Z", "author": who, "text": t} for c, at, who, t in ROWS
    ]
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    import_path(made, tmp_path / "e.jsonl", Options(me=("Nora",)))
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def test_what_is_told_of_earlier_years_stands_in_their_order(self_: Self) -> None:
    run(self_, "remember", "The great flood took the fence.", "--about", "January 1953")
    lines = run(self_, "timeline", "--json").lines
    assert [(line["when"], line["text"]) for line in lines] == [
        ("1952-05", "I left school in May 1952, at Easter or so."),
        ("1953-01", "The great flood took the fence."),
        ("1959-04-11", "We married on the 11th of April 1959 in the rain."),
        ("1987", ROWS[1][3]),
    ]


def test_what_was_told_about_a_year_is_what_ask_answers_for_that_year_with_its_citation(self_: Self) -> None:
    run(self_, "remember", "The great flood took the fence.", "--about", "January 1953")
    shown = run(self_, "ask", "What happened in 1953?").out
    assert "“The great flood took the fence.”" in shown and "· Nora" in shown
    shown = run(self_, "ask", "What do you remember of 1959?").out
    assert shown.startswith("2019-02-01 10:00 UTC · Nora in “Ben”\n  “We married on the 11th of April 1959")
    assert "Nothing about that was found" in run(self_, "ask", "What happened in 1954?").out


def test_a_season_of_a_year_is_a_time_in_it(self_: Self) -> None:
    run(self_, "remember", "I picked cherries in the summer of 1998, on the farm.")
    assert [line["when"] for line in run(self_, "timeline", "--since", "1998", "--json").lines] == ["1998"]


def test_every_line_stands_so_in_the_record_that_it_cites(self_: Self) -> None:
    records = {one["id"]: one["text"] for one in run(self_, "records", "--json").lines}
    lines = run(self_, "timeline", "--json").lines
    months = [one["quote"] for one in run(self_, "timeline", "--said", "--json").lines]
    assert lines and months
    assert all(line["text"] in records[line["id"]] for line in [*lines, *months])
    shown = run(self_, "timeline").out
    assert all(line["id"] in shown for line in lines) and "\x1b" not in shown


def test_it_can_be_narrowed_to_a_time_and_to_a_person(self_: Self) -> None:
    def whens(*arguments: str) -> list[str]:
        return [line["when"] for line in run(self_, "timeline", "--json", *arguments).lines]

    assert whens("--since", "1955-01-01", "--until", "1980-01-01") == ["1959-04-11"]
    assert whens("--until", "1959") == ["1952-05", "1959-04-11"]
    assert whens("--since", "1952-06", "--until", "1959-04") == ["1959-04-11"]
    assert whens("--since", "1987") == ["1987"]
    assert whens("--person", "Ben") == ["1987"]
    assert run(self_, "timeline", "--until", "1900-01-01").out.startswith("Nothing that is recorded names")


def test_what_was_said_is_counted_month_by_month(self_: Self) -> None:
    months = run(self_, "timeline", "--said", "--json").lines
    assert [(one["when"], one["records"], one["most_in"]) for one in months] == [
        ("2019-01", 2, "Ben"),
        ("2019-02", 3, "Eva"),
    ]
    assert months[1]["quote"]["text"] == ROWS[2][3]
    assert "3 records, most in Eva" in run(self_, "timeline", "--said", "--since", "2019-02-01").out


def test_an_audience_sees_a_timeline_of_what_it_may_see(self_: Self) -> None:
    run(self_, "audience", "add", "eva", "--contact", "Eva")
    assert run(self_, "timeline", "--json", "--audience", "eva").lines == []
    run(self_, "remember", "It was a hard winter.", "--about", "1947", "--to", "Eva")
    assert [one["when"] for one in run(self_, "timeline", "--json", "--audience", "eva").lines] == ["1947"]


def test_two_times_for_the_same_thing_are_listed_and_neither_is_left_out(self_: Self) -> None:
    assert run(self_, "timeline", "--disagreeing", "--json").lines == []
    assert run(self_, "timeline", "--disagreeing").out.startswith("No two sentences")
    run(self_, "remember", "We married in 1960, in the rain.")
    run(self_, "remember", "My sister Ona married in 1960.")
    run(self_, "remember", "They married in 1958 in the rain.", "--by", "Ben")
    (pair,) = run(self_, "timeline", "--disagreeing", "--json").lines
    assert (pair["later"]["when"], pair["earlier"]["when"]) == ("1960", "1959-04-11")
    shown = run(self_, "timeline", "--disagreeing").out
    assert pair["later"]["id"] in shown and pair["earlier"]["id"] in shown and "--corrects" in shown


def test_two_times_of_different_things_are_no_disagreement(self_: Self) -> None:
    for text in (
        "His sister Petra wrote until 1999.",
        "The recipe for the loaf, as your father's sister Petra wrote it to me in 1965 and the priest put it "
        "into English.",
        "We kept the goats behind the shed in 1971.",
        "Before 1975 we kept the goats behind the shed.",
    ):
        run(self_, "remember", text)
    assert run(self_, "timeline", "--disagreeing", "--json").lines == []
    run(self_, "remember", "We kept the goats behind the old shed in 1973.")
    pairs = run(self_, "timeline", "--disagreeing", "--json").lines
    assert [(pair["later"]["when"], pair["earlier"]["when"]) for pair in pairs] == [("1973", "1971")]
