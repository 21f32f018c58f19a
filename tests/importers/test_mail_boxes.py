"""Mailboxes as programs leave them: where mails lie, which are left out, and what damage does."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from mail_goldens import FOLDER, own, read_mail
from mail_maker import mail, mbox, write
from reading import Read, read_source

from afterself.archive.drafts import OwnerHint
from afterself.errors import SourceError, UnknownFormat
from afterself.importers.contract import Options
from afterself.importers.mail import MailImporter
from afterself.importers.mail_mbox import MOST, mails
from afterself.importers.source_view import SourceView

TOM = "Tom Berg <tom@example.com>"


def read_bytes(data: bytes, name: str = "anything", **options: object) -> Read:
    return read_source(SourceView.of_bytes(name, data), Options(**{"zone": "UTC", **options}))


def hints(path: Path) -> list[str]:
    with SourceView.at(path) as source:
        return [
            one.person.handle for one in MailImporter().open(source, Options()) if isinstance(one, OwnerHint)
        ]


def reasons(read: Read) -> list[str]:
    return [why for _, why in read.skipped]


def test_an_offset_and_a_length_find_the_mail_in_its_box() -> None:
    box = mbox(mail("a", "first\n"), mail("b", "second\n"))
    for record, words in zip(read_bytes(box).records, (b"first", b"second"), strict=True):
        at, length = record.locator.offset, record.locator.length
        assert at is not None and length is not None
        assert box[at:].startswith(b"From ") and words in box[at : at + length]
        assert box[at : at + length].count(b"Message-ID") == 1


def test_a_box_is_known_by_its_contents_not_by_its_name(tmp_path: Path) -> None:
    found = read_mail(
        write(tmp_path, {"Archive/2019": mbox(mail("a", "hi\n")), "Archive/2019.msf": b"// mork"})
    )
    assert found.formats == ["mbox"] and len(found.records) == 1


def test_crlf_boxes_are_read_as_well() -> None:
    box = mbox(mail("a", "first\n"), mail("b", "second\n")).replace(b"\n", b"\r\n")
    assert [own(one) for one in read_bytes(box).records] == ["first", "second"]


def test_a_maildir_is_read_and_its_flags_are_minded(tmp_path: Path) -> None:
    found = read_mail(write(tmp_path, {
        "cur/1.a:2,S": mail("a", "read\n"),
        "cur/2.b;2,ST": mail("b", "trashed\n"),
        "cur/3.c:2,D": mail("c", "drafted\n"),
        "new/4.d": mail("d", "unread\n"),
        "tmp/5.e": mail("e", "half\n"),
        ".Sent/cur/6.f:2,S": mail("f", "sent\n"),
        ".Trash/cur/7.g:2,S": mail("g", "gone\n"),
    }))  # fmt: skip
    assert sorted(own(one) for one in found.records) == ["read", "sent", "unread"]
    assert sorted(reasons(found)) == [
        "a draft that was not sent", "in the trash", "in the trash", 
        "not wholly delivered (in tmp of a Maildir)",
    ]  # fmt: skip


def test_apples_emlx_ends_where_its_first_line_says(tmp_path: Path) -> None:
    one = mail("a", "Sunny here.\n")
    plist = b'<?xml version="1.0"?>\n<plist version="1.0"><dict><key>flags</key></dict></plist>\n'
    data = str(len(one)).encode() + b"       \n" + one + plist
    found = read_mail(write(tmp_path, {"Sent Messages.mbox/Messages/12.emlx": data}))
    assert found.formats == ["emlx"]
    assert [one.text for one in found.records] == ["Sunny here."]
    where = found.records[0].locator
    assert data[where.offset : where.offset + where.length] == one  # type: ignore[operator]
    assert hints(tmp_path) == ["eva@example.org"]


def test_a_zip_of_mails_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mails.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("Takeout/Mail/All mail Including Spam and Trash.mbox", mbox(mail("a", "one\n")))
        packed.writestr("Takeout/Mail/saved.eml", mail("b", "two\n"))
        packed.writestr("Takeout/archive_browser.html", "<html></html>")
    found = read_mail(path)
    assert [own(one) for one in found.records] == ["one", "two"]


def test_the_same_mail_in_two_folders_is_one_record(tmp_path: Path) -> None:
    one = mail("a", "once\n")
    found = read_mail(write(tmp_path, {"Inbox": mbox(one), "Work": mbox(b"X-Keywords: x\n" + one)}))
    assert len(found.records) == 1
    assert reasons(found) == ["the same mail again"]


def test_two_mails_to_which_a_broken_program_gave_one_id_are_two_records() -> None:
    box = mbox(mail("a", "one\n"), mail("a", "two\n", date="Wed, 13 Mar 2024 18:05:00 +0100"))
    found = read_bytes(box + mbox(mail("a", "two\n", date="Wed, 13 Mar 2024 18:05:00 +0100"))).records
    assert [own(one) for one in found] == ["one", "two"]
    assert len({one.native_id for one in found}) == 2


def test_a_mail_without_an_id_is_known_by_its_bytes_whatever_its_folder_adds(tmp_path: Path) -> None:
    one = mail(None, "no id\n")
    files = {"a.eml": one, "b.eml": b"X-Status: R\nReceived: by x\n" + one.replace(b"\n", b"\r\n")}
    found = read_mail(write(tmp_path, files))
    assert len(found.records) == 1 and found.records[0].native_id.startswith("sha256:")  # type: ignore[union-attr]


def test_a_mail_that_was_deleted_but_not_yet_compacted_is_left_out() -> None:
    found = read_bytes(mbox(b"X-Mozilla-Status: 0009\n" + mail("a", "old\n"), mail("b", "kept\n")))
    assert [own(one) for one in found.records] == ["kept"]
    assert reasons(found) == ["deleted in the mail program"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"list_unsubscribe": "<mailto:x@y.example>"}, "from a mailing list (List-Unsubscribe)"),
        ({"auto_submitted": "auto-replied"}, "sent automatically (Auto-Submitted)"),
        ({"precedence": "bulk"}, "bulk mail (Precedence)"),
        ({"frm": "MAILER-DAEMON@mx.example"}, "a bounce or a delivery report"),
        ({"content_type": "multipart/report; boundary=x"}, "a bounce or a delivery report"),
        ({"content_type": "text/calendar; method=REQUEST"}, "a calendar invitation"),
    ],
)
def test_what_nobody_wrote_to_anybody_is_skipped_by_reason(headers: dict[str, str], why: str) -> None:
    bulk = mail("b", "hello\n", **{"frm": "Shop <shop@shop.example>", **headers})
    found = read_bytes(mbox(bulk, mail("a", "hi\n")))
    assert len(found.records) == 1 and reasons(found) == [why]


def test_what_the_owner_wrote_to_a_mailing_list_is_kept() -> None:
    bulk = {"list_unsubscribe": "<mailto:x@y.example>"}
    box = mbox(mail("a", "hello list\n", **bulk), mail("b", "spam\n", frm=TOM, **bulk))
    assert [own(one) for one in read_bytes(box, me=("EVA@example.org",)).records] == ["hello list"]
    assert [own(one) for one in read_bytes(box, me=("Eva Lind",)).records] == ["hello list"]


def test_the_owner_is_who_wrote_the_sent_mails_or_to_whom_nearly_all_was_delivered(tmp_path: Path) -> None:
    sent = write(
        tmp_path / "a", {"INBOX": mbox(mail("a", "x\n", frm=TOM)), "Gesendet": mbox(mail("b", "y\n"))}
    )
    assert hints(sent) == ["eva@example.org"]
    inbox = mbox(*(mail(f"{n}", "x\n", frm=TOM, delivered_to="eva@example.org") for n in range(4)))
    assert hints(write(tmp_path / "b", {"INBOX": inbox})) == ["eva@example.org"]
    assert hints(write(tmp_path / "c", {"INBOX": mbox(mail("a", "x\n"))})) == []


def test_one_broken_mail_is_counted_and_named_with_member_and_byte() -> None:
    first = mbox(mail("a", "one\n"))
    box = first + b"From x@y.example Tue Mar 12 18:05:00 2024\n\n\n" + mbox(mail("b", "two\n"))
    found = read_bytes(box, "box")
    assert [own(one) for one in found.records] == ["one", "two"]
    assert found.skipped == [(f"box: byte {len(first)}", "it has no headers")]


def test_mime_nested_too_deep_for_the_parser_is_one_broken_mail() -> None:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    bomb = b"From: x@y.example\nMessage-ID: <bomb@x>\n" + head.encode() + b"\ntext\n"
    found = read_bytes(mbox(mail("a", "one\n"), bomb, mail("b", "two\n")))
    assert {"one", "two"} <= {own(one) for one in found.records}


def test_a_stray_line_among_the_headers_costs_nothing_but_itself() -> None:
    one = mail("a", "text\n", to="Tom Berg <tom@example.com>,\n Ben <ben@example.com>")
    one = one.replace(b"Date:", b"this line is nobody's\n>From x@y Tue Mar 12 2024\nDate:")
    record = read_bytes(mbox(one)).records[0]
    assert [person.handle for person in record.recipients] == ["tom@example.com", "ben@example.com"]
    assert (record.native_id, record.text) == ("a@example.org", "text")


def test_reference_loops_end() -> None:
    a = mail("a", "one\n", references="<b@example.org>", in_reply_to="<b@example.org>")
    b = mail("b", "two\n", references="<a@example.org>", in_reply_to="<a@example.org>")
    assert [one.thread for one in read_bytes(mbox(a, b)).records] == ["b@example.org", "a@example.org"]


def test_a_large_attachment_keeps_its_name_and_size_but_is_not_parsed() -> None:
    packed = b"QUJD" * 18 + b"\n"
    body = (
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n\n"
        b"--q\nContent-Type: text/plain\n\nlook\n--q\n"
        b'Content-Type: image/png; name="p.png"\nContent-Transfer-Encoding: base64\n\n'
        + packed * 4000
        + b"--q--\n"
    )
    one = b"From: Eva <eva@example.org>\nMessage-ID: <big@x>\n" + body
    found = read_bytes(mbox(one, mail("b", "after\n"))).records
    assert [own(record) for record in found] == ["look", "after"]
    assert [(a.name, a.size) for a in found[0].attachments] == [("p.png", 54 * 4000)]


def test_of_a_mail_longer_than_the_limit_only_the_beginning_is_held_in_memory() -> None:
    long = mail("a", "begin\n") + b"x" * 76 + b"\n"
    line = b"y" * 75 + b"\n"
    box = mbox(long + line * (MOST // 76 + 20_000), mail("b", "after\n"))
    blocks = list(mails(io.BytesIO(box)))
    assert [block.cut for block in blocks] == [True, False]
    assert len(blocks[0].data) <= MOST and blocks[1].offset == blocks[0].length
    assert box[blocks[1].offset :].startswith(b"From ")


def test_a_cut_off_zip_gives_the_mails_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.mbox", mbox(*(mail(f"m{n}", f"number {n * 7919}\n") for n in range(4000))))
        packed.writestr("b.eml", mail("last", "fine\n"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\0" * 40
    path.write_bytes(bytes(data))
    found = read_mail(path)
    assert "fine" in [own(one) for one in found.records]
    assert [p.severity for p in found.problems] == ["error"]


def test_a_sentence_that_begins_with_from_begins_no_mail() -> None:
    body = (
        "Dear Tom,\n\nFrom 2019 to 2020 we lived there.\nYours\n\n"
        "From me: kisses\n\nFrom eva@example.org\nthat is all\n"
    )
    assert [own(one) for one in read_bytes(mbox(mail("a", body))).records] == [" ".join(body.split())]


def test_files_that_are_no_mails_are_named_in_the_error(tmp_path: Path) -> None:
    write(tmp_path, {"notes.dat": b"From my diary: it rained.\n", "x.bin": b"\0\1"})
    with pytest.raises(UnknownFormat, match=r"notes\.dat"):
        read_mail(tmp_path)


def test_a_box_in_which_all_is_left_out_says_why(tmp_path: Path) -> None:
    from afterself.home.folder import Self
    from afterself.importers.ingest import import_path

    path = write(tmp_path, {"Trash.mbox": mbox(mail("a", "x\n"))}) / "Trash.mbox"
    self_ = Self.create(tmp_path / "self", name="Eva", right="research", allow=("archive",))
    with pytest.raises(SourceError, match="1 × in the trash"):
        import_path(self_, path)


def test_a_log_of_google_talk_is_not_credited_to_one_of_its_speakers() -> None:
    headers = {"x_gmail_labels": "Chat", "content_type": "multipart/alternative; boundary=b"}
    body = (
        "--b\nContent-Type: text/xml\n\n<con/>\n--b\nContent-Type: text/html\n\nme: hi<br>Tom: hey\n--b--\n"
    )
    found = read_bytes(mbox(mail("a", body, **headers), mail("b", "hi\n")))
    assert len(found.records) == 1 and reasons(found)[0].startswith("a log of Google Talk")


def test_a_plain_text_that_only_excuses_itself_is_not_what_was_written() -> None:
    parts = ("text/plain\n\nYour program cannot show HTML.", "text/html\n\n<p>The words.</p>")
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts) + "--b--\n"
    found = read_bytes(mail("a", body, content_type="multipart/alternative; boundary=b"))
    assert [one.text for one in found.records] == ["The words."]


def test_the_key_of_a_mail_without_an_id_never_changes() -> None:
    record = read_mail(FOLDER / "absent_message_id.eml").records[0]
    assert record.native_id == record.thread == "sha256:aa1a1cd84719903b6fdd1f69e3cd40c0"
