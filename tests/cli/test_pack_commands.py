"""`pack`, `unpack` and `verify BUNDLE` as a person types them."""

from __future__ import annotations

import json
import re
import signal
import stat
import time
from pathlib import Path

import pytest
from benchmarks.hardening import road

from afterself.home.folder import Self
from afterself.home.keys import Cost
from tests.cli.command_line import afterself
from tests.conftest import CHEAP, PASSPHRASE
from tests.persona.pseudo_terminal import PseudoTerminal

DECLARED = ("--name", "Ann", "--right", "mine", "--allow", "archive,train,talk", "--yes")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases cost next to nothing to try, and nobody is asked."""
    monkeypatch.setattr(Cost, "calibrated", classmethod(lambda cls, seconds=0.0: CHEAP))
    monkeypatch.setenv("CI", "1")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase.txt"
    path.write_text(PASSPHRASE + "\n")
    return path


@pytest.fixture
def self_(tmp_path: Path) -> Path:
    """A plain self with two records."""
    rows = [{"conversation": "k", "author": who, "text": "the kettle is on"} for who in ("Ann", "Ben")]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert afterself("--self", tmp_path / "self", "new", *DECLARED, "--no-passphrase").code == 0
    assert afterself("--self", tmp_path / "self", "import", tmp_path / "c.jsonl", "--me", "Ann").code == 0
    return tmp_path / "self"


def test_a_plain_self_is_packed_with_a_passphrase_verified_and_unpacked(
    self_: Path, secret: Path, tmp_path: Path
) -> None:
    bundle, given = tmp_path / "a.bundle", ("--passphrase-file", secret)
    done = afterself("--self", self_, *given, "pack", bundle)
    assert done.code == 0 and "2 records" in done.out and "packing" in done.err, done.err
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    signer = next(line for line in done.out.splitlines() if "owner's key" in line).split("key ")[1].strip(".")
    files = re.search(r"(\d+) files", done.out)
    looked = afterself(*given, "verify", bundle)
    assert files and f"All {files[1]} files in it are whole" in looked.out  # one way of counting
    assert (
        looked.code == 0
        and signer in looked.out
        and "whole. A self of Ann (mine), packed at 20" in looked.out
    )
    closed = afterself("verify", bundle)
    assert closed.code == 0 and "not opened" in closed.out
    made = afterself(*given, "unpack", bundle, "--to", tmp_path / "made")
    assert made.code == 0 and signer in made.out and "lock" in made.out
    assert f"of the bundle's {files[1]} files" in made.out and "The others are not needed" in made.out
    for words in (("records", "--json"), ("people", "--json")):
        before, after = (afterself("--self", path, *words).out for path in (self_, tmp_path / "made"))
        assert before == after and before
    assert PASSPHRASE not in done.out + done.err + made.out + made.err


def test_what_is_done_is_told_as_json(self_: Path, secret: Path, tmp_path: Path) -> None:
    bundle, given = tmp_path / "a.bundle", ("--passphrase-file", secret)
    assert afterself("--self", self_, *given, "lock", "--yes").code == 0
    done = afterself("--self", self_, *given, "pack", bundle, "--json").json
    assert (done["file"], done["encrypted"], done["records"]) == (str(bundle), True, 2)
    assert (done["bases"], done["left_behind"], done["damaged"]) == ([], [], [])
    looked = afterself(*given, "verify", bundle, "--json").json
    assert looked["about"]["declared"]["name"] == "Ann"
    assert looked["ok"] and looked["sha256"] == done["sha256"] and looked["files"] == done["files"]
    made = afterself(*given, "unpack", bundle, "--to", tmp_path / "made", "--json").json
    assert (made["encrypted"], made["signer"]) == (True, done["signer"])
    assert made["declared"]["right"] == "mine"
    assert Self.open(tmp_path / "made", PASSPHRASE).encrypted


def test_each_refusal_names_the_way_on_and_leaves_nothing(self_: Path, secret: Path, tmp_path: Path) -> None:
    bundle, given = tmp_path / "a.bundle", ("--passphrase-file", secret)
    unasked = afterself("--self", self_, "pack", bundle)
    assert unasked.code == 2 and "--no-passphrase" in unasked.err and not bundle.exists()
    secret.write_text("short")
    assert afterself("--self", self_, *given, "pack", bundle).code == 3
    secret.write_text(PASSPHRASE)
    assert afterself("--self", self_, *given, "pack", bundle).code == 0
    again = afterself("--self", self_, *given, "pack", bundle)
    assert again.code == 2 and "exists already" in again.err
    assert afterself("unpack", bundle, "--to", tmp_path / "made").code == 3
    secret.write_text("another passphrase")
    wrong = afterself(*given, "unpack", bundle, "--to", tmp_path / "made")
    assert wrong.code == 3 and "does not open the bundle" in wrong.err
    there = afterself(*given, "unpack", bundle, "--to", self_)
    assert there.code == 3 and "exists already" in there.err and "folder with --to" in there.err
    content = bytearray(bundle.read_bytes())
    content[2000] ^= 4
    bundle.write_bytes(content)
    for words in (("verify", bundle), ("unpack", bundle, "--to", tmp_path / "made"), ("verify", tmp_path)):
        refused = afterself(*words)
        assert refused.code == 3 and "→" in refused.err and "Traceback" not in refused.err, words
    assert not (tmp_path / "made").exists()
    secret.write_text(PASSPHRASE)
    assert afterself("--self", self_, *given, "lock", "--yes").code == 0
    assert afterself("--self", self_, *given, "pack", tmp_path / "b", "--no-passphrase").code == 2
    assert "2 records" not in afterself("--self", self_, "pack", tmp_path / "b").out


def test_a_bundle_that_everybody_can_open_is_called_so(self_: Path, tmp_path: Path) -> None:
    done = afterself("--self", self_, "pack", tmp_path / "a.bundle", "--no-passphrase")
    assert done.code == 0 and "not encrypted" in done.out
    assert "whole" in afterself("verify", tmp_path / "a.bundle").out
    assert afterself("unpack", tmp_path / "a.bundle", "--to", tmp_path / "made").code == 0


def test_who_forgets_is_told_of_bundles_that_still_hold_it(self_: Path, tmp_path: Path) -> None:
    first = afterself("--self", self_, "records", "--json").lines[0]["id"]
    assert "Bundles" not in afterself("--self", self_, "forget", "--record", first, "--dry-run").out
    assert afterself("--self", self_, "pack", tmp_path / "a.bundle", "--no-passphrase").code == 0
    told = afterself("--self", self_, "forget", "--record", first, "--dry-run").out
    assert "Bundles packed before (1, the last on 20" in told
    done = afterself("--self", self_, "forget", "--record", first, "--yes", "--json").json
    assert done["receipt"]["bundles"] == 1
    assert afterself("unpack", tmp_path / "a.bundle", "--to", tmp_path / "made").code == 0
    assert first in afterself("--self", tmp_path / "made", "records", "--json").out


def test_no_self_is_unpacked_where_a_sync_program_keeps_the_folder(self_: Path, tmp_path: Path) -> None:
    assert afterself("--self", self_, "pack", tmp_path / "a.bundle", "--no-passphrase").code == 0
    done = afterself("unpack", tmp_path / "a.bundle", "--to", tmp_path / "Dropbox" / "made")
    assert done.code == 3 and "Dropbox keeps this folder" in done.err and "--to" in done.err
    assert not (tmp_path / "Dropbox").exists()


@pytest.mark.parametrize("verb", ["pack", "unpack"])
def test_ctrl_c_leaves_neither_half_a_bundle_nor_half_a_self(tmp_path: Path, verb: str) -> None:
    shop, self_ = road.Workshop(tmp_path / "shop"), tmp_path / "selves" / "ida"
    self_.parent.mkdir()
    assert shop.run(*road.new_arguments(self_)).code == 0
    with (self_ / "reports" / "large").open("wb") as file:
        file.truncate(96 << 20)
    packed = ("--self", self_, "pack", tmp_path / "out" / "a.bundle", "--no-passphrase")
    words: tuple[object, ...] = packed
    if verb == "unpack":
        assert shop.run(*packed).code == 0
        words = ("unpack", tmp_path / "out" / "a.bundle", "--to", tmp_path / "out" / "made")
    before = sorted(tmp_path.rglob("*"))
    running = shop.start(*words)
    while running.poll() is None and not any((tmp_path / "out").glob(".*")):
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    assert running.wait() == 130
    left = {path for path in tmp_path.rglob("*") if path not in before and path.suffix != ".lock"}
    assert left <= {tmp_path / "out"}


def test_at_a_terminal_the_passphrase_of_the_bundle_is_asked_for_twice(self_: Path, tmp_path: Path) -> None:
    words = ("--self", str(self_), "pack", str(tmp_path / "a.bundle"))
    with PseudoTerminal(*words, columns=100, home=tmp_path) as terminal:
        terminal.wait_for("New passphrase (at least 8 characters): ")
        terminal.press(PASSPHRASE + "\r")
        terminal.wait_for("The same again: ")
        terminal.press(PASSPHRASE + "\r")
        terminal.wait_for("Signed by the owner's key")
        assert terminal.wait_for_end() == 0
        assert PASSPHRASE not in terminal.raw
    words = ("unpack", str(tmp_path / "a.bundle"), "--to", str(tmp_path / "made"))
    with PseudoTerminal(*words, columns=100, home=tmp_path) as terminal:
        terminal.wait_for("Passphrase of a.bundle: ")
        terminal.press("not this one\r")
        terminal.wait_for("Once more")
        terminal.wait_for("Passphrase of a.bundle: ")
        terminal.press(PASSPHRASE + "\r")
        terminal.wait_for("a self of Ann")
        assert terminal.wait_for_end() == 0
