from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from afterself.errors import SelfError
from afterself.home.atomic import replacing, write_atomic
from afterself.home.folder import Self

HOLD = """
import sys, time
from pathlib import Path
from afterself.home.folder import Self
with Self.open(Path(sys.argv[1])).writer_lock():
    print("held", flush=True)
    time.sleep(60)
"""


def hold(self_: Self) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(self_.path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    write_atomic(target, "new ü")
    assert target.read_text("utf-8") == "new ü"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write_atomic(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_library_writes_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file"
    with replacing(target) as part:
        part.write_text("whole")
        assert not target.exists()
    with pytest.raises(RuntimeError), replacing(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_the_folders_above_a_new_self_survive_a_power_cut_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: dict[Path, list[str]] = {}

    def fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            forced[path] = os.listdir(handle)
        real(handle)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", fsync)
    Self.create(tmp_path / "a" / "b" / "self", name="Anna", right="fictional", allow=("archive",))
    assert "a" in forced[tmp_path] and "b" in forced[tmp_path / "a"]
    assert forced[tmp_path / "a" / "b"] == ["self"]


def test_a_second_writer_is_told_who_holds_the_self(fresh_self: Self) -> None:
    holder = hold(fresh_self)
    try:
        with pytest.raises(SelfError, match=f"pid {holder.pid}"), fresh_self.writer_lock():
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_writer_leaves_the_self_free(fresh_self: Self) -> None:
    holder = hold(fresh_self)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with fresh_self.writer_lock():
        assert (fresh_self.path / "writer.lock").read_text() == f"{os.getpid()}\n"


def test_a_writer_that_waits_writes_when_the_other_has_ended(fresh_self: Self) -> None:
    holder = hold(fresh_self)
    with pytest.raises(SelfError), fresh_self.writer_lock(wait=0.3):
        pass
    ending = threading.Timer(0.5, holder.kill)
    ending.start()
    with fresh_self.writer_lock(wait=30):
        assert (fresh_self.path / "writer.lock").read_text() == f"{os.getpid()}\n"
    ending.join()
    holder.wait()
