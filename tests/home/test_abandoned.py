"""What a killed process left half-written goes; what another process is still writing stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from afterself.home.abandoned import claimed, sweep_abandoned
from afterself.home.atomic import write_atomic
from afterself.home.folder import Self

KILLED = """
import os, signal, sys
from pathlib import Path
from afterself.home.atomic import atomic_file
with atomic_file(Path(sys.argv[1])) as file:
    file.write(b"half of a pri")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_command_had_half_written_goes_when_the_file_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "chats[1].jsonl"
    subprocess.run([sys.executable, "-c", KILLED, str(path)])
    assert [one.name.startswith(".chats[1].jsonl.") for one in tmp_path.iterdir()] == [True]
    write_atomic(path, "whole")
    assert [one.name for one in tmp_path.iterdir()] == ["chats[1].jsonl"]


def test_what_another_process_is_writing_and_what_only_looks_like_it_stays(tmp_path: Path) -> None:
    writing, own = tmp_path / ".notes.0123456789ab", tmp_path / ".notes.swp"
    for path in (writing, own):
        path.write_text("mine")
    with claimed(writing):
        write_atomic(tmp_path / "notes", "whole")
        assert writing.exists()
    write_atomic(tmp_path / "notes", "whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".notes.swp", "notes"]


def test_a_link_is_never_followed_to_what_it_points_at(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / ".notes.0123456789ab").symlink_to(tmp_path / "private")
    sweep_abandoned(tmp_path.glob(".notes.*"))
    assert (tmp_path / "private").is_dir()


def test_a_self_that_was_being_made_when_its_command_was_killed_goes_with_the_next_try(
    tmp_path: Path,
) -> None:
    half = tmp_path / ".ida.making-01234567"
    half.mkdir()
    (half / "self.toml").write_text('name = "Ida"')
    Self.create(tmp_path / "ida", name="Ida", right="fictional", allow=("archive",))
    assert [one.name for one in tmp_path.iterdir()] == ["ida"]


FULL = """
import resource, signal, sys
from pathlib import Path
from afterself.errors import SelfError
from afterself.home.folder import Self
self_ = Self.open(Path(sys.argv[1]))
size = self_.audit_path.stat().st_size + 40
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    self_.audit("imported", records=1)
except SelfError as error:
    sys.exit(error.remedy)
"""


def test_a_full_disk_leaves_no_half_line_in_the_audit_log(fresh_self: Self) -> None:
    before = fresh_self.audit_path.read_bytes()
    ran = subprocess.run([sys.executable, "-c", FULL, str(fresh_self.path)], capture_output=True, text=True)
    assert ran.returncode == 1 and "Make room" in ran.stderr
    assert fresh_self.audit_path.read_bytes() == before
