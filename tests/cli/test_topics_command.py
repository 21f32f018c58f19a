"""`topics` and `people show`: what each year and each contact is about, in cited quotes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from tests.conftest import PASSPHRASE

SUBJECTS = {2015: "the allotment", 2016: "my <b>lighthouse</b>", 2017: "a violin\x1b[31m"}
DULL = ("We had soup on Monday.", "The weather was grey.", "I went to bed early.", "Nothing else was new.")
TOLD = "My sister Ruth is a midwife in Hull."


def rows() -> list[tuple[str, str, str, str]]:
    made = []
    for year, subject in SUBJECTS.items():
        for day in range(1, 13):
            at = f"{year}-{day:02}-03T10:00:00Z"
            made.append(("Ben", at, "Nora", f"{DULL[day % 4]} Then I worked on {subject} with Jo {day}."))
            made.append(("Ben", at, "Ben", "What about the tractor, does it run?"))
            made.append(("Ruth", at, "Nora", DULL[day % 3]))
            made.append(("Ruth", at, "Ruth", "The night shift was long."))
    return [*made, ("Ben", "2017-12-24T10:00:00Z", "Nora", TOLD)]


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    made = Self.create(tmp_path / "self", name="Nora", right="mine", allow=("archive",))
    lines = [{"conversation": c, "time": at, "author": who, "text": text} for c, at, who, text in rows()]
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    import_path(made, tmp_path / "e.jsonl", Options(me=("Nora",)))
    return made


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def words(years: list[dict[str, object]]) -> dict[object, list[str]]:
    topics = {year["when"]: year["topics"] for year in years}
    return {when: [word for one in some for word in one["words"]] for when, some in topics.items()}  # type: ignore


def test_each_year_has_the_words_that_set_it_apart(self_: Self) -> None:
    assert words(run(self_, "topics", "--json").lines) == {
        "2015": ["allotment"], "2016": ["lighthouse"], "2017": ["violin"]
    }  # fmt: skip


def test_every_quote_stands_so_in_the_record_that_it_cites(self_: Self) -> None:
    records = {one["id"]: one for one in run(self_, "records", "--json").lines}
    quotes = [
        q for year in run(self_, "topics", "--json").lines for one in year["topics"] for q in one["quotes"]
    ]
    about = run(self_, "people", "show", "Ruth", "--json").json
    quotes += [*about["told"], *(q for one in about["about"] for q in one["quotes"])]
    assert len(quotes) > 5
    assert all(one["text"] in records[one["id"]]["text"] for one in quotes)
    shown = run(self_, "topics").out
    assert "violin" in shown and "\x1b" not in shown


def test_a_topic_is_counted_in_every_year(self_: Self) -> None:
    (first, *_) = run(self_, "topics", "--json").lines
    assert first["topics"][0]["records"] == {"2015": 12, "2016": 0, "2017": 0}


def test_topics_can_be_those_of_another_person_and_of_a_shorter_time(self_: Self) -> None:
    assert words(run(self_, "topics", "--person", "Ben", "--json").lines) == {}  # twelve a year are too few
    quarters = run(self_, "topics", "--since", "2016-07", "--until", "2017", "--json").lines
    assert [one["when"] for one in quarters] == []
    assert run(self_, "topics", "--since", "2016-07").out.startswith("Too little with a date")


def test_the_page_asks_nothing_of_anybody_and_shows_text_as_text(self_: Self, tmp_path: Path) -> None:
    page = tmp_path / "topics.html"
    run(self_, "topics", "--page", page)
    html = page.read_text("utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "&lt;b&gt;lighthouse&lt;/b&gt;" in html and "my <b>" not in html
    assert (
        "default-src 'none'" in html
        and "<script" not in html
        and "http" not in html.replace("http-equiv", "")
    )
    assert html.count("<svg") == 4
    again = run(self_, "topics", "--page", page)
    assert again.code and "none is replaced" in again.err and page.read_text("utf-8") == html


def test_what_is_forgotten_is_in_no_topic_and_nothing_is_kept_of_one(self_: Self) -> None:
    def files() -> set[Path]:
        return {path for path in self_.path.rglob("*") if not path.name.startswith("archive.db-")}

    before = files()
    quoted = run(self_, "topics", "--json").lines[0]["topics"][0]["quotes"]
    assert files() == before
    for one in quoted:
        run(self_, "forget", "--record", one["id"], "--yes")
    after = run(self_, "topics", "--json").out
    assert all(one["id"] not in after for one in quoted)


def test_people_show_tells_who_a_contact_is_in_the_owners_own_sentences(self_: Self) -> None:
    ruth = run(self_, "people", "show", "Ruth", "--json").json
    assert (ruth["name"], ruth["records"], ruth["is_owner"]) == ("Ruth", 36, False)
    assert (ruth["first"], ruth["last"]) == ("2015-01-03T10:00:00Z", "2017-12-03T10:00:00Z")
    assert ruth["by_year"] == {"2015": 12, "2016": 12, "2017": 12}
    assert ruth["threads"] == [{"title": "Ruth", "records": 36}]
    assert [one["text"] for one in ruth["told"]] == [TOLD]
    assert "night shift" in [word for one in ruth["about"] for word in one["words"]]
    assert f"“{TOLD}”" in run(self_, "people", "show", "Ruth").out


def test_a_contact_can_be_named_by_number_and_an_unknown_one_is_refused(self_: Self) -> None:
    ben = run(self_, "people", "show", "Ben", "--json").json
    assert run(self_, "people", "show", f"#{ben['contact']}", "--json").json == ben
    unknown = run(self_, "people", "show", "Rutth")
    assert unknown.code and "Did you mean: Ruth?" in unknown.err


def test_somebody_who_is_excluded_is_neither_shown_nor_quoted(self_: Self) -> None:
    run(self_, "people", "exclude", "Ruth")
    assert run(self_, "people", "show", "Ruth").code
    assert "night shift" not in run(self_, "people", "show", "Ben").out


def test_topics_of_an_encrypted_self_are_those_of_a_plain_one_and_leave_nothing_readable(
    tmp_path: Path, self_: Self, sealed_self: Self
) -> None:
    secret = tmp_path / "passphrase.txt"
    secret.write_text(f"{PASSPHRASE}\n")
    import_path(sealed_self, tmp_path / "e.jsonl", Options(me=("Nora",)))
    opened = ("--self", sealed_self.path, "--passphrase-file", secret)
    shown = afterself(*opened, "topics", "--json")
    assert words(shown.lines) == words(run(self_, "topics", "--json").lines) != {}
    told = afterself(
        "--self", sealed_self.path, "--passphrase-file", secret, "people", "show", "Ruth", "--json"
    )
    assert told.code == 0 and TOLD in told.out
    refused = run(sealed_self, "topics", "--json")
    assert refused.code and "passphrase" in refused.err and "violin" not in refused.out
    kept = [path for path in sealed_self.path.rglob("*") if path.is_file()]
    assert kept and not any(b"violin" in path.read_bytes() for path in kept)


def test_topics_are_made_of_what_an_audience_may_see_and_of_nobody_who_is_excluded(self_: Self) -> None:
    shift = ("topics", "--person", "Ruth", "--since", "2015", "--json")
    run(self_, "audience", "add", "club", "--exclude-contact", "Ben")
    club = run(self_, "topics", "--json", "--audience", "club")
    seen = {one["id"]: one for one in run(self_, "records", "--json").lines}
    assert club.code == 0
    for year in club.lines:
        for topic in year["topics"]:
            assert all(seen[quote["id"]]["author"]["name"] != "Ben" for quote in topic["quotes"])
    run(self_, "people", "exclude", "Ruth")
    assert "night shift" not in run(self_, "topics", "--json").out
    assert run(self_, *shift).code, "who is excluded cannot be asked for"
    threads = {one["thread"] for one in seen.values() if one["text"].endswith("was long.")}
    quoted = [q for y in run(self_, "topics", "--json").lines for t in y["topics"] for q in t["quotes"]]
    assert quoted and not {seen[q["id"]]["thread"] for q in quoted} & threads
