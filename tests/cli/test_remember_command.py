"""`remember`: what is told to the self is a record like any other, for those and from when it is meant."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path

ROWS = [
    ("Ben Hale", "2020-01-01", "Ben Hale", "where did you two meet?"),
    ("Ben Hale", "2020-01-02", "Nora Whitlock", "We met at the harvest dance in Kelsby."),
    ("Anna Weiss", "2020-01-03", "Anna Weiss", "the ferry was late again"),
]
FAR = (date.today() + timedelta(days=400)).isoformat()


def make(folder: Path, right: str = "mine") -> Self:
    made = Self.create(folder / "self", name="Nora Whitlock", right=right, allow=("archive", "talk"))
    lines = [
        {"conversation": c, "time": f"{at}T10:00:00Z", "author": who, "text": t, "id": f"m{n}"}
        for n, (c, at, who, t) in enumerate(ROWS)
    ]
    (folder / "e.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    import_path(made, folder / "e.jsonl", Options(me=("Nora Whitlock",)))
    return made


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    return make(tmp_path)


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def told(self_: Self, *arguments: object) -> str:
    return str(run(self_, "remember", *arguments, "--json").json["id"])


def hits(self_: Self, question: str, *arguments: object) -> list[dict[str, object]]:
    return list(run(self_, "ask", question, "--json", *arguments).json["hits"])


def found(self_: Self, *arguments: object) -> set[str]:
    return {line["id"] for line in run(self_, "search", *arguments, "--json").lines}


def test_a_memory_is_found_and_quoted_as_the_owners(self_: Self) -> None:
    id = told(self_, "The blue tin holds the deeds of the house.", "--about", "May 1969")
    best = hits(self_, "What does the blue tin hold?")[0]
    assert best["id"] == id and best["is_owner"] is True and best["author"] == "Nora Whitlock"
    record = next(one for one in run(self_, "records", "--json").lines if one["id"] == id)
    assert record["kind"] == "memory" and record["own_text"] == "The blue tin holds the deeds of the house."


def test_a_correction_is_given_first_and_what_was_said_stays_beside_it(self_: Self) -> None:
    said = next(iter(found(self_, "dance")))
    id = told(self_, "No: it was on the ferry to Skelwick.", "--corrects", said)
    later = told(self_, "On the ferry back from Skelwick, to be exact.", "--corrects", id)
    answer = hits(self_, "Where did you meet at the dance?")
    assert [hit["id"] for hit in answer[:3]] == [later, id, said]
    assert answer[0]["corrects"] == id and answer[1]["corrected_by"] == later
    assert answer[2]["text"] == ROWS[1][3] and answer[2]["corrected_by"] == id
    shown = run(self_, "ask", "Where did you meet at the dance?").out
    assert shown.index("to be exact") < shown.index("on the ferry to Skelwick") < shown.index("harvest dance")
    assert "Put right by" in shown


def test_a_letter_is_seen_by_the_owner_and_whom_it_is_to_alone(self_: Self) -> None:
    run(self_, "audience", "add", "anna", "--contact", "Anna Weiss")
    run(self_, "audience", "add", "ben", "--contact", "Ben Hale")
    run(self_, "audience", "add", "everybody")
    ran = run(self_, "remember", "Open the blue tin first.", "--to", "Anna Weiss")
    assert "audience anna alone" in ran.out
    assert len(found(self_, "tin")) == len(found(self_, "tin", "--audience", "anna")) == 1
    assert not found(self_, "tin", "--audience", "ben") and not found(self_, "tin", "--audience", "everybody")
    both = told(self_, "The tin is yours now.", "--to", "Anna Weiss", "--to", "Ben Hale")
    assert both in found(self_, "tin", "--audience", "ben")


def test_a_letter_for_later_is_shown_to_nobody_before_its_day(self_: Self) -> None:
    run(self_, "audience", "add", "anna", "--contact", "Anna Weiss")
    run(self_, "remember", "Open the blue tin first.", "--to", "Anna Weiss", "--not-before", FAR)
    run(self_, "remember", "The tin of paint is by the door.", "--not-before", "2020-01-01")
    assert not found(self_, "blue") and not found(self_, "blue", "--audience", "anna")
    assert len(found(self_, "paint")) == 1
    assert any(one["text"] == "Open the blue tin first." for one in run(self_, "records", "--json").lines)


def test_what_somebody_else_tells_stays_theirs(self_: Self) -> None:
    id = told(self_, "She always hummed while she baked.", "--by", "Anna Weiss")
    hit = next(
        one for one in hits(self_, "What did she hum while she baked?", "--nearest") if one["id"] == id
    )
    assert hit["is_owner"] is False and hit["author"] == "Anna Weiss"
    people = [one for one in run(self_, "people", "--json").lines if one["name"] == "Anna Weiss"]
    assert len({one["contact"] for one in people}) == 1, people
    said = next(iter(found(self_, "dance")))
    ran = run(self_, "remember", "They never danced.", "--by", "Anna Weiss", "--corrects", said)
    assert ran.code == 2 and "cannot correct it" in ran.err


def test_nobody_speaks_for_the_dead(tmp_path: Path) -> None:
    dead = make(tmp_path, "steward")
    ran = run(dead, "remember", "I forgive you all.")
    assert ran.code == 2 and "--by NAME" in ran.err
    assert told(dead, "She forgave us all.", "--by", "Ben Hale")


def test_what_is_told_can_be_corrected_and_forgotten(self_: Self) -> None:
    id = told(self_, "The tin is green.")
    run(self_, "correct", id, "--text", "The tin is blue.")
    assert id in found(self_, "blue")
    run(self_, "forget", id, "--yes")
    assert not found(self_, "tin")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((" ",), "nothing to remember"),
        (("x", "--to", "Nora Whitlock"), "owner's own name"),
        (("x", "--to", "Nobody Here"), "Nobody in the archive"),
        (("x", "--about", "once upon a time"), "names no time"),
        (("x", "--about", "2099"), "in the future"),
        (("x", "--corrects", "nosuchrecord"), "no such record"),
        (("x", "--not-before", "soon"), "not a day"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(
    self_: Self, arguments: tuple[str, ...], says: str
) -> None:
    ran = run(self_, "remember", *arguments)
    assert ran.code == 2 and says in ran.err
    assert len(run(self_, "records", "--json").lines) == len(ROWS)


def test_what_was_told_today_is_not_the_last_thing_known(self_: Self) -> None:
    told(self_, "The blue tin holds the deeds.")
    answer = run(self_, "ask", "What did you do in May 2022?", "--json").json
    assert answer["declined"]["reason"] == "after" and answer["declined"]["last_record"].startswith(
        "2020-01-03"
    )


def test_who_tells_is_the_owner_at_once_and_no_further_person(self_: Self) -> None:
    before = run(self_, "status", "--json").json
    told(self_, "The blue tin holds the deeds.")
    told(self_, "You laughed a lot then.", "--by", "Ben Hale")
    after = run(self_, "status", "--json").json
    assert (after["people"], after["owner_unknown_in"]) == (before["people"], [])
    assert "told directly: remember" in run(self_, "status").out
    assert "told directly" in run(self_, "imports").out

    assert len([one for one in run(self_, "people", "--json").lines if one["source"] == "remember"]) == 2


def test_what_is_told_needs_no_quotes(self_: Self) -> None:
    id = told(self_, "I", "was", "born", "in", "Riga", "--about", "1940")
    assert [one["text"] for one in run(self_, "records", "--json").lines if one["id"] == id] == [
        "I was born in Riga"
    ]
