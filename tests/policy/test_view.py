from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from afterself.archive.drafts import Attachment, Person, Span, ThreadDraft
from afterself.archive.store import Archive
from afterself.errors import NotAllowed, UsageError
from afterself.home.folder import Self
from afterself.policy import ViewRecord, open_view
from afterself.policy.words import OWN_KINDS, own_spans_text

Said = Callable[..., Any]
Store = Callable[..., Any]


def records(self_: Self, purpose: Any = "retrieve", **limits: Any) -> list[ViewRecord]:
    with open_view(self_, purpose) as view:
        return list(view.records(**limits))


def exclude(self_: Self, name: str, excluded: bool = True) -> None:
    with Archive.writing(self_) as archive, archive.transaction():
        for identity in archive.people.find(name):
            archive.people.exclude(identity.contact, excluded)


def test_a_record_is_shown_with_everything_the_export_said(
    fresh_self: Self, said: Said, store: Store
) -> None:
    photo = Attachment("a.jpg", "missing", "image/jpeg", 12, None)
    store(
        ThreadDraft("t", "Family", "group"),
        said("are you coming?", Person("+1", "Ben"), "2020-01-01T10:00:00", native_id="1"),
        said("yes", at="2020-01-01T10:01:00", native_id="2", reply_to="1", attachments=(photo,)),
        me=["Anna"],
        source="whatsapp",
    )
    first, second = records(fresh_self)
    assert first.author_name == "Ben"
    assert (first.is_owner, first.own_text) == (False, "")
    assert second == ViewRecord(
        id=second.id, source_key="whatsapp/-/t/2", source="whatsapp", thread=first.thread,
        thread_title="Family",
        thread_kind="group", author=second.author, author_name="Anna", is_owner=True, kind="message",
        said_at=datetime(2020, 1, 1, 10, 1, tzinfo=UTC), precision="second", reply_to=first.id, text="yes",
        own_text="yes", words="yes", said="yes", revision=1, position=1, deleted=False, attachments=(photo,),
        row=second.row,
    )  # fmt: skip
    with open_view(fresh_self, "retrieve") as view:
        assert view.record(second.id) == second
        assert view.record("no such id") is None
        assert list(view.many([second.id, "\ud800", first.id, "x"]).values()) == [second, first]
        assert view.by_rows([second.row, 99, first.row]) == [second, first]
        assert view.owner_name() == "Anna"


def test_a_purpose_that_was_not_declared_gets_no_view(tmp_path: Path) -> None:
    self_ = Self.create(tmp_path / "s", name="A", right="consent", allow=("archive",))
    with pytest.raises(NotAllowed):
        open_view(self_, "train")
    open_view(self_, "quote").close()


def test_nothing_is_shown_to_an_audience_that_nothing_was_released_for(fresh_self: Self) -> None:
    with pytest.raises(NotAllowed, match="colleagues"):
        open_view(fresh_self, "retrieve", "colleagues")


def test_a_purpose_nobody_knows_is_refused(fresh_self: Self) -> None:
    with pytest.raises(UsageError):
        open_view(fresh_self, "sell")  # type: ignore[arg-type]


@pytest.mark.parametrize("purpose", ["retrieve", "train", "quote"])
def test_an_excluded_contact_is_seen_by_no_view_but_the_list(
    fresh_self: Self, said: Said, store: Store, purpose: Any
) -> None:
    store(said("mine"), said("theirs word", "Ben"), said("sys", None, kind="system"), me=["Anna"])
    theirs = next(record for record in records(fresh_self) if record.author_name == "Ben")
    exclude(fresh_self, "Ben")
    assert [record.text for record in records(fresh_self, purpose)] == ["mine", "sys"]
    with open_view(fresh_self, purpose) as view:
        assert view.record(theirs.id) is None
        assert view.match("theirs", 9) == []
        assert [person.name for person in view.people()] == ["Anna"]
        (thread,) = view.threads()
        assert (thread.records, [person.name for person in thread.participants]) == (2, ["Anna"])
        mine = records(fresh_self, purpose)[0]
        (beside,) = view.retrieval.around([mine.id], 5, 5)
        assert [record.text for record in beside] == ["mine", "sys"]
    assert len(records(fresh_self, "list")) == 3
    exclude(fresh_self, "Ben", excluded=False)
    assert len(records(fresh_self, purpose)) == 3


@pytest.mark.parametrize("kind", ["message", "system", "reaction", "commit", "call", "document", "memory"])
def test_own_words_are_only_of_the_kinds_that_are_speech_or_writing(
    fresh_self: Self, said: Said, store: Store, kind: str
) -> None:
    store(said("words", kind=kind), me=["Anna"])
    (record,) = records(fresh_self)
    assert record.own_text == ("words" if kind in OWN_KINDS else "")


def test_what_is_quoted_pasted_signed_or_forwarded_is_not_own(
    fresh_self: Self, said: Said, store: Store
) -> None:
    text = "> hello\nmy answer\n-- \nAnna"
    store(
        said(
            text, native_id="1", spans=(Span(0, 8, "quoted"), Span(18, 26, "signature"), Span(8, 17, "own"))
        ),
        said("not mine", native_id="2", forwarded_from="Ben"),
        said("<Media omitted>", native_id="3", spans=(Span(0, 15, "placeholder"),)),
        me=["Anna"],
    )
    assert [record.own_text for record in records(fresh_self)] == ["my answer", "", ""]
    assert records(fresh_self)[0].text == text


spans = st.lists(
    st.tuples(
        st.integers(0, 20), st.integers(0, 20), st.sampled_from(["own", "quoted", "code", "placeholder"])
    )
)


@given(st.text(max_size=20), spans)
def test_own_text_is_exactly_the_characters_no_foreign_span_covers(
    text: str, drawn: list[tuple[int, int, str]]
) -> None:
    fitting = [(b, e, kind) for b, e, kind in drawn if b < e <= len(text)]
    foreign = {n for b, e, kind in fitting if kind != "own" for n in range(b, e)}
    assert own_spans_text(text, fitting) == "".join(c for n, c in enumerate(text) if n not in foreign).strip()


def test_records_are_limited_by_time_and_thread(fresh_self: Self, said: Said, store: Store) -> None:
    store(
        said("a", at="2020-01-01T00:00:00"),
        said("b", at="2020-01-02T00:00:00"),
        said("untimed after b"),
        said("c", at="2020-01-03T00:00:00"),
        said("elsewhere", thread="u", at="2020-01-02T00:00:00"),
        said("never", thread="v"),
    )
    second = datetime(2020, 1, 2, tzinfo=UTC)
    texts = [record.text for record in records(fresh_self, since=second, until=second + timedelta(days=1))]
    assert texts == ["b", "untimed after b", "elsewhere"]
    berlin = datetime(2020, 1, 2, 1, tzinfo=timezone(timedelta(hours=1)))
    assert records(fresh_self, since=berlin) == records(fresh_self, since=datetime(2020, 1, 2))
    with open_view(fresh_self, "list") as view:
        threads = {one.key: one for one in view.threads()}
        assert [record.text for record in view.records(thread=threads["u"].id)] == ["elsewhere"]
        assert list(view.records(thread="no such thread")) == []
    assert (threads["t"].first, threads["t"].last) == (
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 3, tzinfo=UTC),
    )
    assert (threads["v"].first, threads["v"].records) == (None, 1)


def test_years_long_past_are_kept(fresh_self: Self, said: Said, store: Store) -> None:
    store(said("Blessed be God", at="1660-01-01T00:00:00", precision="day"))
    assert records(fresh_self)[0].said_at == datetime(1660, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("timed", [True, False])
def test_neighbours_are_the_lines_around_a_record(
    fresh_self: Self, said: Said, store: Store, timed: bool
) -> None:
    at = "2020-01-01T10:00:00" if timed else None
    store(*(said(str(n), at=at) for n in range(9)), said("other", thread="u", at=at))
    texts = {record.text: record.id for record in records(fresh_self)}
    with open_view(fresh_self, "retrieve") as view:
        middle, first = view.retrieval.around([texts["4"], texts["0"]], 2, 3)
        assert [r.text for r in middle] == ["2", "3", "4", "5", "6", "7"]
        assert [r.text for r in first] == ["0", "1", "2", "3"]
        assert view.retrieval.around(["nobody"], 1, 1) == []


def test_matches_come_best_first_and_score_higher_when_better(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("the boat trip"), said("boats, boats and more boat"), said("train"), said("Überfahrt"))
    with open_view(fresh_self, "retrieve") as view:
        found = view.match("boat", 10)
        assert [view.many([id])[id].text for id, _ in found] == [
            "boats, boats and more boat",
            "the boat trip",
        ]
        assert found[0][1] > found[1][1] > 0
        assert len(view.match("boat", 1)) == 1
        assert len(view.match("boat OR train", 10)) == 3
        assert view.match('"trip boat"', 10) == []
        assert len(view.match("uberfahrt", 10)) == 1


@given(st.text(max_size=60))
@example('"')
@example("a AND")
@example("text:x OR col:y")
@example("NEAR(")
@example("*")
@example("\0")
@example("a\0b \ud800 😀")
@example("(" * 600)
@example("why didn't you come?")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_text_breaks_the_search(fresh_self: Self, query: str) -> None:
    with open_view(fresh_self, "retrieve") as view:
        assert view.match(query, 5) == []


def test_a_question_that_is_no_query_is_searched_for_its_words(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(said("I didn't come, the train was late"), said("nothing here"))
    with open_view(fresh_self, "retrieve") as view:
        assert len(view.match("why didn't you come?", 5)) == 1
        assert len(view.match('"come (AND', 5)) == 1


def test_a_view_reads_on_while_something_is_being_imported(
    fresh_self: Self, said: Said, store: Store
) -> None:
    store(*(said(f"old {n}") for n in range(50)))
    with open_view(fresh_self, "retrieve") as view:
        reading = view.records()
        first = next(reading)
        store(*(said(f"new {n}") for n in range(50)))
        assert first.text == "old 0"
        assert [record.text for record in reading] == [f"old {n}" for n in range(1, 50)]
        assert len(list(view.records())) == 100
