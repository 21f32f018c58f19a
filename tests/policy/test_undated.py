"""Of what has no date nobody knows when it was said, whatever stands before it."""

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
