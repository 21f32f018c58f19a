"""`afterself import FOLDER` shows what lies in a folder of everything, and takes what the person ticks."""

from __future__ import annotations

import json
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.cli import import_command
from afterself.home.folder import Self

DATED = Path(__file__).parents[2] / "tests/importers/pictures/folder/nadi.jpg"
CHAT = "13/01/2021, 09:00 - {0}: hi\n13/01/2021, 09:01 - Ben: ho\n14/01/2021, 09:01 - Ben: hm\n"
TALK = [{"uuid": "c", "name": "t", "chat_messages": [
    {"uuid": "m", "sender": "human", "text": "read", "created_at": "2024-02-03T04:05:06Z"}]}]  # fmt: skip


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "Downloads"
    (folder / "notes").mkdir(parents=True)
    for name in ("Anna", "Cleo"):
        (folder / f"WhatsApp Chat with {name}.txt").write_text(CHAT.format(name))
    (folder / "notes" / "plan.md").write_text("# A plan\n\nof mine\n")
    (folder / "essay.txt").write_text("An essay that lies beside.\n")
    for name in ("a.jpg", "b.jpg", "notes/c.mp4"):
        (folder / name).write_bytes(b"\xff\xd8")
    with zipfile.ZipFile(folder / "claude.zip", "w") as made:
        made.writestr("conversations.json", json.dumps(TALK))
    (folder / "cut.zip").write_bytes((folder / "claude.zip").read_bytes()[:40])
    return folder


def run(self_: Self, *arguments: object, stdin: bytes = b"") -> Ran:
    return afterself("--self", self_.path, "import", *arguments, stdin=stdin)


def titles(self_: Self) -> set[str]:
    return {record["thread_title"] for record in afterself("--self", self_.path, "records", "--json").lines}


def test_the_list_names_every_entry_with_its_count_and_span_and_stores_nothing(
    fresh_self: Self, downloads: Path
) -> None:
    told = run(fresh_self, downloads, "--list", "--json", "--zone", "UTC").json
    found = {one["name"]: one for one in told["found"]}
    assert {name: (one["format"], one["records"]) for name, one in found.items()} == {
        "WhatsApp Chat with Anna.txt": ("WhatsApp chat", 3),
        "WhatsApp Chat with Cleo.txt": ("WhatsApp chat", 3),
        "claude.zip": ("Claude conversations", 1),
        "notes": ("documents", 1),
        "Downloads": ("documents", 1),
    }
    span = {"first": "2021-01-13T09:00:00Z", "last": "2021-01-14T09:01:00Z"}
    assert found["WhatsApp Chat with Anna.txt"]["span"] == span
    assert not any(one["already_imported"] or one["taken"] for one in told["found"])
    unread = {one["what"]: (one["files"], one["why"]) for one in told["not_recognised"]}
    assert unread[".jpg"] == (2, "they say neither when nor where they were taken")
    assert unread[".mp4"] == (1, "no importer reads it")
    assert "cut off or damaged" in unread["cut.zip"][1]
    assert titles(fresh_self) == set()


def test_everything_is_taken_when_nobody_is_asked_and_then_known_as_imported(
    fresh_self: Self, downloads: Path
) -> None:
    ran = run(fresh_self, downloads, "--yes", "--json").json
    assert [one["taken"] for one in ran["folders"][0]["found"]] == [True] * 5
    assert (ran["new"], len(ran["sources"])) == (9, 2)
    assert titles(fresh_self) == {"Anna", "Cleo", "t", "plan", "essay"}
    again = run(fresh_self, downloads, "--yes", "--json").json
    assert (again["new"], again["same"]) == (0, 9)
    assert all(one["already_imported"] for one in again["folders"][0]["found"])
    with (downloads / "WhatsApp Chat with Anna.txt").open("a") as chat:
        chat.write("15/01/2021, 10:00 - Anna: new\n")
    changed = run(fresh_self, downloads, "--list", "--json").json["found"]
    assert [one["name"] for one in changed if not one["already_imported"]] == ["WhatsApp Chat with Anna.txt"]


def test_a_folder_of_several_kinds_is_not_taken_where_nobody_can_be_asked_and_how_to_choose_is_said(
    fresh_self: Self, downloads: Path
) -> None:
    ran = run(fresh_self, downloads)
    assert ran.code == 5 and titles(fresh_self) == set()
    for told in ("WhatsApp Chat with Cleo.txt (WhatsApp chat)", "claude.zip", "--yes", "--list"):
        assert told in ran.err, ran.err
    told = run(fresh_self, downloads, "--json")
    assert told.code == 5 and not any(one["taken"] for one in told.json["folders"][0]["found"])
    assert run(fresh_self, downloads / "notes").code == 0, (
        "a folder of one kind, and a file, are consent enough"
    )
    assert run(fresh_self, downloads / "claude.zip", downloads / "WhatsApp Chat with Anna.txt").code == 0
    assert titles(fresh_self) == {"plan", "t", "Anna"}


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (b"2, 3\n", {"Anna", "Cleo"}),
        (b"4\n", {"t"}),
        (b"0\n", set()),
        (b"5 1\n", {"plan", "essay"}),
        (b"\n", {"Anna", "Cleo", "t", "plan", "essay"}),
    ],
)
def test_the_person_ticks_what_is_wanted(
    fresh_self: Self, downloads: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, wanted: set[str]
) -> None:
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    ran = run(fresh_self, downloads, "--me", "Ben", stdin=answer + b"\n")
    assert ran.code == 0, ran.err
    assert "WhatsApp Chat" in ran.out and "Not read: .jpg, 2 files" in ran.out
    assert titles(fresh_self) == wanted


def test_what_was_sent_in_a_chat_that_is_not_ticked_is_not_read_as_a_document_either(
    fresh_self: Self, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    with (downloads / "WhatsApp Chat with Anna.txt").open("a") as chat:
        chat.write("15/01/2021, 10:00 - Anna: essay.txt (file attached)\n")
    shown = run(fresh_self, downloads, "--list", "--json").json["found"]
    assert [one["name"] for one in shown] == [
        "WhatsApp Chat with Anna.txt", "WhatsApp Chat with Cleo.txt", "claude.zip", "notes",
    ]  # fmt: skip
    run(fresh_self, downloads, "--me", "Ben", stdin=b"2 4\n\n")
    assert titles(fresh_self) == {"Cleo", "plan"}


def test_a_folder_with_nothing_to_read_is_an_error_that_names_what_was_seen(
    fresh_self: Self, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"\xff\xd8")
    ran = run(fresh_self, tmp_path / "pictures", "--yes")
    assert ran.code != 0 and "a.jpg" in ran.err


def test_help_names_every_format_that_is_read() -> None:
    told = " ".join(afterself("import", "--help").out.split())
    for name in (
        "WhatsApp",
        "Telegram",
        "ChatGPT",
        "Claude",
        "mbox",
        "Maildir",
        ".docx",
        ".pdf",
        "JSON Lines",
    ):
        assert name in told


def test_a_chat_zip_that_was_imported_by_itself_is_marked_as_imported_and_enter_leaves_it_out(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "zips"
    folder.mkdir()
    for name in ("Anna", "Cleo"):
        with zipfile.ZipFile(folder / f"WhatsApp Chat with {name}.zip", "w") as made:
            made.writestr(f"WhatsApp Chat with {name}.txt", CHAT.format(name))
            made.writestr("IMG-1.jpg", b"\xff\xd8")
    run(fresh_self, folder / "WhatsApp Chat with Anna.zip", "--me", "Ben", "--yes")
    found = run(fresh_self, folder, "--list", "--json").json["found"]
    assert {one["name"]: one["already_imported"] for one in found} == {
        "WhatsApp Chat with Anna.zip": True,
        "WhatsApp Chat with Cleo.zip": False,
    }
    monkeypatch.setattr(import_command, "interactive", lambda: True)
    ran = run(fresh_self, folder, "--me", "Ben", stdin=b"\n\n")
    assert "Enter for all that are new" in ran.out
    assert titles(fresh_self) == {"Anna", "Cleo"}
    again = run(fresh_self, folder, "--list", "--json").json["found"]
    assert all(one["already_imported"] for one in again)


def test_a_broken_zip_in_a_folder_is_told_once_and_a_file_without_author_by_its_name(
    fresh_self: Self, downloads: Path
) -> None:
    ran = run(fresh_self, downloads, "--me", "Ben", "--yes")
    assert ran.code == 0, ran.err
    assert (ran.out + ran.err).count("cut.zip") == 1 and "cut off or damaged" in ran.out
    assert "2 documents name no author (essay.txt, notes/plan.md): if you wrote them" in ran.out


def test_a_folder_is_one_line_of_status_whatever_formats_are_in_it(fresh_self: Self, downloads: Path) -> None:
    run(fresh_self, downloads, "--me", "Ben", "--yes")
    shown = afterself("--self", fresh_self.path, "status").out
    assert shown.count("Downloads") == 1
    assert "Downloads: WhatsApp export, Documents" in shown and "claude.zip: Claude" in shown


def test_of_a_folder_in_which_nobody_is_called_as_the_owner_only_what_needs_no_name_is_stored(
    fresh_self: Self, downloads: Path
) -> None:
    ran = run(fresh_self, downloads, "--me", "Bem", "--yes")
    assert ran.code == 5 and "Did you mean: Ben?" in ran.err
    assert titles(fresh_self) == {"t"}  # a talk with Claude says itself who its owner is


def test_a_table_in_a_folder_that_nothing_knows_is_told_with_its_columns_and_what_to_type(
    fresh_self: Self, downloads: Path
) -> None:
    for name in ("odd.csv", "odd of may.csv"):
        (downloads / name).write_text("Datum;Von;Nachricht\n03.04.2021 09:12;Anna;tea?\n")
    told = run(fresh_self, downloads, "--yes")
    assert told.code == 0
    assert (
        "“odd of may.csv” is a table with the columns “Datum”, “Von”, “Nachricht”, as has 1 more" in told.out
    )
    path = shlex.quote(str(downloads / "odd of may.csv"))
    command = f"--self {fresh_self.path} import {path} --map time=COLUMN,author=COLUMN,text=COLUMN"
    assert command in told.out and ".csv, " not in told.out
    found = run(fresh_self, downloads, "--list", "--json").json["not_recognised"]
    assert [one["files"] for one in found if "--map" in one.get("remedy", "")] == [2]
    (alone := downloads.parent / "alone").mkdir()
    (downloads / "odd.csv").rename(alone / "odd.csv")
    refused = run(fresh_self, alone)
    assert refused.code == 5 and "“Nachricht”" in refused.err and "--map time=COLUMN" in refused.err


def test_pictures_without_a_date_are_told_as_such_beside_pictures_that_are_read_and_alone(
    fresh_self: Self, tmp_path: Path
) -> None:
    (folder := tmp_path / "pictures").mkdir()
    (folder / "undated.jpg").write_bytes(b"\xff\xd8")
    refused = run(fresh_self, folder)
    assert refused.code == 5 and "neither when nor where they were taken" in refused.err
    shutil.copy(DATED, folder / "dated.jpg")
    told = run(fresh_self, folder)
    assert told.code == 0
    assert "Not read: .jpg, 1 file: it says neither when nor where it was taken" in told.out
