from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import at_a_terminal

from afterself.archive.drafts import Attachment, Person, Span, ThreadDraft
from afterself.cli import main, new_command
from afterself.home.folder import Self
from tests.persona.pseudo_terminal import PseudoTerminal

Run = Callable[..., tuple[int, str, str]]
DECLARED = "--name Anna --right mine --allow archive,train,talk"
NEW = ("new", *DECLARED.split(), "--no-passphrase", "--yes")
FIELDS = [
    "id", "source_key", "thread", "thread_title", "author", "is_owner", "kind", "said_at", "precision",
    "reply_to", "text", "own_text", "deleted", "attachments", "same_as",
]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command as a person types it, on the self in tmp_path: gives exit code, output, errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["afterself", "--self", str(tmp_path / "self"), *arguments])
        capsys.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        output = capsys.readouterr()
        return int(code), output.out, output.err

    return call


def json_lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_new_makes_a_self_and_says_that_it_is_not_encrypted(run: Run, tmp_path: Path) -> None:
    code, output, errors = run(*NEW)
    assert code == 0
    assert "a self of Anna; it is your own. Allowed" in output
    assert "not encrypted" in errors
    made = Self.open(tmp_path / "self")
    assert made.declaration.allow == ("archive", "train", "talk")


def test_new_never_overwrites(run: Run, tmp_path: Path) -> None:
    run(*NEW)
    before = (tmp_path / "self" / "self.toml").read_bytes()
    code, output, errors = run(*NEW[:2], "Ben", *NEW[3:])
    assert (code, output) == (3, "")
    assert "exists already" in errors
    assert (tmp_path / "self" / "self.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--right", "research", "--allow", "archive,talk"), "research"),
        (("--right", "research", "--allow", "archive,voice"), "research"),
        (("--right", "theft", "--allow", "archive"), "theft"),
        (("--right", "mine", "--allow", "archive,sell"), "sell"),
        (("--right", "mine"), "--allow"),
        (("--allow", "archive"), "--right"),
    ],
)
def test_new_refuses_what_does_not_fit(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, _, errors = run("new", "--name", "A", *arguments, "--no-passphrase", "--yes")
    assert code == 2
    assert told in errors
    assert list(tmp_path.iterdir()) == []


def test_new_without_a_person_to_ask_needs_every_answer(run: Run, tmp_path: Path) -> None:
    code, _, errors = run(*NEW[:-1])
    assert (code, "--yes" in errors) == (2, True)
    code, _, errors = run(*NEW[:-2], "--yes")
    assert (code, "--no-passphrase" in errors) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_new_without_a_person_to_ask_names_only_what_is_missing(run: Run) -> None:
    code, _, errors = run("new", "--name", "A", "--right", "mine", "--allow", "archive", "--no-passphrase")
    assert (code, "--yes" in errors) == (2, True)
    assert not any(option in errors for option in ("--name", "--right", "--allow", "--passphrase-file"))
    code, _, errors = run("new", "--name", "A", "--allow", "archive")
    assert "Give --right, and add --yes" in errors and "--name" not in errors and "--allow" not in errors
    assert "--passphrase-file" in errors


def test_new_makes_no_self_in_a_folder_that_is_synced_unless_the_person_insists(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / ".stfolder").mkdir()
    code, _, errors = run(*NEW)
    assert (code, "Syncthing" in errors, str(tmp_path / "self") in errors) == (3, True, True)
    at = ["--self", str(tmp_path / "self"), *NEW[:-2], "--no-passphrase"]
    assert at_a_terminal(at, "y\nn\n")[0] == 2
    assert not (tmp_path / "self").exists()
    assert at_a_terminal(at, "y\ny\n")[0] == 0
    code, _, errors = run("import", str(tmp_path / "self" / "self.toml"))
    assert "Syncthing keeps" in errors


def test_new_asks_for_what_was_not_given(tmp_path: Path) -> None:
    with PseudoTerminal("--self", str(tmp_path / "self"), "new", columns=100, home=tmp_path) as terminal:
        for question, answer in (
            ("Their name", "Anna"), ("Your choice", "steward"), ("Your choice", "archive,train"),
            ("Is that so?", "y"), ("New passphrase", ""), ("without encryption?", "y"),
        ):  # fmt: skip
            terminal.wait_for(question)
            terminal.press(answer + "\r")
        terminal.wait_for("not encrypted")
        assert terminal.wait_for_end() == 0
    declaration = Self.open(tmp_path / "self").declaration
    assert (declaration.name, declaration.right, declaration.allow) == (
        "Anna",
        "steward",
        ("archive", "train"),
    )


@pytest.mark.parametrize("answers", ["n\n"])
def test_new_makes_nothing_when_the_person_says_no(tmp_path: Path, answers: str) -> None:
    code, output = at_a_terminal(["--self", str(tmp_path / "self"), *NEW[:-2]], answers)
    assert code == 2, output
    assert not (tmp_path / "self").exists()


@pytest.fixture
def family(run: Run, tmp_path: Path, said: Any, store: Any) -> Self:
    run(*NEW)
    self_ = Self.open(tmp_path / "self")
    pic = Attachment("a.jpg", "omitted", "image/jpeg")
    store(
        ThreadDraft("t", "Fam\x1bily [red]", "group"),
        said("are you coming?", Person("+1", "Ben"), "2020-01-01T10:00:00.250000", native_id="1"),
        said(
            "> are\nyes", at="2020-01-01T10:01:00", native_id="2", reply_to="1", spans=(Span(0, 6, "quoted"),)
        ),
        said("", Person("+1", "Ben"), "2020-01-01T10:02:00", native_id="3", deleted=True),
        said("\x1b[2J\u202egone [bold]", native_id="4", attachments=(pic,)),
        said("elsewhere", "Cleo", "2021-05-05T00:00:00", thread="u", precision="day"),
        self_=self_,
    )
    return self_


@pytest.fixture
def fresh_self(tmp_path: Path) -> None:
    """These tests make their self with the command."""


def test_records_streams_every_record_with_the_promised_fields(run: Run, family: Self) -> None:
    run("people", "me", "anna")
    code, output, _ = run("records", "--json")
    assert code == 0
    first, second, third, fourth, fifth = json_lines(output)
    assert list(first) == FIELDS
    assert (first["author"], first["is_owner"], first["said_at"]) == (
        "Ben",
        False,
        "2020-01-01T10:00:00.250000Z",
    )
    assert first["source_key"] == "generic/-/t/1"
    assert (second["text"], second["own_text"], second["reply_to"]) == ("> are\nyes", "yes", first["id"])
    assert second["said_at"] == "2020-01-01T10:01:00Z"
    assert (third["deleted"], third["text"]) == (True, "")
    assert (fourth["said_at"], fourth["precision"], fourth["text"]) == (
        None,
        "none",
        "\x1b[2J\u202egone [bold]",
    )
    assert fourth["attachments"] == [
        {"name": "a.jpg", "state": "omitted", "mime": "image/jpeg", "size": None}
    ]
    assert (fifth["precision"], fifth["thread"] != first["thread"]) == ("day", True)


def test_records_can_be_narrowed_to_a_thread_and_a_time(run: Run, family: Self) -> None:
    everything = json_lines(run("records", "--json")[1])
    thread = everything[0]["thread"]
    assert json_lines(run("records", "--json", "--thread", thread)[1]) == everything[:4]
    assert json_lines(run("records", "--json", "--thread", "U")[1]) == everything[4:]
    assert json_lines(run("records", "--json", "--since", "2020-01-01T10:01:00")[1]) == everything[1:]
    assert json_lines(run("records", "--json", "--until", "2020-01-01T11:01+01:00")[1]) == everything[:1]
    assert json_lines(run("records", "--json", "--limit", "2")[1]) == everything[:2]
    assert run("records", "--json", "--thread", "nothing")[0] == 2
    assert run("records", "--since", "yesterday")[0] == 2


def test_records_can_be_narrowed_to_the_source_that_they_came_from(run: Run, family: Self) -> None:
    before = json_lines(run("records", "--json")[1])
    assert run("remember", "The gate was green once.")[0] == 0
    (told,) = json_lines(run("records", "--json", "--source", "remember")[1])
    assert told["text"] == "The gate was green once."
    assert json_lines(run("records", "--json", "--source", "generic")[1]) == before
    assert (
        f"1 record shown, {len(before) - 1} more" in run("records", "--source", "generic", "--limit", "1")[1]
    )
    code, _, told_of = run("records", "--source", "nothing")
    assert code == 2 and "generic, remember" in told_of


def test_records_as_a_table_cannot_steer_the_terminal(run: Run, family: Self) -> None:
    code, output, _ = run("records")
    assert code == 0
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "[bold]" in output
    assert "(deleted)" in output
    code, output, _ = run("records", "--limit", "2")
    assert "3 more" in output


def test_people_lists_who_wrote_how_much(run: Run, family: Self) -> None:
    people = json_lines(run("people", "--json")[1])
    assert [(p["name"], p["handle"], p["records"], p["is_owner"]) for p in people] == [
        ("Ben", "+1", 2, False), ("Anna", "Anna", 2, False), ("Cleo", "Cleo", 1, False),
    ]  # fmt: skip
    assert "people me" in run("people")[1]
    run("people", "me", "Anna")
    assert "the owner" in run("people")[1]


def test_this_is_me_can_be_said_and_taken_back(run: Run, family: Self) -> None:
    code, output, _ = run("people", "me", "ANNA", "+1")
    assert (code, "5 records" in output) == (0, True)
    assert [p["is_owner"] for p in json_lines(run("people", "--json")[1])] == [True, True, False]
    assert run("people", "not-me", "Ben")[0] == 0
    owners = [record["is_owner"] for record in json_lines(run("records", "--json")[1])]
    assert owners == [False, True, False, True, False]


def test_an_unknown_name_is_told_the_near_ones_and_nothing_changes(run: Run, family: Self) -> None:
    code, _, errors = run("people", "me", "Anna", "Cloe")
    assert code == 2
    assert "Did you mean: Cleo?" in errors
    assert not any(p["is_owner"] for p in json_lines(run("people", "--json")[1]))


@pytest.mark.parametrize("command", [("records",), ("people",), ("people", "me", "Anna")])
def test_without_a_self_the_way_to_one_is_told(run: Run, command: tuple[str, ...]) -> None:
    code, _, errors = run(*command)
    assert code == 3
    assert "new" in errors


def test_a_long_text_is_cut_in_the_table_and_whole_as_json(run: Run, tmp_path: Path) -> None:
    run(*NEW)
    export = tmp_path / "long.jsonl"
    export.write_text(json.dumps({"conversation": "c", "time": 0, "author": "Ann", "text": "long " * 9999}))
    run("import", str(export), "--yes")
    _, shown, _ = run("records")
    assert "…" in shown and len(shown) < 2000
    _, output, _ = run("records", "--json")
    assert len(json_lines(output)[0]["text"]) == 5 * 9999


def test_people_of_an_empty_archive_says_so(run: Run) -> None:
    run(*NEW)
    code, output, _ = run("people")
    assert code == 0 and "empty" in output and "afterself import" in output


def test_people_shows_a_hundred_and_json_lists_everybody(run: Run, tmp_path: Path) -> None:
    run(*NEW)
    export = tmp_path / "crowd.jsonl"
    lines = [{"conversation": "c", "time": n, "author": f"P{n}", "text": "hi"} for n in range(130)]
    export.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("import", str(export), "--yes")
    _, shown, _ = run("people")
    assert "100 people shown, 30 more" in shown
    _, output, _ = run("people", "--json")
    assert len(json_lines(output)) == 130


def test_a_command_that_is_stopped_says_so_and_leaves_with_130(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> Self:
        raise KeyboardInterrupt

    monkeypatch.setattr(Self, "open", stopped)
    code, _, errors = run("people")
    assert code == 130 and "Stopped" in errors


def test_the_next_step_can_be_typed_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my own self"
    monkeypatch.setattr(sys, "argv", ["afterself", "--self", str(folder), *NEW])
    with contextlib.suppress(SystemExit):
        main()
    assert f"afterself --self '{folder}' import PATH" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (("status", "--self", "x"), "afterself --self DIR status"),
        (("people", "me", "Anna", "--self", "x"), "afterself --self DIR people"),
        (("lock", "--passphrase-file", "x"), "afterself --passphrase-file FILE lock"),
    ],
)
def test_an_option_of_all_commands_that_stands_behind_one_is_told_where_it_belongs(
    run: Run, words: tuple[str, ...], way: str
) -> None:
    code, _, errors = run(*words)
    assert code == 2 and "stands before the command" in errors and way in errors


def test_an_answer_that_is_neither_yes_nor_no_is_asked_for_again_in_plain_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ja\nYES\n")))
    monkeypatch.setattr(new_command, "interactive", lambda: True)
    code, output, _ = run("new", "--name", "Anna", "--right", "mine", "--allow", "archive", "--no-passphrase")
    assert code == 0
    assert output.count("Is that so? [y/N]") == 2 and "Please answer y for yes or n for no." in output
    assert Self.open(tmp_path / "self").declaration.name == "Anna"
