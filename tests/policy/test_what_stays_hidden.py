"""What is hidden stays hidden where it has no date of its own, and where another source has it, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from afterself.archive.audiences import Rules
from afterself.archive.drafts import ThreadDraft
from afterself.archive.keys import microseconds
from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.policy import open_view

DAY = datetime(2020, 2, 1, tzinfo=UTC)


def texts(self_: Self, *view: Any) -> list[str]:
    with open_view(self_, *view) as opened:
        return [record.text for record in opened.records()]


def test_an_undated_record_among_dated_ones_passes_no_span_and_counts_as_objected_to(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    store(
        ThreadDraft("t", "T", "group"),
        said("early", "Ben", "2020-01-01T10:00"),
        said("undated", "Ben"),
        said("late", "Ben", "2020-03-01T10:00"),
        me=["Anna"],
    )
    with Archive.writing(fresh_self) as archive, archive.transaction():
        archive.audiences.add("before", Rules(until=microseconds(DAY)))
        archive.audiences.add("after", Rules(since=microseconds(datetime(2019, 1, 1, tzinfo=UTC))))
    assert texts(fresh_self, "quote", "before") == ["early"]
    assert texts(fresh_self, "quote", "after") == ["early", "late"]
    assert texts(fresh_self, "quote", "owner", DAY) == ["early"]
    with Archive.writing(fresh_self) as archive, archive.transaction():
        ben = next(one for one in archive.contacts.all() if one.name == "Ben")
        revisions = [(record, 1) for record in archive.records_of(ben)]
        archive.register_artifact("weights", "weights/w", revisions[1:2], {})
        assert archive.objections.add(ben, ["retrieve", "train"], microseconds(DAY)) >= 1
    assert texts(fresh_self, "retrieve") == ["early"]


def test_what_an_excluded_person_said_is_hidden_in_every_source_that_has_it(
    fresh_self: Self, said: Callable[..., Any], store: Callable[..., Any]
) -> None:
    text = "The lighthouse keeper counted seventeen ships before breakfast, did you know?"
    for source in ("whatsapp", "telegram"):
        store(said(text, "Ben", "2020-01-01T10:00"), said("no", "Anna"), source=source, me=["Anna"])
    with Archive.writing(fresh_self) as archive, archive.transaction():
        ben, other = archive.contacts.named("Ben")
        assert ben.id != other.id
        archive.people.exclude(ben.id)
    for purpose in ("retrieve", "quote", "train"):
        assert set(texts(fresh_self, purpose)) == {"no"}
    assert texts(fresh_self, "list").count(text) == 2
