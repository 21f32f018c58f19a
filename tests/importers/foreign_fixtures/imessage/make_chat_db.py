"""Writes the databases of this folder from `rows.jsonl`: `python make_chat_db.py`.

A row names the file and table it goes to; `at` (and `edited_at`, `retracted_at`) become Apple's numbers,
`body` the typedstream of an attributed string, `edits` and `unsent` the property list beside it. It is here
so that a reader can see what the binary files hold; no test runs it.
"""

from __future__ import annotations

import json
import plistlib
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
OLD = (
    "ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, service TEXT, date INTEGER,"
    " is_from_me INTEGER"
)
NEW = (
    OLD + ", subject TEXT, attributedBody BLOB, account TEXT, date_read INTEGER, date_delivered INTEGER,"
    " item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0, group_title TEXT,"
    " group_action_type INTEGER DEFAULT 0, cache_has_attachments INTEGER DEFAULT 0,"
    " associated_message_guid TEXT, associated_message_type INTEGER DEFAULT 0, balloon_bundle_id TEXT,"
    " thread_originator_guid TEXT, thread_originator_part TEXT, message_summary_info BLOB,"
    " date_edited INTEGER, date_retracted INTEGER, associated_message_emoji TEXT"
)
TABLES = {
    "handle": "ROWID INTEGER PRIMARY KEY, id TEXT, country TEXT, service TEXT, person_centric_id TEXT",
    "chat": "ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, service_name TEXT,"
    " room_name TEXT, display_name TEXT, is_archived INTEGER DEFAULT 0",
    "chat_message_join": "chat_id INTEGER, message_id INTEGER, message_date INTEGER",
    "chat_handle_join": "chat_id INTEGER, handle_id INTEGER",
    "attachment": "ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, mime_type TEXT, transfer_name TEXT,"
    " total_bytes INTEGER, is_sticker INTEGER DEFAULT 0, uti TEXT",
    "message_attachment_join": "message_id INTEGER, attachment_id INTEGER",
}


def typedstream(text: str, *, mutable: bool = False) -> bytes:
    """An NSAttributedString of `text` with one attribute, as NSArchiver writes it."""

    def number(n: int) -> bytes:
        return bytes([n]) if n < 0x80 else b"\x81" + n.to_bytes(2, "little")

    def name(word: str) -> bytes:
        return bytes([len(word)]) + word.encode()

    raw = text.encode()
    classes = b"\x84\x84" + b"\x84" + name("NSAttributedString") + b"\x00"
    string = b"\x84\x84\x84" + name("NSString") + b"\x01\x94"
    if mutable:
        classes = b"\x84\x84\x84" + name("NSMutableAttributedString") + b"\x00" + classes[:2] + classes[3:]
        string = b"\x84\x84\x84" + name("NSMutableString") + b"\x01\x84\x84" + name("NSString") + b"\x01\x95"
    top, plus, integer = (0x95, 0x98, 0x9B) if mutable else (0x94, 0x96, 0x99)  # what was named before
    return b"".join(
        [
            b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01\x40",
            classes,
            b"\x84\x84" + name("NSObject") + b"\x00\x85\x92",
            string,
            b"\x84\x01+" + number(len(raw)) + raw + b"\x86",
            b"\x84\x02iI\x01" + number(len(text.encode("utf-16-le")) // 2),
            b"\x92\x84\x84\x84" + name("NSDictionary") + b"\x00" + bytes([top]) + b"\x84\x01i\x01",
            b"\x92\x84" + bytes([plus] * 2) + name("__kIMMessagePartAttributeName") + b"\x86",
            b"\x92\x84\x84\x84"
            + name("NSNumber")
            + b"\x00\x84\x84"
            + name("NSValue")
            + b"\x00"
            + bytes([top]),
            b"\x84\x01*\x84" + bytes([integer] * 2) + b"\x00\x86\x86\x86",
        ]
    )


def apple(at: str, seconds: bool) -> int:
    gone = datetime.fromisoformat(at) - EPOCH
    whole = gone.days * 86400 + gone.seconds
    return whole if seconds else whole * 10**9 + gone.microseconds * 1000


def columns(row: dict[str, Any], seconds: bool) -> dict[str, Any]:
    """The row as the table has it."""
    row = {key: value for key, value in row.items() if key not in ("file", "table", "wal")}
    for key, column in (("at", "date"), ("edited_at", "date_edited"), ("retracted_at", "date_retracted")):
        if key in row:
            row[column] = apple(row.pop(key), seconds)
    mutable = row.pop("mutable", False)
    if "body" in row:
        row["attributedBody"] = typedstream(row.pop("body"), mutable=mutable)
    if "hex" in row:
        row["attributedBody"] = bytes.fromhex(row.pop("hex"))
    if "edits" in row:
        past = [{"d": apple(at, False) / 1e9, "t": typedstream(text)} for at, text in row.pop("edits")]
        info = {"ec": {"0": past}, "ep": [0], "otr": {"0": {"lo": 0, "le": 9}}}
        row["message_summary_info"] = plistlib.dumps(info, fmt=plistlib.FMT_BINARY)
    if row.pop("unsent", False):
        info = {"rp": [0], "otr": {"0": {"lo": 0, "le": 9}}}
        row["message_summary_info"] = plistlib.dumps(info, fmt=plistlib.FMT_BINARY)
    return row


def insert(db: sqlite3.Connection, row: dict[str, Any], seconds: bool) -> None:
    values = columns(row, seconds)
    places = ",".join("?" * len(values))
    db.execute(f"INSERT INTO {row['table']} ({','.join(values)}) VALUES ({places})", [*values.values()])
    db.commit()


def write(name: str, rows: list[dict[str, Any]], into: Path) -> None:
    """The database, its newest rows still in the write-ahead log where they say `wal`."""
    seconds = name == "old"
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "chat.db")
        db.execute("PRAGMA page_size=512")
        db.execute(f"CREATE TABLE message ({OLD if seconds else NEW})")
        for table, wanted in TABLES.items():
            db.execute(f"CREATE TABLE {table} ({wanted})")
        for row in rows:
            if not row.get("wal"):
                insert(db, row, seconds)
        if any(row.get("wal") for row in rows):
            db.execute("PRAGMA journal_mode=WAL")
            for row in rows:
                if row.get("wal"):
                    insert(db, row, seconds)
        into.mkdir(exist_ok=True)
        for file in Path(folder).iterdir():
            if not file.name.endswith("-shm"):  # SQLite makes it again
                shutil.copyfile(file, into / file.name)
        db.close()


def main() -> None:
    rows = [json.loads(line) for line in (HERE / "rows.jsonl").read_text("utf-8").splitlines()]
    for name in dict.fromkeys(row["file"] for row in rows):
        write(name, [row for row in rows if row["file"] == name], HERE / name)


if __name__ == "__main__":
    main()
