"""IRC logs of three programs: each trap is a test by name; a broken line harms no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView

OPENED = "--- Log opened Sat Mar 25 23:50:01 2023\n"


def read(path: Path, text: str | bytes, zone: str = "UTC") -> Read:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with SourceView.at(path) as source:
        return read_source(source, Options(zone=zone))


def test_each_line_is_in_an_encoding_of_its_own(tmp_path: Path) -> None:
    lines = OPENED.encode() + "23:51 <@a> für\n".encode() + "23:52 <+b> für\n".encode("cp1252")
    assert read(tmp_path / "#c.log", lines).lines == [("a", "für"), ("b", "für")]


def test_a_day_changes_and_a_log_is_opened_again(tmp_path: Path) -> None:
    text = OPENED + "23:59 < a> x\n--- Day changed Sun Mar 26 2023\n00:01 < a> y\n"
    text += "--- Log closed Sun Mar 26 03:05:00 2023\n--- Log opened Mon Apr  3 08:00:00 2023\n08:01 < a> z\n"
    assert [one.said_at for one in read(tmp_path / "#c.log", text).records] == [
        datetime(2023, 3, 25, 23, 59, tzinfo=UTC),
        datetime(2023, 3, 26, 0, 1, tzinfo=UTC),
        datetime(2023, 4, 3, 8, 1, tzinfo=UTC),
    ]


def test_an_hour_that_is_twice_goes_forward(tmp_path: Path) -> None:
    lines = [f"2021-10-31 {clock}\ta\tx" for clock in ("02:10:00", "02:50:00", "02:20:00", "03:00:00")]
    found = read(tmp_path / "irc.net.#c.weechatlog", "\n".join(lines), "Europe/Berlin")
    instants = [one.said_at for one in found.records if one.said_at]
    assert instants == sorted(instants) and len(set(instants)) == 4
    assert [one.title for one in found.threads] == ["#c"]


def test_what_looks_like_a_line_or_an_event_inside_a_text_stays_text(tmp_path: Path) -> None:
    text = (
        OPENED
        + "23:51 < a> 12:00 < b> quoted\n23:52 < a> -!- no event\n23:53 -!- b has quit [x]\n"
        + "23:54  * a waves\n"
    )
    found = read(tmp_path / "#c.log", text)
    assert found.lines == [("a", "12:00 < b> quoted"), ("a", "-!- no event"), ("a", "waves")]
    assert len(found.skipped) == 1


def test_codes_of_colours_are_no_part_of_what_was_said(tmp_path: Path) -> None:
    found = read(tmp_path / "#c.log", OPENED + "23:51 < a> \x02b\x02 \x0304,01red\x03 \x1dx\n")
    assert found.lines == [("a", "b red x")]


def test_znc_has_a_folder_for_each_channel_and_person(tmp_path: Path) -> None:
    for folder, day in (("#c", "2022-12-31"), ("#c", "2023-01-01"), ("ben", "2023-01-01")):
        path = tmp_path / "net" / folder / f"{day}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[23:59:58] <a> x\n[23:59:59] *** Joins: b\n[23:59:59] -N- x\n")
    with SourceView.at(tmp_path) as source:
        found = read_source(source, Options(zone="UTC"))
    assert [(one.title, one.kind) for one in found.threads] == [("#c", "group"), ("ben", "direct")]
    assert [str(one.said_at)[:10] for one in found.records] == ["2022-12-31", "2023-01-01", "2023-01-01"]


def test_a_log_that_has_grown_adds_what_is_new_and_the_same_twice_in_a_minute_is_two(
    tmp_path: Path, fresh_self: Self
) -> None:
    text = OPENED + "23:51 < a> ok\n23:51 < a> ok\n"
    for number, more in enumerate(("", "--- Day changed Sun Mar 26 2023\n23:51 < a> ok\n")):
        path = tmp_path / str(number) / "#c.log"
        path.parent.mkdir()
        path.write_text(text + more)
        done = import_path(fresh_self, path, Options(me=("a",), zone="UTC"))
        assert (done.new, done.same) == ((2, 0), (1, 2))[number]


def test_other_logs_and_chats_are_not_taken_for_irc(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_text("2021-10-31 02:30:00 INFO started\n" * 9)
    (tmp_path / "WhatsApp Chat with Anna.txt").write_text("31/10/2021, 02:30 - Anna: hi\n")
    with SourceView.at(tmp_path) as source:
        found = read_source(source, Options(zone="UTC"))
    assert not any("IRC" in one for one in found.formats)
    assert ("Anna", "hi") in found.lines


@pytest.mark.parametrize("broken", ["99:99 < a> x", "no time", "23:51 < a> ", "23:51", "23:51 <> x"])
def test_a_broken_line_harms_no_other(tmp_path: Path, broken: str) -> None:
    found = read(tmp_path / "#c.log", OPENED + f"23:50 < a> one\n{broken}\n23:52 < a> two\n")
    assert found.lines == [("a", "one"), ("a", "two")]
    assert len(found.skipped) == 1


@settings(max_examples=80)
@given(st.lists(st.text(alphabet="0123456789:<>@* -!\t[]aé\x03\n", max_size=40), max_size=6))
def test_lines_of_any_shape_end_no_log(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("irc") / "#c.log"
    found = read(path, OPENED + "\n".join(lines) + "\n23:52 < a> last\n")
    assert found.lines[-1] == ("a", "last")
