"""A generated repository of many commits -> what the real command needs to import it, and again.

    PYTHONPATH=src python benchmarks/import_git.py --commits 100000 --work DIR

`git fast-import` writes the repository into DIR; it is removed afterwards. The command runs in its own
process: CPU seconds (git's included) and its peak memory are what the system says of it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from import_huge import COMMAND, run, say, words
from this_machine import header

_BEGIN, _PEOPLE, _MEAN = 1_300_000_000, 400, 25


def commits(count: int) -> Iterator[bytes]:
    """What git-fast-import(1) reads: one commit after the other, by many people."""
    for number in range(1, count + 1):
        who = f"Person {number % _PEOPLE} <p{number % _PEOPLE}@example.org>"
        at = f"{_BEGIN + number * 300} +0200"
        message = (
            f"Change {number}\n\n{words(0, number, _MEAN)}, see #{number % 5000}.\n\nSigned-off-by: {who}\n"
        )
        data = message.encode()
        yield f"commit refs/heads/main\nmark :{number}\nauthor {who} {at}\ncommitter {who} {at}\n".encode()
        yield b"data %d\n%b\n" % (len(data), data)
        yield f"from :{number - 1}\n".encode() if number > 1 else b""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--work", type=Path, required=True, help="a folder with room for 100 MB")
    given = parser.parse_args()
    work = given.work / "import-git"
    work.mkdir(parents=True)
    print(header(), flush=True)
    print(f"$ python benchmarks/import_git.py --commits {given.commits} --work DIR", flush=True)
    try:
        subprocess.run(["git", "init", "-q", "--bare", "big.git"], cwd=work, check=True)
        with subprocess.Popen(
            ["git", "fast-import", "--quiet"], cwd=work / "big.git", stdin=subprocess.PIPE
        ) as git:
            assert git.stdin is not None
            for part in commits(given.commits):
                git.stdin.write(part)
        made = (
            "new",
            "--name",
            "Ada",
            "--right",
            "fictional",
            "--allow",
            "archive",
            "--no-passphrase",
            "--yes",
        )
        self_ = ("--self", str(work / "self"))
        subprocess.run([*COMMAND, *self_, *made], check=True, capture_output=True)
        for what in ("imported", "imported again"):
            done = run([*self_, "import", str(work / "big.git"), "--me", "p7@example.org", "--yes", "--json"])
            told = done.pop("told") or {}
            counts = {name: told.get(name) for name in ("new", "same", "changed")}
            say(**{what: {**counts, **done}})
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
