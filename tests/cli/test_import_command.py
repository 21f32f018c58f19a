"""`afterself import` finds the format, stores everything once, and says what came of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import afterself

from afterself.cli import import_command
from afterself.home.folder import Self

CHAT = "13/01/2021, 09:00 - Anna: hi\n13/01/2021, 09:01 - Ben: ho\n14/01/2021, 09:01 - Ben: hm\n"


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with Ben.txt"
    path.write_text(CHAT)
    return path


def _import(self_: Self, *arguments: object, stdin: bytes = b""):
    return afterself("--self", self_.path, "import", *arguments, stdin=stdin)


def _records(self_: Self) -> list[dict]:
    return afterself("--self", self_.path, "records", "--json").lines


def test_the_json_summary_has_what_the_design_promises(fresh_self, chat):
    ran = _import(fresh_self, chat, "--me", "Ben, Benjamin", "--zone", "Europe/Berlin", "--yes", "--json")
    assert ran.code == 0
    summary = ran.json
    sources, words = summary.pop("sources"), summary.pop("own_words")
    assert words["own"] == words["written"] == {"records": 2, "characters": 4} and words["left_out"] == {}
    assert set(summary.pop("languages")) == {"und"}  # two words tell nothing
    assert summary == {
        "threads": 1, "people": 2, 
        "span": {"first": "2021-01-13T08:00:00Z", "last": "2021-01-14T08:01:00Z"},
        "new": 3, "same": 0, "changed": 0, "forgotten": 0, "skipped": {}, "problems": [], "owner": ["Ben"],
        "failed": [],
    }  # fmt: skip
    assert [(s["path"], s["formats"], s["names_not_found"]) for s in sources] == [
        (str(chat), ["WhatsApp chat"], ["Benjamin"])
    ]
    assert [r["is_owner"] for r in _records(fresh_self)] == [False, True, True]


def test_importing_again_adds_only_what_is_new(fresh_self, chat):
    _import(fresh_self, chat)
    before = _records(fresh_self)
    again = _import(fresh_self, chat, "--json").json
    assert (again["new"], again["same"], again["changed"]) == (0, 3, 0)
    assert _records(fresh_self) == before
    chat.write_text(CHAT + "15/01/2021, 10:00 - Anna: new\n")
    longer = _import(fresh_self, chat, "--json").json
    assert (longer["new"], longer["same"], longer["changed"]) == (1, 3, 0)
    assert [r["text"] for r in _records(fresh_self)] == ["hi", "ho", "hm", "new"]


def test_a_reason_for_skipping_is_one_line_that_names_the_first_places(fresh_self, tmp_path):
    path = tmp_path / "table.csv"
    rows = "".join(f"k,2021-01-01,,hi {n}\n" for n in range(9))
    path.write_text(f"conversation,time,author,text\nk,2021-01-01,Anna,hi\n{rows}")
    told = _import(fresh_self, path).out
    assert told.count("Skipped: ") == 1
    assert "9 × author is missing (table.csv:line 3; table.csv:line 4; table.csv:line 5 and 6 more: " in told


def test_one_path_that_fails_does_not_keep_the_others_out(fresh_self, chat, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    table = tmp_path / "table.csv"
    table.write_text("conversation,time,author,text\nk,2021-01-01,Anna,hi\n")
    ran = _import(fresh_self, chat, tmp_path / "photo.jpg", table)
    assert ran.code == 5
    assert "photo.jpg" in ran.err
    assert "WhatsApp Chat with Ben.txt" in ran.out.replace("\n", " ")
    assert len(_records(fresh_self)) == 4


def test_people_of_several_sources_are_counted_once(fresh_self, chat, tmp_path):
    other = tmp_path / "WhatsApp Chat with Cleo.txt"
    other.write_text("13/01/2021, 09:00 - Anna: hi\n13/01/2021, 09:01 - Cleo: ho\n")
    summary = _import(fresh_self, chat, other, "--json").json
    assert (summary["threads"], summary["people"]) == (2, 3)
    assert [(s["threads"], s["people"]) for s in summary["sources"]] == [(1, 2), (1, 2)]


def test_a_dash_reads_json_lines_from_standard_input(fresh_self):
    row = {"conversation": "k", "time": 1614834367, "author": "Anna", "text": "tea?"}
    ran = _import(fresh_self, "-", "--json", stdin=(json.dumps(row) + "\n").encode())
    assert (ran.code, ran.json["new"]) == (0, 1)
    assert _import(fresh_self, "-", "--json", stdin=(json.dumps(row) + "\n").encode()).json["same"] == 1
    assert _import(fresh_self, "-", stdin=b"").code == 5


def test_without_a_terminal_the_summary_says_how_to_name_the_owner(fresh_self, chat):
    chat.write_text(CHAT.replace("Anna", "Cleo"))
    ran = _import(fresh_self, chat)
    assert "There: Ben, Cleo." in ran.out and "people me NAME" in ran.out
    assert _import(fresh_self, chat, "--json").json["owner"] is None


def test_without_a_terminal_the_author_with_the_name_of_the_self_is_the_owner_and_that_is_said(
    fresh_self, chat
):
    ran = _import(fresh_self, chat)  # the self is Anna's
    assert "Owner: Anna, who has the name of this self." in ran.out and "people not-me Anna" in ran.out
    assert [r["is_owner"] for r in _records(fresh_self)] == [True, False, False]
    assert afterself("--self", fresh_self.path, "people", "not-me", "Anna").code == 0
    told = _import(fresh_self, chat, "--json").json
    assert told["owner"] is None and "owner_by_name" not in told, "who was asked and said no is not overruled"


def test_two_authors_with_the_name_of_the_self_are_not_guessed_between(fresh_self, tmp_path):
    rows = [
        {"conversation": "k", "author": "anna", "text": "a"},
        {"conversation": "k", "author": "Ben", "text": "b"},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "WhatsApp Chat with Ben.txt").write_text(CHAT)
    ran = _import(fresh_self, tmp_path / "a.jsonl", tmp_path / "WhatsApp Chat with Ben.txt")
    assert "people me NAME" in ran.out and not any(r["is_owner"] for r in _records(fresh_self))


def test_at_a_terminal_enter_takes_the_author_with_the_name_of_the_self_and_0_leaves_it_open(
    fresh_self, chat, monkeypatch
):
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    assert "people me NAME" in _import(fresh_self, chat, stdin=b"0\n").out
    ran = _import(fresh_self, chat, stdin=b"\n")
    assert "Enter for Anna, 0 to say it later" in ran.out and "Owner: Anna" in ran.out


def test_ctrl_d_at_the_question_for_the_owner_leaves_it_open_and_the_import_is_told_and_kept(
    fresh_self, chat, monkeypatch
):
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    ran = _import(fresh_self, chat, stdin=b"")
    assert ran.code == 0 and "Aborted" not in ran.out + ran.err
    assert "people me NAME" in ran.out and len(_records(fresh_self)) == 3


def test_at_a_terminal_the_owner_is_asked_for_once_with_a_list_by_count(fresh_self, chat, monkeypatch):
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    ran = _import(fresh_self, chat, stdin=b"1\n")
    assert ran.code == 0
    assert ran.out.index("1  Ben  (2)") < ran.out.index("2  Anna  (1)")
    assert "Owner: Ben" in ran.out
    assert [r["is_owner"] for r in _records(fresh_self)] == [False, True, True]
    assert "Which of these" not in _import(fresh_self, chat, stdin=b"").out


def test_an_answer_that_is_no_number_of_the_list_is_asked_for_again(fresh_self, chat, monkeypatch):
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    chat.write_text(CHAT.replace("Anna", "Cleo"))
    ran = _import(fresh_self, chat, stdin=b"Nobody\n3\nben\n")
    assert ran.out.count("Please answer with numbers from 1 to 2") == 2
    assert "Owner: Ben" in ran.out


def test_an_empty_answer_leaves_the_owner_open(fresh_self, chat, monkeypatch):
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    chat.write_text(CHAT.replace("Anna", "Cleo"))
    ran = _import(fresh_self, chat, stdin=b"\n")
    assert ran.code == 0
    assert "people me NAME" in ran.out


def test_a_name_that_nobody_bears_is_told(fresh_self, chat):
    ran = _import(fresh_self, chat, "--me", "Ben,Cleo")
    assert ran.code == 0 and "Owner: Ben" in ran.out
    assert "Nobody is called “Cleo”" in ran.out


def test_where_nobody_is_called_as_the_owner_nothing_is_stored_and_the_near_name_is_told(fresh_self, chat):
    ran = _import(fresh_self, chat, "--me", "Bern")
    assert ran.code == 5
    assert "Nobody in “WhatsApp Chat with Ben.txt” is called “Bern”. Nothing of it was stored." in ran.err
    assert "Did you mean: Ben?" in ran.err and "people me NAME" in ran.err
    assert _records(fresh_self) == []
    (failed,) = _import(fresh_self, chat, "--me", "Cleo", "--json").json["failed"]
    assert failed["path"] == str(chat) and "There: Anna, Ben." in failed["remedy"]
    assert afterself("--self", fresh_self.path, "people", "--json").lines == []


def test_a_source_without_the_owner_is_imported_when_another_one_names_them(fresh_self, chat, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("conversation,time,author,text\nk,2021-01-01,Dora,hi\n")
    assert _import(fresh_self, table, "--me", "Ben").code == 5
    ran = _import(fresh_self, table, chat, "--me", "Ben")
    assert ran.code == 0, ran.err
    assert "Owner: Ben" in ran.out
    assert len(_records(fresh_self)) == 4


def test_a_note_that_names_nobody_is_kept_and_how_to_say_that_it_is_the_owners_is_told(
    fresh_self, chat, tmp_path
):
    plan = tmp_path / "plan.md"
    plan.write_text("# A plan\n")
    ran = _import(fresh_self, plan, chat, "--me", "Ben")
    assert ran.code == 0, ran.err
    assert "Owner: Ben" in ran.out and "Which of the names" not in ran.out
    assert "plan.md: it names no author: if you wrote it, import with --me “writer of plan.md”" in ran.out
    assert len(_records(fresh_self)) == 4


def test_a_chat_in_which_the_owner_is_silent_is_imported_once_the_owner_is_known(fresh_self, chat, tmp_path):
    silent = tmp_path / "WhatsApp Chat with Cleo.txt"
    silent.write_text("15/01/2021, 09:00 - Cleo: hi\n15/01/2021, 09:01 - Cleo: ho\n")
    assert _import(fresh_self, silent, "--me", "Ben").code == 5
    assert _import(fresh_self, chat, "--me", "Ben").code == 0
    assert _import(fresh_self, silent, "--me", "Ben", "--json").json["new"] == 2


def test_an_import_counts_as_many_people_as_status_though_the_owner_has_a_name_in_each_source(
    fresh_self, chat, tmp_path
):
    table = tmp_path / "table.csv"
    table.write_text("conversation,time,author,text\nk,2021-01-01,Dora,hi\nk,2021-01-02,Benjamin,ho\n")
    told = _import(fresh_self, chat, table, "--me", "Ben,Benjamin", "--json").json
    assert told["people"] == 3  # Anna, Dora and the owner
    assert afterself("--self", fresh_self.path, "status", "--json").json["people"] == 3


def test_the_owner_is_counted_once_also_when_they_are_named_after_the_import(
    fresh_self, chat, tmp_path, monkeypatch
):
    table = tmp_path / "table.csv"
    table.write_text("conversation,time,author,text\nk,2021-01-01,Ben,hi\nk,2021-01-02,Ben,ho\n")
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    ran = _import(fresh_self, tmp_path, "--zone", "UTC", stdin=b"\n1\n")
    row = next(line for line in ran.out.splitlines() if line.startswith(tmp_path.name))
    assert row.split()[-2:] == ["2", "5"], ran.out  # people, new


@pytest.mark.parametrize(
    "wrong", [("--zone", "Mars/Base"), ("--zone", "../../etc/passwd"), ("--date-order", "ydm")]
)
def test_a_wrong_option_is_told_before_anything_is_read(fresh_self, chat, wrong):
    ran = _import(fresh_self, chat, *wrong)
    assert ran.code == 2
    assert wrong[0] in ran.err
    assert _records(fresh_self) == []


def test_a_missing_self_is_told(tmp_path, chat):
    ran = afterself("--self", tmp_path / "nowhere", "import", chat)
    assert ran.code == 3


def test_skipped_lines_are_counted_by_reason_and_named(fresh_self, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("conversation,time,author,text\nk,,Anna,hi\nk,soon,Anna,hi\nk,,,hi\nk,later,Ben,hi\n")
    ran = _import(fresh_self, path, "--json")
    assert ran.code == 0
    assert ran.json["skipped"] == {"time is no ISO 8601 time and no unix time": 2, "author is missing": 1}
    assert [p["where"] for p in ran.json["problems"]] == [f"table.csv:line {n}" for n in (3, 4, 5)]
    shown = _import(fresh_self, path).out
    assert "Skipped: 2 × time is no ISO 8601 time" in shown
    assert "table.csv:line 3" in shown


def test_a_path_with_blanks_that_was_typed_without_quotes_is_told_with_the_quoted_command(fresh_self, chat):
    words = [chat.parent / "WhatsApp", "Chat", "with", "Ben.txt"]
    for given in (words, [chat, *words], ["-", *words]):
        ran = _import(fresh_self, *given)
        assert ran.code == 2 and ran.err.count("\n") == 2, ran.err
        assert f"import '{chat}'" in ran.err and "has to stand in quotes" in ran.err
    assert _records(fresh_self) == []
    missing = _import(fresh_self, "one.txt", "two.txt")
    assert missing.code == 5 and "quotes" not in missing.err


def test_a_self_and_a_packed_self_are_told_as_what_they_are_and_how_to_use_them(fresh_self, chat, tmp_path):
    other = Self.create(tmp_path / "me3", name="Ben", right="mine", allow=("archive",))
    _import(other, chat)
    ran = _import(fresh_self, other.path)
    assert ran.code == 5 and "“me3” is a self, not an export" in ran.err
    assert f"afterself --self {other.path} status" in ran.err and "archive.db" not in ran.err
    bundle = tmp_path / "me3.bundle"
    assert afterself("--self", other.path, "pack", bundle, "--no-passphrase").code == 0
    ran = _import(fresh_self, bundle)
    assert ran.code == 5 and f"afterself unpack {bundle} --to" in ran.err
    assert "WhatsApp: open a chat" not in ran.err


def test_what_nothing_recognises_is_told_without_a_list_of_all_formats(fresh_self, tmp_path):
    (tmp_path / "ls").write_bytes(b"\x7fELF\x00")
    ran = _import(fresh_self, tmp_path / "ls")
    assert ran.code == 5 and "No importer recognises “ls”" in ran.err
    assert "import --help" in ran.err and "Mastodon" not in ran.err


def test_where_the_writer_of_documents_is_called_otherwise_nothing_is_stored_and_the_name_is_told(
    fresh_self, tmp_path
):
    (notes := tmp_path / "notes").mkdir()
    (notes / "plan.md").write_text("# A plan\n\nof mine\n")
    ran = _import(fresh_self, notes, "--me", "writer of stuff")
    assert ran.code == 5 and "Nobody in “notes” is called “writer of stuff”." in ran.err
    assert "import with --me “writer of notes”" in ran.err
    assert _records(fresh_self) == []
    assert "Owner: writer of notes" in _import(fresh_self, notes, "--me", "writer of notes").out


def test_where_nobody_occurs_nobody_is_asked_who_the_owner_is(fresh_self, chat):
    pictures = Path(__file__).parents[1] / "importers" / "pictures" / "folder"
    assert " people me NAME" not in _import(fresh_self, pictures, "--yes").out
    chat.write_text(CHAT.replace("Anna", "Cleo"))
    assert " people me NAME" in _import(fresh_self, chat, "--yes").out
