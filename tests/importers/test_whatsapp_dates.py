"""Dates and clocks of WhatsApp chats are read as the phone meant them, in whatever language it wrote them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest


@pytest.mark.parametrize(
    "header",
    [
        "13/01/2020, 21:05 - ", "13/01/2020 21:05 - ", "1/13/20, 9:05 PM - ", "1/13/20, 9:05\u202fPM - ",
        "1/13/20, 9:05\u2009PM - ",
        "1/13/20, 9:05 p.\u00a0m. - ", "13.01.20, 21:05 - ", "13.1.2020 21:05 – ", "2020-01-13, 21:05 - ",
        "13/01/2020 à 21:05 - ", "13-01-2020 21:05 - ", "[13/01/20, 21:05:00] ", "[13/01/2020 21:05:00] ",
        "[1/13/20, 9:05:00\u202fPM] ", "[2020-01-13, 9:05:00 PM] ", "[13.01.20, 21:05:00] ",
        "[13/01/20 21:05] ","\u200e[13/01/20, 21:05:00] ", "13. 1. 2020 21:05 - ",
    ],
)  # fmt: skip
def test_every_common_header_tells_the_same_minute(chat, header):
    found = chat(f"{header}Anna: one\n{header}Ben: two\nmore\n")
    assert found.lines == [("Anna", "one"), ("Ben", "two\nmore")]
    assert {r.said_at for r in found.records} == {datetime(2020, 1, 13, 21, 5, tzinfo=UTC)}
    assert found.problems == []


def test_the_order_that_keeps_the_file_sorted_is_taken(chat):
    # As day/month: 11 December, then back to 12 January of the same year. As month/day: November, December.
    month_first = "11/12/20, 09:00 - Anna: a\n12/01/20, 09:00 - Ben: b\n12/02/20, 09:00 - Anna: c\n"
    found = chat(month_first)
    assert [r.said_at.month for r in found.records] == [11, 12, 12]
    assert found.problems == []


def test_dates_that_stay_open_are_assumed_by_the_clock_and_that_is_said(chat):
    assert "month/day is assumed" in chat("3/4/21, 9:00 AM - Anna: a\n").warnings[0]
    day_first = chat("3/4/21, 09:00 - Anna: a\n")
    assert day_first.records[0].said_at.month == 4
    assert "day/month is assumed" in day_first.warnings[0]


@pytest.mark.parametrize("clock", ["9:00 am", "9:00 a. m.", "9:00 ص", "9:00 पूर्वाह्न", "上午9:00"])
def test_only_a_clock_of_america_puts_the_month_first_where_dates_stay_open(chat, clock):
    found = chat(f"3/4/21, {clock} - Anna: a\n")
    assert (found.records[0].said_at.month, found.records[0].said_at.hour) == (4, 9)
    assert "day/month is assumed" in found.warnings[0]


@pytest.mark.parametrize(
    "header",
    [
        "13/1/2021, 2:05 PTG - ", "[13/1/2021, 2:05:00 PTG] ", "13.1.21, 2:05 e pasdites - ",
        "13.01.21 г., 2:05 сл.об. - ", "13.01.21, 14:05 ч. - ", "13.01.21, 2:05 пп - ",
        "13.1.21. 2:05 po podne - ", "13.1.21. 2:05 по подне - ", "13.1.21, 2:05 попладне - ",
        "13.01.21, 2:05 pēcp. - ", "2021-01-13 2:05 popiet - ", "2021/01/13, 2:05 nm. - ",
        "13.1.2021, 2:05 אחה\"צ - ", "13/1/21, 2:05 μμ - ", "13/1/21, 2:05 ਬਾ.ਦੁ. - ",
        "2021-01-13 ප.ව. 2:05 - ",
        "13/1/2021, 2:05 ຫຼັງທ່ຽງ - ", "၁၃/၀၁/၂၁၊ ၁၄:၀၅ - ", "13/01/2021 2:05 ከሰዓት - ", "13/01/21, 2:05 TK - ",
        "2021-01-13 14 h 05 - ", "[2021-01-13, 14 h 05 min 00 s] ", "13.01.21, 14:05 Uhr - ",
    ],
)  # fmt: skip
def test_clocks_of_rarer_languages_tell_the_same_minute(chat, header):
    found = chat(f"{header}Anna: one\n{header}Ben: two\nmore\n")
    assert found.lines == [("Anna", "one"), ("Ben", "two\nmore")]
    assert {r.said_at for r in found.records} == {datetime(2021, 1, 13, 14, 5, tzinfo=UTC)}


@pytest.mark.parametrize(
    "date",
    ["29/2/2567", "29/2/67", "۱۴۰۲/۱۲/۱۰", "1402/12/10"],
    ids=["Thai", "Thai, short", "Persian", "digits"],
)
def test_years_of_the_buddhist_and_the_persian_calendar_are_read_as_what_they_are(chat, date):
    found = chat(f"{date} 14:05 - Anna: one\n")
    assert [r.said_at for r in found.records] == [datetime(2024, 2, 29, 14, 5, tzinfo=UTC)]


def test_every_day_of_the_persian_calendar_follows_the_one_before(chat):
    lengths = [*[31] * 6, *[30] * 5]
    days = [
        f"{year}/{month}/{day}"
        for year, leap in ((1399, 30), (1400, 29), (1403, 30), (1404, 29))
        for month, length in enumerate([*lengths, leap], 1)
        for day in range(1, length + 1)
    ]
    found = chat("".join(f"{day} 14:05 - Anna: {day}\n" for day in days))
    at = {record.text: record.said_at.date() for record in found.records}
    assert len(at) == len(days)
    assert (at["1399/12/30"].isoformat(), at["1400/1/1"].isoformat()) == ("2021-03-20", "2021-03-21")
    assert (at["1403/12/30"].isoformat(), at["1404/1/1"].isoformat()) == ("2025-03-20", "2025-03-21")
    steps = {(at[b] - at[a]).days for a, b in pairwise(days)}
    assert steps == {1, 2 * 365 + 1}  # and from 1400 to 1403


def test_the_date_order_option_decides_what_the_file_leaves_open(chat):
    found = chat("3/4/21, 09:00 - Anna: a\n", date_order="mdy")
    assert found.records[0].said_at.month == 3
    assert found.problems == []


def test_a_date_order_that_does_not_fit_the_file_is_not_followed_and_that_is_said(chat):
    found = chat("3/4/21, 09:00 - Anna: a\n25/4/21, 09:00 - Anna: b\n", date_order="mdy")
    assert [r.said_at.month for r in found.records] == [4, 4]
    assert "does not fit" in found.warnings[0]


def test_local_times_are_read_in_the_given_zone_also_when_the_clocks_go_back(chat):
    found = chat(
        "25/10/20, 01:30 - Anna: a\n25/10/20, 02:30 - Anna: b\n"
        "25/10/20, 02:10 - Anna: c\n25/10/20, 03:00 - Anna: d\n",
        zone="Europe/Berlin",
    )
    assert [r.said_at.strftime("%d %H:%M") for r in found.records] == [
        "24 23:30", "25 00:30", "25 01:10", "25 02:00",
    ]  # fmt: skip
    assert {r.zone for r in found.records} == {"Europe/Berlin"}
