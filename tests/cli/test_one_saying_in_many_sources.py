"""One saying in several sources: found once, counted once, learned once, forgotten whole."""

from __future__ import annotations

import base64
import json
import quopri
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, afterself

from afterself.archive.store import Archive
from afterself.datasets.split import split
from afterself.home.folder import Self
from afterself.home.keys import Cost
from afterself.policy import open_view

CANARY = "zanzibar-canary über alle Berge, und so weiter und so fort"
CHAT = [
    ("Ben", "are you coming to the harbour on Sunday morning?"),
    ("Anna", "yes, if the trains are running by then, why not"),
    ("Ben", "they are running again since the day before yesterday"),
    ("Anna", "then I shall be there at ten, with cake and coffee"),
    ("Anna", "ok"),
]


@pytest.fixture(params=["plain", "encrypted"])
def self_(request: pytest.FixtureRequest, tmp_path: Path) -> Self:
    passphrase = "seven lanterns on the quay" if request.param == "encrypted" else None
    return Self.create(
        tmp_path / "self", name="Anna", right="fictional", allow=("archive", "train", "talk"),
        passphrase=passphrase, cost=Cost(8192, 1),
    )  # fmt: skip


@pytest.fixture
def plain(tmp_path: Path) -> Self:
    return Self.create(tmp_path / "plain", name="Anna", right="fictional", allow=("archive", "train", "talk"))


def run(self_: Self, *arguments: object) -> Ran:
    return afterself("--self", self_.path, *arguments)


def telegram(folder: Path, chat: list[tuple[str, str]] = CHAT) -> Path:
    messages = [
        {"id": n, "type": "message", "date": f"2020-05-03T10:0{n}:00",
         "date_unixtime": str(1588500000 + 60 * n),
         "from": who, "from_id": f"user{len(who)}", "text": text, "text_entities": []}
        for n, (who, text) in enumerate(chat)
    ]  # fmt: skip
    path = folder / "result.json"
    path.write_text(json.dumps({"name": "Ben", "type": "personal_chat", "id": 7, "messages": messages}))
    return path


def generic(folder: Path, chat: list[tuple[str, str]] = CHAT) -> Path:
    rows = [
        {"conversation": "ben at the harbour", "time": 1588500000 + 60 * n, "author": who, "text": text}
        for n, (who, text) in enumerate(chat)
    ]
    path = folder / "export.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def twice(plain: Self, tmp_path: Path) -> Self:
    """The same chat from Telegram and from another program."""
    assert run(plain, "import", telegram(tmp_path), "--me", "Anna", "--yes", "--json").json["new"] == 5
    assert run(plain, "import", generic(tmp_path), "--me", "Anna", "--yes", "--json").json["new"] == 5
    return plain


def test_search_and_ask_show_it_once_and_say_where_else(twice: Self) -> None:
    (hit,) = run(twice, "search", "cake", "--json").lines
    assert [(one["source"], one["thread_title"]) for one in hit["also_in"]] == [
        ("generic", "ben at the harbour")
    ]
    shown = run(twice, "search", "cake").out
    assert shown.count("with cake and coffee") == 1 and "also in generic, ben at the harbour" in shown
    asked = run(twice, "ask", "Who brings cake and coffee?", "--json").json
    assert [one["text"] for one in asked["hits"]].count(CHAT[3][1]) == 1
    assert asked["hits"][0]["also_in"][0]["source"] == "generic"
    assert "also in" in run(twice, "ask", "Who brings cake and coffee?", "--nearest").out


def test_a_search_in_one_source_finds_it_there(twice: Self) -> None:
    for source in ("telegram", "generic"):
        (hit,) = run(twice, "search", "cake", "--source", source, "--json").lines
        assert hit["source"] == source
    assert len(run(twice, "search", "--since", "2020-01-01", "--json").lines) == len(CHAT)


def test_status_counts_it_once_and_records_lists_it_all(twice: Self) -> None:
    status = run(twice, "status", "--json").json
    assert (status["records"], status["own_records"], status["repeated_records"]) == (5, 3, 5)
    assert "5 more hold the same" in " ".join(run(twice, "status").out.split())
    lines = run(twice, "records", "--json").lines
    assert len(lines) == 10
    first = {one["id"]: one for one in lines if one["same_as"] is None}
    again = [one for one in lines if one["same_as"] is not None]
    assert len(first) == len(again) == 5
    assert all(first[one["same_as"]]["text"] == one["text"] for one in again)


def test_whoever_may_not_see_one_source_is_shown_the_other(twice: Self) -> None:
    assert run(twice, "audience", "add", "guests", "--exclude-source", "telegram", "--quotes").code == 0
    (hit,) = run(twice, "search", "cake", "--audience", "guests", "--json").lines
    assert hit["source"] == "generic" and hit["same_as"] is None and hit["also_in"] == []


def test_it_is_learned_once(twice: Self) -> None:
    with open_view(twice, "train") as view:
        sides = split(view)
    targets = [
        line.text
        for talk in (*sides.train, *sides.validation, *sides.held_out)
        for n in talk.targets
        for line in talk.bursts[n].turn.lines[talk.bursts[n].given :]
    ]
    assert sorted(targets) == sorted(text for who, text in CHAT if who == "Anna")


def test_it_never_stands_on_two_sides(plain: Self, tmp_path: Path) -> None:
    long = [
        pair
        for n in range(60)
        for pair in (("Ben", f"question number {n} about the ships of the old harbour"),
                     ("Anna", f"answer number {n}, which nobody has ever given before me"))
    ]  # fmt: skip
    chat = [(who, text) for who, text in long]
    rows = [
        {"conversation": name, "time": 1588500000 + 7200 * (n // 2) + n % 2, "author": who, "text": text}
        for name, part in (("whole", chat), ("half", chat[60:]))
        for n, (who, text) in list(enumerate(chat))[len(chat) - len(part) :]
    ]  # fmt: skip
    for name in ("whole", "half"):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows if row["conversation"] == name))
        run(plain, "import", path, "--me", "Anna", "--yes")
    with open_view(plain, "train") as view:
        sides = split(view)
    said = [{line.text for talk in side for burst in talk.bursts for line in burst.turn.lines}
            for side in (sides.train, [*sides.validation, *sides.held_out])]  # fmt: skip
    asked = {
        line.text for talk in (*sides.validation, *sides.held_out)
        for n in talk.targets for line in talk.bursts[n].turn.lines
    }  # fmt: skip
    assert asked and not asked & said[0]


# -- forgetting -------------------------------------------------------------------------------


def mails(folder: Path) -> tuple[Path, Path]:
    """The same mail in two mailboxes, each copy encoded in its own way, and other mails beside it."""
    head = "From: Ben <ben@example.com>\nTo: Anna <anna@example.org>\nDate: Tue, 12 Mar 2024 18:05:00 +0100\n"
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {}\n\n{}\n\n"

    def one(id: str, text: str, encoding: str, more: str = "") -> str:
        data = text.encode()
        body = quopri.encodestring(data) if encoding == "quoted-printable" else base64.encodebytes(data)
        told = f"{head}Subject: Berge\nMessage-ID: <{id}@example.com>\n{more}"
        return f"From x@y Tue Mar 12 18:05:00 2024\n{told}{kind.format(encoding, body.decode().strip())}"

    first, second = folder / "Inbox", folder / "Archive"
    first.write_text(one("canary", CANARY, "quoted-printable") + one("a", "something else", "base64"))
    second.write_text(one("canary", CANARY, "base64") + one("b", "and more", "base64"))
    return first, second


def holding(self_: Self, words: str) -> list[str]:
    """Files of the self that hold words in any of the ways in which they may be written, decrypted."""
    data = words.encode()
    tell = [data, base64.b64encode(data)[:40], quopri.encodestring(data).split(b"=")[0], data[:16]]
    found = []
    for path in self_.path.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            if self_.encrypted and path.parent.parent.name == "blobs":
                with self_.files.open(path) as file:
                    raw = file.read()
            if any(one in raw for one in tell):
                found.append(path.relative_to(self_.path).as_posix())
    return found


def test_forgetting_a_mail_reaches_its_copy_in_another_raw_mailbox(self_: Self, tmp_path: Path) -> None:
    from afterself.importers.ingest import import_path

    for path in mails(tmp_path):
        import_path(self_, path)
    with open_view(self_, "list") as view:
        found = [record for record in view.records() if record.text == CANARY]
    assert len(found) == 1 and len(holding(self_, CANARY)) >= 2
    with Archive.writing(self_) as archive:
        archive.forget([found[0].id])
    assert holding(self_, CANARY) == []
    with open_view(self_, "list") as view:
        assert sorted(record.text for record in view.records()) == ["and more", "something else"]


def test_a_copy_in_another_folder_of_one_export_and_one_in_the_trash_go_too(
    plain: Self, tmp_path: Path
) -> None:
    first, second = mails(tmp_path)
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "Inbox").write_bytes(first.read_bytes())
    (tmp_path / "mail" / "Trash").write_bytes(second.read_bytes())
    (tmp_path / "mail" / "All").write_bytes(second.read_bytes())
    run(plain, "import", tmp_path / "mail", "--yes")
    (found,) = [one for one in run(plain, "records", "--json").lines if one["text"] == CANARY]
    run(plain, "forget", "--record", found["id"], "--yes")
    assert holding(plain, CANARY) == []
    again = run(plain, "import", tmp_path / "mail", "--yes", "--json").json
    assert again["new"] == 0 and holding(plain, CANARY) == []


def test_forgetting_says_where_the_same_words_stand_and_takes_them_along(twice: Self) -> None:
    id = run(twice, "search", "cake", "--json").lines[0]["id"]
    shown = run(twice, "forget", id, "--dry-run").out
    assert "The same words also stand in 1 record, which would be forgotten too" in shown
    assert "generic, ben at the harbour" in shown
    told = run(twice, "forget", id, "--dry-run", "--json").json
    assert told["copies"][0]["source"] == "generic" and told["copies_too"] and told["done"] is None
    assert run(twice, "forget", id, "--yes", "--json").json["done"]["records"] == 2
    assert run(twice, "search", "cake", "--json").lines == []
    assert holding(twice, CHAT[3][1]) == []


def test_copies_stay_where_the_person_says_so(twice: Self) -> None:
    id = run(twice, "search", "cake", "--json").lines[0]["id"]
    assert "and stay there (--copies" in run(twice, "forget", id, "--dry-run", "--keep-copies").out
    assert run(twice, "forget", id, "--yes", "--keep-copies", "--json").json["done"]["records"] == 1
    (hit,) = run(twice, "search", "cake", "--json").lines
    assert hit["source"] == "generic" and hit["same_as"] is None and hit["also_in"] == []


def test_taking_back_an_import_leaves_what_another_one_brought(twice: Self) -> None:
    told: Any = run(twice, "forget", "--import", "2", "--dry-run", "--json").json
    assert len(told["copies"]) == 5 and not told["copies_too"]
    assert run(twice, "forget", "--import", "2", "--yes", "--json").json["done"]["records"] == 5
    assert {one["source_key"].split("/")[0] for one in run(twice, "records", "--json").lines} == {"telegram"}


def test_reading_kept_exports_again_finds_copies_that_an_older_version_did_not_note(
    plain: Self, tmp_path: Path
) -> None:
    for path in mails(tmp_path):
        run(plain, "import", path, "--yes")
    with Archive.writing(plain) as archive, archive.transaction():
        archive._db.execute("DELETE FROM sighting")
    assert run(plain, "reparse", "--json").code == 0
    (found,) = [one for one in run(plain, "records", "--json").lines if one["text"] == CANARY]
    run(plain, "forget", "--record", found["id"], "--yes")
    assert holding(plain, CANARY) == []


WHATSAPP = """12/03/2020, 10:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
12/03/2020, 10:01 - {ben}: are you coming to the harbour on Sunday?
12/03/2020, 10:02 - {anna}: yes, if the trains are running by then
12/03/2020, 10:02 - {ben}: they are running again since yesterday
12/03/2020, 10:03 - {anna}: then I shall be there at ten, with cake
12/03/2020, 10:03 - {ben}: ok
12/03/2020, 10:04 - {anna}: ok
12/03/2020, 10:05 - {ben}: and bring the long green rope with you
"""


def test_a_chat_that_the_other_phone_exported_too_counts_once(plain: Self, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "WhatsApp Chat with Ben Ito.txt", tmp_path / "WhatsApp Chat with Anna.txt"
    mine.write_text(WHATSAPP.format(ben="Ben Ito", anna="Anna"), "utf-8")
    theirs.write_text(WHATSAPP.format(ben="Ben", anna="Anna Lind"), "utf-8")
    run(plain, "import", mine, "--me", "Anna", "--zone", "UTC", "--yes")
    run(plain, "import", theirs, "--me", "Anna Lind", "--zone", "UTC", "--yes")
    assert run(plain, "status", "--json").json["own_records"] == 3
    assert len(run(plain, "search", "rope", "--json").lines) == 1
