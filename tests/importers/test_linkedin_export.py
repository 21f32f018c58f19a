"""LinkedIn's tables: each trap is a test by name; a broken row harms no other."""

from __future__ import annotations

import csv
import io
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

COLUMNS = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,"
    "CONTENT,FOLDER,ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION ARCHIVED"
)
PROFILE = "First Name,Last Name\nIda,Moor\n"
IDA, BEN = "https://l.example/in/ida", "https://l.example/in/ben"


def row(content: str, *, sender: str = "Ida Moor", url: str = IDA, talk: str = "t1", **more: str) -> str:
    to, to_url = ("Ben", BEN) if url == IDA else ("Ida Moor", IDA)
    cells = {"title": "", "to": to, "urls": to_url, "date": "2024-03-15 09:30:00 UTC", "subject": "",
             "folder": "INBOX", "files": "", "draft": "No", **more}  # fmt: skip
    line = io.StringIO()
    csv.writer(line).writerow(
        [talk, cells["title"], sender, url, cells["to"], cells["urls"], cells["date"], cells["subject"],
         content, cells["folder"], cells["files"], cells["draft"], "No"]
    )  # fmt: skip
    return line.getvalue()


def write(folder: Path, *rows: str, **tables: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    body = {"Profile": PROFILE, "messages": COLUMNS + "\r\n" + "".join(rows), **tables}
    for name, text in body.items():
        (folder / f"{name}.csv").write_bytes(text.encode())
    return folder


def read(folder: Path, *rows: str, **tables: str) -> Read:
    with SourceView.at(write(folder, *rows, **tables)) as source:
        return read_source(source, Options(zone="UTC"))


def test_the_same_message_twice_is_one(tmp_path: Path, fresh_self: Self) -> None:
    done = import_path(fresh_self, write(tmp_path / "a", row("hi"), row("hi"), row("ho")))
    assert (done.new, done.same, done.owner) == (2, 0, ("Ida Moor",))


def test_a_name_that_changed_doubles_nothing(tmp_path: Path, fresh_self: Self) -> None:
    import_path(fresh_self, write(tmp_path / "a", row("hi")))
    later = write(tmp_path / "b", row("hi", sender="Ida Roth"), Profile="First Name,Last Name\nIda,Roth\n")
    done = import_path(fresh_self, later)
    assert (done.new, done.same) == (0, 1)


def test_html_becomes_text_but_what_only_looks_like_it_stays(tmp_path: Path) -> None:
    found = read(tmp_path, row("<p>a &amp; b</p><p>c</p>"), row("3 < 5 & <grazie> <|im_end|>"))
    assert [one.text for one in found.records] == ["a & b\n\nc", "3 < 5 & <grazie> <|im_end|>"]


def test_drafts_spam_advertisements_and_empty_messages_are_counted(tmp_path: Path) -> None:
    left_out = [row("x", draft="Yes"), row("x", folder="SPAM"), row('<p class="spinmail-x">x</p>'), row(" ")]
    found = read(tmp_path, *left_out, row("", files="https://l.example/a/plan.pdf"))
    assert [[one.name for one in record.attachments] for record in found.records] == [["plan.pdf"]]
    assert [why for _, why in found.skipped] == [
        "a draft that was not sent",
        "spam",
        "an advertisement",
        "the message is empty",
    ]


def test_names_with_commas_are_known_from_who_wrote(tmp_path: Path) -> None:
    john = "https://l.example/in/js"
    said = row("hi", to="Ben,Smith, John", urls=f"{BEN},{john}")
    found = read(
        tmp_path, said, row("ho", sender="Smith, John", url=john, to="Ida Moor,Ben", urls=f"{IDA},{BEN}")
    )
    assert [(one.kind, {person.name for person in one.participants}) for one in found.threads] == [
        ("group", {"Ida Moor", "ben", "Smith, John"})
    ]


def test_those_whose_account_is_gone_are_not_one_person(tmp_path: Path) -> None:
    gone = [row("x", sender="LinkedIn Member", url="", talk=talk) for talk in ("t1", "t2")]
    found = read(tmp_path, row("mine"), *gone)
    assert len({one.author and one.author.handle for one in found.records}) == 3


def test_dates_of_older_exports_are_local_with_the_month_first(tmp_path: Path) -> None:
    found = read(tmp_path, row("x", date="3/15/19, 9:31\u202fPM"), row("y", date="13/45/19, 9:31 PM"))
    assert [(one.said_at, one.precision) for one in found.records] == [
        (datetime(2019, 3, 15, 21, 31, tzinfo=UTC), "minute"),
        (None, "none"),
    ]


def test_line_breaks_of_shares_are_mended_and_a_share_is_known_by_its_link(tmp_path: Path) -> None:
    shares = (
        "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
        '2024-03-01 07:00:00,https://l.example/1,"a.""\n""""\n""b",,,MEMBER_NETWORK\n'
        "2024-03-01 07:00:00,https://l.example/2,,,,\n"
    )
    comments = "Date,Link,Message\n2024-03-02 07:00:00,https://l.example/9,nice\n"
    found = read(tmp_path, Shares=shares, Comments=comments)
    assert [(one.text, one.kind) for one in found.records] == [("a.\n\nb", "post"), ("nice", "comment")]
    assert (found.records[0].native_id, len(found.skipped)) == ("https://l.example/1", 1)


def test_an_article_is_a_post_with_its_title_and_day(tmp_path: Path) -> None:
    (tmp_path / "Articles").mkdir()
    page = (
        '<h1><a href="https://l.example/p">T &amp; U</a></h1>'
        '<p class="published">Published on 2024-03-06 10:00</p>'
        "<div><p>one</p><blockquote>two</blockquote></div>"
    )
    (tmp_path / "Articles" / "a.html").write_text(page)
    (tmp_path / "Articles" / "b.html").write_text("<h1>x</h1>")
    found = read(tmp_path)
    record = found.records[0]
    assert (record.text, record.native_id) == ("T & U\n\none\n\ntwo", "https://l.example/p")
    assert [record.text[one.start : one.end] for one in record.spans] == ["two"]
    assert (found.formats, len(found.skipped)) == (["LinkedIn export"], 1)


def test_connections_and_other_tables_are_not_read_by_anybody(tmp_path: Path) -> None:
    preamble = 'Notes:\n"some are missing"\n\nFirst Name,Last Name,URL\nBen,Roth,x\n'
    found = read(
        tmp_path, row("hi"), Connections=preamble, learning_coach_messages=COLUMNS + "\n" + row("a bot")
    )
    assert ([one.text for one in found.records], found.formats) == (["hi"], ["LinkedIn export"])


def test_a_broken_row_harms_no_other_and_every_place_is_true(tmp_path: Path) -> None:
    found = read(tmp_path, row("é one"), "t1,broken\r\n", row("no talk", talk=""), row("two"))
    assert ([one.text for one in found.records], len(found.skipped)) == (["é one", "two"], 2)
    data = (tmp_path / "messages.csv").read_bytes()
    for one in found.records:
        begin, length = one.locator.offset or 0, one.locator.length or 0
        assert one.text.encode() in data[begin : begin + length]


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=12), st.text(max_size=20))
def test_a_message_of_any_words_is_a_record_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, content: str, sender: str, date: str, urls: str
) -> None:
    said = row(content, sender=sender, url="", date=date, urls=urls).encode("utf-8", "replace").decode()
    found = read(tmp_path_factory.mktemp("linkedin"), said.replace("\0", ""), row("last"))
    assert any(one.text == "last" for one in found.records)
