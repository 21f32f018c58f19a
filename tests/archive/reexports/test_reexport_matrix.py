"""A chat exported again, however the phone wrote it that time, never doubles and never loses a decision."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Step, Wanted, steps_of, wanted_of
from phone import write

from afterself.archive.begun import Outcome
from afterself.archive.drafts import RecordDraft
from afterself.archive.revising import BlobOf
from afterself.archive.store import Archive, ImportRun
from afterself.home.folder import Self
from afterself.importers import ingest
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.policy import open_view
from afterself.policy.view import ViewRecord


@pytest.mark.parametrize("name", CASES)
def test_a_chat_exported_again_keeps_its_records(name: str, tmp_path: Path, fresh_self: Self) -> None:
    case, steps = CASES[name], steps_of(name)
    ids: set[str] = set()
    told: list[str] = []
    for number, step in enumerate(steps):
        for before in step.before:
            _decide(fresh_self, before)
        path = write(step.export, tmp_path / str(number))
        done = import_path(fresh_self, path, Options(me=step.me, zone=step.read_zone))
        counts = {key: getattr(done, key) for key in ("new", "same", "changed", "forgotten")}
        if not _as_expected(counts, step):
            told.append(f"import {number + 1}: {counts}, should be {step.expected}")
        stored = _records(fresh_self)
        if not step.expected["new"]:
            told += [] if {one.id for one in stored} <= ids else [f"import {number + 1}: new ids"]
        elif not any(one.before for one in steps) and not ids <= {one.id for one in stored}:
            told.append(f"import {number + 1}: ids are lost")
        ids |= {one.id for one in stored}
    assert told + _compare(name, case, fresh_self) == []


@pytest.mark.parametrize("name", CASES)
def test_a_chat_exported_again_keeps_its_records_though_every_import_is_cut_off_twice(
    name: str, tmp_path: Path, fresh_self: Self, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "PIECE", 3)
    rng = random.Random(name)
    for number, step in enumerate(steps_of(name)):
        for before in step.before:
            _decide(fresh_self, before)
        path = write(step.export, tmp_path / str(number))
        for _ in range(2):
            with monkeypatch.context() as patch, contextlib.suppress(Cut):
                cut_off(patch, rng.randrange(2, 60))
                import_path(fresh_self, path, Options(me=step.me, zone=step.read_zone))
        import_path(fresh_self, path, Options(me=step.me, zone=step.read_zone))
    assert _compare(name, CASES[name], fresh_self) == []
    with open_view(fresh_self, "list") as view:
        assert all(one.finished for one in view.history.imports())


class Cut(BaseException):
    """Ends an import as a kill does: what was not stored yet is lost."""


def cut_off(patch: pytest.MonkeyPatch, after: int) -> None:
    """Let the next import end after so many drafts."""
    put, seen = ImportRun.put_record, iter(range(after))

    def putting(self: ImportRun, draft: RecordDraft, blob_of: BlobOf) -> Outcome:
        if next(seen, None) is None:
            raise Cut
        return put(self, draft, blob_of)

    patch.setattr(ImportRun, "put_record", putting)


def _as_expected(counts: dict[str, int], step: Step) -> bool:
    wanted = step.expected
    more = counts["changed"] - wanted["changed"]
    return counts == {**wanted, "changed": wanted["changed"] + more, "same": wanted["same"] - more} and (
        0 <= more <= step.leeway
    )


def _decide(self_: Self, decision: list[Any]) -> None:
    """What a person does between two imports, by the same calls as the commands."""
    what, *values = decision
    if what in ("forget record", "correct"):
        with open_view(self_, "retrieve") as view:
            record = list(view.records())[values[0] - 1]
        with Archive.writing(self_) as archive:
            if what == "correct":
                archive.correct(record.id, values[1])
            else:
                archive.forget([record.id])
        return
    with Archive.writing(self_) as archive:
        contacts = [one for name in values for one in archive.contacts.named(name)]
        assert len(contacts) == len(values), values
        if what == "forget contact":
            archive.forget([], contact=contacts[0])
            return
        with archive.transaction():
            if what == "merge":
                archive.contacts.merge(contacts)
            else:
                assert what == "exclude"
                archive.people.exclude(contacts[0].id)


def _records(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "retrieve") as view:
        return list(view.records())


def _compare(name: str, case: dict[str, Any], self_: Self) -> list[str]:
    told = _included(case, self_)
    excluded = case.get("excluded", [])
    wanted = {
        chat: [one for one in rows if one.who not in excluded] for chat, rows in wanted_of(name).items()
    }
    records = _records(self_)
    threads = list(dict.fromkeys(one.thread for one in records))
    if len(threads) != case.get("threads", 1):
        return [*told, f"{len(threads)} threads"]
    who: dict[str, set[int | None]] = {}
    for thread, rows in zip(threads, wanted.values(), strict=True):
        found = [one for one in records if one.thread == thread]
        if len(found) != len(rows):
            told.append(f"{len(found)} records, should be {len(rows)}")
        for place, (record, row) in enumerate(zip(found, rows, strict=False), 1):
            told += _differences(place, record, row, case.get("owner", "Ida"))
            who.setdefault(row.who, set()).add(_contact(self_, record))
    return told + _mixed(who, case.get("together", [])) + _kept_photos(case, records)


def _differences(place: int, record: ViewRecord, row: Wanted, owner: str) -> list[str]:
    told = []
    if row.text is not None and record.text != row.text:
        told.append(f"record {place} is {record.text!r}, should be {row.text!r}")
    if record.deleted != row.deleted or (row.deleted and record.text):
        told.append(f"record {place}: deleted {record.deleted}, {record.text!r}")
    if (row.who == "*") != (record.kind == "system"):
        told.append(f"record {place} is a {record.kind}")
    if row.who != "*" and record.is_owner is not (row.who == owner):
        told.append(f"record {place} of {row.who}: is_owner {record.is_owner}")
    return told


_PEOPLE: dict[str, dict[int, int]] = {}


def _contact(self_: Self, record: ViewRecord) -> int | None:
    known = _PEOPLE.setdefault(str(self_.path), {})
    if record.author is not None and record.author not in known:
        with open_view(self_, "retrieve") as view:
            known.update({one.identity: one.contact for one in view.people()})
    return None if record.author is None else known[record.author]


def _mixed(who: dict[str, set[int | None]], together: list[list[str]]) -> list[str]:
    """People who became several contacts, or several who became one without being told so."""
    told = [f"{name} is {len(found)} contacts" for name, found in who.items() if len(found) != 1]
    for one in who:
        for other in who:
            merged = any({one, other} <= set(pair) for pair in together)
            if one < other and "*" not in (one, other) and bool(who[one] & who[other]) != merged:
                told.append(f"{one} and {other} are {'two' if merged else 'one'}")
    return told


def _kept_photos(case: dict[str, Any], records: list[ViewRecord]) -> list[str]:
    present = sum(photo.state == "present" for one in records for photo in one.attachments)
    return [] if present == case.get("present", 0) else [f"{present} photos"]


def _included(case: dict[str, Any], self_: Self) -> list[str]:
    """Whether those who were excluded still are, under whatever name."""
    if not case.get("excluded"):
        return []
    with Archive.writing(self_) as archive:
        out = [one for one in archive.contacts.all() if one.excluded]
    return [] if len(out) == len(case["excluded"]) else [f"excluded: {len(out)} contacts"]


def test_each_row_of_the_matrix_adds_up() -> None:
    for name in CASES:
        for step in steps_of(name):
            assert sum(step.expected.values()) == len(step.lines), name
