"""SIGKILL at random moments of `lock` and `unlock --permanently`, on the demo person's self with weights.

    python benchmarks/hardening/encryption_kills.py --kills 60

After each kill the self is opened as it is, or the conversion is gone on with or turned back, by chance;
then everything must be as at the beginning: records, blobs against their hashes, weights, audit chain,
and in an encrypted self no canary. One line of JSON at the end, appended to results/encryption_kills.jsonl.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from afterself.archive.encryption import decrypt_self, encrypt_self
from afterself.archive.ledger import list_artifacts
from afterself.archive.store import Archive
from afterself.demo.road import make, read_chats
from afterself.home.atomic import make_folder
from afterself.home.audit import broken_audit_lines
from afterself.home.folder import Self
from afterself.home.key_header import read_header
from afterself.home.keys import Cost
from afterself.policy import open_view
from this_machine import commit, described, machine

PASSPHRASE = "seven lanterns on the quay"
CANARIES = (b"Hester", b"Norkus", b"signal box", b"Distant", b"weights-canary")
RESULT = Path(__file__).resolve().parents[1] / "results" / "encryption_kills.jsonl"
PROGRAM = """
import sys
from pathlib import Path
from afterself.archive.encryption import decrypt_self, encrypt_self
from afterself.home.keys import Cost
print("begun", flush=True)
if sys.argv[2] == "lock":
    encrypt_self(Path(sys.argv[1]), "seven lanterns on the quay", cost=Cost(8192, 1))
else:
    decrypt_self(Path(sys.argv[1]), "seven lanterns on the quay")
"""


def fill(folder: Path, megabytes: int) -> Self:
    """The demo self, with weights of random bytes that begin with a canary."""
    self_ = make(folder)
    read_chats(self_)
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w", [], {})
    make_folder(self_.weights_dir / "w")
    data = random.Random(1).randbytes(megabytes << 20)
    self_.files.write(self_.weights_dir / "w" / "model.gguf", b"weights-canary" + data)
    return self_


def fingerprint(self_: Self) -> str:
    """One hash over everything that the self says; AssertionError where a part is damaged."""
    from afterself.archive.blobs import Blobs

    whole = hashlib.sha256(repr(self_.declaration).encode())
    with open_view(self_, "list") as view:
        for one in view.records():
            whole.update(repr((one.id, one.text, one.author_name, one.said_at)).encode("utf-8", "replace"))
    with Archive.writing(self_) as archive:
        shas = sorted(sha for (sha,) in archive._db.execute("SELECT sha256 FROM blob"))
        assert archive._db.pragma("integrity_check") == "ok"
    for sha in shas:
        assert hashlib.sha256(Blobs(self_.blobs_dir, self_.files).read(sha)).hexdigest() == sha
        whole.update(sha.encode())
    assert [one.state for one in list_artifacts(self_)] == ["current"]
    whole.update(self_.files.read_bytes(self_.weights_dir / "w" / "model.gguf"))
    assert broken_audit_lines(self_.audit_path, self_.keys) == []
    return whole.hexdigest()


def readable(folder: Path) -> list[str]:
    """Files with a canary in them."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and any(canary in path.read_bytes() for canary in CANARIES):
            found.append(str(path.relative_to(folder)))
    return found


def one_kill(folder: Path, rng: random.Random, longest: float) -> str:
    """Kill a conversion somewhere; gives in which state that left the folder."""
    header = read_header(folder)
    way = "lock" if header is None else "unlock"
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), way], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(rng.random() * longest)
    over = running.poll() is not None
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    header = read_header(folder)
    state = "plain" if header is None else header.state
    if state in ("sealing", "unsealing"):
        if rng.random() < 0.5:
            encrypt_self(folder, PASSPHRASE)
        else:
            decrypt_self(folder, PASSPHRASE)
    return f"{way}: over before the kill" if over else f"{way}: left {state}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--megabytes", type=int, default=20, help="size of the weights")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng, found, leaks, wrong = random.Random(given.seed), Counter[str](), 0, 0
    with tempfile.TemporaryDirectory(prefix="afterself-kills-") as top:
        folder = Path(top) / "self"
        before = fingerprint(fill(folder, given.megabytes))
        began = time.monotonic()
        encrypt_self(folder, PASSPHRASE, cost=Cost(8192, 1))
        longest = 1.2 * (time.monotonic() - began)
        for number in range(given.kills):
            found[one_kill(folder, rng, longest)] += 1
            self_ = Self.open(folder, PASSPHRASE)
            wrong += fingerprint(self_) != before
            leaks += bool(self_.encrypted and readable(folder))
            print(f"{number + 1}/{given.kills} {dict(found)}", file=sys.stderr, flush=True)
    result = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit(), "kills": given.kills,
        "seed": given.seed, "weights_mib": given.megabytes, "found": dict(found),
        "selves that said something else afterwards": wrong,
        "encrypted selves with a canary": leaks, "machine": described(machine(("apsw-sqlite3mc", "pynacl"))),
    }  # fmt: skip
    with RESULT.open("a", encoding="utf-8") as out:
        out.write(json.dumps(result) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
