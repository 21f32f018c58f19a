"""Several commands on one self: one writes, many read, and who waits is told for whom and how long."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from benchmarks.hardening import road

from afterself.archive.migrations import LATEST
from afterself.cli import waiting
from afterself.home.folder import Self
from tests.cli.command_line import afterself

HOLDER = """
import sys
from pathlib import Path
from afterself.home.folder import Self
with Self.open(Path(sys.argv[1])).writer_lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held(self_: Self) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that writes to the self until its input ends, at the latest with the block."""
    words = [sys.executable, "-c", HOLDER, str(self_.path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None and running.stdout is not None
        assert running.stdout.readline() == b"held\n"
        yield running
        running.stdin.close()


def wait_until_told(shop: road.Workshop, running: subprocess.Popen[bytes]) -> None:
    """Until the command says that it waits."""
    while b"Waiting" not in (shop.folder / "err").read_bytes():
        assert running.poll() is None
        time.sleep(0.05)


def chat(folder: Path, texts: int = 2) -> Path:
    path = folder / "c.jsonl"
    rows = ({"conversation": "k", "author": "Anna", "text": f"number {n}"} for n in range(texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_second_writer_waits_says_for_whom_and_goes_on(fresh_self: Self, tmp_path: Path) -> None:
    shop = road.Workshop(tmp_path / "shop")
    with held(fresh_self) as other:
        running = shop.start("--self", fresh_self.path, "import", chat(tmp_path), "--json")
        wait_until_told(shop, running)
    done = shop.told(running)
    assert done.code == 0 and json.loads(done.out)["new"] == 2
    assert done.err.count(f"(pid {other.pid}). Waiting") == 1


def test_a_second_writer_that_waited_long_enough_gives_up_and_nothing_changed(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SECONDS", 0.3)
    with held(fresh_self) as other:
        done = afterself("--self", fresh_self.path, "import", chat(tmp_path))
        assert done.code == 3 and f"pid {other.pid}" in done.err and "→ Wait until" in done.err
        assert afterself("--self", fresh_self.path, "records").code == 0
        assert afterself("--self", fresh_self.path, "status").code == 0
    assert afterself("--self", fresh_self.path, "import", chat(tmp_path)).code == 0


def test_ctrl_c_ends_the_waiting(fresh_self: Self, tmp_path: Path) -> None:
    shop = road.Workshop(tmp_path / "shop")
    with held(fresh_self):
        running = shop.start("--self", fresh_self.path, "import", chat(tmp_path))
        wait_until_told(shop, running)
        running.send_signal(signal.SIGINT)
        done = shop.told(running)
    assert done.code == 130 and "Traceback" not in done.err


def test_many_read_while_one_writes(fresh_self: Self, tmp_path: Path) -> None:
    shop = road.Workshop(tmp_path / "shop")
    assert shop.run("--self", fresh_self.path, "import", chat(tmp_path, 50), "--me", "Anna").code == 0
    writer = shop.start("--self", fresh_self.path, "import", chat(tmp_path, 8_000), "--json")
    readers = [road.Workshop(tmp_path / f"reader-{n}") for n in range(3)]
    counts = []
    running = [(one, one.start("--self", fresh_self.path, "status", "--json")) for one in readers]
    for one, process in running:
        told = one.told(process)
        assert told.code == 0 and "Waiting" not in told.err, told.err
        counts.append(json.loads(told.out)["records"])
    assert shop.told(writer).code == 0
    assert set(counts) <= {50, 8_000}
    assert afterself("--self", fresh_self.path, "status", "--json").json["records"] == 8_000


def test_a_self_of_a_newer_version_is_read_with_one_line_and_never_changed(
    fresh_self: Self, tmp_path: Path
) -> None:
    shop = road.Workshop(tmp_path / "shop")
    assert shop.run("--self", fresh_self.path, "import", chat(tmp_path), "--me", "Anna").code == 0
    db = apsw.Connection(str(fresh_self.archive_path))
    db.pragma("user_version", LATEST + 1)
    db.close()
    read = shop.run("--self", fresh_self.path, "records", "--json")
    assert read.code == 0 and len(read.out.splitlines()) == 2
    assert read.err.startswith("This self was written by a newer Afterself") and read.err.count("\n") == 1
    for words in (("import", chat(tmp_path)), ("people", "me", "Anna"), ("forget", "--record", "x", "--yes")):
        refused = shop.run("--self", fresh_self.path, *words)
        assert refused.code == 6 and "Update afterself" in refused.err, refused.err
        assert "Traceback" not in refused.err
