"""What is done to a self while its power fails or it is killed: real commands, one after the other.

A deed is one `afterself` command with the moment at which it says that it is done. Two roads: a self
that is plain, gets encrypted and is decrypted again, and one that is encrypted from the beginning. The
words in the exports are told apart by file, so that it can be seen what was forgotten and what leaked.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path

from benchmarks.hardening import road
from benchmarks.hardening.soundness import Snapshot, left_behind, look, opened, snapshot

from afterself.archive.store import Archive
from afterself.custody import open_bundle, unpack
from afterself.errors import AfterselfError

FORK = multiprocessing.get_context("fork")
FIRST, SECOND = "seven lanterns on the quay", "nine herons by the weir"
"""The passphrases: at first, and after a change."""
PASSPHRASES = (FIRST, SECOND)
BUNDLE = "ida.bundle"
LEAVES = "Benedikt"
"""The contact who is forgotten: nothing with this name may be left."""
SECRETS = (b"fictional", b"benedikt", b"to be sure", b"took the train", b"corrected words", b"weights-canary")
"""Words that no file of an encrypted self may show, in small letters."""

_CHEAP = """
import os
from afterself.home.keys import Cost
Cost.calibrated = classmethod(lambda cls, seconds=0.5: cls(8192, 1))
import afterself.archive.encryption, afterself.archive.store, afterself.importers.ingest, afterself.cli
import afterself.policy, afterself.custody, rich.table, rich.text, nacl.bindings, numpy
"""
"""A passphrase that costs little to try, so that time and kills go to the work and not to Argon2id."""
_BEGIN = """
os.write(int(os.environ["BEGUN"]), b".")
"""
exec(_CHEAP)  # loaded here once, for all processes that are forked from this one
COMMAND = _CHEAP + _BEGIN + "afterself.cli.main()\n"
"""`afterself`, which says when everything is loaded and the command itself begins."""
CARELESS = """
import os, afterself.archive.database as database
os.fsync, careful = (lambda handle: None), database._configure
database._configure = lambda db: (careful(db), db.pragma("synchronous", "off"))
"""
"""Put before a program, it forces nothing to disk: what a trial of power cuts must notice."""
WEIGHTS = (
    _CHEAP
    + """
import random, sys
from pathlib import Path
from afterself.home.folder import Self
from afterself.home.atomic import make_folder
self_ = Self.open(Path(sys.argv[1]), sys.argv[2] or None)
from afterself.policy import open_view
with open_view(self_, "list") as view:
    made_from = [(one.id, one.revision) for one in view.records() if one.author_name == "Benedikt"]
"""
    + _BEGIN
    + """
with afterself.archive.store.Archive.writing(self_) as archive:
    make_folder(self_.weights_dir / "w")
    data = b"weights-canary" + random.Random(1).randbytes(300_000)
    self_.files.write(self_.weights_dir / "w" / "model.gguf", data)
    archive.register_artifact("weights", "weights/w", made_from, {})
print("made")
"""
)
"""Weights made from what the contact said, entered into the ledger as training does it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One command; `opens` is the passphrase that it needs."""

    name: str
    kind: str
    arguments: Callable[[Path], Sequence[object]]
    opens: str | None = None
    program: str = COMMAND
    converts: bool = False
    forgets: bytes = b""
    """A word (in small letters) that is nowhere any more from now on."""
    makes: str = ""
    """The bundle or the folder of a self that it makes beside the self, which stays as it is."""


@dataclass(frozen=True, slots=True)
class Exports:
    """The files that are imported."""

    chat: Path
    longer_chat: Path
    rows: Path
    longer_rows: Path


def make_exports(folder: Path, days: int = 300) -> Exports:
    """A WhatsApp zip with pictures and JSON Lines, each also as a later, longer export."""
    said = road.messages(days)
    rows = road.messages(days, contact=LEAVES, seed=2)
    cut = days * 14 // 10
    return Exports(
        road.whatsapp_zip(folder / "first/WhatsApp Chat - Anna.zip", said[:cut]),
        road.whatsapp_zip(folder / "later/WhatsApp Chat - Anna.zip", said),
        road.json_lines(folder / "first/kitchen.jsonl", rows[:cut]),
        road.json_lines(folder / "later/kitchen.jsonl", rows),
    )


def passphrase_file(folder: Path, passphrase: str) -> Path:
    """A file that holds the passphrase."""
    path = folder / f"{passphrase.split()[0]}.txt"
    if not path.exists():
        path.write_text(passphrase + "\n")
        path.chmod(0o600)
    return path


def deeds(exports: Exports, folder: Path, *, encrypted: bool) -> list[Deed]:
    """The road, in its order."""
    opens = FIRST if encrypted else None
    second = passphrase_file(folder, SECOND)

    def on(*words: object) -> Callable[[Path], Sequence[object]]:
        return lambda self_: ["--self", self_, *words]

    def bring(path: Path) -> Callable[[Path], Sequence[object]]:
        return on("import", path, "--me", road.OWNER, "--yes", "--json")

    def do(name: str, kind: str, arguments: Callable[[Path], Sequence[object]], forgets: bytes = b"") -> Deed:
        return Deed(name, kind, arguments, opens, forgets=forgets)

    def a_record(self_: Path) -> str:
        found = snapshot(self_, [opens])
        assert found is not None
        return str(next(one[0] for one in found.records if one[2] == road.CONTACT))

    lock = Deed("lock", "encrypt", on("lock", "--yes"), opens or SECOND, converts=True)
    unlock = Deed(
        "unlock --permanently", "encrypt", on("unlock", "--permanently", "--yes"), SECOND, converts=True
    )
    change = Deed("passphrase", "encrypt", on("passphrase", "--new-passphrase-file", second), FIRST)
    return [
        do("new", "new", lambda self_: road.new_arguments(self_, encrypted=encrypted)),
        do("import a WhatsApp zip", "import", bring(exports.chat)),
        do("import JSON Lines", "import", bring(exports.rows)),
        do("import a longer WhatsApp zip", "import again", bring(exports.longer_chat)),
        do("correct", "correct", lambda self_: [
            "--self", self_, "correct", a_record(self_), "--text", "corrected words"]),
        do("import longer JSON Lines", "import again", bring(exports.longer_rows)),
        do("people exclude", "people", on("people", "exclude", road.CONTACT, "--yes")),
        do("consent give", "consent", on("consent", "give", "voice")),
        Deed("pack", "pack", lambda self_: ["--self", self_, "pack", self_.parent / BUNDLE],
             FIRST, makes=BUNDLE),
        Deed("unpack", "pack", lambda self_: ["unpack", self_.parent / BUNDLE, "--to", self_.parent / "copy"],
             FIRST, makes="copy"),
        Deed("make weights", "weights", lambda self_: [self_, opens or ""], opens, WEIGHTS),
        *([change, unlock, lock] if encrypted else [lock, unlock]),
        do("forget a record", "forget", lambda self_: [
            "--self", self_, "forget", "--record", a_record(self_), "--yes"]),
        do("forget a contact", "forget", on("forget", "--contact", LEAVES, "--with-replies", "--yes"),
           LEAVES.lower().encode()),
        do("import what was forgotten", "import again", bring(exports.longer_rows)),
        do("forget an import", "forget", on("forget", "--import", 1, "--yes")),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """A deed under way in a process of its own, and the end of the pipe that tells when it begins."""

    process: ForkProcess
    begun: int

    def wait_for_begin(self) -> None:
        os.read(self.begun, 1)
        os.close(self.begun)

    def wait(self) -> int:
        """The exit code, when it has ended."""
        self.process.join()
        return self.process.exitcode or 0

    def kill(self) -> bool:
        """SIGKILL; whether it was alive."""
        alive = self.process.is_alive()
        self.process.kill()
        self.process.join()
        return alive


def start(deed: Deed, arguments: Sequence[object], shop: road.Workshop, said: Path | None = None) -> Running:
    """Start a deed. Its output goes to `said` if given, else to a file of the workshop, like its errors.

    The process is forked from this one, which has the modules loaded already: a trial costs little.
    """
    begun, writes = os.pipe()
    more = {"BEGUN": str(writes)}
    if deed.opens is not None:
        more["AFTERSELF_PASSPHRASE_FILE"] = str(passphrase_file(shop.folder, deed.opens))
    streams = (Path(os.devnull), said or shop.folder / "out", shop.folder / "err")
    sys.stdout.flush()
    process = FORK.Process(
        target=_run, args=(deed.program, list(map(str, arguments)), shop, more, streams, begun)
    )
    process.start()
    os.close(writes)
    return Running(process, begun)


def _run(
    program: str,
    arguments: Sequence[str],
    shop: road.Workshop,
    more: Mapping[str, str],
    streams: Sequence[Path],
    begun: int,
) -> None:
    """In the process: what `python -c program arguments` does."""
    os.close(begun)
    for number, path in enumerate(streams):
        handle = os.open(path, os.O_RDWR if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(shop.environment(more))
    tempfile.tempdir = None
    os.chdir(shop.folder)
    sys.argv = ["-c", *arguments]
    try:
        exec(compile(program, "deed", "exec"), {"__name__": "__main__"})
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def finish(
    shop: road.Workshop,
    deed: Deed,
    self_: Path,
    arguments: Sequence[object],
    found: str,
    after: Snapshot | None,
    gone: Sequence[bytes],
) -> list[str]:
    """Run again what was cut or killed, or where it was done, open the self for writing; what is wrong."""
    if found == "after" and (not deed.makes or (self_.parent / deed.makes).exists()):
        with Archive.writing(opened(self_, PASSPHRASES)[0]):
            pass
    else:
        running = start(deed, arguments, shop)
        running.wait_for_begin()
        if running.wait():
            err = (shop.folder / "err").read_text("utf-8", "replace")
            return [f"the command fails when it is run again: {err[-200:]}"]
    gone = [*gone, *filter(None, [deed.forgets])]
    again = look(self_, None, after, PASSPHRASES, converts=False, gone=gone, secrets=SECRETS)
    wrong = [
        *again.wrong,
        *made_wrong(deed, self_, done=True),
        *left_behind(self_),
        *(f"note: {one}" for one in again.notes),
    ]
    return [f"at the end: {one}" for one in wrong]


def made_wrong(deed: Deed, self_: Path, *, done: bool) -> list[str]:
    """What is wrong with what a deed makes beside the self: it is whole, or, unless `done`, not there."""
    if not deed.makes:
        return []
    made = self_.parent / deed.makes
    if not made.exists():
        return [f"{deed.makes} is missing"] if done else []
    data = made.read_bytes().lower() if made.is_file() else b""
    wrong = [f"{deed.makes} shows “{word.decode()}”" for word in SECRETS if word in data]
    try:
        with tempfile.TemporaryDirectory(prefix="unpacked-") as folder:
            if made.is_file():
                with open_bundle(made) as bundle:
                    unpack(bundle, bundle.unlock(FIRST), Path(folder) / "self")
                made = Path(folder) / "self"
            held, ours = snapshot(made, PASSPHRASES), snapshot(self_, PASSPHRASES)
    except AfterselfError as error:
        return [*wrong, f"{deed.makes} is half: {error.message}"]
    if held is None or ours is None or (held.tables, held.blobs) != (ours.tables, ours.blobs):
        wrong.append(f"{deed.makes} does not hold what the self holds")
    return wrong
