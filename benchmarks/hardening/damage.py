"""A self -> everything that is wrong with it, as short sentences; an empty list is a sound one.

Looks from outside, at a copy of the files as they lie: the database's own checks, each record once, the
lexical index, raw blobs against their hashes, ledger against weights, the chain of the audit log, locks,
and what was left behind. Opening the self itself would already mend it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import apsw

from afterself.home.audit import broken_audit_lines
from afterself.home.declaration import from_toml

HALF = re.compile(r"^\.")
"""Names of what is being written begin with a dot: nothing finished in a self does."""

State = tuple[tuple[str, str, str, str], ...]
"""What a self holds: (source key, author, moment, latest text) of each record, in order of the keys."""


def state(self_: Path) -> State | None:
    """What the self holds; None where there is no self, () where nothing was imported."""
    if not (self_ / "self.toml").exists():
        return None
    if not (self_ / "archive.db").exists():
        return ()
    with _copied(self_) as db:
        if not db.pragma("user_version"):
            return ()
        rows = db.execute(
            "SELECT record.source_key, coalesce(identity.handle, ''), coalesce(record.said_at, ''), "
            "revision.text || CASE WHEN record.is_owner THEN ' (owner)' ELSE '' END || record.deleted "
            "FROM record JOIN revision ON revision.row = record.revision "
            "LEFT JOIN identity ON identity.id = record.author ORDER BY record.source_key"
        )
        return tuple((key, author, str(at), text) for key, author, at, text in rows)


def damage(self_: Path, *, settled: bool, temporary: Path | None = None) -> list[str]:
    """What is wrong with a self. `settled`: the command after a kill has ended, so nothing may lie about."""
    if not self_.exists():
        return []
    found = []
    try:
        from_toml((self_ / "self.toml").read_bytes(), "self.toml")
    except Exception as error:
        found.append(f"self.toml cannot be read ({type(error).__name__})")
    if broken := broken_audit_lines(self_ / "audit.log"):
        found.append(f"audit.log is broken at lines {broken}")
    found += _locks(self_)
    if (self_ / "archive.db").exists():
        with _copied(self_) as db:
            if db.pragma("user_version"):
                found += [*_database(db), *_blobs(db, self_, settled), *_artifacts(db, self_, settled)]
    if settled:
        found += [f"left behind: {path.name}" for path in self_.rglob("*") if HALF.match(path.name)]
        beside = (path for path in self_.parent.iterdir() if HALF.match(path.name))
        found += [f"left behind beside the self: {path.name}" for path in beside]
        if temporary is not None and temporary.is_dir():
            left = (path for path in temporary.iterdir() if not _of_torch(path))
            found += [f"left in the temporary folder: {path.name}" for path in left]
    return found


def _of_torch(path: Path) -> bool:
    """The empty folder that importing torch makes for kernels which are never compiled here."""
    return path.name.startswith("torchinductor_") and not any(path.iterdir())


@contextlib.contextmanager
def _copied(self_: Path):  # type: ignore[no-untyped-def]
    """The database of a copy of the archive's files, its journal included."""
    with tempfile.TemporaryDirectory(prefix="looking-at-") as folder:
        for name in ("archive.db", "archive.db-wal"):
            if (self_ / name).exists():
                shutil.copyfile(self_ / name, Path(folder) / name)
        with contextlib.closing(apsw.Connection(str(Path(folder) / "archive.db"))) as db:
            yield db


def _database(db: apsw.Connection) -> list[str]:
    found = []
    (answer,) = db.execute("PRAGMA integrity_check(1)").fetchone() or ("no answer",)
    if answer != "ok":
        found.append("integrity_check fails")
    if db.execute("PRAGMA foreign_key_check").fetchone():
        found.append("a foreign key points nowhere")
    try:
        db.execute("INSERT INTO lexical (lexical, rank) VALUES ('integrity-check', 1)")
    except apsw.Error:
        found.append("the lexical index does not fit the texts")
    keys = [*db.execute("SELECT source_key FROM record"), *db.execute("SELECT source_key FROM alias")]
    doubled = [key for key, count in Counter(keys).items() if count > 1]
    if doubled:
        found.append(f"{len(doubled)} source keys stand twice")
    said = "SELECT thread, author, said_at, text, count(*) FROM record JOIN revision ON revision.row = "
    twice = db.execute(
        f"{said} record.revision GROUP BY 1, 2, 3, 4 HAVING count(*) > 1 AND text != ''"
    ).fetchall()
    if twice:
        found.append(f"{len(twice)} messages stand twice")
    if db.execute(
        "SELECT 1 FROM record WHERE revision NOT IN (SELECT row FROM revision WHERE record = record.row)"
    ).fetchone():
        found.append("a record without its text")
    return found


def _blobs(db: apsw.Connection, self_: Path, settled: bool) -> list[str]:
    found, rows = [], dict(db.execute("SELECT sha256, size FROM blob").fetchall())
    for sha256, size in rows.items():
        path = self_ / "blobs" / sha256[:2] / sha256[2:]
        if not path.is_file():
            found.append("a blob is missing")
        elif path.stat().st_size != size or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            found.append("a blob is half or changed")
    if settled:
        names = {path.parent.name + path.name for path in (self_ / "blobs").glob("??/*")}
        if names - rows.keys():
            found.append(f"{len(names - rows.keys())} blobs that no record points at")
    return found


def _artifacts(db: apsw.Connection, self_: Path, settled: bool) -> list[str]:
    found = []
    entries = db.execute("SELECT kind, path, state FROM artifact ORDER BY id").fetchall()
    current = {path for _, path, how in entries if how == "current"}
    for kind, path, how in entries:
        if kind == "weights" and how == "current":
            found += _weights(self_ / path)
        if settled and how == "stale":
            found.append(f"stale {kind} wait to be removed")
        if how != "current" and path not in current and (self_ / path).exists() and settled:
            found.append(f"{how} {kind} are still there")
    if settled:
        known = {(self_ / path) for path in current}
        here = [path for path in (self_ / "weights").iterdir() if not HALF.match(path.name)]
        found += ["weights that the ledger does not know" for path in here if path not in known]
    return found


def _weights(folder: Path) -> list[str]:
    from safetensors import SafetensorError, safe_open

    try:
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        with safe_open(folder / "model.safetensors", "pt") as file:
            list(file.keys())
    except (OSError, ValueError, SafetensorError) as error:
        return [f"current weights cannot be read ({type(error).__name__})"]
    return []


def _locks(self_: Path) -> list[str]:
    found = []
    for path in self_.glob("*.lock"):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(f"{path.name} is still held")
    return found
