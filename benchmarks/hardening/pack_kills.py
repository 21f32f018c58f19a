"""SIGKILL at random moments of `pack` and `unpack`: the demo person's self with weights, plain and encrypted.

    PYTHONPATH=src python -m benchmarks.hardening.pack_kills --kills 200

After each kill the bundle is there and whole, or not there; the new folder is there and says the same as
the self, or is not there; the self itself says what it said, and `verify` finds nothing in either. What the
killed process left is gone after the next run. One line of JSON, appended to results/pack_kills.jsonl.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hardening.encryption_kills import PASSPHRASE, fill, fingerprint

from afterself.archive.encryption import encrypt_self
from afterself.archive.verifying import verify
from afterself.custody import check, open_bundle, pack, unpack
from afterself.home.folder import Self
from afterself.home.keys import Cost
from this_machine import commit, described, machine

RESULT = Path(__file__).resolve().parents[1] / "results" / "pack_kills.jsonl"
CHEAP = Cost(8192, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """One self and where its bundle and the copy out of it go."""

    top: Path
    encrypted: bool

    @property
    def self_(self) -> Self:
        return Self.open(self.top / "self", PASSPHRASE if self.encrypted else None)

    @property
    def bundle(self) -> Path:
        return self.top / "out" / "a.bundle"

    @property
    def made(self) -> Path:
        return self.top / "out" / "made"

    def pack(self) -> None:
        pack(self.self_, self.bundle, None if self.encrypted else PASSPHRASE, cost=CHEAP)

    def unpack(self) -> None:
        with open_bundle(self.bundle) as bundle:
            unpack(bundle, bundle.unlock(PASSPHRASE), self.made)

    def forget_copy(self) -> None:
        shutil.rmtree(self.made)

    def wrong(self, way: str, said: str) -> list[str]:
        """What is not as it must be after a kill."""
        found = [one.file for one in verify(self.self_) if not one.note]
        if fingerprint(self.self_) != said:
            found.append("the self says something else")
        if self.bundle.exists():
            with open_bundle(self.bundle) as bundle:
                check(bundle, bundle.unlock(PASSPHRASE))
        elif way == "unpack":
            found.append("the bundle is gone")
        if self.made.exists():
            made = Self.open(self.made, PASSPHRASE if self.encrypted else None)
            found += [f"the copy: {one.file}" for one in verify(made) if not one.note]
            if fingerprint(made) != said:
                found.append("the copy says something else")
        return found


def started(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; gives its id."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return child


def killed_after(seconds: float, work: Callable[[], None]) -> bool:
    """Kill the work after so long; whether it was still at work."""
    child = started(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def one_kill(place: Place, way: str, seconds: float, said: str) -> tuple[str, list[str]]:
    """Kill once, look, run again to the end, look again; gives what the kill left and what is wrong."""
    target = place.bundle if way == "pack" else place.made
    work = place.pack if way == "pack" else place.unpack
    alive = killed_after(seconds, work)
    begun = any(target.parent.glob(".*")) if target.parent.exists() else False
    left = "done" if target.exists() else "half, hidden" if begun else "nothing"
    wrong = place.wrong(way, said)
    if not target.exists():
        work()
        wrong += place.wrong(way, said)
    if any(target.parent.glob(".*")):
        wrong.append("something is left behind")
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    return f"{way}: {'left ' + left if alive else 'over before the kill'}", wrong


def timed(work: Callable[[], None], undo: Callable[[], None]) -> float:
    """Seconds that the work takes unbroken: the least of three, so that few kills come too late."""
    took = []
    for _ in range(3):
        began = time.monotonic()
        os.waitpid(started(work), 0)
        took.append(time.monotonic() - began)
        undo()
    return min(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=10, help="size of the weights")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng, found, wrong = random.Random(given.seed), Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="afterself-kills-") as top:
        for encrypted in (False, True):
            place = Place(Path(top) / ("encrypted" if encrypted else "plain"), encrypted)
            fill(place.top / "self", given.megabytes)
            if encrypted:
                encrypt_self(place.top / "self", PASSPHRASE, cost=CHEAP)
            said = fingerprint(place.self_)
            for way, work in (("pack", place.pack), ("unpack", place.unpack)):
                longest = timed(work, place.bundle.unlink if way == "pack" else place.forget_copy)
                for number in range(given.kills // 4):
                    left, harm = one_kill(place, way, rng.random() * longest, said)
                    found[f"{'encrypted' if encrypted else 'plain'}, {left}"] += 1
                    wrong += harm
                    print(f"{way} {number + 1} {dict(found)} {wrong}", file=sys.stderr, flush=True)
                if way == "pack":
                    place.pack()
    result = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit(), "kills": sum(found.values()),
        "command": f"python -m benchmarks.hardening.pack_kills {' '.join(sys.argv[1:])}", "seed": given.seed,
        "weights_mib": given.megabytes, "found": dict(sorted(found.items())), "wrong": wrong,
        "machine": described(machine(("apsw-sqlite3mc", "pynacl"))),
    }  # fmt: skip
    with RESULT.open("a", encoding="utf-8") as out:
        out.write(json.dumps(result) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
