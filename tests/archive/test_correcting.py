"""The owner's corrections: they stay, they can be taken back, and nobody else's words become the owner's."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.archive.correcting import carried
from afterself.archive.drafts import RecordDraft, Span, ThreadDraft
from afterself.archive.store import Archive
from afterself.errors import ArchiveError
from afterself.home.folder import Self
from afterself.policy import open_view
from afterself.policy.view import ViewRecord

Said = Callable[..., RecordDraft]
Store = Callable[..., Counter[str]]


def only(self_: Self) -> ViewRecord:
    with open_view(self_, "list") as view:
        (record,) = view.records()
    return record


def found(self_: Self, words: str) -> list[str]:
    with open_view(self_, "list") as view:
        return [id for id, _ in view.match(words, 10)]


def correct(self_: Self, text: str, why: str | None = None) -> Any:
    with Archive.writing(self_) as archive:
        return archive.correct(only(self_).id, text, why)


def undo(self_: Self) -> Any:
    with Archive.writing(self_) as archive:
        return archive.undo_correction(only(self_).id)


def test_a_correction_shows_and_is_found_and_the_old_words_are_not(
    fresh_self: Self, store: Store, said: Said
) -> None:
    store(said("the lighthouse burnt", native_id="1"), me=["Anna"])
    assert correct(fresh_self, "the greenhouse burnt", "misheard").changed
    assert only(fresh_self).own_text == "the greenhouse burnt"
    assert found(fresh_self, "greenhouse") and not found(fresh_self, "lighthouse")
    with open_view(fresh_self, "list") as view:
        history = view.history.of(only(fresh_self).id)
    assert history is not None
    assert [(one.why, one.current, one.note) for one in history.revisions] == [
        ("import", False, None),
        ("correction", True, "misheard"),
    ]


def test_a_later_import_does_not_undo_a_correction_and_taking_it_back_shows_the_newest_export(
    fresh_self: Self, store: Store, said: Said
) -> None:
    store(said("one", native_id="1"))
    correct(fresh_self, "mine")
    assert store(said("one", native_id="1"))["same"] == 1
    assert store(said("two", native_id="1"))["changed"] == 1
    assert only(fresh_self).text == "mine"
    correct(fresh_self, "mine again")
    undo(fresh_self)
    assert only(fresh_self).text == "mine"
    undo(fresh_self)
    assert only(fresh_self).text == "two"
    assert found(fresh_self, "two") and not found(fresh_self, "mine")
    with pytest.raises(ArchiveError, match="no correction"):
        undo(fresh_self)


def test_the_same_text_is_no_correction_and_an_empty_one_is_refused(
    fresh_self: Self, store: Store, said: Said
) -> None:
    store(said("one"))
    assert not correct(fresh_self, "one").changed
    with pytest.raises(ArchiveError, match="empty"):
        correct(fresh_self, " ")


def test_the_change_log_holds_no_word_of_a_correction(fresh_self: Self, store: Store, said: Said) -> None:
    store(said("one"))
    correct(fresh_self, "zanzibar", "quagga")
    with Archive.writing(fresh_self) as archive:
        told = str([dataclasses.asdict(one) for one in archive.change_log()])
    assert "record corrected" in told
    assert "zanzibar" not in told and "quagga" not in told


def test_what_was_quoted_stays_quoted_when_the_owner_corrects_a_word_of_theirs(
    fresh_self: Self, store: Store, said: Said
) -> None:
    text = "> when do you come?\nat sicks"
    store(said(text, spans=(Span(0, 19, "quoted"),)), me=["Anna"])
    correct(fresh_self, "> when do you come?\nat six, dear")
    assert only(fresh_self).own_text.strip() == "at six, dear"


def test_an_export_of_other_wording_finds_a_corrected_record_again(
    fresh_self: Self, store: Store, said: Said
) -> None:
    lines = [f"a rather long line of talk, the {word}" for word in ("first", "second", "third", "fourth")]
    one = [said(text, "Ben" if n % 2 else "Anna", f"2020-01-01T10:0{n}") for n, text in enumerate(lines)]
    store(*one)
    with open_view(fresh_self, "list") as view:
        id = next(record.id for record in view.records() if "second" in record.text)
    with Archive.writing(fresh_self) as archive:
        archive.correct(id, "something else entirely")
    later = [draft._replace(raw=b"12h " + draft.raw) for draft in one]
    with Archive.writing(fresh_self) as archive, archive.transaction():
        run = archive.begin_import("generic", importer="test", version="1")
        run.scout(later)
        run.upsert_thread(ThreadDraft("t", "t", "direct"))
        outcomes = [run.put_record(draft) for draft in later]
        run.finish_import()
    assert outcomes == ["same"] * 4


@given(st.text("ab >\n", max_size=30), st.text("ab >\n", max_size=30), st.data())
def test_carried_spans_lie_in_the_new_text(old: str, new: str, data: st.DataObject) -> None:
    if not old:
        return
    begin = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(begin + 1, len(old)))
    for start, stop, kind, _ in carried([(begin, end, "quoted", None)], old, new):
        assert 0 <= start < stop <= len(new) and kind == "quoted"
    assert carried([(begin, end, "quoted", None)], old, old) == [(begin, end, "quoted", None)]
