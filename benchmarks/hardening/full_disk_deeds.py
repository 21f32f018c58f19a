"""`pack`, `unpack`, `lock`, `unlock`, `passphrase` and more on a bad disk; a plain self and an encrypted one.

    PYTHONPATH=src python -m benchmarks.hardening.full_disk_deeds [--only KIND,KIND] [--prepared]

The commands of the roads in `deeds.py`, on the small file system of `full_disk.py`: full, nearly full or
read-only. The command ends well or names the place and a remedy; the self holds what it held or what it
should (`soundness.py`), a half conversion says how it goes on; with room the command ends well.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.hardening import deeds as roads
from benchmarks.hardening.command_kills import Prepared, prepare, prepared_before
from benchmarks.hardening.deeds import PASSPHRASES, SECRETS
from benchmarks.hardening.full_disk import RESULTS, ROOM, fill, in_own_namespace, mount, remount, unclear
from benchmarks.hardening.results import Lines
from benchmarks.hardening.road import Ran, Workshop
from benchmarks.hardening.soundness import Snapshot, look, snapshot

KINDS = "encrypt,pack"


def run(shop: Workshop, one: Prepared, arguments: list[object]) -> Ran:
    """The command to its end; a deed leaves its output in the workshop."""
    running = roads.start(one.deed, arguments, shop)
    running.wait_for_begin()
    code = running.wait()
    return Ran(code, "", (shop.folder / "err").read_text(encoding="utf-8", errors="replace"))


def only_vectors_wait(self_: Path, after: Snapshot | None) -> bool:
    """Whether all is there but rows of the index of meaning, a cache that the next question fills."""
    held = snapshot(self_, PASSPHRASES)
    if held is None or after is None:
        return False
    there, whole = held.tables.get("vector", ()), after.tables.get("vector", ())
    return set(there) < set(whole) and replace(held, tables={**held.tables, "vector": whole}) == after


def trial(
    shop: Workshop, disk: Path, one: Prepared, lines: Lines, *, encrypted: bool, how: str, room: int
) -> None:
    """One command on one kind of bad disk, and again on a good one."""
    place, self_ = disk / "place", disk / "place" / "ida"
    shutil.rmtree(place, ignore_errors=True)
    if one.folder is None:
        place.mkdir()
    else:
        shutil.copytree(one.folder, place)
    arguments = list(one.deed.arguments(self_))
    filler = fill(disk, room) if how == "full" else None
    if how == "read-only":
        remount(disk, "ro")
    told = run(shop, one, arguments)
    if how == "read-only":
        remount(disk, "rw")
    seen = look(
        self_, one.before, one.after, PASSPHRASES,
        converts=one.deed.converts, gone=one.gone, secrets=SECRETS,
    )  # fmt: skip
    found, wrong = seen.found, list(seen.wrong)
    if found == "neither" and only_vectors_wait(self_, one.after):
        found, wrong = "after, vectors later", wrong[1:]
    wrong += roads.made_wrong(one.deed, self_, done=told.code == 0)
    if filler is not None:
        filler.unlink()
    wrong += unclear(told, disk)
    if not told.code and how == "read-only":
        wrong.append("it seems to succeed on a read-only disk")
    wrong += roads.finish(shop, one.deed, self_, arguments, found, one.after, one.gone)
    said = told.err.strip().splitlines()[-2:] if told.code else []
    lines.add(
        step=one.deed.name, encrypted=encrypted, disk=how, room_kib=room, code=told.code, found=found,
        said=[line.replace(str(disk), "DISK") for line in said], wrong=wrong,
    )  # fmt: skip


def main() -> int:
    """Every command of these kinds on every disk; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=KINDS, help="kinds of commands, with commas")
    parser.add_argument("--roads", default="plain,encrypted", help="one of them or both")
    parser.add_argument(
        "--prepared", action="store_true", help="with the selves that an earlier run prepared"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-full-disk-deeds"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.inside:
        in_own_namespace("full_disk_deeds")
    sys.argv.remove("--inside")
    if not asked.prepared:
        shutil.rmtree(asked.work, ignore_errors=True)
    lines, bad, trials = Lines(asked.results), 0, 0
    for kind in asked.roads.split(","):
        encrypted, shop = kind == "encrypted", Workshop(asked.work.resolve() / kind)
        shop.folder.mkdir(parents=True, exist_ok=True)
        disk = shop.folder / "disk"
        mount(disk)
        for one in (prepared_before if asked.prepared else prepare)(shop, encrypted=encrypted):
            if one.deed.kind not in asked.only.split(","):
                continue
            for how, room in (*(("full", room) for room in ROOM), ("read-only", 0)):
                trial(shop, disk, one, lines, encrypted=encrypted, how=how, room=room)
                trials, bad = trials + 1, bad + bool(lines.done[-1]["wrong"])
    lines.add(trials=trials, trials_with_something_wrong=bad)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
