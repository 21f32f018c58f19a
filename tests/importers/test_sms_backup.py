"""SMS Backup & Restore: the traps of its XML, each a test by name; damage never ends an import."""

from __future__ import annotations

import contextlib
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, read_source

from afterself.errors import AfterselfError, SourceError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path
from afterself.importers.source_view import SourceView

AT = 'date="1682935200000"'


def sms(body: str, type: int = 1, number: str = "+4915155500101", more: str = "") -> str:
    return f'<sms protocol="0" address="{number}" {AT} type="{type}" body="{body}" {more}/>\n'


def mms(parts: str, box: int = 1, address: str = "+4915155500101", sender: str = "+4915155500101") -> str:
    who = f'<addrs><addr address="{sender}" type="137"/></addrs>'
    head = f'<mms {AT} msg_box="{box}" address="{address}" m_type="132" sub="null">'
    return f"{head}<parts>{parts}</parts>{who}</mms>\n"


def backup(*pieces: str, end: str = "</smses>") -> bytes:
    return ("<?xml version='1.0' encoding='UTF-8'?>\n<smses count='9'>\n" + "".join(pieces) + end).encode()


def read(data: bytes) -> Read:
    return read_source(SourceView.of_bytes("sms-20230501.xml", data), Options())


def test_emoji_written_as_two_surrogates_are_one_character() -> None:
    found = read(backup(sms("&#10;&#55357;&#56832;&#128512;&#xD83D;&#xDE00; ok")))
    assert found.records[0].text == "\n😀😀😀 ok"


def test_lone_surrogates_and_control_characters_harm_only_themselves() -> None:
    found = read(backup(sms("a&#55357;b&#0;c\x01d"), sms("fine")))
    assert [one.text for one in found.records] == ["a\ufffdb\ufffdc\ufffdd", "fine"]


def test_drafts_and_what_could_not_be_sent_were_never_said() -> None:
    found = read(backup(sms("draft", 3), sms("failed", 5), sms("sent", 2)))
    assert [(one.text, one.is_owner) for one in found.records] == [("sent", True)]
    assert len(found.skipped) == 2


def test_the_words_null_and_unknown_are_nobodys() -> None:
    found = read(backup(sms("null"), sms("hi", more='contact_name="(Unknown)"')))
    assert [(t.title, r.text) for t, r in zip(found.threads, found.records, strict=True)] == [
        ("+4915155500101", "hi")]  # fmt: skip


def test_the_sender_of_a_group_message_is_the_address_that_sent_it() -> None:
    part = '<part ct="text/plain" text="hello all"/>'
    found = read(backup(mms(part, address="+48600~+4915155500101", sender="+48600")))
    record = found.records[0]
    assert record.author and record.author.handle == "+48600"
    assert (found.threads[0].kind, record.said_at) == ("group", datetime(2023, 5, 1, 10, tzinfo=UTC))


def test_a_picture_inside_the_file_is_an_attachment_with_its_size() -> None:
    part = f'<part ct="image/jpeg" cl="IMG.jpg" data="{"QUJD" * 1000}"/>'
    found = read(backup(mms(part))).records[0]
    assert [(one.name, one.state, one.size) for one in found.attachments] == [("IMG.jpg", "present", 3000)]


def test_one_broken_message_is_named_and_the_next_is_read() -> None:
    broken = sms("no end").replace('"no end"', '"no <end"')
    found = read(backup(sms("one"), broken, sms("two").replace("1682935200000", "soon"), sms("three")))
    assert [one.text for one in found.records] == ["one", "three"]
    assert [where for where, _ in found.skipped] == [
        "sms-20230501.xml: message 2",
        "sms-20230501.xml: message 3",
    ]


def test_a_backup_that_was_cut_off_says_so() -> None:
    found = read(backup(sms("one"), '<sms address="+49" date="16', end=""))
    assert [one.text for one in found.records] == ["one"]
    assert [one.severity for one in found.problems] == ["skipped", "error"]
    with pytest.raises(SourceError, match="Nothing in"):
        read(backup(sms("one")[:60], end=""))


def test_a_document_type_is_never_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    found = read(bomb.encode() + backup(sms("&b;"), sms("fine")))
    assert [one.text for one in found.records] == ["fine"]


def test_backups_that_overlap_and_know_new_names_double_nothing(tmp_path: Path, fresh_self: Self) -> None:
    first, second = tmp_path / "sms-1.xml", tmp_path / "sms-2.xml"
    first.write_bytes(backup(sms("one"), sms("two", 2)))
    named = 'contact_name="Ada" readable_date="1 May 2023"'
    second.write_bytes(backup(sms("one", more=named), sms("two", 2, more=named), sms("three", more=named)))
    assert import_path(fresh_self, first).new == 2
    done = import_path(fresh_self, second)
    assert (done.new, done.same, done.changed) == (1, 2, 0)


def test_calls_are_kept_and_nobodys_words() -> None:
    call = f'<call number="+49 151 555" duration="65" {AT} type="2"/>'
    found = read(f"<calls count='1'>{call}</calls>".encode())
    assert [(one.kind, one.text, one.thread) for one in found.records] == [
        ("call", "Outgoing call, 65 s", "+49151555")]  # fmt: skip


def test_the_memory_that_is_needed_is_that_of_one_message(tmp_path: Path) -> None:
    path = tmp_path / "sms.xml"
    picture = mms(f'<part ct="image/jpeg" cl="a.jpg" data="{"QUJD" * 250_000}"/>')
    path.write_bytes(backup(*([picture] * 20)))
    tracemalloc.start()
    with SourceView.at(path) as source:
        assert len(read_source(source, Options()).records) == 20
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000 < path.stat().st_size


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_backup_raises_anything_but_an_error_with_a_remedy(data: st.DataObject) -> None:
    fine = bytearray(
        backup(sms("one &amp; &#55357;&#56832;"), mms('<part ct="text/plain" text="b"/>'), sms("c"))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        fine[data.draw(st.integers(0, len(fine) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(AfterselfError):
        read(bytes(fine))
