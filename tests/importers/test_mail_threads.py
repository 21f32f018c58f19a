"""A chain of mails is one thread, whichever of their names each one tells and in whatever order they come."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest
from mail_maker import mail, mbox

from afterself.archive.labels import Subjects
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.importers.ingest import import_path
from afterself.policy import ViewRecord, open_view


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    return Self.create(tmp_path / "self", name="Eva", right="mine", allow=("archive", "train"))


def at(minute: int) -> str:
    return f"Tue, 12 Mar 2024 18:{minute:02}:00 +0100"


CHAIN = {
    "a": mail("a", "shall we sail?\n", date=at(1)),
    "b": mail("b", "yes, on Sunday\n", date=at(2), in_reply_to="<a@example.org>"),
    "c": mail("c", "at ten?\n", date=at(3), in_reply_to="<b@example.org>"),
    "d": mail("d", "at nine\n", date=at(4), references="<b@example.org> <c@example.org>"),
}


def add(self_: Self, name: str, *mails: bytes) -> None:
    path = self_.path.parent / name
    path.write_bytes(mbox(*mails))
    import_path(self_, path)


def shown(self_: Self) -> list[ViewRecord]:
    with open_view(self_, "retrieve") as view:
        return list(view.records())


@pytest.mark.parametrize("order", list(itertools.permutations("abcd")), ids="".join)
def test_a_chain_of_answers_is_one_thread_in_any_order_of_arrival(
    order: tuple[str, ...], self_: Self, tmp_path: Path
) -> None:
    for name in order:
        add(self_, f"box-{name}", CHAIN[name])
    records = shown(self_)
    assert [record.text for record in records] == ["shall we sail?", "yes, on Sunday", "at ten?", "at nine"]
    assert len({record.thread for record in records}) == 1
    ids = {record.text: record.id for record in records}
    assert [record.reply_to for record in records] == [
        None, ids["shall we sail?"], ids["yes, on Sunday"], ids["at ten?"],
    ]  # fmt: skip


def test_one_import_and_many_mint_the_same_ids(self_: Self, tmp_path: Path) -> None:
    add(self_, "all", *(CHAIN[name] for name in "cadb"))
    keys = {record.text: record.source_key for record in shown(self_)}
    other = Self.create(tmp_path / "other" / "self", name="Eva", right="mine", allow=("archive",))
    for name in "bdca":
        add(other, f"box-{name}", CHAIN[name])
    assert {record.text: record.source_key for record in shown(other)} == keys
    assert keys["at ten?"] == "mail/-/b@example.org/c@example.org"  # as the mail alone tells it


def test_the_same_box_again_changes_nothing(self_: Self, tmp_path: Path) -> None:
    path = tmp_path / "all"
    path.write_bytes(mbox(*(CHAIN[name] for name in "dcba")))
    import_path(self_, path)
    before = shown(self_)
    again = import_path(self_, path)
    assert (again.new, again.changed, again.same) == (0, 0, 4)
    assert shown(self_) == before


def test_two_answers_to_a_mail_that_is_not_there_are_one_thread_with_its_own_answers(self_: Self) -> None:
    add(self_, "one", mail("x", "first\n", date=at(1), in_reply_to="<gone@example.org>"))
    add(self_, "two", mail("y", "second\n", date=at(2), references="<root@example.org> <gone@example.org>"))
    add(self_, "three", mail("z", "third\n", date=at(3), in_reply_to="<root@example.org>"))
    assert len({record.thread for record in shown(self_)}) == 1


def test_a_copy_that_lost_what_it_answers_is_the_same_mail(self_: Self) -> None:
    add(self_, "whole", CHAIN["a"], CHAIN["b"])
    add(self_, "stripped", mail("b", "yes, on Sunday\n", date=at(2)), mail("n", "something else\n"))
    assert sorted(record.text for record in shown(self_)) == [
        "shall we sail?", "something else", "yes, on Sunday",
    ]  # fmt: skip


def test_a_copy_that_lost_what_it_answers_is_the_same_mail_also_where_it_came_first(self_: Self) -> None:
    add(self_, "stripped", mail("b", "yes, on Sunday\n", date=at(2)))
    first = shown(self_)[0].id
    add(self_, "whole", CHAIN["a"], CHAIN["b"], CHAIN["c"])
    records = shown(self_)
    assert [record.text for record in records] == ["shall we sail?", "yes, on Sunday", "at ten?"]
    assert records[1].id == first and len({record.thread for record in records}) == 1


def test_other_subjects_and_strangers_stay_threads_of_their_own(self_: Self) -> None:
    add(self_, "all", *CHAIN.values(), mail("s", "shall we sail?\n", date=at(9)))
    assert len({record.thread for record in shown(self_)}) == 2


def test_what_was_released_or_waits_stays_so_where_threads_grow_together(self_: Self) -> None:
    add(self_, "one", CHAIN["a"])
    add(self_, "two", CHAIN["c"])
    (a, c) = shown(self_)
    with Archive.writing(self_) as archive, archive.transaction():
        archive.labels.add(Subjects(threads=(c.thread,)), "family")
        archive.labels.hold_back(Subjects(threads=(a.thread,)), date(2001, 1, 1))
    add(self_, "three", CHAIN["b"])
    with Archive.writing(self_) as archive:
        db = archive._db
        labelled = list(db.execute("SELECT record.source_key, value FROM label JOIN record ON row = record"))
        waits = list(db.execute("SELECT name FROM thread_label"))
    assert labelled == [("mail/-/b@example.org/c@example.org", "family")]
    assert waits == [("not_before",)]
