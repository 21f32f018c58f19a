"""Facebook's and Instagram's exports: each trap is a test by name; what is broken harms nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ANY_JSON, Read, read_source

from afterself.archive.drafts import OwnerHint
from afterself.importers.contract import Options
from afterself.importers.facebook import FacebookImporter
from afterself.importers.meta_words import own_words, repaired
from afterself.importers.source_view import SourceView

CHAT = "messages/inbox/ben_1234567"


def message(stamp: Any, content: Any = "hello", sender: Any = "Ada", **more: Any) -> dict[str, Any]:
    return {"sender_name": sender, "timestamp_ms": stamp, "content": content, **more}


def chat(*messages: Any, people: tuple[str, ...] = ("Ben", "Ada"), title: str = "Ben") -> dict[str, Any]:
    return {"participants": [{"name": one} for one in people], "messages": list(messages), "title": title}


def write(folder: Path, files: dict[str, Any]) -> Path:
    for name, holds in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(holds if isinstance(holds, bytes) else json.dumps(holds).encode())
    return folder


def read(folder: Path, files: dict[str, Any]) -> Read:
    with SourceView.at(write(folder, files)) as source:
        return read_source(source, Options())


def one_chat(folder: Path, *messages: Any) -> Read:
    return read(folder, {f"{CHAT}/message_1.json": chat(*messages)})


@pytest.mark.parametrize(
    ("mangled", "meant"),
    [
        ("caf\u00c3\u00a9", "café"),
        ("café", "café"),
        ("Łódź", "Łódź"),
        ("Ã© Łódź", "Ã© Łódź"),
        (7, 7),
        ({"\u00c3\u00a9": ["\u00f0\u009f\u0098\u0086", None]}, {"é": ["😆", None]}),
    ],
)
def test_letters_are_mended_where_they_were_mangled_and_only_there(mangled: Any, meant: Any) -> None:
    assert repaired(mangled) == meant


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ada reacted 👍 to your message", "reaction"),
        ("Reacted 😂 to your message ", "reaction"),
        ("Liked a message", "reaction"),
        ("Ada sent an attachment.", "attachment"),
        ("You sent a photo.", "attachment"),
        ("Ada named the group Walks.", "notice"),
        ("You are now connected on Messenger", "notice"),
        ("Ada missed your call.", "call"),
        ("Video chat ended", "call"),
        ("Ada hat ein Foto gesendet.", "attachment"),
        ("She reacted badly to your message, I think", None),
        ("He sent an attachment.", None),
        ("I left the group", None),
        ("Ada says hi", None),
        ("you sent a photo of what?", None),
        ("", None),
    ],
)
def test_what_the_platform_wrote_is_told_from_what_a_person_wrote(text: str, kind: str | None) -> None:
    assert own_words(text, "Ada Lovelace") == kind


def test_the_millisecond_is_the_id_also_after_a_rename_and_when_it_was_unsent(tmp_path: Path) -> None:
    before = one_chat(
        tmp_path / "a", message(7000), message(5000, "b", "Ben"), message(5000, "c", "Ben")
    ).records
    renamed = message(5000, None, "Ben Roth", is_unsent=True)
    later = one_chat(
        tmp_path / "b", message(9000), message(7000), renamed, message(5000, "c", "Ben Roth")
    ).records
    assert [one.native_id for one in before] == ["7000", "5000", "5000#2"]
    assert [one.native_id for one in later] == ["9000", "7000", "5000", "5000#2"]
    assert (later[2].deleted, later[2].text, before[0].said_raw) == (True, "", "7000")


def test_a_chat_is_the_same_after_its_person_was_renamed(tmp_path: Path) -> None:
    files = {
        "a/messages/inbox/ben_1234567/message_1.json": chat(message(1)),
        "b/your_facebook_activity/messages/archived_threads/benroth_1234567/message_1.json": chat(message(2)),
    }
    assert {one.key for one in read(tmp_path, files).threads} == {"1234567"}


def test_what_was_shared_is_not_the_senders_words(tmp_path: Path) -> None:
    shared = message(
        1, "Ada sent an attachment.", share={"link": "https://x.example", "share_text": "read this"}
    )
    found = one_chat(tmp_path, shared).records[0]
    assert found.text == "https://x.example\nread this"
    assert [(found.text[one.start : one.end], one.kind) for one in found.spans] == [
        ("https://x.example", "quoted"),
        ("read this", "quoted"),
    ]


def test_a_photo_may_lie_in_another_part_and_is_nothing_else(tmp_path: Path) -> None:
    files = {
        f"a/{CHAT}/message_1.json": chat(message(1, None, photos=[{"uri": f"{CHAT}/files/note.md"}])),
        f"b/{CHAT}/files/note.md": b"# no note",
        f"b/{CHAT}/message_2.json": chat(message(0)),
    }
    found = read(tmp_path, files)
    assert [(one.name, one.state) for one in found.records[0].attachments] == [("note.md", "present")]
    assert found.formats == ["Facebook export"]


def test_who_is_in_every_chat_is_the_owner_where_no_profile_says_it(tmp_path: Path) -> None:
    files = {
        f"{CHAT}/message_1.json": chat(message(1)),
        "messages/inbox/walks_7654321/message_1.json": chat(message(2), people=("Ben", "Ada", "Cy")),
    }
    with SourceView.at(write(tmp_path, files)) as source:
        hints = [one for one in FacebookImporter().open(source, Options()) if isinstance(one, OwnerHint)]
    assert [(one.person.name, one.inferred) for one in hints] == [("Ada", True)]


def test_those_whose_account_is_gone_are_one_in_each_chat(tmp_path: Path) -> None:
    gone = chat(message(1, sender="Facebook user"))
    files = {f"messages/inbox/facebookuser_{n}00000/message_1.json": gone for n in (1, 2)}
    handles = {one.author.handle for one in read(tmp_path, files).records if one.author}
    assert len(handles) == 2


def test_instagram_is_told_from_facebook_by_its_folders(tmp_path: Path) -> None:
    inside = {f"your_instagram_activity/{CHAT}/message_1.json": chat(message(1))}
    assert read(tmp_path / "a", inside).formats == ["Instagram export"]
    assert read(tmp_path / "instagram-ada", {f"{CHAT}/message_1.json": chat(message(1))}).formats == [
        "Instagram export"
    ]


def test_posts_keep_their_own_words_and_comments_their_author(tmp_path: Path) -> None:
    photo = {"media": {"uri": "posts/a.jpg", "description": "the sea"}}
    link = {"external_context": {"url": "https://x.example"}}
    posts = [
        {"timestamp": 9, "title": "Ada shared a link.", "attachments": [{"data": [photo, link]}]},
        {"timestamp": 9, "data": [{"post": "once more"}, {"update_timestamp": 9}]},
        {"timestamp": 8},
        7,
    ]
    comments = {
        "comments_v2": [{"timestamp": 5, "data": [{"comment": {"comment": "well", "author": "Ada"}}]}]
    }
    found = read(tmp_path, {"posts/your_posts_1.json": posts, "comments/comments.json": comments})
    assert [(one.native_id, one.text, one.kind) for one in found.records] == [
        ("9", "the sea\nhttps://x.example", "post"),
        ("9#2", "once more", "post"),
        ("5", "well", "comment"),
    ]
    assert [where for where, _ in found.skipped] == ["posts/your_posts_1.json/2", "posts/your_posts_1.json/3"]


def test_a_broken_file_and_a_broken_message_harm_no_other(tmp_path: Path) -> None:
    whole = json.dumps(chat(message(3), message(2), message(1))).encode()
    files = {
        f"{CHAT}/message_1.json": chat(message(9), 7, message("soon"), message(10**18), message(8, None)),
        f"{CHAT}/message_2.json": whole[: whole.rindex(b'"timestamp_ms"')],
    }
    found = read(tmp_path, files)
    assert [one.native_id for one in found.records] == ["9", "3", "2"]
    assert [where for where, _ in found.skipped] == [
        f"{CHAT}/message_1.json/messages/{n}" for n in (1, 2, 3, 4)
    ]
    assert [one.where for one in found.problems if one.severity == "error"] == [
        f"{CHAT}/message_2.json: after 2 messages"
    ]


_FIELDS = (
    "sender_name",
    "timestamp_ms",
    "content",
    "photos",
    "share",
    "sticker",
    "reactions",
    "is_unsent",
    "call_duration",
    "type",
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(_FIELDS), ANY_JSON), st.booleans())
def test_a_message_of_any_shape_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], encrypted: bool
) -> None:
    folder = tmp_path_factory.mktemp("meta")
    if encrypted:
        odd = {"senderName": "Ada", "timestamp": 5, "text": "a"} | fields
        good = {"senderName": "Ada", "timestamp": 6, "text": "b"}
        chats = {"participants": ["Ada", "Ben"], "threadName": "Ben_3", "messages": [odd, good]}
        found = read(folder, {"Ben_3.json": chats})
    else:
        found = one_chat(folder, message(5) | fields, message(6))
    assert len([one for one in found.records if one.kind != "reaction"]) + len(found.skipped) == 2
