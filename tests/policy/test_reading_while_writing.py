"""Who reads is never disturbed by who writes, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from afterself.archive.store import Archive
from afterself.home.folder import Self
from afterself.policy import open_view

Said = Callable[..., Any]
Store = Callable[..., Any]


def test_a_reader_in_the_middle_of_a_thread_sees_it_as_it_was_and_a_writer_need_not_wait(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*(said(f"word {n}", native_id=str(n)) for n in range(200)))
    with open_view(fresh_self, "train") as view:
        reading = view.records()
        first = next(reading)
        store(*(said(f"word {n}", native_id=str(n), deleted=n > 0) for n in range(0, 200, 2)))
        with Archive.writing(fresh_self) as archive:
            archive.bury([first.id])
        rest = list(reading)
        assert [record.text for record in (first, *rest)] == [f"word {n}" for n in range(200)]
        now = list(view.records())
    assert [record.text for record in now if not record.deleted] == [f"word {n}" for n in range(1, 200, 2)]


def test_what_a_writer_has_not_finished_nobody_sees(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("kept"))
    with open_view(fresh_self, "retrieve") as view, Archive.writing(fresh_self) as archive:
        (kept,) = view.records()
        with archive.transaction():
            archive.bury([kept.id])
            assert [record.text for record in view.records()] == ["kept"]
            assert view.match("kept", 9) != []
        assert list(view.records()) == []
        assert view.match("kept", 9) == []
