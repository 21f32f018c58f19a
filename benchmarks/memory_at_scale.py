"""What the memory of a large encrypted self costs: CPU time of a question, memory, size, speed of indexing.

    python benchmarks/memory_at_scale.py make DIR --records 1000000
    python benchmarks/memory_at_scale.py ask DIR [--questions 200]
    python benchmarks/memory_at_scale.py index DIR

`make` writes English chats (`english_chats`) and imports them by the real command into DIR/self, encrypted.
`ask` answers the questions that were written for this project in one process, by words and vectors together,
as a conversation does; `search` looks for the same words. Peak memory is the whole process's. `index` throws
the vectors away and makes them again. One thread; the passphrase is not tried within what is counted.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

import english_chats
from afterself.archive.database import open_archive
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.memory.ask import Memory
from afterself.memory.embedding import static_embedder
from afterself.memory.index import update
from afterself.memory.search import search
from afterself.policy import open_view
from import_huge import PASSPHRASE, run, say
from this_machine import header

SEED = 0
ASKED = "questions.json"


def make(folder: Path, records: int) -> None:
    """A self of so many records, and what its import took."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ASKED).write_text(json.dumps(english_chats.questions()), encoding="utf-8")
    word = folder / "passphrase"
    word.write_text(PASSPHRASE, encoding="utf-8")
    here = ["--self", str(folder / "self"), "--passphrase-file", str(word)]
    run([*here, "new", "--name", english_chats.OWNER, "--right", "research", "--allow", "archive", "--yes"])
    with tempfile.TemporaryDirectory(dir=folder) as exports:
        mib = sum(path.stat().st_size for path in english_chats.write(records, Path(exports), SEED)) / 2**20
        order = [exports, "--me", english_chats.OWNER, "--zone", "UTC", "--date-order", "dmy", "--yes"]
        done = run([*here, "import", *order, "--json"])
    told = done.pop("told") or {}
    del done["peak_mib"]  # that of this process, as Linux has it until a child became another program
    say(records=records, export_mib=round(mib, 1), **done, imported=told.get("new"),
        records_per_cpu_s=round(records / done["cpu_s"]))  # fmt: skip


def sizes(self_: Self) -> dict[str, float]:
    """MiB of archive.db by what it is for: the lexical index, the vectors, and all else."""
    db = open_archive(self_.archive_path, self_.keys, read_only=True)
    found = dict(db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    db.close()
    parts = {"lexical": 0.0, "vectors": 0.0, "else": 0.0}
    for name, size in found.items():
        parts["lexical" if name.startswith("lexical") else "vectors" if "vector" in name else "else"] += size
    return {
        **{f"{name}_mib": round(size / 2**20, 1) for name, size in parts.items()},
        "index_mib": round((parts["lexical"] + parts["vectors"]) / 2**20, 1),
        "index_mb": round((parts["lexical"] + parts["vectors"]) / 1e6, 1),
        "archive_mib": round(self_.archive_path.stat().st_size / 2**20, 1),
    }


def timed(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def pace() -> float:
    """CPU milliseconds of a loop that is always the same; a busy sibling core makes it longer."""
    return round(timed(lambda: sum(n * n for n in range(2_000_000))), 1)


def memory() -> dict[str, int]:
    """MiB that the process holds now, and the most that it ever did: trying the passphrase takes 256."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = dict(line.split(":", 1) for line in status.splitlines() if line.startswith("Vm"))
    return {
        name: int(found[key].split()[0]) // 1024 for name, key in (("mib", "VmRSS"), ("peak_mib", "VmHWM"))
    }


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """Median, 95th percentile with its bootstrap interval, mean and maximum."""
    found = np.array(list(values))
    draws = np.random.default_rng(SEED).choice(found, (2000, len(found)))
    low, high = np.quantile(np.quantile(draws, 0.95, axis=1), (0.025, 0.975))
    return {
        "n": len(found), "p50": round(float(np.median(found)), 1),
        "p95": round(float(np.quantile(found, 0.95)), 1),
        "p95_interval": [round(float(low), 1), round(float(high), 1)],
        "mean": round(float(found.mean()), 1), "max": round(float(found.max()), 1),
    }  # fmt: skip


def ask(self_: Self, questions: list[str], count: int) -> None:
    """So many of the questions once each, after one that loads what the first one loads."""
    asked = random.Random(SEED).sample(questions, min(count, len(questions)))
    say(opened=memory(), same_loop_cpu_ms=pace())
    with open_view(self_, "retrieve") as view:
        opened: list[Memory] = []
        first = timed(lambda: opened.append(Memory(view)))
        say(memory_opens_cpu_ms=round(first), first_question_cpu_ms=round(
            timed(lambda: opened[0].ask("What did Ben say about the interview?"))), **memory())  # fmt: skip
        say(
            ask_cpu_ms=quantiles(timed(lambda q=q: opened[0].ask(q)) for q in asked),
            **memory(),
            same_loop_cpu_ms=pace(),
        )
        say(search_cpu_ms=quantiles(timed(lambda q=q: search(view, q)) for q in asked), **memory())


def index(self_: Self) -> None:
    """All vectors anew."""
    embedder = static_embedder()
    with Archive.writing(self_) as archive:
        with archive.transaction():
            archive.vectors.clear()
        done: list[int] = []
        ms = timed(lambda: done.append(update(archive, embedder)))
    rate = round(done[0] / ms * 1000)
    say(embedded=done[0], cpu_s=round(ms / 1000, 1), records_per_cpu_s=rate, **memory())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("make", "ask", "index"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    print(header())
    print(f"$ python benchmarks/memory_at_scale.py {' '.join(sys.argv[1:])}", flush=True)
    if given.what == "make":
        make(given.folder, given.records)
        return
    self_ = Self.open(given.folder / "self", PASSPHRASE)
    if given.what == "index":
        index(self_)
    else:
        ask(self_, json.loads((given.folder / ASKED).read_text("utf-8")), given.questions)
    print(json.dumps({"encrypted": self_.encrypted, **sizes(self_)}))


if __name__ == "__main__":
    main()
