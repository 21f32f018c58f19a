"""What `pack`, `verify BUNDLE` and `unpack` cost: CPU-seconds and peak memory, each in a process of its own.

    python benchmarks/pack_speed.py --messages 50000 --megabytes 256

A self with a generated WhatsApp export and a file of random bytes among its weights. Trying a passphrase is
made cheap: what it costs is set when a bundle is made, on purpose. Each step is run three times; “start” is a
process that only loads what the others need.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from afterself.archive.store import Archive
from afterself.custody import check, open_bundle, pack, unpack
from afterself.home.folder import Self
from afterself.home.keys import Cost
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from this_machine import commit, described, machine
from whatsapp_maker import write

PASSPHRASE = "seven lanterns on the quay"
RESULT = Path(__file__).parent / "results" / "pack_speed.jsonl"
CHEAP = Cost(8192, 1)
REPEATS = 3
STEPS = ("start", "pack", "verify", "unpack")


def cost_of(step: str, folder: Path) -> dict[str, float]:
    """CPU-seconds and peak memory (MiB) of a process that does one step and what it must load for it."""
    words = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def do(step: str, folder: Path) -> None:
    """One step in this process; “start” only loads what the others need."""
    bundle = folder / "a.bundle"
    if step == "pack":
        self_ = Self.open(folder / "self", PASSPHRASE)
        pack(self_, bundle, None if self_.encrypted else PASSPHRASE, cost=CHEAP)
    elif step in ("verify", "unpack"):
        with open_bundle(bundle) as found:
            keys = found.unlock(PASSPHRASE)
            if step == "verify":
                check(found, keys)
            else:
                unpack(found, keys, folder / "made")
    status = Path("/proc/self/status").read_text("ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"cpu_s": round(time.process_time(), 2), "peak_mib": round(peak, 1)}))


def filled(folder: Path, messages: int, megabytes: int, passphrase: str | None) -> Self:
    """The self that is packed."""
    export = folder / "WhatsApp Chat with nobody.txt"
    write(messages, export)
    self_ = Self.create(
        folder / "self", name="Speed", right="fictional", allow=("archive", "train"), passphrase=passphrase,
        cost=CHEAP,
    )  # fmt: skip
    import_path(self_, export, Options(me=("Ilvo Marentz",), zone="UTC"))
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w", [], {})
        (self_.weights_dir / "w").mkdir(mode=0o700)
        with self_.files.writing(self_.weights_dir / "w" / "model.gguf") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
    return self_


def measured(folder: Path, messages: int, megabytes: int, kind: str) -> dict[str, object]:
    """Every run of every step, for one kind of self."""
    self_ = filled(folder, messages, megabytes, PASSPHRASE if kind == "encrypted" else None)
    runs: dict[str, list[dict[str, float]]] = {step: [] for step in STEPS}
    for _ in range(REPEATS):
        (folder / "a.bundle").unlink(missing_ok=True)
        shutil.rmtree(folder / "made", ignore_errors=True)
        for step in STEPS:
            runs[step].append(cost_of(step, folder))
    sizes = {
        "self": sum(one.stat().st_size for one in self_.path.rglob("*")),
        "bundle": (folder / "a.bundle").stat().st_size,
    }
    return {"kind": kind, "mib": {name: round(size / 2**20, 1) for name, size in sizes.items()}, "runs": runs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--megabytes", type=int, default=256, help="size of the weights")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        do(given.step, given.folder)
        return
    facts = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit(),
        "command": f"python benchmarks/pack_speed.py {' '.join(sys.argv[1:])}", "load": os.getloadavg()[0],
        "messages": given.messages, "machine": described(machine(("apsw-sqlite3mc", "pynacl"))),
    }  # fmt: skip
    for kind in ("plain", "encrypted"):
        with tempfile.TemporaryDirectory(prefix="afterself-bench-") as folder:
            found = {**facts, **measured(Path(folder), given.messages, given.megabytes, kind)}
        with RESULT.open("a", encoding="utf-8") as out:
            out.write(json.dumps(found) + "\n")
        print(json.dumps(found))


if __name__ == "__main__":
    main()
