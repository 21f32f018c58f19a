"""A generated Telegram result.json or mbox of gigabytes -> what the real command needs to import it.

    python benchmarks/import_huge.py telegram --mib 1000 --work DIR [--kills 4] [--encrypted]
    python benchmarks/import_huge.py mbox --mib 5000 --work DIR

The export is written as a stream into DIR and removed afterwards. The command runs in its own process: its
CPU seconds and its peak memory are what the system says of it. With kills it is ended by `kill -9` at random
moments and started again, until it ends by itself; then each message must be there once, in its place.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import import_mbox
from this_machine import header

COMMAND = [sys.executable, "-m", "afterself"]
PASSPHRASE = "seven lanterns on the quay"
PEOPLE = ("Ilvo Marentz", "Sadira Quell", "Tom Berg", "Mina Osk")
_BEGIN = 1_400_000_000


def telegram(mib: float, path: Path, *, chats: int = 40, mean: int = 20) -> int:
    """Write an account's export of about `mib` MiB in chats of equal size; gives the number of messages."""
    each = mib * 2**20 / chats
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write('{"about": "x", "personal_information": {"user_id": 1, "first_name": "Ilvo", ')
        out.write('"last_name": "Marentz"}, "chats": {"about": "x", "list": [\n')
        for chat in range(chats):
            out.write(f'{"," * bool(chat)}{{"name": "Chat {chat}", "type": "personal_chat", ')
            out.write(f'"id": {chat + 10}, "messages": [\n')
            here = number = 0
            for line in _messages(chat, mean):
                here += out.write(f"{',' * bool(number)}{line}\n")
                number += 1
                if here > each:
                    break
            out.write("]}\n")
            count += number
        out.write("]}}\n")
    return count


@cache
def _tape() -> list[str]:
    """Words from which every message takes a stretch."""
    return random.Random(7).choices(import_mbox.WORDS, k=100_000)


def words(chat: int, number: int, mean: int) -> str:
    """What message `number` of a chat says, without the others being made."""
    place = (chat * 1_000_003 + number) * 2_654_435_761 % 2**32
    begin, count = place % 99_000, 1 + place // 7 % (2 * mean - 1)
    return f"{' '.join(_tape()[begin : begin + count])} n{number}"


def _messages(chat: int, mean: int) -> Iterator[str]:
    number = 0
    while True:
        who = 1 if number % 2 else chat + 100
        name = PEOPLE[0] if number % 2 else PEOPLE[1 + chat % 3]
        at = _BEGIN + chat * 7 + number * 60
        text = words(chat, number, mean)
        fields = {
            "id": number + 1, "type": "message", "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)),
            "date_unixtime": str(at), "from": name, "from_id": f"user{who}", "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }  # fmt: skip
        yield json.dumps(fields, indent=1)  # as Telegram Desktop writes it
        number += 1


def run(arguments: list[str], kill_after: float | None = None) -> dict[str, Any]:
    """Run the command: how it ended, CPU and wall seconds, peak MiB; killed after so many CPU seconds."""
    began = time.perf_counter()
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        if kill_after is not None:
            while child.poll() is None and _cpu(child.pid) < kill_after:
                time.sleep(0.2)
            if child.poll() is None:
                os.kill(child.pid, signal.SIGKILL)
        output = child.stdout.read() if child.stdout else b""
        _, status, used = os.wait4(child.pid, 0) if child.returncode is None else (0, child.returncode, None)
        child.returncode = os.waitstatus_to_exitcode(status) if used else child.returncode
    told: dict[str, Any] = {"ended": child.returncode, "wall_s": round(time.perf_counter() - began, 1)}
    if used:
        told |= {
            "cpu_s": round(used.ru_utime + used.ru_stime, 1),
            "peak_mib": used.ru_maxrss // 1024,
        }
    return {**told, "told": json.loads(output) if output.startswith(b"{") else None}


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def checked(folder: Path, messages: int, mean: int) -> dict[str, Any]:
    """Whether every Telegram message stands there once, with its words, in its place."""
    db = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    wrong = seen = 0
    for key, position, text in db.execute(
        "SELECT record.source_key, record.position, revision.text FROM record "
        "JOIN revision ON revision.row = record.revision"
    ):
        chat, number = int(key.split("/")[2]) - 10, int(key.rsplit(":", 1)[-1].rsplit("/", 1)[-1]) - 1
        wrong += position != number or text != words(chat, number, mean)
        seen += 1
    one = {
        "messages": messages, "records": seen, "wrong": wrong,
        "revisions": db.execute("SELECT count(*) FROM revision").fetchone()[0],
        "imports": db.execute("SELECT count(*), sum(finished_at IS NULL) FROM import").fetchone(),
        "owner_unknown": db.execute("SELECT count(*) FROM record WHERE is_owner IS NULL").fetchone()[0],
    }  # fmt: skip
    db.close()
    return one


def say(**fact: Any) -> None:
    print(json.dumps(fact), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kind", choices=("telegram", "mbox"))
    parser.add_argument("--mib", type=float, default=1000)
    parser.add_argument("--work", type=Path, required=True, help="a folder with room for three times as much")
    parser.add_argument("--attachments", type=float, default=0.95, help="share of an mbox's bytes")
    parser.add_argument("--words", type=int, default=20, help="of a Telegram message in the mean")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", action="store_true", help="import the whole a second time")
    parser.add_argument("--encrypted", action="store_true")
    given = parser.parse_args()
    print(header())
    print(f"$ python benchmarks/import_huge.py {' '.join(sys.argv[1:])}")
    given.work.mkdir(parents=True, exist_ok=True)
    export = given.work / ("result.json" if given.kind == "telegram" else "all.mbox")
    folder = given.work / "self"
    try:
        measure(given, export, folder)
    finally:
        export.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def measure(given: argparse.Namespace, export: Path, folder: Path) -> None:
    """Write the export, import it as was asked, and tell what it came to."""
    if given.kind == "telegram":
        count = telegram(given.mib, export, mean=given.words)
    else:
        count = import_mbox.write(given.mib, given.attachments, export)
    size = export.stat().st_size
    drawn = {"attachments": given.attachments} if given.kind == "mbox" else {"words": given.words}
    say(export=given.kind, records=count, mib=round(size / 2**20, 1), **drawn)
    here = ["--self", str(folder)]
    sealed = ["--no-passphrase"]
    if given.encrypted:
        word = given.work / "passphrase"
        word.write_text(PASSPHRASE, encoding="utf-8")
        os.environ["AFTERSELF_PASSPHRASE"] = PASSPHRASE
        sealed = []
    allowed = ["--right", "research", "--allow", "archive", *sealed, "--yes"]
    run([*here, "new", "--name", "Ilvo Marentz", *allowed])
    order = [*here, "import", str(export), "--me", "Ilvo Marentz", "--zone", "UTC", "--yes", "--json"]
    rng = random.Random(given.seed)
    whole = size / 2.5e6  # about the CPU seconds of all of it
    spent = 0.0
    for n in range(given.kills):
        done = run(order, rng.uniform(0.05, 0.5) * whole)
        done.pop("told")
        say(killed=n + 1, **done)
        if done["ended"] == 0:
            break
    done = run(order)
    spent = done["cpu_s"]
    told = done.pop("told") or {}
    say(imported={key: told.get(key) for key in ("new", "same", "changed", "skipped")}, **done,
        records_per_cpu_s=round(count / spent), mb_per_cpu_s=round(size / 1e6 / spent, 2),
        archive_mib=round((folder / "archive.db").stat().st_size / 2**20))  # fmt: skip
    if given.kind == "telegram" and not given.encrypted:
        say(checked=checked(folder, count, given.words))
    if given.again:
        done = run(order)
        told = done.pop("told") or {}
        say(again={key: told.get(key) for key in ("new", "same", "changed")}, **done)
    verified = run([*here, "verify", "--json"])
    say(verify=verified["ended"], cpu_s=verified["cpu_s"], peak_mib=verified["peak_mib"])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
