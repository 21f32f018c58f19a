"""The open format: what another program writes is read as it stands, and what cannot be read is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from afterself.archive.drafts import Locator, Person, RecordDraft, ThreadDraft
from afterself.errors import SourceError, UnknownFormat

GOOD = {"conversation": "kitchen", "time": "2021-03-04T05:06:07Z", "author": "Anna", "text": "tea?"}


def _jsonl(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_json_lines_give_these_records(read, tmp_path):
    full = {
        **GOOD, "id": 7, "reply_to": "6", "kind": "post", "recipients": ["Ben", "Cleo"], "language": "en",
    }  # fmt: skip
    found = read(_jsonl(tmp_path / "mine.jsonl", full, {**GOOD, "author": "Ben", "text": "yes\n\n  please"}))
    anna, ben = Person("Anna", "Anna"), Person("Ben", "Ben")
    first = json.dumps(full).encode()
    assert found.threads == [ThreadDraft("kitchen", "kitchen", "direct", (anna, ben))]
    assert found.records[0] == RecordDraft(
        thread="kitchen",
        raw=first,
        text="tea?",
        kind="post",
        author=anna,
        said_at=datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC),
        precision="second",
        said_raw="2021-03-04T05:06:07Z",
        locator=Locator("mine.jsonl", 0, len(first) + 1),
        native_id="7",
        zone="UTC",
        recipients=(ben, Person("Cleo", "Cleo")),
        reply_to="6",
        language="en",
    )
    assert found.records[1].text == "yes\n\n  please"
    assert found.records[1].locator.offset == len(first) + 1
    assert found.problems == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_gives_the_same_words_whatever_separates_them(read, tmp_path, delimiter):
    rows = [
        ["Conversation", "time", "Author", "text", "note"],
        ["kitchen", "2021-03-04 05:06", "Anna", '"tea, or coffee; or\tmilk?\nsay ""milk"""', ""],
        ["kitchen", "2021-03-04 05:07", "Ben", "milk", "ignored"],
    ]
    path = tmp_path / "mine.csv"
    path.write_bytes("".join(delimiter.join(row) + "\r\n" for row in rows).encode("utf-8-sig"))
    found = read(path)
    assert found.lines == [("Anna", 'tea, or coffee; or\tmilk?\nsay "milk"'), ("Ben", "milk")]
    assert found.records[0].precision == "minute"
    assert found.records[1].locator.row == 2
    assert found.problems == []


def test_a_json_array_is_read_and_one_broken_item_costs_only_itself(read, tmp_path):
    items = [json.dumps({**GOOD, "text": f"line {i}"}, indent=1) for i in range(4)]
    items[1] = items[1].replace('"line 1"', '"line \\x0B"')
    path = tmp_path / "mine.json"
    path.write_text("[\n" + ",\n".join([*items, '"a string"']) + "\n]\n")
    found = read(path)
    assert [text for _, text in found.lines] == ["line 0", "line 2", "line 3"]
    assert found.skipped == [
        ("mine.json:line 8", "the item is not whole, valid JSON"),
        ("mine.json:line 26", "the item is not a JSON object"),
    ]
    assert found.records[2].locator.pointer == "/3"


def test_a_cut_off_json_array_gives_what_is_whole_and_names_the_rest(read, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([GOOD, {**GOOD, "text": "second"}])[:-20])
    found = read(path)
    assert found.lines == [("Anna", "tea?")]
    assert [why for _, why in found.skipped] == ["the item is not whole, valid JSON"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ('{"conversation": "kitchen", "time": "2021-03-04", "author": "Anna", "te', "not whole, valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ({**GOOD, "text": None}, "text is missing"),
        ({**GOOD, "text": ""}, "text is empty"),
        ({**GOOD, "text": ["tea"]}, "text is not a string"),
        ({**GOOD, "author": None}, "author is missing"),
        ({**GOOD, "author": 4}, "author is not a string"),
        ({**GOOD, "conversation": ""}, "conversation is missing"),
        ({**GOOD, "time": "yesterday"}, "time is no ISO 8601"),
        ({**GOOD, "time": "2021-02-30"}, "time is no ISO 8601"),
        ({**GOOD, "time": True}, "time is neither"),
        ({**GOOD, "time": 1e300}, "time is no ISO 8601"),
        ({**GOOD, "time": float("nan")}, "time is no ISO 8601"),
        ({**GOOD, "kind": "shout"}, "kind is none of"),
        ({**GOOD, "id": [1]}, "id is not a string"),
        ("[" * 100_000, "not whole, valid JSON"),
        ('{"text": ' + "9" * 5000 + "}", "not whole, valid JSON"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_go_on(read, tmp_path, change, why):
    found = read(_jsonl(tmp_path / "mine.jsonl", GOOD, change, {**GOOD, "text": "after"}))
    assert [text for _, text in found.lines] == ["tea?", "after"]
    [(where, reason)] = found.skipped
    assert where == "mine.jsonl:line 2"
    assert why in reason


@pytest.mark.parametrize(
    ("given", "utc", "precision"),
    [
        ("2021-03-04T05:06:07+02:00", "2021-03-04T03:06:07", "second"),
        ("2021-03-04T05:06:07.123456789Z", "2021-03-04T05:06:07", "second"),
        ("2021-03-04 05:06:07 UTC", "2021-03-04T05:06:07", "second"),
        ("2021-03-04T05:06", "2021-03-04T04:06:00", "minute"),
        ("2021-07-04T05:06:00", "2021-07-04T03:06:00", "second"),
        ("2021-03-04", "2021-03-04T00:00:00", "day"),
        (1614834367, "2021-03-04T05:06:07", "second"),
        (1614834367000, "2021-03-04T05:06:07", "second"),
        ("1614834367", "2021-03-04T05:06:07", "second"),
        (-62135596800, "0001-01-01T00:00:00", "second"),
        ("1666-09-02T03:00", "1666-09-02T02:06:32", "minute"),
        (None, None, "none"),
    ],
)
def test_times_are_read_as_far_as_they_tell(read, tmp_path, given, utc, precision):
    found = read(_jsonl(tmp_path / "mine.jsonl", {**GOOD, "time": given}), zone="Europe/Berlin")
    [record] = found.records
    assert (record.said_at and record.said_at.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)) == utc
    assert record.precision == precision
    assert record.said_raw == ("" if given is None else str(given))


def test_the_hour_that_occurs_twice_runs_forward(read, tmp_path):
    times = ["2020-10-25T02:30:00", "2020-10-25T02:10:00", "2020-10-25T02:20:00", "2020-10-25T03:00:00"]
    found = read(_jsonl(tmp_path / "m.jsonl", *({**GOOD, "time": t} for t in times)), zone="Europe/Berlin")
    assert [r.said_at.strftime("%H:%M") for r in found.records] == ["00:30", "01:10", "01:20", "02:00"]


def test_wrong_optional_fields_are_left_out_with_a_warning(read, tmp_path):
    odd = {**GOOD, "reply_to": {}, "recipients": "Ben; Cleo", "language": "klingon!"}
    found = read(_jsonl(tmp_path / "mine.jsonl", odd, {**GOOD, "recipients": 5}))
    assert [len(r.recipients) for r in found.records] == [2, 0]
    assert [r.reply_to or r.language for r in found.records] == [None, None]
    assert len(found.warnings) == 3


def test_half_a_character_is_replaced_and_that_is_said(read, tmp_path):
    found = read(_jsonl(tmp_path / "m.jsonl", '{"conversation":"k","author":"Anna","text":"so \\ud83d"}'))
    assert found.lines == [("Anna", "so \ufffd")]
    assert "lone surrogate" in found.warnings[0]


def test_one_id_for_two_different_things_is_refused_for_the_second(read, tmp_path):
    rows = ({**GOOD, "id": "1"}, {**GOOD, "id": "1"}, {**GOOD, "id": "1", "text": "other"})
    found = read(_jsonl(tmp_path / "mine.jsonl", *rows))
    assert len(found.records) == 2
    assert "already used" in found.skipped[0][1]


def test_a_notice_needs_no_author_and_three_people_are_a_group(read, tmp_path):
    notice = {**GOOD, "author": None, "kind": "system", "text": "Cleo joined"}
    people = [{**GOOD, "author": name} for name in ("Anna", "Ben", "Cleo")]
    found = read(_jsonl(tmp_path / "mine.jsonl", notice, *people))
    assert found.threads[0].kind == "group"
    assert (found.records[0].kind, found.records[0].author) == ("system", None)


def test_line_separators_inside_a_string_do_not_end_the_line(read, tmp_path):
    text = "one\u2028two\u2029three\x85four\x0cfive"
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({**GOOD, "text": text}, ensure_ascii=False) + "\n", newline="")
    assert read(path).lines == [("Anna", text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_ids_rest_on_the_line_not_on_the_encoding_or_newlines(read, tmp_path, encoding):
    line = json.dumps({**GOOD, "text": "Grüße 🎆"}, ensure_ascii=False)
    path = tmp_path / "mine.jsonl"
    path.write_bytes(f"{line}\r\n{line}\r\n".encode(encoding))
    found = read(path)
    assert [r.raw for r in found.records] == [line.encode()] * 2
    data = path.read_bytes()
    where = found.records[1].locator
    codec = "utf-16-le" if encoding == "utf-16" else "utf-8"
    assert data[where.offset : where.offset + where.length].decode(codec) == line + "\r\n"


def test_windows_1252_is_read_and_said_other_bytes_are_refused(read, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes("conversation,time,author,text\nk,,Anna,Grüße\n".encode("cp1252"))
    found = read(path)
    assert found.lines == [("Anna", "Grüße")]
    assert "Windows-1252" in found.warnings[0]
    path.write_bytes(b"conversation,time,author,text\nk,,Anna,Gr\x81\x8de\n")
    with pytest.raises(SourceError, match="not text"):
        read(path)


def test_one_line_of_bad_bytes_costs_only_itself(read, tmp_path):
    path = tmp_path / "mine.jsonl"
    good = json.dumps({**GOOD, "text": "Grüße"}, ensure_ascii=False).encode() + b"\n"
    path.write_bytes(good + good.replace("ü".encode(), b"\xfc") + good)
    found = read(path)
    assert [text for _, text in found.lines] == ["Grüße", "Grüße"]
    assert found.skipped[0][0] == "mine.jsonl:line 2"


def test_a_quote_that_is_never_closed_costs_one_row(read, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('conversation,time,author,text\nk,,Anna,"tea\nk,,Ben,yes\nk,,Anna\nk,,Ben,"fi""ne"\n')
    found = read(path)
    assert found.lines == [("Ben", "yes"), ("Ben", 'fi"ne')]
    assert found.skipped == [
        ("mine.csv:line 2", "the quotes of the row do not match"),
        ("mine.csv:line 4", "the row has not as many columns as the header"),
    ]


def test_the_common_other_names_of_columns_are_understood(read, tmp_path):
    row = {"chat": "kitchen", "timestamp": 1614834367, "sender": "Anna", "message": "tea?"}
    assert read(_jsonl(tmp_path / "mine.jsonl", row)).lines == [("Anna", "tea?")]


def test_a_file_in_which_nothing_can_be_read_is_an_error_with_the_reasons(read, tmp_path):
    path = _jsonl(tmp_path / "mine.jsonl", *[{"author": "Anna", "text": "tea?"}] * 3)
    with pytest.raises(SourceError, match="3 × conversation is missing"):
        read(path)


@pytest.mark.parametrize(
    "content", ["just a diary\n", "a,b\n1,2\n", '{"a": 1}\n', "[1, 2]\n", "\n\n", "{", "[", '"']
)
def test_what_is_no_table_of_messages_is_not_taken(read, tmp_path, content):
    path = tmp_path / "some.data"
    path.write_text(content)
    with pytest.raises(UnknownFormat, match="What each takes: afterself import --help"):
        read(path)


def test_a_folder_of_tables_and_chats_brings_both(read, tmp_path):
    _jsonl(tmp_path / "mine.jsonl", GOOD)
    (tmp_path / "WhatsApp Chat with Ben.txt").write_text("13/1/20, 09:00 - Ben: hi\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    found = read(tmp_path)
    assert found.formats == ["WhatsApp chat", "JSON Lines"]
    assert found.lines == [("Ben", "hi"), ("Anna", "tea?")]
