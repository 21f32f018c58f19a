from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from afterself.home.audit import append_audit, broken_audit_lines


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


def test_a_line_torn_by_a_power_cut_does_not_swallow_the_next(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    append_audit(log, "first", {})
    log.write_bytes(log.read_bytes() + b'{"at":"2026-01')
    append_audit(log, "second", {})
    lines = log.read_text().splitlines()
    assert [json.loads(lines[0])["event"], json.loads(lines[2])["event"]] == ["first", "second"]
    assert broken_audit_lines(log) == [2]


def test_the_chain_holds_when_many_write_at_once_and_lines_are_long(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_audit(log, "long", {"n": n, "ids": ["x" * 40] * 3000}), range(16)))
    assert broken_audit_lines(log) == []
    assert sorted(json.loads(line)["n"] for line in log.read_text().splitlines()) == list(range(16))
