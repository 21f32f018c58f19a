"""A disk that is full, nearly full or read-only at each step of the road: a clear error and no damage.

    PYTHONPATH=src python -m benchmarks.hardening.full_disk

The self lies on a small file system of its own (tmpfs, in a mount namespace that ends with the script;
Linux). For each step it is filled up to so many KiB, or made read-only; the command must end with a sentence
that names the place and a remedy, leave the self sound, and succeed once there is room.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.hardening import road
from benchmarks.hardening.damage import damage, state
from benchmarks.hardening.kills import Killing, Step, prepare, steps, where, whole
from benchmarks.hardening.results import Lines
from benchmarks.hardening.road import Ran

RESULTS = Path(__file__).parents[1] / "results" / "full_disk.jsonl"
ROOM = (0, 96, 700)
"""KiB that are left free."""
READS = ("ask", "reply", "talk")
"""Commands that store nothing: they need a little room for SQLite's shared memory, and no writable disk."""
SIZE = 64 << 20


def mount(disk: Path) -> None:
    """An empty file system at `disk`."""
    disk.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=True)


def remount(disk: Path, how: str) -> None:
    """Make it read-only (`ro`) or writable (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{how},size={SIZE}", str(disk)], check=True)


def fill(disk: Path, room: int) -> Path:
    """Leave `room` KiB free; gives the file that takes the rest."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        file.truncate(max(0, file.tell() - (room << 10)))
        free = os.statvfs(disk)
        if free.f_bavail * free.f_frsize > (room + 8) << 10:
            file.seek(0, os.SEEK_END)
            with contextlib.suppress(OSError):
                file.write(bytes(free.f_bavail * free.f_frsize - (room << 10)))
    return filler


def unclear(told: Ran, disk: Path) -> list[str]:
    """What the error of a command leaves open."""
    wrong = ["a traceback"] if "Traceback" in told.err else []
    if told.code:
        named = str(disk) in told.err or "standard output" in told.err
        wrong += [] if named else ["the error names no place"]
        wrong += [] if "→" in told.err else ["the error has no remedy"]
    return wrong


def in_own_namespace(script: str) -> None:
    """Start this script once more, with a mount namespace of its own; does not return."""
    again = [sys.executable, "-m", f"benchmarks.hardening.{script}", *sys.argv[1:], "--inside"]
    os.execvp("unshare", ["unshare", "-Urm", *again])


def trial(killing: Killing, disk: Path, step: Step, how: str, room: int) -> None:
    """One step on one kind of bad disk, and again on a good one."""
    shop, self_ = killing.shop, disk / "place" / "ida"
    shutil.rmtree(disk / "place", ignore_errors=True)
    self_.parent.mkdir()
    if step.begins:
        shutil.copytree(killing.file("prepared") / step.begins, self_)
    before = state(self_)
    filler = fill(disk, room) if how == "full" else None
    if how == "read-only":
        remount(disk, "ro")
    told = shop.told(killing.start(step, self_))
    if how == "read-only":
        remount(disk, "rw")
    wrong = [f"with the bad disk: {one}" for one in damage(self_, settled=False)]
    if filler is not None:
        filler.unlink()
    wrong += unclear(told, disk)
    if told.code and step.name in READS and (room or how == "read-only"):
        wrong.append("a command that only reads fails")
    if not told.code and how == "read-only" and step.name not in READS:
        wrong.append("it seems to succeed on a read-only disk")
    between = state(self_)
    ended = shop.told(killing.start(step, self_))
    if ended.code and not (step.done and step.done in ended.err):
        wrong.append(f"with room it fails: {ended.err[-300:]}")
    for name in step.writes:
        path = self_.parent / name
        wrong += [] if path.exists() and whole(path) else [f"{name} is missing or half"]
    if between not in (before, state(self_)) and where(between, before, state(self_)) == "neither":
        wrong.append("the self held neither what it held nor what it should")
    wrong += [f"with room: {one}" for one in damage(self_, settled=True, temporary=shop.temporary)]
    said = told.err.strip().splitlines()[-2:] if told.code else []
    killing.lines.add(
        step=step.name, disk=how, room_kib=room, code=told.code,
        said=[line.replace(str(disk), "DISK") for line in said], wrong=wrong,
    )  # fmt: skip


def main() -> int:
    """Every step on every disk; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="names of steps, with commas")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-full-disk")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.inside:
        in_own_namespace("full_disk")
    asked.work.mkdir(parents=True, exist_ok=True)
    if not asked.only:
        asked.results.unlink(missing_ok=True)
    sys.argv.remove("--inside")
    shop = road.Workshop(asked.work.resolve())
    killing = Killing(shop, road.tiny_base(shop.folder / "base"), 1, Lines(asked.results))
    prepare(killing)
    disk = shop.folder / "disk"
    mount(disk)
    for step in steps(killing):
        if asked.only and step.name not in asked.only.split(","):
            continue
        for room in ROOM:
            trial(killing, disk, step, "full", room)
        trial(killing, disk, step, "read-only", 0)
    trials = [line for line in killing.lines.done if "step" in line]
    bad = sum(bool(line["wrong"]) for line in trials)
    killing.lines.add(trials=len(trials), refused=sum(line["code"] != 0 for line in trials),
                      trials_with_something_wrong=bad)  # fmt: skip
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
