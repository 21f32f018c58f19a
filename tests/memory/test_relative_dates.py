"""Times that count from a day: which stretch a question means, and that it brings what was said then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterself.memory.ask import Memory
from afterself.memory.dates import dates_in
from afterself.memory.periods import clause_of, period_of
from afterself.memory.relative_dates import spans_in
from afterself.policy import open_view
from tests.memory.archives import found, said, store

TODAY = date(2021, 5, 12)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did you do last summer?", "2020-06-01", "2020-09-01"),
        ("Were you ill last winter?", "2020-12-01", "2021-03-01"),
        ("What happened this spring?", "2021-03-01", "2021-06-01"),
        ("Where did you live in the summer of 1969?", "1969-06-01", "1969-09-01"),
        ("What did you do in winter 2013?", "2013-12-01", "2014-03-01"),
        ("Was war im Frühling 2013?", "2013-03-01", "2013-06-01"),
        ("What did you say last year?", "2020-01-01", "2021-01-01"),
        ("What did you say last month?", "2021-04-01", "2021-05-01"),
        ("What did you say last week?", "2021-05-03", "2021-05-10"),
        ("What did Ben say yesterday?", "2021-05-11", "2021-05-12"),
        ("Was hast du gestern gekocht?", "2021-05-11", "2021-05-12"),
        ("Wo warst du letzten Sommer?", "2020-06-01", "2020-09-01"),
        ("What did you buy two days ago?", "2021-05-09", "2021-05-12"),
    ],
)
def test_a_relative_time_is_a_stretch_before_the_day_of_asking(question: str, since: str, until: str) -> None:
    [span] = dates_in(question, TODAY).spans
    assert (span.since.date().isoformat(), span.until.date().isoformat()) == (since, until)


@pytest.mark.parametrize(
    ("count", "year"), [("two years ago", 2019), ("ten years ago", 2011), ("vor drei Jahren", 2018)]
)
def test_years_ago_reach_further_the_longer_ago_they_are(count: str, year: int) -> None:
    [span] = dates_in(f"What happened {count}?", TODAY).spans
    assert span.holds(datetime(year, 5, 12, tzinfo=UTC), "day")
    assert not span.holds(datetime(2021, 5, 12, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    "question", ["At last the summer came", "the last word", "a long time ago", "lasting weeks"]
)
def test_other_words_are_no_time(question: str) -> None:
    assert spans_in(question, TODAY) == ((), frozenset())


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["summer", "winter", "month", "week", "year"]),
)
def test_the_last_one_of_anything_ended_before_today(today: date, what: str) -> None:
    [span] = spans_in(f"last {what}", today)[0]
    assert span.since < span.until <= datetime(today.year, today.month, today.day, tzinfo=UTC)


def test_the_last_summer_of_an_old_diary_is_the_last_one_in_it(tmp_path: Path) -> None:
    lines = [
        said(1, "we sailed to the island", time="1986-07-09T09:00:00"),
        said(2, "we sailed to the lighthouse", time="1983-07-09T09:00:00"),
        said(3, "nothing but snow", time="1987-01-09T09:00:00"),
    ]
    with open_view(store(tmp_path / "self", lines), "retrieve") as view:
        for today in (date(2026, 1, 1), date(2030, 8, 1)):
            answer = Memory(view, today).ask("Where did we sail last summer?")
            assert found(answer)[0] == "s1"


def test_a_period_of_a_life_is_when_the_archive_speaks_of_it(tmp_path: Path) -> None:
    university = [
        said(
            n, f"another lecture at university, number {n}", time=f"{2010 + n // 4}-0{n % 9 + 1}-02T09:00:00"
        )
        for n in range(1, 9)
    ]
    lines = [
        *university,
        said(20, "we rent a flat by the harbour", time="2011-03-01T09:00:00"),
        said(21, "we rent a flat by the harbour", time="2019-03-01T09:00:00"),
        said(22, "the university sent a letter", time="2020-03-01T09:00:00"),
    ]
    with open_view(store(tmp_path / "self", lines), "retrieve") as view:
        memory = Memory(view)
        assert found(memory.ask("Which flat did you rent when you were at university?"))[0] == "s20"


@pytest.mark.parametrize(
    "question", ["When did you rent it?", "Do you know when", "when I was young, what did I eat?"]
)
def test_a_question_about_when_names_no_period(question: str) -> None:
    assert clause_of(question) == ""


def test_scattered_or_few_records_are_no_period() -> None:
    days = [datetime(year, 1, 1, tzinfo=UTC) for year in (1990, 2000, 2010, 2020)]
    assert period_of(days) is None
    assert period_of(days[:2]) is None
