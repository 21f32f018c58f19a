"""Emulated power cuts at random writes of every command: nothing acknowledged is lost.

    PYTHONPATH=src python -m benchmarks.hardening.power_cuts [--kinds "ext4;btrfs"] [--cuts 4] [--careless]

The road is walked once on a real file system over a disk that notes every write and flush
(`logged_disk.py`). Then the disk is put back to what a cut could have left: right after a command said that
it is done, and at random writes in the middle of it; with writes that were not flushed lost, kept, lost by
chance, or torn between sectors. The file system mends itself, the self is looked at (`soundness.py`), and
the command that was cut is run again. Linux, root.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from benchmarks.hardening import deeds as roads
from benchmarks.hardening import road
from benchmarks.hardening.deeds import CARELESS, PASSPHRASES, SECRETS, Deed
from benchmarks.hardening.logged_disk import Cuts, Event, Mode, formatted, mounted, mounted_image, read_log
from benchmarks.hardening.results import Lines
from benchmarks.hardening.soundness import Snapshot, look, snapshot, upper_bound

RESULTS = Path(__file__).parents[1] / "results" / "power_cuts.jsonl"
KINDS = {
    "ext4": ("ext4", 64, "relatime"),
    "ext4, writeback": ("ext4", 64, "data=writeback,noauto_da_alloc"),
    "btrfs": ("btrfs", 128, "relatime"),
    "xfs": ("xfs", 304, "relatime"),
}
"""What is tried: file system, MiB, how it is mounted."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The road on one disk: its bytes at first, what was done with it, and what the self held between."""

    content: bytes
    events: list[Event]
    states: list[Snapshot | None]
    said: list[tuple[int, int]]
    """For each deed the events at which it began, and at which it had said that it is done."""
    arguments: list[list[object]]


def walk(shop: road.Workshop, deeds: list[Deed], kind: str, *, encrypted: bool) -> Walked:
    """Do everything once on a logged disk."""
    system, size, options = KINDS[kind]
    content = formatted(shop.folder / "empty", system, size << 20)
    states: list[Snapshot | None] = [None]
    arguments: list[list[object]] = []
    with mounted(content, shop.folder, options) as place:
        said, self_ = shop.folder / "server" / "said", place / "ida"
        for number, deed in enumerate(deeds):
            arguments.append(list(deed.arguments(self_)))
            _say(said, f"begin {number}")
            running = roads.start(deed, arguments[-1], shop, said)
            running.wait_for_begin()
            code = running.wait()
            assert code == 0, (deed.name, (shop.folder / "err").read_text())
            _say(said, f"ended {number}")
            states.append(snapshot(self_, PASSPHRASES))
    events = read_log(shop.folder)
    return Walked(content, events, states, list(_acknowledged(events, len(deeds))), arguments)


def _say(said: Path, text: str) -> None:
    with said.open("wb", buffering=0) as file:
        file.write(f"\0{text}".encode())


def _acknowledged(events: list[Event], deeds: int) -> Iterator[tuple[int, int]]:
    """When each deed began, and when it said its last word on standard output."""
    for number in range(deeds):
        begin, end = (
            next(n for n, e in enumerate(events) if e.said and e.data == f"\0{what} {number}".encode())
            for what in ("begin", "ended")
        )
        words = [n for n in range(begin + 1, end) if events[n].said]
        yield begin, (words[-1] if words else end)


def plan(walked: Walked, number: int, cuts: int, rng: random.Random) -> list[tuple[int, Mode]]:
    """Where deed `number` is cut: as soon as it had said that it is done, and anywhere while it worked."""
    begin, said = walked.said[number]
    modes = get_args(Mode)
    flushes = [at for at in range(begin, said + 1) if walked.events[at].flush] or [said]
    found: list[tuple[int, Mode]] = [(said + 1, "nothing"), (said + 1, "sectors")]
    for n in range(cuts):  # every second one where most is at stake: just before a flush
        at = rng.choice(flushes) if n % 2 else rng.randint(begin, said)
        found.append((at, rng.choice(modes)))
    return sorted(found)


def try_cut(
    shop: road.Workshop, deeds: list[Deed], walked: Walked, kind: str, number: int, image: bytes, done: bool
) -> tuple[str, list[str], tuple[str, ...]]:
    """Switch on again after a cut in deed `number`; which state was found, what is wrong, what is noted."""
    deed, path = deeds[number], shop.folder / "cut"
    path.write_bytes(image)
    before, after = walked.states[number : number + 2]
    gone = [one.forgets for one in deeds[: number + done] if one.forgets]
    with mounted_image(path, shop.folder / "place", KINDS[kind][2]) as place:
        self_ = place / "ida"
        found = look(
            self_, after if done else before, after, PASSPHRASES,
            converts=deed.converts, gone=gone, secrets=SECRETS,
        )  # fmt: skip
        wrong = list(found.wrong)
        if done and found.found != "after":
            wrong.append("what was acknowledged is lost")
        wrong += roads.made_wrong(deed, self_, done=done)
        wrong += roads.finish(shop, deed, self_, walked.arguments[number], found.found, after, gone)
    return found.found, wrong, found.notes


def soak(
    shop: road.Workshop,
    lines: Lines,
    kind: str,
    *,
    encrypted: bool,
    cuts: int,
    seed: int,
    careless: bool,
    only: Collection[str] = (),
) -> None:
    """Walk once on one kind of disk, and cut every deed, or those of some kinds."""
    exports = roads.make_exports(shop.folder / "exports")
    deeds = roads.deeds(exports, shop.folder, encrypted=encrypted)
    if careless:
        deeds = [replace(deed, program=CARELESS + deed.program) for deed in deeds]
    walked = walk(shop, deeds, kind, encrypted=encrypted)
    disk = Cuts(walked.content, walked.events)
    for number, deed in enumerate(deeds):
        if only and deed.kind not in only:
            continue
        rng = random.Random(f"{seed}/{kind}/{encrypted}/{deed.name}")
        for at, mode in plan(walked, number, cuts, rng):
            image, loose, lost = disk.after_cut(at, mode, rng)
            done = at > walked.said[number][1]
            found, wrong, notes = try_cut(shop, deeds, walked, kind, number, bytes(image), done)
            begin, said = walked.said[number]
            lines.add(
                disk=kind, encrypted=encrypted, deed=deed.name, kind=deed.kind, write=at - begin,
                of=said - begin, acknowledged=done, lost=mode,
                not_flushed=loose, missing_or_torn=lost, found=found, wrong=wrong, notes=list(notes),
            )  # fmt: skip


def sum_up(lines: Lines) -> int:
    """How many cuts there were, what they found, and the bound that follows; how many went wrong."""
    trials = [line for line in lines.done if "deed" in line]
    bad = sum(bool(line["wrong"]) for line in trials)
    lost = sum("what was acknowledged is lost" in line["wrong"] for line in trials)
    acknowledged = [line for line in trials if line["acknowledged"]]
    lines.add(
        cuts=len(trials), by_kind=dict(Counter(line["kind"] for line in trials)),
        by_disk=dict(Counter(f"{line['disk']}{', encrypted' * line['encrypted']}" for line in trials)),
        found=dict(Counter(line["found"] for line in trials)),
        cuts_right_after_an_acknowledgement=len(acknowledged), lost_something_acknowledged=lost,
        trials_with_something_wrong=bad,
        upper_bound_95_of_something_wrong=round(upper_bound(len(trials), bad), 4),
    )  # fmt: skip
    return bad


def main() -> int:
    """Every kind of disk, plain and encrypted; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", default="ext4", help=f"of: {'; '.join(KINDS)} (with semicolons)")
    parser.add_argument(
        "--cuts", type=int, default=4, help="for each command, beside two right after its end"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("plain", "encrypted"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-power-cuts")
    parser.add_argument("--deeds", default="", help="only commands of these kinds, with commas")
    parser.add_argument("--careless", action="store_true", help="force nothing to disk: it must be noticed")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.inside:  # in a name space of its own, so that no mount outlives the script
        again = [sys.executable, "-m", "benchmarks.hardening.power_cuts", *sys.argv[1:], "--inside"]
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", *again])
    sys.argv.remove("--inside")
    lines = Lines(asked.results)
    for kind in asked.kinds.split(";"):
        for encrypted in (False, True):
            if asked.only and (asked.only == "encrypted") != encrypted:
                continue
            shutil.rmtree(asked.work, ignore_errors=True)
            asked.work.mkdir(parents=True)
            shop = road.Workshop(asked.work.resolve())
            soak(
                shop, lines, kind,
                encrypted=encrypted, cuts=asked.cuts, seed=asked.seed, careless=asked.careless,
                only=[one for one in asked.deeds.split(",") if one],
            )  # fmt: skip
    subprocess.run(["sync", "-f", asked.work], check=False)
    return bool(sum_up(lines))


if __name__ == "__main__":
    sys.exit(main())
