"""`afterself search` and `afterself status` on a small archive of an invented person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.training import TrainOptions, train
from tests.training.selves import make_self, talk

ROWS = [
    ("Garden", "2019-05-01T10:00:00Z", "Marta", "the plum tree is in flower"),
    ("Garden", "2019-05-01T10:01:00Z", "Anna", "then we shall have plum jam"),
    ("Garden", "2020-05-01T10:00:00Z", "Marta", "plums again, plums and plums"),
    ("Station", "2020-06-01T10:00:00Z", "Jonas", "the signal is red, and no plum in sight"),
    ("Station", "2020-06-01", "Anna", "Café at the station"),
]


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    made = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"))
    export = tmp_path / "export.jsonl"
    rows = [dict(zip(("conversation", "time", "author", "text"), row, strict=True)) for row in ROWS]
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    import_path(made, export, Options(me=("Anna",)))
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def texts(self_: Self, *arguments: object) -> list[str]:
    return [one["text"] for one in run(self_, "search", *arguments, "--json").lines]


def test_search_finds_a_word_in_any_of_its_forms_the_best_match_first(self_: Self) -> None:
    found = texts(self_, "plum")
    assert len(found) == 4
    assert found[0] == ROWS[2][3]
    assert texts(self_, "cafe") == ["Café at the station"]
    assert texts(self_, "zeppelin") == []
    assert texts(self_, "plum", "-k", "1") == found[:1]


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (("plum", "--person", "marta"), {0, 2}),
        (("plum", "--own"), {1}),
        (("plum", "--since", "2020-01-01"), {2, 3}),
        (("plum", "--until", "2020-01-01"), {0, 1}),
        (("plum", "--thread", "station"), {3}),
        (("plum", "--source", "generic", "--kind", "message", "--person", "Jonas"), {3}),
        (("plum", "--kind", "mail"), set()),
        (("--person", "Anna"), {1, 4}),
        (("--thread", "Garden", "--since", "2019-12-31"), {2}),
        (("jam", "signal"), {1, 3}),
    ],
)
def test_filters_narrow_what_is_found(self_: Self, arguments: tuple[str, ...], rows: set[int]) -> None:
    assert set(texts(self_, *arguments)) == {ROWS[n][3] for n in rows}


def test_scripts_without_blanks_between_words_are_searched_inside_the_sentence(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "yuki", name="Yuki", right="fictional", allow=("archive",))
    export = tmp_path / "export.jsonl"
    texts_said = (
        "りんごを買ってきて",
        "ﾘﾝｺﾞ and リンゴ",
        "我明天去北京看你",
        "ผมไปตลาดซื้อผลไม้",
        "nothing of it",
    )
    rows = [
        {"conversation": "Mai", "time": f"2020-01-0{n}", "author": "Yuki", "text": text}
        for n, text in enumerate(texts_said, 1)
    ]
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    import_path(made, export, Options(me=("Yuki",)))
    assert texts(made, "りんご") == [texts_said[0]]
    assert texts(made, "リンゴ") == [texts_said[1]]
    assert texts(made, "北京 明天") == [texts_said[2]]
    assert texts(made, "ตลาด") == [texts_said[3]]
    assert texts(made, "北京", "--until", "2020-01-02") == []
    assert texts(made, "東京") == []


def test_search_shows_date_person_and_thread(self_: Self) -> None:
    out = run(self_, "search", "signal").out
    assert "2020-06-01 10:00 UTC · Jonas in “Station”" in out
    assert "the signal is red" in out
    assert "2020-06-01 · Anna in “Station”" in run(self_, "search", "café").out
    assert "Nothing found." in run(self_, "search", "zeppelin").out


def test_without_words_the_latest_come_in_the_order_of_time(self_: Self) -> None:
    assert texts(self_, "--thread", "Garden", "-k", "2") == [ROWS[1][3], ROWS[2][3]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Say what to search for"),
        (("plum", "--person", "Nobody"), "is called “Nobody”"),
        (("plum", "--person", "Mata"), "Did you mean: Marta?"),
        (("plum", "--source", "telegram"), "There is: generic"),
        (("plum", "--kind", "letter"), "no kind of record"),
        (("plum", "--thread", "Nowhere"), "There is no thread"),
        (("plum", "--since", "soon"), "not a date"),
    ],
)
def test_a_filter_that_fits_nothing_is_told(self_: Self, arguments: tuple[str, ...], told: str) -> None:
    ran = run(self_, "search", *arguments)
    assert ran.code == 2
    assert told in ran.err


@pytest.mark.parametrize("words", ['"', "* OR", "a" * 5000, "NEAR(", "\u202e", "🚲"])
def test_odd_words_find_nothing_and_break_nothing(self_: Self, words: str) -> None:
    assert run(self_, "search", words, "--thread", "Garden").code == 0


def test_status_tells_what_there_is_and_what_comes_next(self_: Self) -> None:
    told = run(self_, "status", "--json").json
    assert (told["name"], told["right"], told["allow"]) == ("Anna", "fictional", ["archive", "train", "talk"])
    assert (told["records"], told["own_records"], told["people"], told["threads"]) == (5, 2, 3, 2)
    assert (told["first"], told["last"]) == ("2019-05-01T10:00:00Z", "2020-06-01T10:00:00Z")
    assert (told["owner"], told["weights"], told["encrypted"]) == (["Anna"], None, False)
    assert [(one["source"], one["name"]) for one in told["imports"]] == [("generic", "export.jsonl")]
    assert told["bytes"] > 10_000
    assert told["next"].endswith("train")
    out = run(self_, "status").out
    for words in ("5 records (2 of the owner)", "export.jsonl", "not encrypted", "none yet", "Anna; "):
        assert words in out


def test_status_tells_of_weights_and_like_doctor_that_they_went_with_what_was_forgotten(
    tmp_path: Path, tiny_base: Path
) -> None:
    trained = make_self(tmp_path / "ida", talk("Anna", 60), allow=("archive", "train", "talk"))
    weights = train(trained, str(tiny_base), TrainOptions(method="full", epochs=2, context=128))
    told = run(trained, "status", "--json").json
    assert (told["weights"]["id"], told["weights"]["stale"]) == (weights.id, False)
    assert told["weights"]["bits_per_byte"] < told["weights"]["bits_per_byte_base"]
    assert told["next"].endswith("talk")
    shown = " ".join(run(trained, "status").out.split())  # a long path folds the line
    assert f"{told['weights']['bits_per_byte']:.2f} bits per byte" in shown
    first = run(trained, "records", "--json").lines[0]["id"]
    assert "Train again" in run(trained, "forget", first, "--yes").out
    told = run(trained, "status", "--json").json
    assert (told["weights"]["id"], told["weights"]["stale"]) == (None, True)
    shown = (" ".join(run(trained, command).out.split()) for command in ("status", "doctor"))
    assert all("stale: something they were trained on was forgotten" in one for one in shown)
    assert told["next"].endswith("train")
    assert not weights.path.exists()


def test_status_of_an_empty_self_points_to_import(tmp_path: Path) -> None:
    empty = Self.create(tmp_path / "empty", name="Anna", right="mine", allow=("archive",))
    told = run(empty, "status", "--json").json
    assert (told["records"], told["owner"], told["first"]) == (0, None, None)
    assert told["next"].endswith("import PATH")
    assert run(empty, "status").code == 0


def test_status_says_when_nobody_is_known_to_be_the_owner(self_: Self) -> None:
    run(self_, "people", "not-me", "Anna")
    told = run(self_, "status", "--json").json
    assert (told["owner"], told["owner_unknown_in"]) == (None, ["generic"])
    assert told["next"].endswith("people me NAME")


@pytest.mark.parametrize(("allow", "trains"), [(("archive",), False), (("archive", "train"), True)])
def test_import_and_status_name_no_next_step_that_is_not_allowed(
    tmp_path: Path, allow: tuple[str, ...], trains: bool
) -> None:
    made = Self.create(tmp_path / "ann", name="Anna", right="mine", allow=allow)
    export = tmp_path / "export.jsonl"
    row = {"conversation": "a", "time": ROWS[0][1], "author": "Anna", "text": "hello"}
    export.write_text(json.dumps(row) + "\n")
    told = run(made, "import", export, "--me", "Anna", "--yes").out
    assert "ask" in told and (" train\n" in told) == trains
    assert run(made, "status", "--json").json["next"].endswith(" train" if trains else 'ask "…"')


def test_one_of_a_thing_is_told_in_the_singular(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "one", name="Anna", right="mine", allow=("archive",))
    export = tmp_path / "one.jsonl"
    export.write_text('{"conversation": "Marta", "author": "Anna", "text": "the plum tree"}\n', "utf-8")
    assert "1 of 1 message of the owner" in run(made, "import", export, "--me", "Anna").out
    assert "1 record (1 of the owner), 1 person, 1 conversation" in run(made, "status").out
    assert "1 record shown" in run(made, "search", "plum", "-k", 1).out
    id = run(made, "records", "--json").lines[0]["id"]
    assert "1 record would be forgotten" in run(made, "forget", id, "--dry-run").out
    assert "Anna (generic): not the owner; 1 record changed." in run(made, "people", "not-me", "Anna").out


def test_a_conversation_that_is_called_as_who_said_it_is_named_once(tmp_path: Path) -> None:
    made = Self.create(tmp_path / "one", name="Anna", right="mine", allow=("archive",))
    export = tmp_path / "papa.jsonl"
    rows = [{"conversation": "Papa", "author": who, "text": "the plum tree"} for who in ("Papa", "Anna")]
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    run(made, "import", export, "--me", "Anna")
    heads = [line for line in run(made, "search", "plum").out.splitlines() if " · " in line]
    assert [head.partition(" · ")[2] for head in heads] == ["Papa", "Anna in “Papa”"]
    id = run(made, "records", "--json").lines[0]["id"]
    assert "in “Papa”" not in run(made, "records", "--id", id).out
