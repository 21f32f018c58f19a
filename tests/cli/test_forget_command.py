"""`afterself forget` on real exports: what was forgotten is nowhere in the folder, and does not come back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterself.archive.store import Archive, list_artifacts
from afterself.datasets.bursts import shown
from afterself.home.audit import broken_audit_lines
from afterself.home.folder import Self
from afterself.policy import open_view
from tests.cli.forgetting import CANARY, CHAT, chat_of_anna, holding, id_of, records, run
from tests.dying import little_room


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The self of Anna, who chats with Ben; the chat was exported twice."""
    return chat_of_anna(tmp_path)


def test_a_forgotten_record_is_nowhere_in_the_folder_and_other_raw_bytes_stay(folder: Path) -> None:
    assert len(holding(folder, "zanzibar-canary")) == 3  # the archive and two exports
    ran = run(folder, "forget", "--record", id_of(folder, "zanzibar"), "--yes")
    assert ran.code == 0
    assert "Forgotten: 1 record." in ran.out
    assert "Raw exports: 2 cut, 0 dropped." in ran.out
    assert holding(folder, "zanzibar", "second line of the canary") == []
    kept = [path.read_text("utf-8") for path in (folder / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert all("12/03/2020, 10:04 - Anna: fine\n" in text for text in kept)
    assert not (folder / "archive.db-wal").exists() or not (folder / "archive.db-wal").stat().st_size
    assert len(records(folder)) == 6


def test_a_later_import_does_not_bring_it_back_and_says_so(folder: Path, tmp_path: Path) -> None:
    run(folder, "forget", id_of(folder, "zanzibar"), "--yes")
    longer = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    longer.write_text(CHAT + "12/03/2020, 10:07 - Ben Ito: a new word\n", "utf-8")
    ran = run(folder, "import", longer, "--zone", "UTC", "--json").json
    assert (ran["forgotten"], ran["new"]) == (1, 1)
    assert holding(folder, "zanzibar", "second line of the canary") == []
    assert "a new word" in [one["text"] for one in records(folder)]
    assert "Forgotten" in run(folder, "import", longer, "--zone", "UTC", "--yes").out


def import_number(folder: Path, name: str) -> str:
    """The number under which a file of this name was imported."""
    listed = run(folder, "imports", "--json").lines
    return str(next(one["number"] for one in listed if one["name"] == name))


def test_with_the_last_that_somebody_said_their_name_goes_too(folder: Path, tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with Cleo Quayle.txt"
    chat.write_text("12/03/2020, 10:00 - Cleo Quayle: hello\n", "utf-8")
    texts = tmp_path / "sms-20230501.xml"
    texts.write_text(
        "<?xml version='1.0' encoding='UTF-8'?>\n<smses count='1'>\n"
        '<sms protocol="0" address="+4915155500177" date="1682900000000" type="1" body="hello" '
        'contact_name="Fay Quayle" />\n</smses>'
    )
    for export in (chat, texts):
        assert run(folder, "import", export, "--zone", "UTC", "--yes").code == 0
    assert {"Cleo Quayle", "Fay Quayle"} <= {one["name"] for one in run(folder, "people", "--json").lines}
    for export in (chat, texts):
        assert run(folder, "forget", "--import", import_number(folder, export.name), "--yes").code == 0
    people = run(folder, "people", "--json").out
    assert "Quayle" not in people and "4915155500177" not in people and "Ben Ito" in people
    assert holding(folder, "Quayle") == []


def test_what_was_decided_about_somebody_outlives_the_last_that_they_said(
    folder: Path, tmp_path: Path
) -> None:
    chats = [tmp_path / f"WhatsApp Chat with {name}.txt" for name in ("Dora Quayle", "Eva Quayle")]
    for chat, name in zip(chats, ("Dora Quayle", "Eva Quayle"), strict=True):
        chat.write_text(f"12/03/2020, 10:00 - {name}: hello from afar\n", "utf-8")
        assert run(folder, "import", chat, "--zone", "UTC", "--yes").code == 0
    assert run(folder, "people", "exclude", "Dora Quayle").code == 0
    assert run(folder, "audience", "add", "club", "--exclude-contact", "Eva Quayle").code == 0
    for chat in chats:
        assert run(folder, "forget", "--import", import_number(folder, chat.name), "--yes").code == 0
    for chat in chats:
        chat.write_text(chat.read_text("utf-8").replace("hello from afar", "later words"), "utf-8")
        assert run(folder, "import", chat, "--zone", "UTC", "--yes").code == 0
    seen = [one["author"] for one in run(folder, "search", "later words", "--json").lines]
    assert seen == ["Eva Quayle"]
    assert run(folder, "search", "later words", "--audience", "club", "--json").lines == []


@pytest.mark.parametrize("layout", ["lines", "array", "csv", "utf-16"])
def test_it_is_cut_out_of_every_format_that_is_kept(tmp_path: Path, layout: str) -> None:
    self_ = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive",))
    rows = [
        {"conversation": "c", "time": f"2020-01-0{n + 1}", "author": ("Anna", "Ben")[n % 2], "text": text}
        for n, text in enumerate(("hello there", CANARY, "the rest stays"))
    ]
    text = {
        "array": json.dumps(rows),
        "csv": "conversation,time,author,text\n"
        + "".join(
            ",".join('"' + str(cell).replace('"', '""') + '"' for cell in row.values()) + "\n" for row in rows
        ),
    }.get(layout, "".join(json.dumps(row, ensure_ascii=layout == "lines") + "\n" for row in rows))
    path = tmp_path / f"export.{'csv' if layout == 'csv' else 'json'}"
    path.write_text(text, "utf-16" if layout == "utf-16" else "utf-8")
    assert run(self_.path, "import", path, "--me", "Anna", "--json").json["new"] == 3
    assert len(holding(self_.path, "zanzibar-canary")) == 2
    run(self_.path, "forget", id_of(self_.path, "zanzibar"), "--yes")
    assert holding(self_.path, "zanzibar-canary") == []
    assert len(holding(self_.path, "the rest stays")) == 2
    longer = tmp_path / f"later-{path.name}"
    shutil.copy(path, longer)
    assert run(self_.path, "import", longer, "--json").json["forgotten"] == 1
    assert holding(self_.path, "zanzibar-canary") == []


def test_a_short_word_goes_from_where_it_stood_and_stays_where_others_said_it(tmp_path: Path) -> None:
    self_ = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive",))
    chat = tmp_path / "WhatsApp Chat with Ben.txt"
    chat.write_text("".join(f"12/03/2020, 10:0{n} - Ben: ok\n" for n in range(4)), "utf-8")
    run(self_.path, "import", chat, "--zone", "UTC", "--yes")
    first = records(self_.path)[0]["id"]
    ran = run(self_.path, "forget", first, "--yes")
    assert "the same words stand in 3 records, and stay" in ran.out
    (blob,) = [path for path in (self_.path / "blobs").rglob("*") if path.is_file()]
    assert blob.read_text("utf-8").count("Ben: ok") == 3
    assert len(records(self_.path)) == 3


def test_forgetting_a_contact_takes_their_words_and_their_later_ones(folder: Path, tmp_path: Path) -> None:
    ran = run(folder, "forget", "--contact", "ben ito", "--yes")
    assert ran.code == 0
    assert "Your own words to them" in ran.out
    texts = [one["text"] for one in records(folder) if one["author"]]
    assert texts == ["yes, at six", "fine", "see you"]
    assert holding(folder, "zanzibar", "second line of the canary", "are you coming?") == []
    assert [one["name"] for one in run(folder, "people", "--json").lines] == ["Anna"]
    later = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    later.write_text(CHAT + "12/03/2020, 11:00 - Ben Ito: later words of his\n", "utf-8")
    summary = run(folder, "import", later, "--zone", "UTC", "--json").json
    assert (summary["new"], summary["forgotten"]) == (0, 4)
    later.write_text(later.read_text("utf-8") + "12/03/2020, 11:01 - Anna: mine\n", "utf-8")
    assert run(folder, "import", later, "--zone", "UTC", "--json").json["new"] == 1
    assert holding(folder, "zanzibar", "later words of his") == []
    assert [one["name"] for one in run(folder, "people", "--json").lines] == ["Anna"]


def test_with_replies_the_whole_conversation_goes_with_its_title(folder: Path, tmp_path: Path) -> None:
    ran = run(folder, "forget", "--contact", "Ben Ito", "--with-replies", "--yes")
    assert ran.code == 0
    assert records(folder) == []
    assert holding(folder, "Ben Ito", "at six", "zanzibar") == []
    chat = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    summary = run(folder, "import", chat, "--me", "Anna", "--zone", "UTC", "--json").json
    assert (summary["new"], summary["forgotten"]) == (0, 7)
    assert holding(folder, "Ben Ito", "at six", "zanzibar") == []


def test_what_stood_before_a_forgotten_record_is_never_taken_for_the_question_of_what_follows(
    folder: Path, tmp_path: Path
) -> None:
    def unseen() -> list[str]:
        with open_view(Self.open(folder), "train") as view:
            (thread,) = view.threads()
            return [said.line.text for said in shown(view.records(thread=thread.id)) if said.question_unseen]

    run(folder, "forget", id_of(folder, "zanzibar"), "--yes")
    assert unseen() == ["fine"]
    later = tmp_path / "WhatsApp Chat with Ben Ito.txt"
    for number in range(2):
        later.write_text(
            later.read_text("utf-8") + f"12/03/2020, 10:0{7 + number} - Ben Ito: more\n", "utf-8"
        )
        assert run(folder, "import", later, "--zone", "UTC", "--json").json["new"] == 1
        assert unseen() == ["fine"]
    partial = CHAT.partition("12/03/2020, 10:03")[0] + "12/03/2020, 10:04 - Anna: fine\n"
    later.write_text(partial + "12/03/2020, 10:09 - Ben Ito: another\n", "utf-8")
    assert run(folder, "import", later, "--zone", "UTC", "--json").json["new"] == 1
    assert unseen() == ["fine"]


def test_a_dry_run_shows_what_it_reaches_and_changes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ran = run(folder, "forget", "--contact", "Ben Ito", "--dry-run", "--json")
    assert len(ran.json["records"]) == 3
    assert ran.json["threads"] == [{"title": "Ben Ito", "records": 3}]
    assert ran.json["done"] is None
    assert "3 records would be forgotten" in run(folder, "forget", "--contact", "Ben Ito", "--dry-run").out
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed = {path.name for path in before if before[path] and before[path] != after.get(path)}
    assert changed <= {"archive.db-shm"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Say what to forget"),
        (("--record", "0123456789", "--yes"), "1 id is no record of this self"),
        (("--contact", "Anna", "--yes"), "the owner"),
        (("--contact", "Ben", "--yes"), "Did you mean: Ben Ito"),
        (("--contact", "Ben Ito"), "--yes"),
        (("--contact", "Ben Ito", "--record", "x"), "--contact cannot go with --record"),
        (
            ("--contact", "Ben Ito", "--with-replies", "--since", "2020-01-01"),
            "--contact cannot go with --since",
        ),
        (("x", "--thread", "y", "--until", "2020-01-01"), "--record cannot go with --thread and --until"),
        (("--thread", "Ben Ito", "--with-replies"), "--with-replies goes only with --contact"),
    ],
)
def test_what_cannot_be_forgotten_is_told_and_nothing_changes(
    folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = run(folder, "forget", *arguments)
    assert ran.code == 2
    assert told in ran.err
    assert len(records(folder)) == 7


def test_weights_made_from_it_are_gone_and_others_stay(folder: Path) -> None:
    self_ = Self.open(folder)
    (folder / "weights" / "w").mkdir()
    (folder / "weights" / "w" / "model.bin").write_bytes(b"learned zanzibar-canary by heart")
    (folder / "weights" / "other").mkdir()
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w", [(id_of(folder, "zanzibar"), 1)], {})
        archive.register_artifact("weights", "weights/other", [(id_of(folder, "fine"), 1)], {})
    ran = run(folder, "forget", id_of(folder, "zanzibar"), "--yes")
    assert "removed with them: weights/w" in ran.out and "`talk` needs `afterself train` again" in " ".join(
        ran.out.split()
    )
    assert "Weights made from them are gone." in ran.out
    assert [one.state for one in list_artifacts(self_)] == ["erased", "current"]
    assert not (folder / "weights" / "w").exists()
    assert (folder / "weights" / "other").exists()
    assert holding(folder, "zanzibar") == []


def test_weights_are_said_to_be_gone_only_when_they_are(folder: Path) -> None:
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports" / "likeness.html").write_text("measured")
    with Archive.writing(Self.open(folder)) as archive:
        archive.register_artifact("weights", "weights/other", [(id_of(folder, "fine"), 1)], {})
        archive.register_artifact("report", "reports/likeness.html", [(id_of(folder, "zanzibar"), 1)], {})
    ran = run(folder, "forget", "--contact", "Ben Ito", "--yes")
    assert "Weights" not in ran.out
    assert "The report made from them is gone. Measure again:" in ran.out
    assert not (folder / "reports" / "likeness.html").exists()


def test_the_receipt_counts_and_holds_no_words_and_no_names(folder: Path) -> None:
    run(folder, "forget", "--contact", "Ben Ito", "--yes")
    log = (folder / "audit.log").read_text("utf-8")
    assert json.loads(log.splitlines()[-1])["event"] == "forgotten"
    assert json.loads(log.splitlines()[-1])["records"] == 3
    assert "zanzibar" not in log
    assert "Ben" not in log
    assert broken_audit_lines(folder / "audit.log") == []


FORGET = "import sys; from afterself.cli import main; main()"


def test_killed_at_any_moment_it_is_undone_or_done(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORGET, "--self"]
    done = undone = 0
    for number, delay in enumerate(_delays(command, folder, tmp_path)):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(folder, copy)
        process = subprocess.Popen(
            [*command, str(copy), "forget", "--contact", "Ben Ito", "--yes"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        count = len(records(copy))
        assert count in (7, 4)
        with Archive.writing(Self.open(copy)):
            pass  # the next command that writes goes on where the kill ended it
        if count == 7:
            undone += 1
            with open_view(Self.open(copy), "list") as view:
                assert [id for id, _ in view.match("zanzibar", 5)]
            assert run(copy, "forget", "--contact", "Ben Ito", "--yes").code == 0
        else:
            done += 1
        assert holding(copy, "zanzibar", "second line of the canary") == []
    assert done + undone == 8


def _delays(command: list[str], folder: Path, tmp_path: Path) -> Iterator[float]:
    """Moments spread over the last part of a run, which is where it writes."""
    copy = shutil.copytree(folder, tmp_path / "timed")
    started = time.monotonic()
    subprocess.run([*command, str(copy), "forget", "--contact", "Ben Ito", "--yes"], check=True, stdout=-3)
    took = time.monotonic() - started
    yield from (took * (0.4 + 0.6 * step / 7) for step in range(8))


def test_what_a_kill_left_behind_goes_with_the_next_command_that_writes(folder: Path) -> None:
    id = id_of(folder, "zanzibar")
    with Archive.writing(Self.open(folder)) as archive:
        archive.bury([id])  # the transaction, without the clearing after it
        assert any("blobs" in name for name in holding(folder, "zanzibar"))
    assert run(folder, "people", "me", "Anna").code == 0
    assert holding(folder, "zanzibar") == []


def test_a_picture_goes_with_its_message_and_does_not_come_back(tmp_path: Path) -> None:
    self_ = Self.create(tmp_path / "self", name="Anna", right="fictional", allow=("archive",))
    zipped = tmp_path / "WhatsApp Chat with Ben.zip"
    picture = b"\x89PNG picture-canary \x00\x01" * 50
    with zipfile.ZipFile(zipped, "w") as made:
        made.writestr(
            "WhatsApp Chat with Ben.txt",
            "12/03/2020, 10:01 - Ben: IMG-1.png (file attached)\n12/03/2020, 10:02 - Ben: nice, isn't it\n",
        )
        made.writestr("IMG-1.png", picture)
    run(self_.path, "import", zipped, "--zone", "UTC", "--yes")
    assert len(holding(self_.path, "picture-canary")) == 1
    run(self_.path, "forget", records(self_.path)[0]["id"], "--yes")
    assert holding(self_.path, "picture-canary", "IMG-1") == []
    run(self_.path, "import", zipped, "--zone", "UTC", "--yes")
    assert holding(self_.path, "picture-canary", "IMG-1") == []
    assert [one["text"] for one in records(self_.path)] == ["nice, isn't it"]


def test_a_receipt_is_kept_that_counts_and_holds_no_word(folder: Path) -> None:
    done = run(folder, "forget", "--contact", "Ben Ito", "--yes", "--json").json
    path = folder / done["receipt"]["file"]
    assert path.stat().st_mode & 0o777 == 0o600
    receipt = json.loads(path.read_text("utf-8"))
    assert (receipt["records"], receipt["contacts"]) == (3, 1)
    assert "zanzibar" not in path.read_text("utf-8") and "Ito" not in path.read_text("utf-8")
    last = (folder / "audit.log").read_bytes().splitlines()[-1]
    assert receipt["audit_line"] == hashlib.sha256(last).hexdigest()


def test_two_things_at_once_are_not_forgotten(folder: Path) -> None:
    assert run(folder, "forget", "--thread", "x", "--contact", "Ben Ito", "--yes").code == 2
    assert run(folder, "forget", "--import", "1", "--since", "2019-01-01", "--yes").code == 2


def test_on_a_disk_without_room_for_the_receipt_nothing_is_forgotten(folder: Path) -> None:
    said = run(folder, "records", "--json").out
    with little_room(60 << 10):
        refused = run(folder, "forget", "--contact", "Ben Ito", "--yes")
    assert refused.code == 3 and "Nothing was forgotten" in refused.err and "Free some space" in refused.err
    assert run(folder, "records", "--json").out == said
    assert list((folder / "reports").rglob(".receipt*")) == []
    assert run(folder, "forget", "--contact", "Ben Ito", "--yes").code == 0
