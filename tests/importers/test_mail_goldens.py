"""Every hand-written mail is read as a careful reader reads it."""

from __future__ import annotations

import pytest
from mail_goldens import FOLDER, WANTED, differences, own, read_mail

MAILS = sorted(name for name in WANTED if name.endswith(".eml"))
BOXES = sorted(name for name in WANTED if name.endswith(".mbox"))


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_read_as_a_careful_reader_reads_it(name: str) -> None:
    read = read_mail(FOLDER / name)
    assert len(read.records) == 1, read.problems
    assert differences(name, read.records[0]) == []
    if "title" in WANTED[name]:
        assert read.threads[0].title == WANTED[name]["title"]


@pytest.mark.parametrize("name", BOXES)
def test_a_box_is_cut_into_its_mails(name: str) -> None:
    read, wanted = read_mail(FOLDER / name), WANTED[name]
    assert [own(record) for record in read.records] == [" ".join(words.split()) for words in wanted["own"]]
    assert [record.thread for record in read.records] == wanted.get(
        "threads", [r.thread for r in read.records]
    )
    reasons = [why for _, why in read.skipped]
    assert {why: reasons.count(why) for why in reasons} == wanted.get("skipped", {})
