"""Messages' chat.db: each trap is a test by name; a damaged database ends with a remedy."""

from __future__ import annotations

import contextlib
import plistlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.errors import AfterselfError
from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView
from afterself.importers.typedstream import text_of, wordings_of

AT = 700_000_000 * 10**9
COLUMNS = ("guid", "text", "attributedBody", "handle_id", "date", "is_from_me", "item_type", "date_edited",
           "date_retracted", "associated_message_guid", "associated_message_type", "associated_message_emoji",
           "thread_originator_guid", "message_summary_info", "balloon_bundle_id", "group_title")  # fmt: skip


def archived(text: str) -> bytes:
    """A typedstream as far as its text: one byte of length, or 0x81 and two, or 0x82 and four."""
    data = text.encode()
    size = len(data)
    if size < 0x80:
        told = bytes([size])
    else:
        told = b"\x81" + size.to_bytes(2, "little") if size < 0x8000 else b"\x82" + size.to_bytes(4, "little")
    return b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + told + data + b"\x86"


def database(folder: Path, *rows: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "chat.db"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE message (ROWID INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
        db.execute("CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id, person_centric_id)")
        db.execute("CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid, chat_identifier, style)")
        db.execute("CREATE TABLE chat_message_join (chat_id, message_id)")
        db.execute("CREATE TABLE chat_handle_join (chat_id, handle_id)")
        db.execute("INSERT INTO handle VALUES (1, '+4511', 'P'), (2, 'ada@x.org', 'P')")
        db.execute(
            "INSERT INTO chat VALUES (1, 'iMessage;-;+4511', '+4511', 45), (2, 'SMS;-;a', 'ada@x.org', 45)"
        )
        db.execute("INSERT INTO chat_handle_join VALUES (1, 1), (2, 2)")
        for n, row in enumerate(rows, 1):
            full = {"guid": f"G{n}", "handle_id": 1, "date": AT + n * 10**9, "is_from_me": 0, **row}
            chat = full.pop("chat", 1)
            places = ", ?" * len(full)
            db.execute(
                f"INSERT INTO message (ROWID, {', '.join(full)}) VALUES ({n}{places})", [*full.values()]
            )
            db.execute("INSERT INTO chat_message_join VALUES (?, ?)", (chat, n))
    return path


def read(path: Path) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, Options())


@pytest.mark.parametrize("text", ["hej", "å" * 100, "x" * 70_000])
def test_a_text_that_stands_only_in_the_archived_body_is_read_whole(text: str) -> None:
    assert text_of(archived(text)) == text


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_a_body_of_any_bytes_raises_nothing(noise: bytes) -> None:
    text_of(b"NSString\x01\x94\x84\x01+" + noise), text_of(noise), wordings_of(noise)
    wordings_of(b"bplist00" + noise)


def test_an_edit_keeps_its_earlier_wordings_and_what_was_unsent_is_deleted(tmp_path: Path) -> None:
    events = [{"d": 1.0, "t": archived(text)} for text in ("kl. 14", "kl. 15")]
    edited = plistlib.dumps({"ec": {"0": events}, "otr": {}}, fmt=plistlib.FMT_BINARY)
    unsent = plistlib.dumps({"rp": [0]}, fmt=plistlib.FMT_BINARY)
    now = {"attributedBody": archived("kl. 15"), "message_summary_info": edited, "date_edited": 5}
    found = read(database(tmp_path / "m", now, {"message_summary_info": unsent, "date_edited": 5}))
    assert [(one.native_id, one.text, one.edited, one.deleted) for one in found.records] == [
        ("G1", "kl. 14", False, False), ("G1", "kl. 15", True, False), ("G2", "", False, True)]  # fmt: skip


def test_a_tapback_is_a_reaction_and_its_taking_back_deletes_it(tmp_path: Path) -> None:
    tapback = {"text": "Loved “hej”", "associated_message_guid": "p:0/G1", "is_from_me": 1}
    rows = [tapback | {"associated_message_type": kind} for kind in (2000, 3000, 2001)]
    found = read(database(tmp_path / "m", {"text": "hej"}, *rows))
    assert [(one.kind, one.text, one.reply_to, one.deleted) for one in found.records] == [
        ("message", "hej", None, False),
        ("reaction", "", "G1", True),
        ("reaction", "👍", "G1", False),
    ]


def test_one_person_under_a_number_and_an_address_is_one_conversation(tmp_path: Path) -> None:
    found = read(database(tmp_path / "m", {"text": "a"}, {"text": "b", "chat": 2, "handle_id": 2}))
    assert {one.thread for one in found.records} == {"+4511"}


def test_seconds_of_old_versions_and_nanoseconds_are_the_same_instant(tmp_path: Path) -> None:
    found = read(database(tmp_path / "m", {"text": "a", "date": 700_000_000}, {"text": "b", "date": AT}))
    assert len({one.said_at for one in found.records}) == 1


def test_what_is_only_in_the_log_is_read_and_the_original_stays_as_it_is(tmp_path: Path) -> None:
    path = database(tmp_path / "m", {"text": "first"})
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(
        "INSERT INTO message (guid, text, handle_id, date) VALUES ('G9', 'in the log', 1, ?)", (AT * 2,)
    )
    db.commit()
    before = {one.name: one.read_bytes() for one in path.parent.iterdir() if one.suffix != ".db-shm"}
    found = read(path.parent)
    assert [one.text for one in found.records] == ["first", "in the log"]
    assert {one.name: one.read_bytes() for one in path.parent.iterdir() if one.suffix != ".db-shm"} == before
    db.close()


def test_a_message_without_words_is_named_by_its_number(tmp_path: Path) -> None:
    found = read(database(tmp_path / "m", {"text": "\ufffc"}, {"text": "ok"}, {"guid": None, "text": "x"}))
    assert [one.text for one in found.records] == ["ok"]
    assert [where for where, _ in found.skipped] == ["chat.db: message 1", "chat.db: message 3"]


@settings(max_examples=12)
@given(st.data())
def test_a_damaged_database_raises_nothing_but_an_error_with_a_remedy(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = database(tmp_path_factory.mktemp("db"), *({"attributedBody": archived(f"m{n}")} for n in range(5)))
    fine = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        fine[data.draw(st.integers(0, len(fine) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(fine)
    with contextlib.suppress(AfterselfError):
        read(path)
