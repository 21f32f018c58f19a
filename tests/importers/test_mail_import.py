"""Mail from the file to the archive: nothing doubles, own words are own, damage ends nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_goldens import FOLDER
from mail_maker import mail, mbox
from reading import read_source

from afterself.errors import AfterselfError
from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import import_path, misfit
from afterself.importers.source_view import SourceView
from afterself.policy import open_view


@pytest.fixture
def self_(tmp_path: Path) -> Self:
    return Self.create(tmp_path / "self", name="Eva", right="mine", allow=("archive", "train"))


def test_all_mails_are_imported_again_without_change(self_: Self) -> None:
    first = import_path(self_, FOLDER, Options(zone="UTC"))
    again = import_path(self_, FOLDER, Options(zone="UTC"))
    assert first.new > 80
    assert (again.new, again.changed, again.same) == (0, 0, first.new)
    assert again.skipped == first.skipped


def test_a_longer_box_adds_exactly_the_difference(self_: Self, tmp_path: Path) -> None:
    mails = [mail(f"m{n}", f"mail {n}\n") for n in range(20)]
    path = tmp_path / "Inbox"
    path.write_bytes(mbox(*mails[5:12]))
    assert import_path(self_, path).new == 7
    path.write_bytes(mbox(*(b"X-Mozilla-Keys: seen\n" + one for one in mails)))
    later = import_path(self_, path)
    assert (later.new, later.changed, later.same) == (13, 0, 7)


def test_gmails_takeout_tells_whose_mails_they_are(self_: Self) -> None:
    summary = import_path(self_, FOLDER / "gmail_takeout.mbox")
    assert summary.owner == ("Eva Lind",)
    with open_view(self_, "retrieve") as view:
        said = {record.text: record for record in view.records()}
    assert said["yes, at eight"].is_owner and said["yes, at eight"].own_text == "yes, at eight"
    assert said["are you coming?"].is_owner is False
    assert said["yes, at eight"].thread_title == said["are you coming?"].thread_title == "box"


def test_only_the_owners_own_words_are_theirs(self_: Self) -> None:
    import_path(self_, FOLDER / "outlook_mobile_plain.eml", Options(me=("eva@example.org",)))
    with open_view(self_, "retrieve") as view:
        (record,) = view.records()
    assert record.own_text == "On my way."
    assert "Where are you?" in record.text


def test_an_answer_knows_what_it_answers(self_: Self, tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(mail("a", "question\n"), mail("b", "answer\n", in_reply_to="<a@example.org>")))
    import_path(self_, path)
    with open_view(self_, "retrieve") as view:
        records = {record.text: record for record in view.records()}
    assert records["answer"].reply_to == records["question"].id
    assert records["answer"].thread == records["question"].thread


_SEEDS = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml")) + sorted(FOLDER.glob("*.mbox"))]
_TOKENS = [
    b"\r", b"\n\n", b"\0", b"\xff\xfe", b"=?utf-8?B?", b"--b1", b"Content-Type: text/html\n", b"<" * 40, b">",
    b"From x@y Tue Mar 12 18:05:00 2024\n", b"Content-Length: 99\n", b"begin 644 x\n", b"\x1b$B", b"(" * 60,
    b"Content-Transfer-Encoding: base64\n", b"charset=hz", b"Date: Tue, 99 Mar 2024\n",
]  # fmt: skip
_PUT = st.sampled_from(_TOKENS) | st.binary(max_size=8)
_CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), _PUT), max_size=6)


@settings(max_examples=200)
@given(st.sampled_from(_SEEDS), _CUTS)
def test_no_damage_raises_a_foreign_error(data: bytes, cuts: list[tuple[float, int, bytes]]) -> None:
    for share, length, put in cuts:
        at = int(share * len(data))
        data = data[:at] + put + data[at + length :]
    try:
        found = read_source(SourceView.of_bytes("x", data), Options(zone="UTC"))
    except AfterselfError:
        return
    assert not [p for p in found.problems if p.why.startswith("it cannot be read as a mail")]
    for record in found.records:
        assert misfit(record) is None
        record.text.encode("utf-8")


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("ab >F\nrom:-"), max_size=60), min_size=1, max_size=5))
def test_a_box_written_by_pythons_own_writer_comes_back_mail_by_mail(bodies: list[str]) -> None:
    import mailbox
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        box = mailbox.mbox(Path(folder) / "box")
        for n, body in enumerate(bodies):
            box.add(mail(f"m{n}", f"start {n}\n{body}\nend\n"))
        box.close()
        data = (Path(folder) / "box").read_bytes()
    found = read_source(SourceView.of_bytes("x", data), Options(zone="UTC"))
    assert [record.native_id for record in found.records] == [f"m{n}@example.org" for n in range(len(bodies))]
