"""What a self refuses: a clear error that names the place and a remedy, a failing exit code, no file changed.

    PYTHONPATH=src python -m benchmarks.hardening.refusals

A wrong passphrase, a key header of which each byte is flipped once (also together with its copy), damaged
files, folders without the right to write, a second process that writes, folders that a file-sync program
keeps; each with every command that could run into it. Every file is hashed before and after. Linux, root
(to take rights from itself); full and read-only disks are the business of `full_disk.py`.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hardening import deeds as roads
from benchmarks.hardening import road
from benchmarks.hardening.deeds import FIRST, SECOND
from benchmarks.hardening.results import Lines
from benchmarks.hardening.soundness import upper_bound

from afterself.errors import AfterselfError
from afterself.home.folder import Self
from afterself.home.key_header import COPY, NAME

RESULTS = Path(__file__).parents[1] / "results" / "refusals.jsonl"
POWERLESS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown"]
"""Root that has to keep to the rights of files, as everybody else."""
HURRIED = (
    "import afterself.cli.waiting as waiting; waiting.SECONDS = 1.0; import afterself.cli as cli; cli.main()"
)
"""`afterself` that waits a second instead of a minute for another command to end."""
SYNCED = {
    "Dropbox": ("Dropbox", ""), "OneDrive": ("OneDrive - Somebody", ""), "Syncthing": ("kept", ".stfolder"),
    "iCloud": ("Mobile Documents/com~apple~CloudDocs", ""), "Nextcloud": ("kept", ".nextcloudsync.log"),
}  # fmt: skip
"""Folders that a program keeps: what they are called, and the file by which it is known."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """The workshop, the exports and the passphrase files."""

    shop: road.Workshop
    exports: roads.Exports
    lines: Lines

    def run(self, *arguments: object, opens: str | None = None, powerless: bool = False) -> road.Ran:
        more = {} if opens is None else {"AFTERSELF_PASSPHRASE_FILE": self.file(opens)}
        ran = subprocess.run(
            [*(POWERLESS if powerless else []), sys.executable, "-c", HURRIED, *map(str, arguments)],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=self.shop.folder,
            env=self.shop.environment(more),
        )  # fmt: skip
        return road.Ran(ran.returncode, ran.stdout, ran.stderr)

    def file(self, passphrase: str) -> str:
        return str(roads.passphrase_file(self.shop.folder, passphrase))

    def fresh(self, encrypted: bool) -> Path:
        """A copy of the plain or the encrypted self."""
        place = self.shop.folder / "place"
        if place.exists():
            subprocess.run(["chmod", "-R", "u+rwX", str(place)], check=True)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.shop.folder / ("sealed" if encrypted else "plain"), place / "ida")
        return place / "ida"

    def expect(
        self, case: str, self_: Path, arguments: Sequence[object], *, opens: str | None = None,
        powerless: bool = False, names: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Run a command that must be refused; note what is wrong with how it is."""
        before = hashes(self_)
        if "lock" in arguments:  # a plain self needs a new passphrase to be encrypted with
            opens = opens or SECOND
        ran = self.run(*arguments, opens=opens, powerless=powerless)
        wrong = [] if ran.code else ["it seems to succeed"]
        wrong += ["a traceback"] * ("Traceback" in ran.err)
        told = ran.out if "verify" in arguments and not ran.err.strip() else ran.err
        wrong += ["the error has no remedy"] * ("→" not in told)
        wrong += ["the error names no place"] * (not any(one in told for one in names or [str(self_)]))
        wrong += [f"{place} changed" for place in sorted(changed(before, hashes(self_)))]
        command = " ".join(str(one) for one in arguments[2:] if not str(one).startswith("/"))
        said = " ".join(told.replace(str(self.shop.folder), "…").split())[-300:]
        self.lines.add(case=case, command=command[:60], code=ran.code, said=said, wrong=wrong)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that holds anything; not of locks and of the shared memory of readers."""
    ours = (path for path in folder.rglob("*") if path.suffix != ".lock" and path.name != "archive.db-shm")
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in ours
        if path.is_file() and path.stat().st_size
    }


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Files that are not as they were."""
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def writing(refusals: Refusals, self_: Path, record: str) -> list[list[object]]:
    """Commands that write to a self."""
    on: list[object] = ["--self", self_]
    return [
        [*on, "import", refusals.exports.longer_chat, "--me", road.OWNER, "--yes"],
        [*on, "correct", record, "--text", "another text"],
        [*on, "forget", "--record", record, "--yes"],
        [*on, "people", "exclude", road.CONTACT, "--yes"],
        [*on, "consent", "give", "voice"],
        [*on, "label", "add", "family", "--contact", road.CONTACT],
        [*on, "lock", "--yes"],
    ]


def reading(self_: Path) -> list[list[object]]:
    """Commands that only read."""
    words = (["status"], ["people"], ["records", "--json"], ["search", "bread"], ["ask", "Who baked bread?"])
    return [["--self", self_, *one] for one in words]


def wrong_passphrase(refusals: Refusals) -> None:
    """Another passphrase, none, an empty file and one that is not there."""
    self_ = refusals.fresh(encrypted=True)
    kept: list[list[object]] = [
        ["--self", self_, "lock", "--yes"], ["--self", self_, "unlock", "--permanently", "--yes"],
        ["--self", self_, "passphrase", "--new-passphrase-file", refusals.file("another one")],
        ["--self", self_, "recovery"], ["--self", self_, "verify"],
    ]  # fmt: skip
    commands = [*writing(refusals, self_, "0" * 20)[:-1], *reading(self_), *kept[1:]]
    for command in commands:
        refusals.expect("wrong passphrase", self_, command, opens=SECOND, names=["passphrase"])
    for command in commands[::3]:
        refusals.expect("no passphrase", self_, command, names=[str(self_)])
    empty, gone = refusals.shop.folder / "empty.txt", refusals.shop.folder / "gone.txt"
    empty.write_text("")
    for path in (empty, gone):
        arguments = ["--passphrase-file", path, "--self", self_, "status"]
        refusals.expect(f"passphrase file {path.stem}", self_, arguments, names=[str(path)])


def damaged_header(refusals: Refusals) -> None:
    """Every byte of the key header flipped once: alone, and together with its copy."""
    self_ = refusals.fresh(encrypted=True)
    whole = (self_ / NAME).read_bytes()
    names = ((NAME,), (COPY,), (NAME, COPY))
    for which in names:
        wrong: list[str] = []
        for at in range(len(whole)):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << at % 8
            for name in which:
                (self_ / name).write_bytes(damaged)
            before = hashes(self_)
            try:
                Self.open(self_, FIRST)
                opened = True
            except AfterselfError as error:
                opened = False
                if not error.remedy or NAME not in error.message:
                    wrong.append(f"byte {at}: the error names no file or no remedy")
            if opened != (len(which) == 1):
                wrong.append(f"byte {at}: {'it opens' if opened else 'it does not open'}")
            if before != hashes(self_):
                wrong.append(f"byte {at}: a file was changed")
        for name in (NAME, COPY):
            (self_ / name).write_bytes(whole)
        refusals.lines.add(case="damaged key header", files=list(which), flips=len(whole), wrong=wrong)
    for content in (b"", whole[: len(whole) // 2], bytes(len(whole))):
        for name in (NAME, COPY):
            (self_ / name).write_bytes(content)
        refusals.expect(
            f"key header of {len(content)} bytes",
            self_,
            ["--self", self_, "status"],
            opens=FIRST,
            names=[NAME],
        )


def damaged_file(refusals: Refusals) -> None:
    """A piece of a file that the self cannot do without is gone: `verify` names it, other commands do not
    work on what is wrong."""
    for encrypted, names in (
        (False, ("archive.db", "audit.log", "self.toml")),
        (True, ("archive.db", "audit.log", "declaration")),
    ):
        opens = FIRST if encrypted else None
        for name in names:
            self_ = refusals.fresh(encrypted)
            content = bytearray((self_ / name).read_bytes())
            content[30:90] = bytes(60)
            (self_ / name).write_bytes(content)
            on = ["--self", self_]
            for command in ([*on, "verify"], [*on, "status"], writing(refusals, self_, "0" * 20)[0]):
                refusals.expect(f"damaged {name}", self_, command, opens=opens, names=[name])


def no_right_to_write(refusals: Refusals) -> None:
    """A folder that may be read and not written: what writes is refused, what reads works."""
    for encrypted in (False, True):
        opens, self_ = (FIRST if encrypted else None), refusals.fresh(encrypted)
        record = a_record(self_, opens)
        subprocess.run(["chmod", "-R", "a-w", str(self_)], check=True)
        for command in writing(refusals, self_, record)[: 6 if encrypted else 7]:
            refusals.expect("folder without the right to write", self_, command, opens=opens, powerless=True)
        for command in reading(self_):
            before = hashes(self_)
            ran = refusals.run(*command, opens=opens, powerless=True)
            wrong = [] if not ran.code else [f"a command that only reads fails: {ran.err[-200:]}"]
            wrong += [f"{place} changed" for place in sorted(changed(before, hashes(self_)))]
            refusals.lines.add(case="reading without the right to write", command=command[2], code=ran.code,
                               wrong=wrong)  # fmt: skip
        subprocess.run(["chmod", "-R", "u+w", str(self_)], check=True)


def a_record(self_: Path, opens: str | None) -> str:
    """The id of a record of the contact."""
    found = roads.snapshot(self_, [opens])
    assert found is not None
    return str(next(one[0] for one in found.records if one[2] == road.CONTACT))


def second_writer(refusals: Refusals) -> None:
    """Another process holds the self: what writes is refused with its number, what reads works."""
    for encrypted in (False, True):
        opens, self_ = (FIRST if encrypted else None), refusals.fresh(encrypted)
        record = a_record(self_, opens)
        with (self_ / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("4242\n")
            lock.flush()
            for command in writing(refusals, self_, record)[: 6 if encrypted else 7]:
                refusals.expect("a second process writes", self_, command, opens=opens, names=["pid 4242"])
            if encrypted:
                more = ["--self", self_, "unlock", "--permanently", "--yes"]
                refusals.expect("a second process writes", self_, more, opens=opens, names=["pid 4242"])
            for command in reading(self_):
                ran = refusals.run(*command, opens=opens)
                wrong = [] if not ran.code else [f"a command that only reads fails: {ran.err[-200:]}"]
                refusals.lines.add(
                    case="reading beside a writer", command=command[2], code=ran.code, wrong=wrong
                )


def synced_folder(refusals: Refusals) -> None:
    """A folder that a file-sync program keeps is refused for a new self, by the program's name."""
    for program, (folder, marker) in SYNCED.items():
        top = refusals.shop.folder / "synced" / program
        place = top / folder
        place.mkdir(parents=True)
        if marker:
            (place / marker).touch()
        arguments = [*road.new_arguments(place / "ida")]
        refusals.expect(f"a new self in a folder of {program}", place, arguments, names=[program])


def prepare(refusals: Refusals) -> None:
    """A plain and an encrypted self with two imports."""
    for name, encrypted in (("plain", False), ("sealed", True)):
        self_ = refusals.shop.folder / name
        for deed in roads.deeds(refusals.exports, refusals.shop.folder, encrypted=encrypted)[:3]:
            running = roads.start(deed, deed.arguments(self_), refusals.shop)
            running.wait_for_begin()
            assert running.wait() == 0, (refusals.shop.folder / "err").read_text()


def cases() -> Iterator[tuple[str, Callable[[Refusals], None]]]:
    """What is tried, by name."""
    for one in (
        wrong_passphrase,
        damaged_header,
        damaged_file,
        no_right_to_write,
        second_writer,
        synced_folder,
    ):
        yield one.__name__, one


def main() -> int:
    """Everything; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help=f"of: {', '.join(name for name, _ in cases())}")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "afterself-refusals")
    asked = parser.parse_args()
    if not asked.only:
        asked.results.unlink(missing_ok=True)
    if asked.work.exists():
        subprocess.run(["chmod", "-R", "u+rwX", str(asked.work)], check=True)
    shutil.rmtree(asked.work, ignore_errors=True)
    asked.work.mkdir(parents=True)
    shop = road.Workshop(asked.work.resolve())
    refusals = Refusals(shop, roads.make_exports(shop.folder / "exports", days=60), Lines(asked.results))
    prepare(refusals)
    for name, case in cases():
        if not asked.only or name in asked.only.split(","):
            case(refusals)
    trials = [line for line in refusals.lines.done if "case" in line]
    bad = sum(bool(line["wrong"]) for line in trials)
    tried = sum(line.get("flips", 1) for line in trials)
    refusals.lines.add(
        cases=len(trials), trials=tried, cases_with_something_wrong=bad,
        upper_bound_95_of_something_wrong=round(upper_bound(tried, bad), 4),
    )  # fmt: skip
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
