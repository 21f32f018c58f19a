"""SIGKILL at random moments of imports that are stored in pieces, each import several times, then its end.

    PYTHONPATH=src python -m benchmarks.hardening.piece_kills [--kills 60] [--seed 1] [--work DIR]

Exports of WhatsApp, Telegram and mail, plain and encrypted, are imported in pieces of few records. Each is
first imported unbroken into a copy of the same self; then it is killed until so many kills have met a
running import, begun again each time, and ended. Every record must then stand there once, as in the unbroken
one, and `verify` find nothing. A kill counts as "between" if it left some of the records.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from afterself.archive.database import open_archive
from afterself.archive.verifying import verify
from afterself.home.folder import Self
from afterself.home.keys import Cost

sys.path.insert(0, str(Path(__file__).parents[1]))

import import_huge
import import_mbox
import whatsapp_maker
from this_machine import commit, described, machine

PASSPHRASE = "seven lanterns on the quay"
PIECE = 150
PROGRAM = """
import sys
from pathlib import Path
from afterself.home.folder import Self
from afterself.importers import ingest
from afterself.importers.contract import Options
ingest.PIECE = int(sys.argv[4])
self_ = Self.open(Path(sys.argv[1]), sys.argv[3] or None)
print("begins", flush=True)
ingest.import_path(self_, Path(sys.argv[2]), Options(me=("Ilvo Marentz", "Eva Lind"), zone="UTC"))
"""
LASTING = (
    "SELECT source_key, is_owner, owner_by, kind, said_at, order_at, reply_to, deleted, attachments, words, "
    "row_number() OVER (PARTITION BY thread ORDER BY order_at, position), text, raw_hash, "
    "raw_offset, raw_length, raw_pointer, (SELECT sha256 FROM blob WHERE blob.id = revision.blob) "
    "FROM record JOIN revision ON revision.record = record.row ORDER BY source_key, n",
    "SELECT source_key, title, kind FROM thread ORDER BY 1",
    "SELECT handle, name, owner, owner_by FROM identity ORDER BY 1",
    "SELECT source, outer_name, finished_at IS NOT NULL, progress, counts, brought, later FROM import",
)
"""All that an import stores but the languages: texts in doubt are looked at again by each import."""


def exports(folder: Path) -> dict[str, Path]:
    """One of each kind, of about 1,500 records."""
    chat = folder / "WhatsApp Chat with Sadira.txt"
    whatsapp_maker.write(1500, chat)
    account = folder / "result.json"
    import_huge.telegram(0.9, account, chats=3)
    box = folder / "all.mbox"
    import_mbox.write(4, 0.1, box)
    return {"WhatsApp": chat, "Telegram": account, "mail": box}


def begun(self_: Path, export: Path, passphrase: str) -> subprocess.Popen[bytes]:
    """The import as a process of its own, at the moment when it begins to read."""
    command = [sys.executable, "-c", PROGRAM, str(self_), str(export), passphrase, str(PIECE)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if child.stdout is None or not child.stdout.readline():
        raise SystemExit(child.stderr.read().decode() if child.stderr else "the import did not begin")
    return child


def lasting(self_: Path, passphrase: str) -> list[list[Any]]:
    """What an archive holds, without numbers of rows and times of import."""
    opened = Self.open(self_, passphrase or None)
    with closing(open_archive(opened.archive_path, opened.keys, read_only=True)) as db:
        return [list(db.execute(query)) for query in LASTING]


def trial(
    fresh: Path, export: Path, passphrase: str, work: Path, kills: int, rng: random.Random
) -> dict[str, Any]:
    """One import killed so many times, and what was wrong in the end."""
    whole, broken = work / "whole", work / "broken"
    for one in (whole, broken):
        shutil.copytree(fresh, one)
    child, at = begun(whole, export, passphrase), time.monotonic()
    child.communicate()
    takes, found, wrong, met = time.monotonic() - at, Counter[str](), [], 0
    while met < kills:
        child = begun(broken, export, passphrase)
        time.sleep(rng.uniform(0, takes * 0.8))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        if child.returncode != -signal.SIGKILL:
            found["over before the kill"] += 1
            break
        met += 1
        stored = len(lasting(broken, passphrase)[0])
        found[
            "between" if 0 < stored < len(lasting(whole, passphrase)[0]) else "all" if stored else "none"
        ] += 1
        wrong += [one.what for one in verify(Self.open(broken, passphrase or None)) if not one.note]
    _, error = begun(broken, export, passphrase).communicate()
    wrong += [error.decode()[-200:]] * bool(error)
    if lasting(broken, passphrase) != lasting(whole, passphrase):
        wrong.append("the archive is not that of the unbroken import")
    wrong += [one.what for one in verify(Self.open(broken, passphrase or None))]
    for one in (whole, broken):
        shutil.rmtree(one)
    return {"kills": met, "found": dict(found), "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--results", type=Path)
    given = parser.parse_args()
    rng, lines, total = random.Random(given.seed), [], 0
    with tempfile.TemporaryDirectory(prefix="afterself-pieces-", dir=given.work) as folder:
        work = Path(folder)
        sources = exports(work)
        selves = {}
        for passphrase in ("", PASSPHRASE):
            selves[passphrase] = work / f"fresh-{bool(passphrase)}"
            Self.create(selves[passphrase], name="Ilvo", right="research", allow=("archive",),
                        passphrase=passphrase or None, cost=Cost(8192, 1))  # fmt: skip
            child = begun(
                selves[passphrase], _warm(work), passphrase
            )  # its secret is drawn, ids are the same
            child.communicate()
        while total < given.kills:
            name, passphrase = rng.choice(list(sources)), rng.choice(("", PASSPHRASE))
            done = trial(selves[passphrase], sources[name], passphrase, work, rng.randint(1, 5), rng)
            total += done["kills"]
            lines.append({"import": name, "encrypted": bool(passphrase), **done})
            print(json.dumps(lines[-1]), flush=True)
    found = sum((Counter(one["found"]) for one in lines), Counter[str]())
    summary = {
        "date": datetime.now(UTC).date().isoformat(), "commit": commit(), "machine": described(machine()),
        "command": f"python -m benchmarks.hardening.piece_kills --kills {given.kills} --seed {given.seed}",
        "piece": PIECE, "kills": total, "imports": len(lines), "found": found,
        "imports with something wrong": sum(bool(one["wrong"]) for one in lines),
    }  # fmt: skip
    print(json.dumps(summary))
    if given.results:
        given.results.write_text("".join(json.dumps(one) + "\n" for one in [summary, *lines]))


def _warm(work: Path) -> Path:
    path = work / "first.jsonl"
    path.write_text('{"conversation": "x", "time": "2020-01-01T00:00:00Z", "author": "Q", "text": "hello"}\n')
    return path


if __name__ == "__main__":
    main()
