"""A large export is stored in pieces: a kill loses at most the last one, and the same import goes on."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from afterself.archive.store import Archive
from afterself.errors import SourceError
from afterself.home.folder import Self
from afterself.importers import ingest
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.mail import MailImporter
from afterself.policy import open_view

ME = Options(me=("Ida Holm", "ida@example.org"), zone="UTC")
TABLES = {
    "record": "source_key, is_owner, owner_by, kind, said_at, order_at, reply_to, attachments, words, "
    "row_number() OVER (PARTITION BY thread ORDER BY order_at, position)",
    "revision": "n, why, text, raw_hash, raw_offset, raw_length, raw_pointer",
    "thread": "source_key, title, kind",
    "thread_alias": "source_key, joined",
    "same_as": "said IS NOT NULL",
    "identity": "handle, name, owner, owner_by",
    "blob": "sha256",
    "import": "source, outer_name, finished_at IS NOT NULL, progress, counts, brought, later",
}
IMPORT = """
import sys
from pathlib import Path
from afterself.home.folder import Self
from afterself.home.jobs import Progress
from afterself.importers import ingest
ingest.PIECE = 100
progress = Progress(lambda report: print(report.done, flush=True), interval=0)
ingest.import_path(Self.open(Path(sys.argv[1])), Path(sys.argv[2]), progress=progress)
"""


def chat(folder: Path) -> Path:
    """Words of two people in WhatsApp's form, some of them said twice in one minute."""
    path = folder / "WhatsApp Chat with Anna.txt"
    lines = [
        f"12/03/21, 09:{n // 3:02} - {('Ida Holm', 'Anna')[n % 2]}: {'ok' if n % 4 else f'the boat {n}'}\n"
        for n in range(120)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def telegram(folder: Path) -> Path:
    """Two chats of an account in Telegram's form; one message is answered, one stands there twice."""
    path = folder / "result.json"

    def messages(who: int) -> Iterator[dict[str, Any]]:
        for n in [*range(60), 7]:
            yield {
                "id": n + 1, "type": "message", "date": f"2021-03-12T09:{n:02}:00",
                "date_unixtime": str(1615539600 + 60 * n), "text": f"sail {n}",
                "from_id": f"user{n % 2 * who}", "from": ("Ida Holm", "Anna")[n % 2],
                **({"reply_to_message_id": n} if n == 9 else {}),
            }  # fmt: skip

    chats = [
        {"name": f"Anna {who}", "type": "personal_chat", "id": who, "messages": list(messages(who))}
        for who in (5, 6)
    ]
    owner = {"user_id": 0, "first_name": "Ida", "last_name": "Holm"}
    whole = {"about": "", "personal_information": owner, "chats": {"about": "", "list": chats}}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def mails(folder: Path) -> Path:
    """Answers that come before what they answer, so that threads grow together."""
    path = folder / "all.mbox"
    numbers = list(range(60))
    random.Random(4).shuffle(numbers)
    path.write_text("".join(mail(n) for n in numbers), encoding="utf-8")
    return path


def mail(n: int) -> str:
    answered = f"In-Reply-To: <m{n - 1}@example.com>\n" if n % 5 else ""
    author = ("Ida Holm <ida@example.org>", "Anna <a@example.com>")[n % 2]
    return (
        f"From {n}@x Fri Mar 12 09:{n:02}:00 2021\nFrom: {author}"
        f"\nTo: Anna <a@example.com>\nSubject: boat\nDate: Fri, 12 Mar 2021 09:{n:02}:00 +0000\n"
        f"Message-ID: <m{n}@example.com>\n{answered}\nwe paint the boat on day {n}\n\n"
    )


def told(self_: Self) -> dict[str, list[Any]]:
    """Everything that lasts of an archive, without row numbers and times of import."""
    db = apsw.Connection(str(self_.archive_path), flags=apsw.SQLITE_OPEN_READONLY)
    found = {
        name: sorted(db.execute(f"SELECT {what} FROM {name}"), key=repr) for name, what in TABLES.items()
    }
    found["participants"] = sorted(
        db.execute("SELECT source_key, handle FROM thread_participant JOIN thread ON thread.row = thread "
                   "JOIN identity ON identity.id = identity")
    )  # fmt: skip
    found["languages"] = sorted(db.execute("SELECT language, characters FROM owner_language"))
    db.close()
    return found


def copied(self_: Self, to: Path) -> Self:
    """The same self once more: the same secret, and so the same ids."""
    with Archive.writing(self_):
        pass
    shutil.copytree(self_.path, to)
    return Self.open(to)


def cut_off(monkeypatch: pytest.MonkeyPatch, self_: Self, path: Path, after: int) -> None:
    """Import until so many drafts were seen, and then no more, as if killed."""
    from afterself.archive.importing import ImportRun

    class Cut(BaseException): ...

    put, seen = ImportRun.put_record, iter(range(after))

    def putting(self: Any, *given: Any) -> Any:
        if next(seen, None) is None:
            raise Cut
        return put(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(ImportRun, "put_record", putting)
        with pytest.raises(Cut):
            import_path(self_, path, ME)


@pytest.mark.parametrize("export", [chat, telegram, mails])
def test_an_import_that_was_cut_off_and_begun_again_comes_to_what_one_run_comes_to(
    export: Callable[[Path], Path], fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path)
    whole = copied(fresh_self, tmp_path / "whole")
    import_path(whole, path, ME)
    monkeypatch.setattr(ingest, "PIECE", 7)
    for after in (8, 31, 24, 55):
        cut_off(monkeypatch, fresh_self, path, after)
    done = import_path(fresh_self, path, ME)
    assert done.new and done.same
    assert told(fresh_self) == told(whole)
    again = import_path(fresh_self, path, ME)
    assert (again.new, again.changed) == (0, 0)


def test_what_a_killed_import_stored_is_there_and_told_until_the_same_import_has_ended(
    fresh_self: Self, tmp_path: Path
) -> None:
    path = chat(tmp_path)
    path.write_text(
        "".join(path.read_text(encoding="utf-8").replace("/21", f"/{year}") for year in range(10, 40)),
        "utf-8",
    )
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(fresh_self.path), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 350:
            child.send_signal(signal.SIGKILL)
            break
    assert child.wait() == -signal.SIGKILL
    with open_view(fresh_self, "list") as view:
        (one,) = view.history.imports()
        stored = view.overview.how_many()
        assert [one.finished for one in view.overview.imports()] == [False]
        assert not view.overview.kept_files()  # the survey of a folder does not call it imported
    assert not one.finished
    assert stored == one.records >= 300
    for command in ("imports", "status"):
        told = subprocess.run(
            [sys.executable, "-m", "afterself", "--self", str(fresh_self.path), command],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "was cut off: import it again" in " ".join(told.split())
    done = import_path(fresh_self, path)
    assert (done.new, done.same) == (3600 - stored, stored)
    with open_view(fresh_self, "list") as view:
        (one,) = view.history.imports()
        assert (one.finished, one.records, view.overview.how_many()) == (True, 3600, 3600)


def test_an_import_of_another_file_of_that_name_is_not_taken_for_the_rest(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "PIECE", 7)
    path = telegram(tmp_path)
    cut_off(monkeypatch, fresh_self, path, 20)
    (tmp_path / "other").mkdir()
    other = telegram(tmp_path / "other")
    other.write_text(other.read_text(encoding="utf-8").replace("sail", "row the boat"), encoding="utf-8")
    import_path(fresh_self, other, ME)
    with open_view(fresh_self, "list") as view:
        assert [one.finished for one in view.history.imports()] == [False, True]


def test_not_even_a_kill_leaves_what_was_forgotten_among_the_raw_files(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = chat(tmp_path)
    import_path(fresh_self, path, ME)
    with open_view(fresh_self, "list") as view:
        secret = next(record for record in view.records() if record.text == "the boat 100")
    with Archive.writing(fresh_self) as archive:
        archive.forget([secret.id])
    path.write_text(
        path.read_text(encoding="utf-8") + "13/03/21, 10:00 - Anna: more\n" * 40, encoding="utf-8"
    )
    monkeypatch.setattr(ingest, "PIECE", 7)
    cut_off(monkeypatch, fresh_self, path, 150)
    assert raw_with(fresh_self, b"the boat 100") == 0
    done = import_path(fresh_self, path, ME)
    assert (done.forgotten, raw_with(fresh_self, b"the boat 100")) == (1, 0)
    assert raw_with(fresh_self, b"more") == 1
    db = apsw.Connection(str(fresh_self.archive_path))
    assert db.execute("SELECT count(*) FROM revision WHERE blob IS NULL").get == 0


def raw_with(self_: Self, words: bytes) -> int:
    return sum(words in path.read_bytes() for path in self_.blobs_dir.rglob("*") if path.is_file())


def test_a_source_that_breaks_in_the_middle_is_told_with_what_of_it_is_stored(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "PIECE", 7)
    read = MailImporter.open

    def breaking(self: MailImporter, *given: Any) -> Iterator[Any]:
        for n, item in enumerate(read(self, *given)):
            if n == 60:
                raise SourceError("The disk with the mails is gone.", remedy="Plug it in.")
            yield item

    with monkeypatch.context() as patch:
        patch.setattr(MailImporter, "open", breaking)
        with pytest.raises(SourceError) as failed:
            import_path(fresh_self, mails(tmp_path), ME)
    with open_view(fresh_self, "list") as view:
        stored = view.overview.how_many()
    assert stored and failed.value.remedy is not None
    assert failed.value.remedy.startswith(f"{stored} records are stored already; importing it again goes on")


def test_the_archives_own_sums_are_what_counting_gives(
    fresh_self: Self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fits() -> bool:
        db = apsw.Connection(str(fresh_self.archive_path), flags=apsw.SQLITE_OPEN_READONLY)
        brought = db.execute(
            "SELECT import.id FROM import LEFT JOIN revision ON import = import.id GROUP BY import.id "
            "HAVING (brought, later) IS NOT (coalesce(sum(n = 1), 0), coalesce(sum(n > 1), 0))"
        ).fetchall()
        spoken = dict(db.execute("SELECT language, characters FROM owner_language WHERE characters != 0"))
        from afterself.archive.summaries import KINDS

        counted = dict(db.execute(
            "SELECT coalesce(revision.language, ''), sum(length(text)) FROM record JOIN revision "
            "ON revision.row = record.revision WHERE is_owner = 1 AND deleted = 0 AND forwarded_from IS NULL "
            f"AND kind IN {KINDS} GROUP BY 1"))  # fmt: skip
        db.close()
        return not brought and spoken == counted

    rng = random.Random(5)
    path = telegram(tmp_path)
    import_path(fresh_self, path, Options(zone="UTC"))
    assert fits()
    for turn in range(12):
        with open_view(fresh_self, "list") as view:
            some = rng.sample([record.id for record in view.records()], 4)
        with Archive.writing(fresh_self) as archive:
            archive.correct(some[0], f"in other words {turn}")
            archive.correct(some[1], "wie schön das Boot war, als es noch schwamm")
            if turn % 3 == 0:
                archive.undo_correction(some[1])
            archive.forget([some[2]])
            with archive.transaction():
                everybody = archive.people.identities()
                archive.people.set_owner(rng.sample(everybody, 1))
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace(f"sail {turn + 20}", f"row {turn}, my friend, and do not stop"), encoding="utf-8"
        )
        import_path(fresh_self, path, Options(zone="UTC"))
        assert fits(), turn
