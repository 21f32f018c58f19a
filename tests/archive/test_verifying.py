"""`verify`: a bit that flipped in any file of a self is found; a whole self is clean, also after a kill."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterself.archive.clearing import erase_stale
from afterself.archive.drafts import RecordDraft
from afterself.archive.store import Archive
from afterself.archive.verifying import Finding, verify
from afterself.errors import AfterselfError
from afterself.home.folder import Self
from afterself.home.key_header import COPY, NAME, change_passphrase
from afterself.home.keys import Cost, Keys
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from tests.conftest import PASSPHRASE

ROWS = [("Ida", "the boat is ready"), ("Anna", "then let us go"), ("Ida", "a secret to keep")]


@pytest.fixture(params=["plain", "sealed"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Self:
    """A small self with all kinds of files: records, raw exports, weights, a report."""
    self_: Self = request.getfixturevalue("fresh_self" if request.param == "plain" else "sealed_self")
    path = tmp_path / "c.jsonl"
    path.write_text(
        "".join(
            json.dumps({"conversation": "x", "time": f"2019-03-04T18:0{n}:00Z", "author": who, "text": text})
            + "\n"
            for n, (who, text) in enumerate(ROWS)
        )
    )
    import_path(self_, path, Options(me=("Ida",)))
    with Archive.writing(self_) as archive:
        archive.register_artifact("weights", "weights/w1", [], {})
        (self_.weights_dir / "w1").mkdir(mode=0o700)
        self_.files.write(self_.weights_dir / "w1" / "adapter.gguf", os.urandom(5000))
        self_.files.write(self_.reports_dir / "r.html", "<p>fine</p>")
    return self_


def again(self_: Self) -> Self:
    return Self.open(self_.path, PASSPHRASE if self_.encrypted else None)


def broken(self_: Self) -> list[Finding]:
    return [one for one in verify(self_) if not one.note]


def files(self_: Self) -> list[Path]:
    return [path for path in sorted(self_.path.rglob("*")) if path.is_file() and path.stat().st_size]


def test_a_whole_self_has_nothing_to_tell(whole: Self) -> None:
    assert list(verify(whole)) == []


def test_a_bit_that_flips_in_any_file_is_found(whole: Self) -> None:
    chance = random.Random(7)
    for path in files(whole):
        content = path.read_bytes()
        many = 12 if path.name in ("archive.db", "audit.log", "checksums.json") else 4
        for bit in [*(chance.randrange(len(content) * 8) for _ in range(many)), len(content) * 8 - 1]:
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            try:
                found = [one.file for one in broken(again(whole))]
                assert found, (path, bit)
            except AfterselfError as error:
                assert error.remedy, (path, bit)
            path.write_bytes(content)
    assert broken(again(whole)) == []


def test_a_lost_file_and_one_that_nobody_knows_are_named(whole: Self) -> None:
    (whole.weights_dir / "w1" / "adapter.gguf").unlink()
    (whole.path / "notes.txt").write_text("mine")
    found = {one.file: one.note for one in verify(whole)}
    assert found == {"weights/w1/adapter.gguf": False, "notes.txt": True}


def test_what_commands_do_later_leaves_the_self_clean(whole: Self) -> None:
    with Archive.writing(whole) as archive:
        ids = archive.records_in()
        archive.correct(ids[0], "the boat is nearly ready")
        archive.forget(ids[2:])
    whole.audit("talked", replies=1)
    assert list(verify(whole)) == []


def test_after_a_killed_writer_it_is_clean_but_for_a_note_until_the_next_one(whole: Self) -> None:
    if os.fork() == 0:
        with Archive.writing(whole) as archive:
            archive.correct(archive.records_in()[0], "half done")
            os._exit(9)
    os.wait()
    assert broken(whole) == []
    assert [one.file for one in verify(whole)] == ["archive.db"]
    with Archive.writing(whole):
        pass
    assert list(verify(whole)) == []


def test_a_forgetting_that_was_killed_while_it_removed_weights_is_no_damage(whole: Self) -> None:
    if os.fork() == 0:
        with Archive.writing(whole) as archive:
            with archive.transaction():
                archive.ledger.make_stale(archive.artifacts("weights")[0].id)
            erase_stale(archive.ledger, whole.path)
            os._exit(9)
    os.wait()
    assert not (whole.weights_dir / "w1").exists()
    assert broken(whole) == []
    with Archive.writing(whole):
        pass
    assert list(verify(whole)) == []


def test_a_report_that_a_killed_command_wrote_anew_is_no_damage_and_a_rotten_one_is(whole: Self) -> None:
    report = whole.reports_dir / "r.html"
    if os.fork() == 0:
        with Archive.writing(whole):
            whole.files.write(report, "<p>better</p>")
            os._exit(9)
    os.wait()
    assert broken(whole) == []
    with Archive.writing(whole):
        pass
    assert list(verify(whole)) == []
    times = report.stat()
    report.write_bytes(report.read_bytes()[:-1] + b"!")
    os.utime(report, ns=(times.st_atime_ns, times.st_mtime_ns))
    (whole.path / "archive.db.sha256").unlink()
    assert [one.file for one in broken(whole)] == ["reports/r.html"]


def test_an_index_that_lost_a_text_is_found(
    fresh_self: Self, store: Callable[..., Any], said: Callable[..., RecordDraft]
) -> None:
    store(said("the boat"), said(""), said("gone", deleted=True))
    assert broken(fresh_self) == []
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive._db.execute("UPDATE revision SET text = 'the coat' WHERE text = 'the boat'")
    assert [one.what for one in broken(fresh_self)] == ["the search index does not fit the texts"]


def test_a_change_of_the_passphrase_that_was_killed_is_no_damage(sealed_self: Self) -> None:
    before = (sealed_self.path / NAME).read_bytes()
    change_passphrase(sealed_self.path, keys_of(sealed_self), "nine herons by the weir", Cost(8192, 1))
    (sealed_self.path / COPY).write_bytes(before)
    self_ = Self.open(sealed_self.path, "nine herons by the weir")
    assert [(one.file, one.note) for one in verify(self_)] == [("keys.json", True)]
    with Archive.writing(self_):
        pass
    assert list(verify(self_)) == []


def keys_of(self_: Self) -> Keys:
    assert self_.keys is not None
    return self_.keys
