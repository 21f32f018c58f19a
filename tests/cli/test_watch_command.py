"""`afterself watch` imports what arrives in a folder once it is finished, and only what was ticked."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from command_line import Ran, afterself

from afterself.cli import watch_command
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.watching import SETTLED, allow, look, watched

CHAT = "13/01/2021, 09:00 - {0}: hi\n13/01/2021, 09:01 - Ben: ho\n"


@pytest.fixture
def arriving(tmp_path: Path) -> Path:
    folder = tmp_path / "arriving"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, content: str | bytes, *, age: float = 60) -> Path:
    """A file that was finished so many seconds ago."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (time.time() - age,) * 2)
    return path


def run(self_: Self, folder: Path, *arguments: object, stdin: str = "") -> Ran:
    return afterself("--self", self_.path, "watch", folder, *arguments, stdin=stdin.encode())


def count(self_: Self) -> int:
    return len(afterself("--self", self_.path, "records", "--json").lines)


def test_what_has_arrived_is_imported_once_and_a_later_export_extends_it(
    fresh_self: Self, arriving: Path
) -> None:
    chat = CHAT.format("Anna")
    put(arriving, "WhatsApp Chat with Anna.txt", chat)
    first = run(fresh_self, arriving, "--once", "--only", "whatsapp")
    assert first.code == 0 and "WhatsApp Chat with Anna.txt: 2 new (WhatsApp chat)" in first.out
    assert run(fresh_self, arriving, "--once") == Ran(0, "", "")
    put(arriving, "WhatsApp Chat with Anna.txt", chat + "14/01/2021, 09:00 - Anna: more\n", age=30)
    assert "1 new, 2 same" in run(fresh_self, arriving, "--once").out
    assert count(fresh_self) == 3
    assert "hi" in afterself("--self", fresh_self.path, "search", "hi").out


def test_what_is_still_being_written_is_left_until_nothing_changes_in_it(
    fresh_self: Self, arriving: Path
) -> None:
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"), age=0)
    put(arriving, "WhatsApp Chat with Cleo.txt.crdownload", CHAT.format("Cleo"))
    folder = arriving / "unpacked"
    folder.mkdir()
    put(folder, "WhatsApp Chat with Dora.txt", CHAT.format("Dora"), age=0)
    found = allow(fresh_self, arriving, ("whatsapp",))
    now = time.time()
    assert list(look(fresh_self, found, Options(), now)) == []
    later = [one.name for one in look(fresh_self, found, Options(), now + SETTLED + 1)]
    assert later == ["WhatsApp Chat with Anna.txt", "unpacked"]
    kept = watched(fresh_self, arriving)
    assert kept is not None and list(look(fresh_self, kept, Options(), now + 99)) == []


def test_only_what_was_ticked_is_imported_and_the_rest_is_named_once(
    fresh_self: Self, arriving: Path
) -> None:
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    put(arriving, "diary.md", "# A day\n\nIt rained.\n")
    put(arriving, "photo.xyz", b"\xff\xd8\xff")
    with zipfile.ZipFile(arriving / "whole.zip", "w") as made:
        made.writestr("a", "b" * 200)
    put(arriving, "cut.zip", (arriving / "whole.zip").read_bytes()[:60])
    (arriving / "whole.zip").unlink()
    told = run(fresh_self, arriving, "--once", "--only", "whatsapp", "--json")
    assert {one["name"]: one["result"] for one in told.lines} == {
        "WhatsApp Chat with Anna.txt": "imported", "diary.md": "left", "photo.xyz": "not recognised",
        "cut.zip": "failed",
    }  # fmt: skip
    assert told.code == 5
    assert run(fresh_self, arriving, "--once") == Ran(0, "", "")
    more = run(fresh_self, arriving, "--once", "--only", "whatsapp,documents", "--json")
    assert {one["name"]: one["result"] for one in more.lines}["diary.md"] == "imported"
    assert count(fresh_self) == 3


def test_nothing_is_imported_before_it_is_said_what_may_be(fresh_self: Self, arriving: Path) -> None:
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    refused = run(fresh_self, arriving, "--once")
    assert refused.code == 2
    assert "--only FORMAT,FORMAT" in refused.err and "There is now: whatsapp" in refused.err
    unknown = run(fresh_self, arriving, "--once", "--only", "whatsap")
    assert unknown.code == 2 and "No importer reads “whatsap”" in unknown.err and "whatsapp" in unknown.err
    assert run(fresh_self, arriving / "nowhere").code == 2
    assert count(fresh_self) == 0


def test_the_remedy_can_be_pasted_whatever_the_folder_is_called(fresh_self: Self, tmp_path: Path) -> None:
    folder = tmp_path / "what's new"
    folder.mkdir()
    refused = run(fresh_self, folder, "--once")
    assert shlex.quote(str(folder)) in refused.err


def test_an_export_without_the_owner_is_read_as_soon_as_it_is_said_who_the_owner_is(
    fresh_self: Self, arriving: Path
) -> None:
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    wrong = run(fresh_self, arriving, "--once", "--only", "whatsapp", "--me", "Clara")
    assert wrong.code != 0 and "--me" in wrong.out + wrong.err
    found = watched(fresh_self, arriving)
    assert found is not None
    strangers: dict[str, tuple[int, int, int]] = {}
    tellings = [list(look(fresh_self, found, Options(me=("Clara",)), strangers=strangers)) for _ in "12"]
    assert [len(told) for told in tellings] == [1, 0]
    assert "2 new" in run(fresh_self, arriving, "--once", "--me", "Anna").out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into_keeps_nothing_else_from_being_imported(
    fresh_self: Self, arriving: Path
) -> None:
    locked = arriving / "locked"
    locked.mkdir(mode=0)
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    assert "2 new" in run(fresh_self, arriving, "--once", "--only", "whatsapp").out
    locked.chmod(0o700)


def test_what_went_away_is_not_kept_in_mind(fresh_self: Self, arriving: Path) -> None:
    one = put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    run(fresh_self, arriving, "--once", "--only", "whatsapp")
    one.unlink()
    run(fresh_self, arriving, "--once")
    kept = watched(fresh_self, arriving)
    assert kept is not None and kept.seen == {}


def test_at_a_terminal_the_formats_are_ticked_the_first_time_and_kept(
    fresh_self: Self, arriving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_command, "interactive", lambda: True)
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    put(arriving, "diary.md", "# A day\n\nIt rained.\n")
    asked = run(fresh_self, arriving, "--once", stdin="whatsapp\n")
    assert asked.code == 0 and "whatsapp: WhatsApp Chat with Anna.txt" in asked.out
    kept = watched(fresh_self, arriving)
    assert kept is not None and kept.only == ("whatsapp",)
    assert run(fresh_self, arriving, "--once") == Ran(0, "", "")


def test_it_goes_on_until_ctrl_c_and_ends_without_a_traceback(fresh_self: Self, arriving: Path) -> None:
    put(arriving, "WhatsApp Chat with Anna.txt", CHAT.format("Anna"))
    program = [sys.executable, "-u", "-m", "afterself", "--self", str(fresh_self.path)]
    with subprocess.Popen(
        [*program, "watch", str(arriving), "--only", "whatsapp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert "for whatsapp. Ctrl-C ends it." in " ".join(running.stdout.readline().split())
        told = ""
        while "2 new" not in told:
            line = running.stdout.readline()
            assert line, "it ended by itself"
            told += line
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert "Stopped watching. What was stored before is kept." in err and "Traceback" not in err
    assert run(fresh_self, arriving, "--once") == Ran(0, "", "")
