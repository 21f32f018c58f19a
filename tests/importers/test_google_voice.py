"""Google Voice in a Takeout: each trap is a test by name; a broken message harms no other."""

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

ME = '<a class="tel" href="tel:+12025550100"><abbr class="fn" title="">Me</abbr></a>'
IDA = '<a class="tel" href="tel:+12025550111"><span class="fn">Ida</span></a>'


def message(words: str, who: str = IDA, time: str = "2023-03-12T01:59:00.270-08:00", more: str = "") -> str:
    said = (
        f'<abbr class="dt" title="{time}">x</abbr>:\n<cite class="sender vcard">{who}</cite>:\n<q>{words}</q>'
    )
    return f'<div class="message">{said}{more}</div> '


def page(*messages: str, after: str = "") -> str:
    return f'<html><body><div class="hChatLog hfeed">{"".join(messages)}</div>{after}</body></html>'


def write(folder: Path, *pages: str, name: str = "Ida") -> Path:
    calls = folder / "Takeout" / "Voice" / "Calls"
    calls.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(pages):
        (calls / f"{name} - Text - 2023-03-1{number}T00_00_00Z.html").write_text(one)
    return folder


def read(folder: Path, *pages: str, name: str = "Ida") -> Read:
    with SourceView.at(write(folder, *pages, name=name)) as source:
        return read_source(source, Options(me=("Robin",)))


def test_line_breaks_entities_and_tags_are_as_they_were_read(tmp_path: Path) -> None:
    found = read(tmp_path, page(message("a<br><br>it&#39;s <b>2</b> &amp; &lt;|x|&gt;")))
    assert found.lines == [("Ida", "a\n\nit's 2 & <|x|>")]
    assert found.records[0].said_at == datetime(2023, 3, 12, 9, 59, 0, 270000, tzinfo=UTC)


def test_parts_with_one_number_are_one_thread_also_where_only_the_owner_wrote(tmp_path: Path) -> None:
    found = read(tmp_path, page(message("a")), page(message("b", ME, "2023-03-13T01:59:00Z")))
    assert {one.key for one in found.threads} == {"+12025550111"}
    assert found.lines == [("Ida", "a"), ("Robin", "b")]


def test_another_zone_and_a_new_name_change_nothing_and_a_deletion_blanks_the_text(
    tmp_path: Path, fresh_self: Self
) -> None:
    same = message("a", IDA.replace("Ida", "Ida B."), "2023-03-12T04:59:00.270-05:00")
    gone = '<div class="deletedStatusContainer">User Deleted:\nTrue</div>'
    for one, wanted in (
        (page(message("a")), (1, 0, 0)),
        (page(same), (0, 0, 1)),
        (page(same, after=gone), (0, 1, 0)),
    ):
        done = import_path(fresh_self, write(tmp_path, one), Options(me=("Robin",)))
        assert (done.new, done.changed, done.same) == wanted


def test_a_group_is_known_by_its_numbers_and_a_picture_lies_beside(tmp_path: Path) -> None:
    group = f'<div class="participants">with: {IDA}, {IDA.replace("111", "122").replace("Ida", "Ben")}</div>'
    picture = '<div><img src="Ida - Text - 1-1" alt="Image MMS Attachment" /></div>'
    write(tmp_path, page(group, message("MMS Received", more=picture)))
    (tmp_path / "Takeout/Voice/Calls/Ida - Text - 1-1.jpg").write_bytes(b"x")
    with SourceView.at(tmp_path) as source:
        found = read_source(source, Options())
    assert [(one.title, one.kind) for one in found.threads] == [("Ida, Ben", "group")]
    record = found.records[0]
    assert [(one.state, one.size) for one in record.attachments] == [("present", 1)]
    assert [one.kind for one in record.spans] == ["placeholder"]


def test_the_same_words_twice_in_an_instant_are_two(tmp_path: Path, fresh_self: Self) -> None:
    write(tmp_path, page(message("ok"), message("ok")))
    assert import_path(fresh_self, tmp_path, Options(me=("Robin",))).new == 2
    assert import_path(fresh_self, tmp_path, Options(me=("Robin",))).new == 0


def test_spam_and_calls_are_left_out_and_counted(tmp_path: Path) -> None:
    spam = '<div class="tags">Labels: <a rel="tag" href="http://www.google.com/voice#spam">Spam</a></div>'
    call = f'<div class="haudio"><div class="contributor vcard">{IDA}</div></div>'
    found = read(tmp_path, page(message("win"), after=spam), call, page(message("a")))
    assert found.lines == [("Ida", "a")]
    assert len(found.skipped) == 2


BROKEN = [
    message("").replace("<q></q>", ""),
    message("x", ""),
    message("x", time="soon"),
    message(""),
    '<div class="message"><abbr class="dt" title="',
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_message_is_named_and_harms_no_other(tmp_path: Path, broken: str) -> None:
    found = read(tmp_path, page(message("a"), broken), page(message("b", time="2023-03-14T01:59:00Z")))
    assert found.lines == [("Ida", "a"), ("Ida", "b")]
    assert [where.rpartition(": ")[2] for where, _ in found.skipped] == ["message 2"]


@settings(max_examples=60)
@given(st.text(alphabet='<>/="&;: qadivbrspntel+0', max_size=80))
def test_a_page_of_any_shape_ends_no_takeout(tmp_path_factory: pytest.TempPathFactory, odd: str) -> None:
    folder = tmp_path_factory.mktemp("voice")
    found = read(folder, page(message("a"), odd), page(message("last", time="2023-03-14T01:59:00Z")))
    assert found.records[-1].text == "last"


def test_a_page_that_was_cut_before_its_first_message_is_no_record_and_harms_no_other(
    read, tmp_path: Path
) -> None:
    whole = page(message("are you there?"))
    folder = write(tmp_path, whole[: whole.index('<div class="message">')], whole)
    assert [text for _, text in read(folder).lines] == ["are you there?"]
