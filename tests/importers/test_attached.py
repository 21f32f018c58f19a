"""What was sent in a chat or with a mail is its attachment, and nothing else reads it as the owner's own."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from mail_maker import mail
from reading import read_source

from afterself.importers.contract import Options
from afterself.importers.registry import recognise
from afterself.importers.source_view import SourceView

LETTER = b"Dear all,\n\nthis letter was written by somebody else.\n"
PAGE = b"<html><body><p>a page that somebody sent</p></body></html>"
CARD = b"BEGIN:VCARD\nFN:Ben\nEND:VCARD\n"
FILES = {"letter.txt": LETTER, "page.html": PAGE, "card.vcf": CARD, "plan.md": b"# Plan\n\nwords\n"}


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def read(path: Path) -> tuple[list[str], list[str], dict[str, str]]:
    """Formats, texts of all records, and the state of each attachment by its name."""
    with SourceView.at(path) as source:
        found = read_source(source, Options(zone="UTC"))
    states = {one.name: one.state for record in found.records for one in record.attachments}
    return found.formats, [record.text for record in found.records], states


def whatsapp(names: list[str]) -> bytes:
    lines = ["01/02/20, 09:00 - Anna: look at these", "01/02/20, 09:01 - Ben: I do"]
    lines += [f"01/02/20, 09:1{n} - Anna: {name} (file attached)" for n, name in enumerate(names)]
    return "\n".join(lines).encode()


def test_what_was_sent_in_a_whatsapp_chat_is_no_document(tmp_path: Path) -> None:
    chat = {"WhatsApp Chat with Anna.txt": whatsapp(list(FILES))}
    folder = put(tmp_path / "chat", chat | FILES | {"my own notes.md": b"words of the owner\n"})
    formats, texts, states = read(folder)
    assert set(states) == set(FILES) and set(states.values()) == {"present"}
    assert formats == ["WhatsApp chat", "documents"]
    assert [text for text in texts if "somebody" in text] == []
    assert "words of the owner" in texts


def test_all_in_a_zip_of_one_whatsapp_chat_came_with_it(tmp_path: Path) -> None:
    files = {"_chat.txt": b"[01.02.20, 09:00:00] Anna: hi\n[01.02.20, 09:01:00] Ben: hello\n"}
    formats, texts, _ = read(zipped(tmp_path / "WhatsApp Chat - Anna.zip", files | FILES))
    assert (formats, texts) == (["WhatsApp chat"], ["hi", "hello"])


def test_a_chat_that_somebody_sent_is_read_only_if_it_is_named_like_an_export(tmp_path: Path) -> None:
    sent = {"log.txt": whatsapp([]), "WhatsApp Chat with Cleo.txt": whatsapp([])}
    put(tmp_path, {"WhatsApp Chat with Anna.txt": whatsapp(list(sent)), **sent})
    with SourceView.at(tmp_path) as source:
        threads = read_source(source, Options(zone="UTC")).threads
    assert sorted(thread.title for thread in threads) == ["Anna", "Cleo"]


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_sent_in_telegram_is_no_document(tmp_path: Path, packed: bool) -> None:
    message = {"id": 1, "type": "message", "date": "2020-01-01T10:00:00", "from": "Anna", "from_id": "user1"}
    sent = [{**message, "id": n, "text": "", "file": f"files/{name}"} for n, name in enumerate(FILES)]
    chat = {"name": "Anna", "type": "personal_chat", "id": 1, "messages": sent}
    files = {f"files/{name}": data for name, data in FILES.items()}
    files |= {"files/log.txt": whatsapp([]), "contacts/contact_1.vcf": CARD, "messages.html": PAGE}
    files["result.json"] = json.dumps(chat).encode()
    formats, texts, states = read(zipped(tmp_path / "a.zip", files) if packed else put(tmp_path / "a", files))
    assert formats == ["Telegram JSON"] and texts == [""] * len(FILES)
    assert set(states) == set(FILES) and set(states.values()) == {"present"}


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_given_to_chatgpt_is_no_document(tmp_path: Path, packed: bool) -> None:
    given = [{"id": f"file-{n}x", "name": name} for n, name in enumerate(FILES)]
    message = {"id": "m", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["read"]},
               "metadata": {"attachments": given}}  # fmt: skip
    talk = {"conversation_id": "c", "title": "t", "current_node": "a",
            "mapping": {"a": {"id": "a", "parent": None, "message": message}}}  # fmt: skip
    files = {f"file-{n}x-{name}": data for n, (name, data) in enumerate(FILES.items())}
    files |= {"chat.html": PAGE, "conversations.json": json.dumps([talk]).encode()}
    formats, texts, states = read(zipped(tmp_path / "a.zip", files) if packed else put(tmp_path / "a", files))
    assert (formats, texts) == (["ChatGPT conversations"], ["read"])
    assert set(states) == set(FILES) and set(states.values()) == {"present"}


def test_what_lies_in_claudes_export_is_read_by_nobody_else(tmp_path: Path) -> None:
    message = {"uuid": "m", "sender": "human", "text": "read", "attachments": [{"file_name": "letter.txt"}]}
    talk = {"uuid": "c", "name": "t", "chat_messages": [message]}
    files = {"conversations.json": json.dumps([talk]).encode(), "users.json": b"[]"}
    files["projects.json"] = json.dumps([{"author": "x", "text": "y"}]).encode()
    formats, texts, states = read(put(tmp_path / "a", files))
    assert (formats, texts, states) == (["Claude conversations"], ["read"], {"letter.txt": "omitted"})


def test_what_a_mail_program_put_beside_a_mail_is_its_attachment(tmp_path: Path) -> None:
    one = mail("a", "see the plan\n")
    emlx = str(len(one)).encode() + b"\n" + one
    files = {
        "Inbox.mbox/Messages/12.partial.emlx": emlx,
        "Inbox.mbox/Attachments/12/2/plan.md": FILES["plan.md"],
    }
    files |= {"pst/1.eml": mail("b", "the letter\n"), "pst/1-letter.txt": LETTER}
    formats, texts, states = read(put(tmp_path / "a", files))
    assert formats == ["EML, emlx"] and sorted(texts) == ["see the plan", "the letter"]
    assert states == {"plan.md": "present", "letter.txt": "present"}


def test_every_attachment_stands_in_the_detection_and_is_taken_from_the_others(tmp_path: Path) -> None:
    put(tmp_path, {"WhatsApp Chat with Anna.txt": whatsapp(["letter.txt"]), "letter.txt": LETTER})
    with SourceView.at(tmp_path) as source:
        (found,) = recognise(source)
        assert "letter.txt" in found.detection.members
