from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.blobs import Blobs
from afterself.archive.drafts import Attachment, Locator, Person, Problem, RecordDraft, Span, ThreadDraft
from afterself.archive.store import Archive
from afterself.errors import NotAllowed, SelfError, SourceError, UnknownFormat
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.importers import ingest
from afterself.importers.contract import Detection, Options
from afterself.importers.ingest import import_path, misfit
from afterself.importers.registry import Recognised
from afterself.importers.source_view import SourceView
from afterself.policy import ViewRecord, open_view

IMPORT = """
import sys
from pathlib import Path
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers.ingest import import_path
progress = Progress(lambda report: print(report.done, flush=True), interval=0)
import_path(Self.open(Path(sys.argv[1])), Path(sys.argv[2]), progress=progress)
"""


def lines(count: int, conversation: str = "family") -> list[dict[str, Any]]:
    return [
        {
            "conversation": conversation,
            "time": f"2020-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
            "author": ("Anna", "Ben")[n % 2],
            "text": f"line {n}",
        }
        for n in range(count)
    ]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def records(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "list") as view:
        return list(view.records())


def blob_files(self_: Self) -> list[Path]:
    return [path for path in self_.blobs_dir.rglob("*") if path.is_file()]


def test_an_export_is_stored_counted_and_told(fresh_self: Self, tmp_path: Path) -> None:
    heard: list[Report] = []
    path = write(tmp_path / "chat.jsonl", lines(10))
    summary = import_path(
        fresh_self, path, Options(me=("anna", "Nobody")), Progress(heard.append, interval=0)
    )
    assert (summary.new, summary.same, summary.changed, summary.forgotten) == (10, 0, 0, 0)
    assert (summary.threads, summary.people, summary.owner) == (1, 2, ("Anna",))
    assert summary.names_not_found == ("Nobody",)
    assert (str(summary.first), str(summary.last)) == (
        "2020-01-01 00:00:00+00:00",
        "2020-01-01 00:00:09+00:00",
    )
    assert heard[-1].done == 10
    assert heard[-1].finished
    assert [record.own_text for record in records(fresh_self)][:2] == ["line 0", ""]
    assert '"new":10' in fresh_self.audit_path.read_text()
    assert "line 1" not in fresh_self.audit_path.read_text()


def test_the_raw_file_is_kept_once_and_every_record_points_into_it(fresh_self: Self, tmp_path: Path) -> None:
    path = write(tmp_path / "chat.jsonl", lines(5))
    import_path(fresh_self, path)
    import_path(fresh_self, path)
    (blob,) = blob_files(fresh_self)
    assert blob.read_bytes() == path.read_bytes()
    with Archive.writing(fresh_self) as archive:
        rows = archive._db.execute(
            "SELECT sha256, count(*) FROM revision JOIN blob ON blob.id = revision.blob GROUP BY sha256"
        ).fetchall()
        members = archive._db.execute("SELECT member FROM import_member").fetchall()
    assert [Blobs(fresh_self.blobs_dir, fresh_self.files).path(sha256) for sha256, _ in rows] == [blob]
    assert rows[0][1] == 5
    assert members == [("chat.jsonl",)]


def test_a_longer_export_of_the_same_chat_adds_only_what_is_new(fresh_self: Self, tmp_path: Path) -> None:
    import_path(fresh_self, write(tmp_path / "chat.jsonl", lines(10)[2:6]))
    summary = import_path(fresh_self, write(tmp_path / "chat.jsonl", lines(10)))
    assert (summary.new, summary.same) == (6, 4)
    assert [record.text for record in records(fresh_self)] == [f"line {n}" for n in range(10)]
    assert [record.position for record in records(fresh_self)] == list(range(10))


def test_a_broken_source_leaves_the_archive_as_it_was(fresh_self: Self, tmp_path: Path) -> None:
    import_path(fresh_self, write(tmp_path / "chat.jsonl", lines(3)))
    before = records(fresh_self)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(SourceError):
        import_path(fresh_self, broken)
    (tmp_path / "odd.xyz").write_bytes(bytes(range(256)))
    with pytest.raises(UnknownFormat):
        import_path(fresh_self, tmp_path / "odd.xyz")
    assert records(fresh_self) == before
    assert len(blob_files(fresh_self)) == 1


def test_a_self_that_may_not_be_written_now_is_told_so(fresh_self: Self, tmp_path: Path) -> None:
    path = write(tmp_path / "chat.jsonl", lines(3))
    with fresh_self.writer_lock(), pytest.raises(SelfError, match=f"pid {os.getpid()}"):
        import_path(fresh_self, path)
    assert import_path(fresh_self, path).new == 3


@pytest.mark.parametrize("after", [1, 700, 4000])
def test_an_import_killed_in_the_middle_never_happened(fresh_self: Self, tmp_path: Path, after: int) -> None:
    import_path(fresh_self, write(tmp_path / "before.jsonl", lines(20, "earlier")))
    before = records(fresh_self)
    path = write(tmp_path / "chat.jsonl", lines(5000))
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(fresh_self.path), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= after:
            child.send_signal(signal.SIGKILL)
            break
    assert child.wait() == -signal.SIGKILL
    assert records(fresh_self) == before
    assert import_path(fresh_self, path).new == 5000
    with Archive.writing(fresh_self) as archive:
        assert archive._db.pragma("integrity_check") == "ok"
        assert archive.sweep() == 0


class Scripted:
    """An importer that yields what a test gives it, over any source."""

    name, version, source, reads, kinds = "scripted", "1", "scripted", "anything", frozenset({"message"})

    def __init__(self, *items: Any) -> None:
        self.items = items

    def detect(self, source: SourceView) -> Detection:
        return Detection(1.0, "scripted", "")

    def open(self, source: SourceView, options: Options) -> Iterator[Any]:
        for item in self.items:
            if isinstance(item, BaseException):
                raise item
            yield item


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, fresh_self: Self, tmp_path: Path) -> Any:
    path = write(tmp_path / "member.jsonl", lines(1))

    def run(*importers: Scripted, source: Path = path) -> ingest.ImportSummary:
        def found(source: SourceView, among: object) -> list[Recognised]:
            return [Recognised(one, one.detect(source), source) for one in importers]

        monkeypatch.setattr(ingest, "recognise", found)
        return import_path(fresh_self, source)

    return run


def draft(text: str, **more: Any) -> RecordDraft:
    values: dict[str, Any] = {
        "thread": "t", "raw": text.encode(), "text": text, "kind": "message", "said_at": None, "said_raw": "",
        "author": Person("Anna", "Anna"), "precision": "none", "locator": Locator("member.jsonl"),
    }  # fmt: skip
    return RecordDraft(**(values | more))


THREAD = ThreadDraft("t", "T", "direct")


def test_an_importer_that_fails_is_named_without_the_text_it_choked_on(
    fresh_self: Self, scripted: Any
) -> None:
    with pytest.raises(SourceError) as failed:
        scripted(Scripted(THREAD, draft("fine"), ValueError("secret words")))
    assert "ValueError" in failed.value.message
    assert "secret" not in str(failed.value)
    assert records(fresh_self) == []
    assert blob_files(fresh_self) == []


def test_what_could_not_be_read_is_counted_by_reason(scripted: Any) -> None:
    problem = Problem("skipped", "line 7", "no author")
    bad_span = draft("short", spans=(Span(0, 99, "quoted"),))
    summary = scripted(
        Scripted(THREAD, problem, problem, draft("ok"), bad_span, Problem("warning", "x", "odd"))
    )
    assert summary.new == 1
    assert summary.skipped == {"no author": 2, "its spans do not fit its text": 1}
    assert [one.severity for one in summary.problems] == ["skipped", "skipped", "skipped", "warning"]


def test_problems_without_end_are_counted_but_not_all_named(scripted: Any) -> None:
    many = [Problem("skipped", str(n), "no time") for n in range(1000)]
    summary = scripted(Scripted(THREAD, draft("ok"), *many))
    assert summary.skipped == {"no time": 1000}
    assert len(summary.problems) == ingest.PROBLEMS_KEPT


def test_an_export_that_gives_no_record_is_an_error_that_says_why(fresh_self: Self, scripted: Any) -> None:
    with pytest.raises(SourceError, match="2 × no author"):
        scripted(Scripted(THREAD, *[Problem("skipped", "x", "no author")] * 2))
    with open_view(fresh_self, "list") as view:
        assert view.threads() == []


def test_several_formats_in_one_folder_are_one_import(
    fresh_self: Self, scripted: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "takeout"
    folder.mkdir()
    (folder / "a").write_text("a")
    (folder / "b").write_text("b")
    good = Scripted(THREAD, draft("one", locator=Locator("a")))
    with pytest.raises(SourceError):
        scripted(good, Scripted(THREAD, KeyError("x")), source=folder)
    assert records(fresh_self) == []
    other = Scripted(THREAD, draft("two", locator=Locator("b")))
    other.source = "other"
    assert scripted(good, other, source=folder).new == 2
    assert sorted(record.source for record in records(fresh_self)) == ["other", "scripted"]


def test_attachments_that_are_there_are_kept_and_damaged_ones_named(
    fresh_self: Self, scripted: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "chat.txt").write_text("chat")
    (folder / "a.jpg").write_bytes(b"jpeg")
    here = Attachment("a.jpg", "present", "image/jpeg", 4, "a.jpg")
    lost = Attachment("b.jpg", "present", "image/jpeg", 4, "b.jpg")
    importer = Scripted(THREAD, draft("pics", locator=Locator("chat.txt"), attachments=(here, lost)))
    summary = scripted(importer, source=folder)
    assert [(one.where, one.severity) for one in summary.problems] == [("b.jpg", "warning")]
    assert sorted(path.read_bytes() for path in blob_files(fresh_self)) == [b"chat", b"jpeg"]
    assert records(fresh_self)[0].attachments == (here, lost)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"said_at": datetime(2020, 1, 1)}, "zone"),
        ({"kind": "shout"}, "kind"),
        ({"precision": "week"}, "precision"),
        ({"spans": (Span(3, 3, "quoted"),)}, "spans"),
        ({"spans": (Span(0, 1, "loud"),)}, "spans"),  # type: ignore[arg-type]
        ({"attachments": (Attachment("a", "eaten"),)}, "attachment"),  # type: ignore[arg-type]
    ],
)
def test_a_draft_that_breaks_the_contract_is_no_record(more: dict[str, Any], why: str) -> None:
    assert misfit(draft("text")) is None
    assert why in str(misfit(draft("text", **more)))


def test_a_self_that_may_not_be_archived_takes_nothing_in(fresh_self: Self, tmp_path: Path) -> None:
    stripped = Self(
        fresh_self.path, type(fresh_self.declaration)("A", "mine", (), fresh_self.declaration.created)
    )
    with pytest.raises(NotAllowed):
        import_path(stripped, write(tmp_path / "chat.jsonl", lines(3)))


def _folder_of_chats(folder: Path, **chats: tuple[str, ...]) -> Path:
    folder.mkdir(exist_ok=True)
    for title, authors in chats.items():
        lines = "".join(f"13/01/2020, 21:0{n} - {author}: hi {n}\n" for n, author in enumerate(authors))
        (folder / f"WhatsApp Chat with {title}.txt").write_text(lines, "utf-8")
    return folder


def test_who_writes_in_all_of_several_whatsapp_chats_of_two_is_the_owner_and_that_is_said(
    fresh_self: Self, tmp_path: Path
) -> None:
    chats = _folder_of_chats(
        tmp_path / "chats", Anna=("Anna", "Ben K"), Cleo=("Cleo", "Ben K"), Boat=("Anna", "Cleo", "Dan")
    )
    summary = import_path(fresh_self, chats)
    assert summary.owner == ("Ben K",)
    assert [p.severity for p in summary.problems] == ["warning"] and "people not-me" in summary.problems[
        0
    ].why
    with open_view(fresh_self, "list") as view:
        whose = {(r.author_name, r.is_owner) for r in view.records()}
    assert whose == {("Anna", False), ("Cleo", False), ("Dan", False), ("Ben K", True)}


@pytest.mark.parametrize(
    "chats",
    [
        {"Anna": ("Anna", "Ben")},
        {"Anna": ("Anna", "Ben"), "Cleo": ("Cleo", "Dan")},
        {"Anna": ("Anna", "Ben"), "Cleo": ("Cleo", "Ben"), "Dan": ("Anna", "Cleo")},
        {"Anna": ("Anna", "Ben", "Cleo"), "Cleo": ("Cleo", "Ben", "Dan")},
    ],
)
def test_where_chats_leave_open_whose_they_are_nobody_is_the_owner(
    fresh_self: Self, tmp_path: Path, chats: dict[str, tuple[str, ...]]
) -> None:
    assert import_path(fresh_self, _folder_of_chats(tmp_path / "chats", **chats)).owner == ()


def test_somebody_elses_phone_makes_nobody_the_owner_where_one_is_known(
    fresh_self: Self, tmp_path: Path
) -> None:
    import_path(fresh_self, _folder_of_chats(tmp_path / "mine", Anna=("Anna", "Ben")), Options(me=("Ben",)))
    theirs = _folder_of_chats(tmp_path / "theirs", Ben=("Ben", "Anna"), Cleo=("Cleo", "Anna"))
    summary = import_path(fresh_self, theirs)
    assert (summary.owner, summary.problems) == (("Ben",), ())
