"""A table with columns that nobody knows is read as its owner says, and known the next time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.cli import import_command
from afterself.home.folder import Self
from afterself.importers.odd_tables import Mapping, keep_mapping

ODD = (
    "Datum;Von;Nachricht;Raum\r\n"
    "03.04.2021 09:12;Anna;tea?;kitchen\r\n"
    '31.12.2021 18:30;Ben;"yes; with\nmilk";kitchen\r\n'
    "gestern;Ben;no time can be read;kitchen\r\n"
)
MAP = "time=Datum,author=von,text=Nachricht,conversation=Raum"


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.csv"
    path.write_text(ODD, "utf-8")
    return path


def run(self_: Self, *arguments: object, stdin: str = "") -> Ran:
    return afterself("--self", self_.path, "import", *arguments, stdin=stdin.encode())


def records(self_: Self) -> list[dict[str, object]]:
    return afterself("--self", self_.path, "records", "--json").lines


def test_a_table_that_nothing_recognises_is_an_error_with_its_columns_and_what_to_type(
    fresh_self: Self, odd: Path
) -> None:
    refused = run(fresh_self, odd)
    assert refused.code == 5
    assert "“Datum”, “Von”, “Nachricht”, “Raum”" in refused.err
    assert "--map time=COLUMN,author=COLUMN,text=COLUMN" in refused.err
    assert "WhatsApp: open a chat" not in refused.err


def test_a_table_is_read_by_map_and_known_again_under_any_name(fresh_self: Self, odd: Path) -> None:
    told = run(fresh_self, odd, "--map", MAP, "--zone", "Europe/Berlin", "--json").json
    assert (told["new"], sum(told["skipped"].values())) == (2, 1)
    found = records(fresh_self)
    assert [(one["author"], one["text"], one["said_at"], one["precision"]) for one in found] == [
        ("Anna", "tea?", "2021-04-03T07:12:00Z", "minute"),
        ("Ben", "yes; with\nmilk", "2021-12-31T17:30:00Z", "minute"),
    ]
    later = odd.with_name("export of may.csv")
    later.write_text(ODD + "01.05.2022 10:00;Anna;still here;kitchen\r\n", "utf-8")
    again = run(fresh_self, later, "--json").json
    assert (again["new"], again["same"]) == (1, 2)
    assert records(fresh_self)[-1]["said_at"] == "2022-05-01T08:00:00Z", "the zone is kept, too"
    assert afterself("--self", fresh_self.path, "reparse").code == 0


def test_json_of_any_shape_is_read_by_map(fresh_self: Self, tmp_path: Path) -> None:
    rows = [
        {"when": 1614834367, "sender": {"nick": "Anna", "id": 7}, "body": "tea?"},
        {"when": 1614834400, "sender": {"nick": "Ben"}, "body": "yes", "more": 1},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("a.json", "b.jsonl"):
        given = "time=when,author=sender.nick,text=body"
        assert run(fresh_self, tmp_path / name, "--map", given, "--json").json["new"] == 2
    first = records(fresh_self)[0]
    assert (first["author"], first["text"], first["said_at"]) == ("Anna", "tea?", "2021-03-04T05:06:07Z")
    assert {one["thread_title"] for one in records(fresh_self)} == {"a", "b"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("time=When,author=Von,text=Nachricht", "has no column “When”"),
        ("time=Datum,text=Nachricht", "does not say which column is the author"),
        ("wann=Datum,author=Von,text=Nachricht", "does not understand “wann=Datum”"),
        ("author", "does not understand “author”"),
    ],
)
def test_a_map_that_does_not_fit_names_what_is_wrong_and_stores_nothing(
    fresh_self: Self, odd: Path, given: str, why: str
) -> None:
    refused = run(fresh_self, odd, "--map", given)
    assert refused.code == 2 and why in refused.err
    assert run(fresh_self, odd).code == 5


def test_days_and_months_that_can_be_mixed_up_have_to_be_told_apart(fresh_self: Self, odd: Path) -> None:
    odd.write_text("Datum,Von,Nachricht\n3/4/21 9:12 PM,Anna,tea?\n", "utf-8")
    given = ("--map", "time=Datum,author=Von,text=Nachricht", "--zone", "UTC")
    refused = run(fresh_self, odd, *given)
    assert refused.code == 2 and "“3/4/21 9:12 PM” leaves open what is the day" in refused.err
    assert run(fresh_self, odd, *given, "--date-order", "mdy").code == 0
    assert records(fresh_self)[0]["said_at"] == "2021-03-04T21:12:00Z"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("31.12.2020 18:30:05", "2020-12-31T18:30:05Z"),
        ("12/31/2020, 6:30 pm", "2020-12-31T18:30:00Z"),
        ("2020/12/31 18.30", "2020-12-31T18:30:00Z"),
        ("31 December 2020 18:30", "2020-12-31T18:30:00Z"),
        ("Thu, Dec 31, 2020 6:30 PM", "2020-12-31T18:30:00Z"),
        ("31.12.99", "1999-12-31T00:00:00Z"),
        ("2020-12-31T18:30:00+02:00", "2020-12-31T16:30:00Z"),
        ("1609439400", "2020-12-31T18:30:00Z"),
        ("12/31/2020 12:05 AM", "2020-12-31T00:05:00Z"),
    ],
)
def test_times_are_read_as_tables_write_them(fresh_self: Self, odd: Path, written: str, utc: str) -> None:
    odd.write_text(f"A|B|C\n{written}|Anna|tea?\n", "utf-8")
    done = run(fresh_self, odd, "--map", "time=A,author=B,text=C", "--zone", "UTC")
    assert done.code == 0, done.err
    assert records(fresh_self)[0]["said_at"] == utc


def test_times_that_cannot_be_read_are_an_error_with_an_example(fresh_self: Self, odd: Path) -> None:
    odd.write_text("A,B,C\nyesterday,Anna,tea?\n", "utf-8")
    refused = run(fresh_self, odd, "--map", "time=A,author=B,text=C")
    assert refused.code == 2 and "“yesterday”" in refused.err


def test_at_a_terminal_it_asks_shows_three_records_and_keeps_the_answers(
    fresh_self: Self, odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    odd.write_text("Wann;Wer;Was\n03.04.2021 09:12;Anna;tea?\n04.05.2021 09:13;Ben;\x1b[31myes\n", "utf-8")
    answers = ["3", "Wer", "1", "0", "2", "Europe/Nowhere", "Europe/Berlin", "y", "1"]
    asked = run(fresh_self, odd, stdin="\n".join(answers) + "\n")
    assert asked.code == 0, asked.err
    assert "1  Wann: 03.04.2021 09:12 | 04.05.2021 09:13" in asked.out and "\x1b" not in asked.out
    assert "month, day, year: 2021-03-04T09:12" in asked.out
    assert "“Europe/Nowhere” is not a time zone" in asked.out
    assert "2021-03-04 08:12 UTC  Anna (odd): tea?" in asked.out
    assert records(fresh_self)[0]["said_at"] == "2021-03-04T08:12:00Z"
    again = run(fresh_self, odd, "--json")
    assert again.json["same"] == 2


def test_a_table_without_an_author_is_all_the_owners_own(
    fresh_self: Self, odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    odd.write_text("Day,Entry\n2021-03-04,It rained all day.\n", "utf-8")
    asked = run(fresh_self, odd, stdin="\n".join(["Entry", "0", "Day", "0", "y"]) + "\n")
    assert asked.code == 0, asked.err
    [record] = records(fresh_self)
    assert (record["author"], record["is_owner"], record["own_text"]) == ("Anna", True, "It rained all day.")


def test_json_with_a_field_that_the_diary_has_not_is_not_read_as_the_owners_own(
    fresh_self: Self, tmp_path: Path
) -> None:
    diary, chat, more = (tmp_path / name for name in ("diary.jsonl", "chat.jsonl", "more.jsonl"))
    diary.write_text('{"date": "2021-03-04", "text": "rain", "mood": "low"}\n')
    chat.write_text(
        '{"date": "2021-03-05", "text": "Anna joined"}\n'
        '{"date": "2021-03-05", "sender": "Anna", "text": "tea?"}\n'
    )
    more.write_text('{"date": "2021-03-06", "text": "sun"}\n')
    keep_mapping(fresh_self, Mapping(columns=("date", "text", "mood"), text="text", time="date"))
    assert run(fresh_self, diary, "--json").json["new"] == 1
    assert run(fresh_self, chat, "--yes").code == 5
    assert run(fresh_self, more, "--json").json["new"] == 1, "a field that is not read may be absent"
    assert {one["text"] for one in records(fresh_self)} == {"rain", "sun"}


def test_what_it_is_told_of_a_table_is_encrypted_with_the_self(sealed_self: Self) -> None:
    from afterself.importers.odd_tables import Mapping, keep_mapping, mappings

    mapping = Mapping(("Nachricht von heute", "Von"), "Nachricht von heute", "Von")
    keep_mapping(sealed_self, mapping)
    assert mappings(sealed_self) == [mapping]
    kept = b"".join(one.read_bytes() for one in sealed_self.path.rglob("*") if one.is_file())
    assert b"Nachricht von heute" not in kept
