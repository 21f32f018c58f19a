"""Local times become instants as they were lived, whatever this machine is set to."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from afterself.errors import UsageError
from afterself.importers import local_time
from afterself.importers.local_time import THIS_MACHINE, LocalClock


@pytest.fixture
def zone(monkeypatch):
    """Sets this machine's zone for one test."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def test_without_a_zone_the_machines_is_taken_and_named(zone):
    zone("America/New_York")
    clock = LocalClock()
    assert clock.name == "America/New_York"
    assert clock.utc(datetime(2021, 7, 1, 12)) == datetime(2021, 7, 1, 16, tzinfo=UTC)


def test_a_machine_that_only_tells_rules_is_still_followed(zone):
    zone("CET-1CEST,M3.5.0,M10.5.0/3")
    clock = LocalClock()
    assert clock.name == THIS_MACHINE
    assert clock.utc(datetime(2021, 7, 1, 12)) == datetime(2021, 7, 1, 10, tzinfo=UTC)
    assert clock.utc(datetime(2021, 1, 1, 12)) == datetime(2021, 1, 1, 11, tzinfo=UTC)


def test_the_name_is_found_where_the_system_keeps_it(zone, monkeypatch, tmp_path):
    monkeypatch.delenv("TZ", raising=False)
    (tmp_path / "zoneinfo" / "Asia").mkdir(parents=True)
    target = tmp_path / "zoneinfo" / "Asia" / "Tokyo"
    target.write_bytes(b"")
    (tmp_path / "localtime").symlink_to(target)
    monkeypatch.setattr(local_time, "_LOCALTIME", tmp_path / "localtime")
    assert LocalClock().name == "Asia/Tokyo"


def test_a_time_that_the_clocks_jumped_over_is_still_an_instant():
    clock = LocalClock("Europe/Berlin")
    assert clock.utc(datetime(2021, 3, 28, 2, 30)) == datetime(2021, 3, 28, 1, 30, tzinfo=UTC)


def test_the_second_reading_of_the_double_hour_is_taken_only_when_time_would_run_back():
    clock = LocalClock("Europe/Berlin")
    wall = datetime(2020, 10, 25, 2, 10)
    first, second = datetime(2020, 10, 25, 0, 10, tzinfo=UTC), datetime(2020, 10, 25, 1, 10, tzinfo=UTC)
    assert clock.utc(wall) == first
    assert clock.utc(wall, datetime(2020, 10, 25, 0, 30, tzinfo=UTC)) == second
    assert clock.utc(wall, datetime(2020, 10, 25, 5, 0, tzinfo=UTC)) == first


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "/etc/passwd", "a" * 5000, "Europe/Berlin\0"])
def test_an_unknown_zone_is_told(name):
    with pytest.raises(UsageError, match="not a time zone"):
        LocalClock(name)
