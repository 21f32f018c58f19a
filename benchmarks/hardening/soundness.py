"""A self, plain or encrypted, after a power cut or a kill -> what it holds, and everything that is wrong.

What it holds is every row of every table (times of the clock aside), every blob against its hash, and the
events of the audit log; what is wrong is what `afterself verify` finds, and what a look at the bytes finds.
Works on a copy of the folder: opening the self itself would already mend it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from afterself.archive.blobs import Blobs
from afterself.archive.database import open_archive
from afterself.archive.verifying import verify
from afterself.errors import AfterselfError, SelfError, WrongPassphrase
from afterself.home.audit import audit_lines
from afterself.home.folder import Self
from afterself.home.key_header import read_header

_CLOCK = {"at", "started_at", "finished_at", "made_at", "since", "device"}
"""Columns that differ from run to run."""
_NOT_HELD = ("lexical", "sqlite_", "vector", "passage")
"""What is kept by SQLite itself, and what is made anew from the texts where it lags behind."""

Rows = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a self holds. `secret` is that of the archive: ids hang on it."""

    passphrase: str | None
    """The one that opens it; None if it is plain."""
    tables: dict[str, Rows]
    blobs: tuple[tuple[str, bool], ...]
    events: tuple[str, ...] = field(compare=False)
    secret: bytes = field(compare=False)
    records: Rows = field(compare=False)
    """(id, source key, author's handle, latest text) of every record."""

    def same_words(self, other: Snapshot) -> bool:
        """Whether both hold the same records under the same keys, whatever their ids."""
        return [one[1:] for one in self.records] == [one[1:] for one in other.records]


@contextlib.contextmanager
def copied(self_: Path) -> Iterator[Path]:
    """A copy of the folder as it lies."""
    with tempfile.TemporaryDirectory(prefix="looking-at-") as folder:
        shutil.copytree(self_, Path(folder) / "self", symlinks=True)
        yield Path(folder) / "self"


def opened(self_: Path, passphrases: Sequence[str | None]) -> tuple[Self, str | None]:
    """The self with the first passphrase that opens it, and that."""
    tried = [one for one in passphrases if one is not None]
    if read_header(self_) is None or not tried:
        return Self.open(self_), None
    for passphrase in tried[:-1]:
        with contextlib.suppress(WrongPassphrase):
            return Self.open(self_, passphrase), passphrase
    return Self.open(self_, tried[-1]), tried[-1]


def snapshot(self_: Path, passphrases: Sequence[str | None]) -> Snapshot | None:
    """What the self holds; None where there is none."""
    if not (self_ / "self.toml").exists():
        return None
    with copied(self_) as copy:
        return _read(*opened(copy, passphrases))


def _read(self_: Self, passphrase: str | None) -> Snapshot:
    events = tuple(json.loads(line)["event"] for line in _whole(audit_lines(self_.audit_path, self_.keys)))
    if not self_.archive_path.exists():
        return Snapshot(passphrase, {}, (), events, b"", ())
    blobs = Blobs(self_.blobs_dir, self_.files)
    with contextlib.closing(open_archive(self_.archive_path, self_.keys)) as db:
        tables: dict[str, Rows] = {}
        names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if name == "meta" or str(name).startswith(_NOT_HELD):
                continue
            columns = [one[1] for one in db.execute(f"PRAGMA table_info({name})") if one[1] not in _CLOCK]
            listed = ", ".join(columns)
            if rows := tuple(db.execute(f"SELECT {listed} FROM {name} ORDER BY {listed}")):
                tables[str(name)] = _settled(rows) if name == "artifact" else rows
        shas = [str(sha) for (sha,) in db.execute("SELECT sha256 FROM blob ORDER BY sha256")]
        (secret,) = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone() or (b"",)
        records = tuple(db.execute(
            "SELECT record.id, record.source_key, coalesce(identity.handle, ''), revision.text FROM record "
            "JOIN revision ON revision.row = record.revision LEFT JOIN identity ON identity.id = author "
            "ORDER BY record.source_key"
        ))  # fmt: skip
    whole = tuple((sha, hashlib.sha256(blobs.read(sha)).hexdigest() == sha) for sha in shas)
    return Snapshot(passphrase, tables, whole, events, secret, records)


def _settled(rows: Rows) -> Rows:
    """Artifacts that are gone or will be at the next opening are the same."""
    return tuple(tuple("erased" if one == "stale" else one for one in row) for row in rows)


def _whole(lines: list[bytes]) -> Iterator[bytes]:
    """Lines of the log that are JSON: one that was being written when the power failed is not."""
    for line in lines:
        with contextlib.suppress(ValueError):
            json.loads(line)
            yield line


@dataclass(frozen=True, slots=True)
class Looked:
    """Which of the allowed states was found (before, after, between), what is wrong, what verify notes."""

    found: str
    wrong: tuple[str, ...]
    notes: tuple[str, ...] = ()


def look(
    self_: Path,
    before: Snapshot | None,
    after: Snapshot | None,
    passphrases: Sequence[str | None],
    *,
    converts: bool,
    gone: Sequence[bytes],
    secrets: Sequence[bytes],
) -> Looked:
    """What a cut or a kill left. `gone` are words that were forgotten before and are nowhere any more,
    `secrets` those that no file of an encrypted self may show."""
    if not (self_ / "self.toml").exists():
        return Looked("before", () if before is None else ("the self is gone",))
    with copied(self_) as copy:
        try:
            header = read_header(copy)
            if header is not None and header.state != "sealed":
                return Looked("between", tuple(_half(copy, converts)))
            one, passphrase = opened(copy, passphrases)
            findings = list(verify(one))
            held = _read(one, passphrase)
            found = "after" if held == after else "before" if held == before else "neither"
            if found == "neither" and not held.tables and before is not None and not before.tables:
                found = "before"  # an archive without a row is what a first import begins with
            first = after is not None and (before is None or not before.secret)
            if found == "neither" and first and held.secret != after.secret and held.same_words(after):
                found = "after"  # the first import draws the archive's secret, on which the ids hang
            wrong = [] if found != "neither" else ["the self holds neither what it held nor what it should"]
            known = after if found == "after" else before
            if known is not None and held.events[: len(known.events)] != known.events and found == "before":
                wrong.append("the audit log lost a line")
            wrong += ["a blob is not what was stored"] * (not all(whole for _, whole in held.blobs))
            wrong += shown(self_, secrets if held.passphrase else gone)
        except AfterselfError as error:
            return Looked("none", (f"it does not open: {error.message}".replace(str(copy), "SELF"),))
    wrong += [f"verify: {one.file}: {one.what}" for one in findings if not one.note]
    return Looked(found, tuple(wrong), tuple(f"{one.file}: {one.what}" for one in findings if one.note))


def _half(copy: Path, converts: bool) -> Iterator[str]:
    """A folder in the middle of a conversion must say so, and how it goes on."""
    if not converts:
        yield "a conversion was begun that nobody asked for"
    try:
        Self.open(copy, "any")
    except SelfError as error:
        if "lock" not in error.remedy or str(copy) not in error.message:
            yield "a half converted self does not say how it goes on"
    else:
        yield "a half converted self opens as if it were whole"


def shown(self_: Path, words: Sequence[bytes]) -> list[str]:
    """Files and names of files in which one of the words (in small letters) stands."""
    found = []
    for path in sorted(self_.rglob("*")):
        place = path.relative_to(self_).as_posix()
        data = place.lower().encode("utf-8", "surrogateescape")
        data += path.read_bytes().lower() if path.is_file() and not path.is_symlink() else b""
        found += [f"{place} shows “{word.decode()}”" for word in words if word in data]
    return found


def decrypted(self_: Self) -> Iterator[bytes]:
    """Every byte of an encrypted self as a plain one, its names too: chunks, pages (also free ones), lines
    of the log, and the words that the lexical index knows (which it stores without common beginnings)."""
    skipped = {"audit.log", "keys.json", "keys-copy.json", "self.toml", "checksums.json"}
    for path in sorted(self_.path.rglob("*")):
        yield str(path.relative_to(self_.path)).encode()
        top = path.relative_to(self_.path).parts[0]
        if not path.is_file() or path.suffix == ".lock" or top.startswith("archive.db"):
            continue
        yield path.read_bytes() if top in skipped else self_.files.read_bytes(path)
    yield from audit_lines(self_.audit_path, self_.keys)
    if self_.archive_path.exists():
        with contextlib.closing(open_archive(self_.archive_path, self_.keys)) as db:
            db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'lexical', 'row')")
            yield b" ".join(str(term).encode() for (term,) in db.execute("SELECT term FROM words"))
            db.pragma("journal_mode", "delete")
        with contextlib.closing(apsw.Connection(str(self_.archive_path))) as db:
            assert self_.keys is not None
            db.pragma("cipher", self_.keys.cipher)
            db.pragma("key", self_.keys.archive_key)
            db.pragma("rekey", "")  # page by page, in place: what is free stays as it is
        data = self_.archive_path.read_bytes()
        assert data.startswith(b"SQLite format 3")
        yield data


def left_behind(self_: Path) -> list[str]:
    """What is half-written in the folder and beside it: such names begin with a dot."""
    inside = [path for path in self_.rglob("*") if path.name.startswith(".") and path.name != ".run"]
    beside = [path for path in self_.parent.iterdir() if path.name.startswith(".")]
    return [f"left behind: {path.name}" for path in (*inside, *beside)]


def upper_bound(trials: int, failures: int = 0) -> float:
    """The upper end of the exact one-sided 95 % interval (Clopper-Pearson) for a share."""
    low, high = failures / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        fewer = sum(_binomial(trials, k, middle) for k in range(failures + 1))
        low, high = (middle, high) if fewer > 0.05 else (low, middle)
    return high


def _binomial(trials: int, hits: int, share: float) -> float:
    import math

    return math.comb(trials, hits) * share**hits * (1 - share) ** (trials - hits)
