"""Selves to pack, and everything that a self says, however it is kept."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from afterself.archive.audiences import Rules
from afterself.archive.database import open_archive
from afterself.archive.store import Archive
from afterself.custody.bundle import writing_bundle
from afterself.custody.members import end_members, write_member
from afterself.home.atomic import make_folder
from afterself.home.audit import audit_lines
from afterself.home.folder import Self
from afterself.home.keys import Keys, new_data_key
from afterself.home.owner_key import OwnerKey
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path

CANARY = "xylocanary"
SAID = 30


def export(folder: Path) -> Path:
    """A chat of Anna and Ben, a message a minute."""
    rows = [
        {"conversation": f"{CANARY} club", "author": "Anna" if n % 2 else "Ben",
         "time": f"2020-01-01T10:{n:02}:00Z", "text": f"{CANARY} number {n}\u2028und Grüße"}
        for n in range(SAID)
    ]  # fmt: skip
    path = folder / f"{CANARY}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def fill(self_: Self, folder: Path) -> Self:
    """Records, a correction, a tombstone, policies, blobs, weights and a report."""
    import_path(self_, export(folder), Options(me=("Anna",)))
    with Archive.writing(self_) as archive:
        ids = archive.records_in()
        archive.correct(ids[1], "what I really said", "it was misheard")
        archive.forget(ids[2:3])
        with archive.transaction():
            archive.consents.add("talk", True)
            archive.audiences.add("family", Rules(labels=("shared",)))
            archive.register_artifact("weights", "weights/w1", [(ids[3], 1)], {})
            run = archive.begin_import("generic", importer="test", version="1")
            archive.store_member(run, "photo", io.BytesIO(random.Random(8).randbytes(200_000)))
        make_folder(self_.weights_dir / "w1")
        self_.files.write(self_.weights_dir / "w1" / "model.gguf", random.Random(1).randbytes(150_000))
        self_.files.write(self_.reports_dir / "report.html", f"<p>{CANARY}</p>")
        self_.files.write(self_.reports_dir / "empty", b"")
    return self_


def said_by(self_: Self) -> dict[str, Any]:
    """Every row of every table, every file as it reads, the lines of the audit log."""
    with contextlib.closing(open_archive(self_.archive_path, self_.keys, read_only=True)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        tables = {name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"'))) for name in names}
    own_forms = ("archive.db", "audit.log", "checksums.json", "keys", "self.toml")
    files = {
        path.relative_to(self_.path).as_posix(): self_.files.read_bytes(path)
        for path in self_.path.rglob("*")
        if path.is_file() and not path.name.startswith((*own_forms, ".")) and path.suffix != ".lock"
    }
    events = [json.loads(line)["event"] for line in audit_lines(self_.audit_path, self_.keys)]
    return {"declared": self_.declaration, "tables": tables, "files": files, "events": events}


@contextlib.contextmanager
def made_by_hand(path: Path, signer: OwnerKey | None = None) -> Iterator[Any]:
    """A signed bundle that everybody can open; its stream, to write anything into."""
    with path.open("wb") as file:
        key = signer or OwnerKey.of(bytes(32))
        with writing_bundle(file, key, Keys(new_data_key()), None) as bundle:
            yield bundle.stream


def bundle_of(path: Path, members: Iterable[tuple[str, bytes]], signer: OwnerKey | None = None) -> Path:
    """A signed bundle of these files."""
    with made_by_hand(path, signer) as stream:
        for name, content in members:
            write_member(stream, name, len(content), [content])
        end_members(stream)
    return path


def entries(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
