"""Google Chat and Keep in a Takeout: each trap is a test by name."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.errors import AfterselfError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.google_dates import written_out
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView


@pytest.mark.parametrize("told", [
    "Thursday, November 3, 2016 at 11:59:50 AM UTC",
    "Thursday, 3 November 2016 at 11:59:50 UTC",
    "Thursday, November 3, 2016 at 11:59:50\u202fAM UTC",
    "Donnerstag, 3. November 2016 um 11:59:50 UTC",
    "jeudi 3 novembre 2016 à 11:59:50 UTC",
])  # fmt: skip
def test_a_date_in_words_is_an_instant_in_either_order(told: str) -> None:
    assert written_out(told) == datetime(2016, 11, 3, 11, 59, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["", "yesterday", "November 3, 2016 at 11:59:50 AM PST", "Foo 40, 2016 at 1:00 UTC"]
)
def test_a_date_that_cannot_be_understood_is_none(told: str) -> None:
    assert written_out(told) is None


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_a_date_of_any_text_raises_nothing(told: str) -> None:
    written_out(told + " 3 May 2020 at 1:02 UTC"), written_out(told)


ADA, BEN = ({"name": name, "email": f"{name.lower()}@x.org"} for name in ("Ada", "Ben"))


def message(id: str, text: Any = "hello", who: Any = BEN, **more: Any) -> dict[str, Any]:
    at = "Thursday, November 3, 2016 at 11:59:50 AM UTC"
    return {"creator": who, "created_date": at, "text": text, "topic_id": "t", "message_id": id, **more}


def chat(root: Path, *messages: Any, data: bytes | None = None) -> Path:
    group, user = (
        root / "Takeout" / "Chat" / "Groups" / "DM a",
        root / "Takeout" / "Chat" / "Users" / "User 1",
    )
    group.mkdir(parents=True)
    user.mkdir(parents=True)
    (user / "user_info.json").write_text(json.dumps({"user": ADA}))
    (group / "group_info.json").write_text(json.dumps({"members": [ADA, BEN]}))
    (group / "messages.json").write_bytes(data or json.dumps({"messages": messages}).encode())
    (group / "File-note_1.txt").write_text("not a note of mine")
    (root / "Takeout" / "archive_browser.html").write_text("<html><body>Takeout</body></html>")
    return root


def read(path: Path) -> Read:
    with SourceView.at(path) as source:
        return read_source(source, Options())


def test_the_account_is_the_owner_and_a_direct_message_is_named_after_the_other(
    tmp_path: Path, fresh_self: Self
) -> None:
    done = import_path(
        fresh_self, chat(tmp_path / "x", message("1"), message("2", who=ADA), message("2", who=ADA))
    )
    assert (done.owner, done.new, done.same) == (("Ada",), 2, 1)
    assert [(one.title, one.kind) for one in read(tmp_path / "x").threads] == [("Ben", "direct")]


def test_a_file_whose_name_google_changed_is_found_and_no_document(tmp_path: Path) -> None:
    sent = [{"original_name": "note?1.txt", "export_name": "File-note?1.txt"}]
    found = read(chat(tmp_path, message("1", attached_files=sent)))
    assert [(one.name, one.state) for one in found.records[0].attachments] == [("note?1.txt", "present")]
    assert found.formats == ["Google Chat (Takeout)"]


def test_what_was_deleted_has_no_words_and_a_bad_date_no_time(tmp_path: Path) -> None:
    gone = message("1", "", deletion_metadata={"deletion_type": "CREATOR"})
    found = read(chat(tmp_path, gone, message("2", created_date="gestern"), 7, message("3", "")))
    assert [(one.deleted, one.said_at is None) for one in found.records] == [(True, False), (False, True)]
    assert [where.rpartition("/")[2] for where, _ in found.skipped] == ["2", "3"]


def test_a_chat_that_is_cut_off_keeps_what_is_whole(tmp_path: Path) -> None:
    cut = json.dumps({"messages": [message("1"), message("2")]}).encode()[:-40]
    found = read(chat(tmp_path, data=cut))
    assert (len(found.records), [one.severity for one in found.problems]) == (1, ["error"])


def note(folder: Path, name: str, **fields: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = {"createdTimestampUsec": 1646474400000000, "userEditedTimestampUsec": 1646474400000000}
    whole = {"color": "DEFAULT", "isTrashed": False, "title": "", "textContent": "", **made, **fields}
    (folder / f"{name}.json").write_text(json.dumps(whole), encoding="utf-8")
    (folder / f"{name}.html").write_text("<html><body>twin</body></html>")
    return folder


def test_a_list_is_its_lines_the_page_beside_is_no_second_note_and_the_trash_is_left_out(
    tmp_path: Path,
) -> None:
    note(tmp_path, "Shop", title="Shop", listContent=[{"text": "bread"}, {"text": "milk"}])
    found = read(note(tmp_path, "Old", textContent="old", isTrashed=True))
    assert [(one.text, one.kind, one.is_owner) for one in found.records] == [
        ("Shop\nbread\nmilk", "note", True)
    ]
    assert found.skipped == [("Old.json", "in the trash")]


def test_a_sound_with_another_ending_is_found_and_a_shared_note_is_not_surely_the_owners(
    tmp_path: Path,
) -> None:
    (tmp_path / "1.amr").write_bytes(b"sound")
    sent = [{"filePath": "1.3gp", "mimetype": "audio/3gp"}]
    found = read(
        note(tmp_path, "a", textContent="b", attachments=sent, sharees=[{"email": "b@x.org"}])
    ).records[0]
    assert ([one.state for one in found.attachments], found.is_owner, found.author) == (
        ["present"],
        None,
        None,
    )


def test_an_edited_note_is_a_revision_also_when_its_file_was_renamed(
    tmp_path: Path, fresh_self: Self
) -> None:
    import_path(fresh_self, note(tmp_path / "one", "plan", textContent="first"))
    later = note(tmp_path / "two", "Plan B", textContent="second", userEditedTimestampUsec=1746474400000000)
    done = import_path(fresh_self, later)
    assert (done.new, done.changed) == (0, 1)


_FIELDS = ("creator", "created_date", "text", "message_id", "attached_files", "quoted_message_metadata",
           "deletion_metadata", "title", "textContent", "listContent", "createdTimestampUsec", "sharees",
           "attachments")  # fmt: skip


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON))
def test_messages_and_notes_of_any_shape_raise_nothing(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]
) -> None:
    root = tmp_path_factory.mktemp("takeout")
    found = read(chat(root / "chat", message("1"), message("2") | fields))
    assert len(found.records) + len(found.skipped) == 2
    with contextlib.suppress(AfterselfError):
        read(note(root / "keep", "a", **fields))
