"""Every trap of WhatsApp's exports, by name, over chats written by hand in the languages of its phones.

Each test imports whole exports into a new self and holds them against what a careful
reader wrote down (`golden`): no word of WhatsApp's is anybody's, no word of anybody's is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from golden import (
    FOLDER,
    NAMES,
    export_of,
    golden,
    import_fixture,
    options_of,
    read_fixture,
    same_but_unnamed,
    seen_in,
    wanted_rows,
)
from reading import Read

from afterself.archive.drafts import Span
from afterself.home.folder import Self
from afterself.importers.ingest import import_path

Agrees = Callable[..., None]


@pytest.fixture
def nobody(tmp_path: Path) -> Callable[[str], Self]:
    """A new self under a name."""

    def make(name: str) -> Self:
        return Self.create(tmp_path / f"self-{name}", name="A", right="fictional", allow=("archive", "talk"))

    return make


@pytest.fixture
def agree(tmp_path: Path, nobody: Callable[[str], Self]) -> Agrees:
    """Each fixture comes out of the archive as its golden says."""

    def check(*names: str) -> None:
        for name in names:
            model = golden(name)
            archive = nobody(name)
            summary = import_fixture(name, tmp_path / name, archive)
            wanted = wanted_rows(name)
            assert same_but_unnamed(seen_in(archive), wanted) == wanted
            assert summary.new == len(wanted)
            assert (summary.owner, summary.skipped) == ((model["owner"],), {})
            found = read_fixture(name, tmp_path / f"{name} again")
            told = [{"title": thread.title, "kind": thread.kind} for thread in found.threads]
            assert told == [model["thread"]]
            assert [record.edited for record in found.records] == [
                record.get("edited", False) for record in model["records"]
            ]
            assert bool(found.problems) == model.get("warns", False)

    return check


@pytest.mark.parametrize("name", NAMES)
def test_each_export_comes_out_as_a_careful_reader_wrote_it_down(agree: Agrees, name: str) -> None:
    agree(name)


def test_there_are_exports_of_both_phones_in_many_languages() -> None:
    assert len(NAMES) >= 40
    assert len({name.split("-")[1] for name in NAMES if name.startswith(("android", "ios"))}) >= 18


def test_a_narrow_space_before_pm_and_a_hard_space_in_p_m_are_read(agree: Agrees) -> None:
    assert "\u202fPM" in chat_text("android-en-us")
    assert "p.\u00a0m." in chat_text("android-es-co-12h")
    agree("android-en-us", "ios-en-us-group", "android-es-co-12h", "ios-en-ca-ymd")


def test_words_for_the_halves_of_the_day_before_and_after_the_time_are_read(agree: Agrees) -> None:
    agree("ios-zh-cn", "android-zh-tw", "android-ko", "ios-ko", "android-ar", "ios-ar-eg-digits")


def test_dates_with_slashes_dots_dashes_and_blanks_in_every_order_are_read(agree: Agrees) -> None:
    agree("ios-en-gb", "android-de", "android-nl", "android-sv", "android-ko", "android-hu", "android-ja")


def test_a_date_without_a_comma_or_with_a_word_before_the_time_is_read(agree: Agrees) -> None:
    agree("ios-no-comma-old", "android-pt-br", "android-fr", "android-bg-year-mark")


def test_times_with_a_dot_are_read(agree: Agrees) -> None:
    agree("android-fi-dot-time", "android-id-dot-time")


def test_eastern_arabic_digits_and_marks_inside_dates_are_read(agree: Agrees) -> None:
    assert "٢\u200f/٣\u200f/٢٠٢١،" in chat_text("ios-ar-eg-digits")
    agree("ios-ar-eg-digits")


def test_an_en_dash_separates_as_a_hyphen_does(agree: Agrees) -> None:
    agree("android-en-dash")


def test_a_byte_order_mark_and_crlf_are_no_part_of_any_message(agree: Agrees) -> None:
    assert (FOLDER / "ios-en-us-group.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in (FOLDER / "ios-en-us-group.txt").read_bytes()
    agree("ios-en-us-group", "ios-no-comma-old")


def test_marks_around_unsaved_numbers_and_push_names_are_no_part_of_a_name(agree: Agrees) -> None:
    agree("unsaved-and-push-names", "ios-en-us-group")


def test_day_and_month_are_told_apart_by_the_order_that_keeps_the_file_sorted(agree: Agrees) -> None:
    agree("only-monotone-dmy", "only-monotone-mdy")


def test_an_order_of_day_and_month_that_stays_open_is_said(agree: Agrees) -> None:
    agree("open-order-warns")


def test_blank_lines_and_lines_like_headers_stay_in_their_message(agree: Agrees) -> None:
    agree("body-like-headers", "android-en-dash")


def test_a_name_with_a_colon_is_one_name(agree: Agrees) -> None:
    agree("author-with-colon")


def test_a_notice_that_an_iphone_puts_under_a_name_is_nobodys_word(agree: Agrees) -> None:
    agree("ios-en-gb", "ios-de", "ios-fr", "ios-es", "ios-it", "ios-zh-cn", "ios-ar-eg-digits")


def test_notices_of_groups_are_nobodys_words_in_every_language(agree: Agrees) -> None:
    agree("android-en-us", "android-de", "android-fr", "android-nl", "android-pl", "android-tr", "android-ru")


def test_left_out_media_are_nobodys_words_in_every_language() -> None:
    for name in NAMES:
        for record in golden(name)["records"]:
            states = [state for _, state in record.get("attachments", ())]
            assert "omitted" not in states or record["words"] == ""


def test_the_night_in_which_an_hour_occurs_twice_keeps_its_order(agree: Agrees) -> None:
    agree("dst-night-berlin")


def test_split_exports_that_overlap_become_one_thread_with_nothing_doubled(
    tmp_path: Path, nobody: Callable[[str], Self]
) -> None:
    archive = nobody("split")
    first = import_fixture("split-part-1", tmp_path / "1", archive)
    second = import_fixture("split-part-2", tmp_path / "2", archive)
    again = import_fixture("split-part-1", tmp_path / "3", archive)
    assert (first.new, first.same) == (4, 0)
    assert (second.new, second.same) == (2, 2)
    assert (again.new, again.same) == (0, 4)
    told = [row["text"] for row in seen_in(archive)]
    assert told == ["ok", "ok", "boat at nine", "good", "ok", "running late"]


def test_two_iphone_zips_that_both_hold_chat_txt_are_two_threads(
    tmp_path: Path, nobody: Callable[[str], Self]
) -> None:
    archive, names = nobody("two"), ("ios-en-gb", "ios-no-comma-old")
    for name in names:
        export_of(name, tmp_path / "both")
    summary = import_path(archive, tmp_path / "both", options_of(names[0]))
    assert summary.threads == 2
    assert summary.new == sum(len(golden(name)["records"]) for name in names)


def test_a_second_import_of_any_export_adds_nothing(tmp_path: Path, nobody: Callable[[str], Self]) -> None:
    for name in ("android-en-us", "ios-ar-eg-digits", "android-zh-tw"):
        archive = nobody(name)
        import_fixture(name, tmp_path / name, archive)
        again = import_fixture(name, tmp_path / f"{name} again", archive)
        assert (again.new, again.changed, again.same) == (0, 0, len(golden(name)["records"]))


def test_whatsapps_own_words_in_a_language_not_known_are_not_the_authors(chat: Callable[..., Read]) -> None:
    found = chat("[13/1/20, 09:00:00] Anna: ho\n[13/1/20, 09:01:00] Anna: \u200emynd sleppt\n")
    assert found.records[1].spans == (Span(0, 11, "placeholder"),)
    assert [p.where for p in found.problems] == ["WhatsApp Chat with Anna.txt:line 2"]


def test_media_left_out_in_a_language_not_known_are_not_the_authors_and_that_is_said(
    chat: Callable[..., Read],
) -> None:
    found = chat("13/1/20, 09:00 - Anna: <Efni var sleppt>\n13/1/20, 09:01 - Ben: <3 and <b> ho\n")
    assert [r.spans for r in found.records] == [(Span(0, 17, "placeholder"),), ()]
    assert [a.state for a in found.records[0].attachments] == ["omitted"]
    assert [p.where for p in found.problems] == ["WhatsApp Chat with Anna.txt:line 1"]


def test_the_notice_on_encryption_of_old_exports_is_nobodys_words(chat: Callable[..., Read]) -> None:
    notice = "Messages to this chat and calls are now secured with end-to-end encryption. Tap for more info."
    found = chat(f"[13/1/20, 09:00:00] Ben: {notice}\n[13/1/20, 09:01:00] Ben: ho\n")
    assert found.lines == [(None, notice), ("Ben", "ho")]


def test_a_poll_and_a_place_are_not_own_words(chat: Callable[..., Read]) -> None:
    found = chat(
        "13/1/20, 09:00 - Anna: POLL:\nWhen?\nOPTION: Monday (2 votes)\n"
        "13/1/20, 09:01 - Ben: location: https://maps.google.com/?q=1,2\n"
    )
    poll, place = found.records
    own = "".join(c for i, c in enumerate(poll.text) if not any(s.start <= i < s.end for s in poll.spans))
    assert own == "\nWhen?\nMonday "
    assert place.spans == (Span(0, len(place.text), "placeholder"),)


def chat_text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_bytes().decode("utf-8")
