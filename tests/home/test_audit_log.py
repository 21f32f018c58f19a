from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from afterself.home.audit import append_audit, audit_lines, broken_audit_lines
from afterself.home.keys import Keys


def test_a_changed_line_of_the_audit_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    for number in range(5):
        append_audit(log, "counted", {"number": number})
    assert broken_audit_lines(log) == []
    log.write_text(log.read_text().replace('"number":2', '"number":7'))
    assert broken_audit_lines(log) == [3, 4]


def test_a_removed_line_of_the_audit_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    for number in range(5):
        append_audit(log, "counted", {"number": number})
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:1] + lines[2:]))
    assert broken_audit_lines(log) == [2]


@pytest.mark.parametrize("keys", [None, Keys(bytes(32))], ids=["plain", "encrypted"])
def test_a_line_torn_by_a_power_cut_leaves_no_gap_in_the_chain(tmp_path: Path, keys: Keys | None) -> None:
    log = tmp_path / "audit.log"
    for event in ("first", "second", "torn"):
        append_audit(log, event, {}, keys)
    whole = log.read_bytes()
    *_, last = whole.splitlines(keepends=True)
    for kept in range(1, len(last) - 1):
        log.write_bytes(whole[: len(whole) - len(last) + kept])
        assert broken_audit_lines(log, keys) == []
        append_audit(log, "third", {}, keys)
        assert [json.loads(line)["event"] for line in audit_lines(log, keys)] == ["first", "second", "third"]
        assert broken_audit_lines(log, keys) == []


@pytest.mark.parametrize("keys", [None, Keys(bytes(32))], ids=["plain", "encrypted"])
def test_a_damaged_end_of_the_last_line_is_no_torn_line(tmp_path: Path, keys: Keys | None) -> None:
    log = tmp_path / "audit.log"
    append_audit(log, "first", {}, keys)
    append_audit(log, "second", {}, keys)
    whole = log.read_bytes()
    log.write_bytes(whole[:-1])
    assert broken_audit_lines(log, keys) == []
    append_audit(log, "third", {}, keys)
    assert len(audit_lines(log, keys)) == 3
    for bit in range(8):
        log.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1 << bit]))
        assert broken_audit_lines(log, keys) == [2]


def test_the_chain_holds_when_many_write_at_once_and_lines_are_long(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_audit(log, "long", {"n": n, "ids": ["x" * 40] * 3000}), range(16)))
    assert broken_audit_lines(log) == []
    assert sorted(json.loads(line)["n"] for line in log.read_text().splitlines()) == list(range(16))
