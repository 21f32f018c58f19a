"""SIGKILL at random moments of import, correct, forget, lock, unlock, passphrase, pack; plain and encrypted.

    PYTHONPATH=src python -m benchmarks.hardening.command_kills [--seed 1] [--share 1.0] [--only KIND,KIND]

Each command of the road (`deeds.py`) is first run unbroken, and timed from where the command itself begins.
Then copies of the same self are killed at a moment drawn evenly from that time, some twice, looked at
(`soundness.py`: `verify`, every row, every blob, words that may not show), and the command is run again to
its end. A kill that came after the end does not count and is drawn anew. Goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hardening import deeds as roads
from benchmarks.hardening import road
from benchmarks.hardening.deeds import PASSPHRASES, SECRETS, Deed
from benchmarks.hardening.results import Lines
from benchmarks.hardening.soundness import Snapshot, look, snapshot, upper_bound

RESULTS = Path(__file__).parents[1] / "results" / "command_kills.jsonl"
KILLS = {"import": 9, "import again": 5, "forget": 6, "encrypt": 9, "correct": 5, "weights": 3, "pack": 9}
"""How often each command of a kind is killed, on each of the two roads; others twice."""
USUAL_SECONDS = 1.5
"""From how long a time kills are drawn where no unbroken run was timed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The self before a deed, as a folder to copy, and what it holds before and after."""

    deed: Deed
    folder: Path | None
    arguments: list[object]
    before: Snapshot | None
    after: Snapshot | None
    seconds: float
    gone: tuple[bytes, ...]


def prepare(shop: road.Workshop, *, encrypted: bool) -> list[Prepared]:
    """Walk the road once, unbroken."""
    exports = roads.make_exports(shop.folder / "exports")
    place = fresh(shop, None)
    self_, found, gone = place / "ida", list[Prepared](), list[bytes]()
    for number, deed in enumerate(roads.deeds(exports, shop.folder, encrypted=encrypted)):
        folder = shop.folder / "prepared" / f"{number}"
        if self_.exists():
            shutil.copytree(place, folder)
        before, arguments = snapshot(self_, PASSPHRASES), list(deed.arguments(self_))
        running = roads.start(deed, arguments, shop)
        running.wait_for_begin()
        began = time.monotonic()
        assert running.wait() == 0, (deed.name, (shop.folder / "err").read_text())
        seconds, after = time.monotonic() - began, snapshot(self_, PASSPHRASES)
        known = folder if folder.exists() else None
        found.append(Prepared(deed, known, arguments, before, after, seconds, tuple(gone)))
        gone += filter(None, [deed.forgets])
    return found


def prepared_before(shop: road.Workshop, *, encrypted: bool) -> list[Prepared]:
    """What an earlier run has prepared in the same place, as far as it came."""
    exports, found, gone = roads.make_exports(shop.folder / "exports"), list[Prepared](), list[bytes]()
    for number, deed in enumerate(roads.deeds(exports, shop.folder, encrypted=encrypted)):
        folder, later = (shop.folder / "prepared" / f"{n}" for n in (number, number + 1))
        if folder.exists() and later.exists():
            after = snapshot(fresh(shop, later) / "ida", PASSPHRASES)
            self_ = fresh(shop, folder) / "ida"
            before, arguments = snapshot(self_, PASSPHRASES), list(deed.arguments(self_))
            found.append(Prepared(deed, folder, arguments, before, after, USUAL_SECONDS, tuple(gone)))
        gone += filter(None, [deed.forgets])
    return found


def fresh(shop: road.Workshop, folder: Path | None) -> Path:
    """The place of the self, with nothing else in it."""
    place = shop.folder / "place"
    shutil.rmtree(place, ignore_errors=True)
    if folder is None:
        place.mkdir()
    else:
        shutil.copytree(folder, place)
    return place


def trial(
    shop: road.Workshop, one: Prepared, lines: Lines, *, encrypted: bool, number: int, seed: int
) -> int:
    """Kill, look, perhaps kill again, run to the end, look; how many kills hit."""
    rng = random.Random(f"{seed}/{encrypted}/{one.deed.name}/{number}")
    self_ = fresh(shop, one.folder) / "ida"
    at, hits, found, wrong, notes = list[float](), 0, list[str](), list[str](), set[str]()
    for _ in range(rng.choice((1, 1, 2))):
        at.append(round(rng.uniform(0, one.seconds), 4))
        running = roads.start(one.deed, one.arguments, shop)
        running.wait_for_begin()
        time.sleep(at[-1])
        hits += running.kill()
        seen = look(
            self_, one.before, one.after, PASSPHRASES,
            converts=one.deed.converts, gone=one.gone, secrets=SECRETS,
        )  # fmt: skip
        found.append(seen.found)
        wrong += [*seen.wrong, *roads.made_wrong(one.deed, self_, done=False)]
        notes |= set(seen.notes)
        if seen.found == "after" and not one.deed.makes:
            break
    wrong += roads.finish(shop, one.deed, self_, one.arguments, found[-1], one.after, one.gone)
    lines.add(
        encrypted=encrypted, deed=one.deed.name, kind=one.deed.kind, number=number, at=at,
        of=round(one.seconds, 3), kills=hits, found=found, wrong=wrong, notes=sorted(notes),
    )  # fmt: skip
    return hits


def sum_up(lines: Lines) -> int:
    """How many kills hit, where they found the self, what was wrong, and the bound that follows."""
    trials = [line for line in lines.done if "deed" in line]
    bad = sum(bool(line["wrong"]) for line in trials)
    kills = Counter[str]()
    for line in trials:
        kills[line["kind"]] += line["kills"]
    total = sum(kills.values())
    lines.add(
        kills=total, by_kind=dict(kills),
        of_encrypted=sum(line["kills"] for line in trials if line["encrypted"]),
        found=dict(Counter(one for line in trials for one in line["found"])), trials_with_something_wrong=bad,
        upper_bound_95_of_something_wrong=round(upper_bound(total, bad), 4),
    )  # fmt: skip
    return bad


def main() -> int:
    """Kill every command of both roads as often as it should be; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="this share of the usual number of kills")
    parser.add_argument(
        "--prepared", action="store_true", help="with the selves that an earlier run prepared"
    )
    parser.add_argument("--minutes", type=float, default=600, help="stop after so long")
    parser.add_argument("--only", default="", help="kinds of commands, with commas")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-command-kills")
    asked = parser.parse_args()
    lines, began = Lines(asked.results), time.monotonic()
    if not asked.prepared:
        shutil.rmtree(asked.work, ignore_errors=True)
    waiting: list[tuple[road.Workshop, bool, Prepared]] = []
    for encrypted in (False, True):
        shop = road.Workshop(asked.work.resolve() / ("encrypted" if encrypted else "plain"))
        shop.folder.mkdir(parents=True, exist_ok=True)
        ready = (prepared_before if asked.prepared else prepare)(shop, encrypted=encrypted)
        waiting += [(shop, encrypted, one) for one in ready]
    if asked.only:
        waiting = [one for one in waiting if one[2].deed.kind in asked.only.split(",")]
    while waiting and time.monotonic() - began < 60 * asked.minutes:
        for shop, encrypted, one in tuple(waiting):  # in turn, so that all kinds come equally far
            same = ("deed", one.deed.name), ("encrypted", encrypted)
            done = [line for line in lines.done if all(line.get(name) == value for name, value in same)]
            if sum(line["kills"] for line in done) >= asked.share * KILLS.get(one.deed.kind, 2):
                waiting.remove((shop, encrypted, one))
            else:
                trial(shop, one, lines, encrypted=encrypted, number=len(done), seed=asked.seed)
    return bool(sum_up(lines))


if __name__ == "__main__":
    sys.exit(main())
