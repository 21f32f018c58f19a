"""What every figure stands on: runs in turn, the children's own CPU seconds, nothing overwritten unasked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER))
    import runner

    yield runner


def child(runner: ModuleType, code: str, side: str = "ours", repeat: int = 0) -> Any:
    return runner.measured([sys.executable, "-c", code], side, repeat)


SPIN = """
import json, time
until = time.process_time() + {seconds}
while time.process_time() < until: pass
print("some words before")
print(json.dumps({{"speed": {speed}}}))
"""


def compared(runner: ModuleType, **more: Any) -> Any:
    runs = runner.alternate(
        ["ours", "theirs"], 2,
        lambda side, n: child(
            runner, SPIN.format(seconds=0.05, speed=8 + n if side == "ours" else 4 + n), side, n
        ),
    )  # fmt: skip
    metrics = (runner.Metric("speed", "things per second"),)
    return runner.Comparison("trial", "A trial", "ours", metrics, ("numpy",), runs, **more)


def test_sides_take_turns_at_being_first(runner: ModuleType) -> None:
    order = [(run.repeat, run.side) for run in compared(runner).runs]
    assert order == [(0, "ours"), (0, "theirs"), (1, "theirs"), (1, "ours")]


def test_cpu_seconds_and_memory_are_those_of_the_measured_process(runner: ModuleType) -> None:
    code = "block = bytearray(b'x') * 80_000_000\n" + SPIN.format(seconds=0.3, speed=1)
    values = child(runner, code).values
    assert 0.3 <= values["process_cpu_s"] < 3
    assert values["process_peak_mib"] > 76
    assert values["speed"] == 1


def test_a_fork_is_measured_by_its_own_cpu_seconds(runner: ModuleType) -> None:
    code = (
        "import json, time, runner\n"
        "def work():\n"
        "    until = time.process_time() + 0.2\n"
        "    while time.process_time() < until: pass\n"
        "    return {'speed': 3}\n"
        "print(json.dumps(runner.forked('ours', 0, work).values))\n"
    )
    values = child(runner, f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n" + code).values
    assert values["speed"] == 3 and 0.2 <= values["process_cpu_s"] < 2


def test_a_run_that_fails_stops_the_measurement_and_shows_why(runner: ModuleType) -> None:
    with pytest.raises(SystemExit, match="ZeroDivisionError"):
        child(runner, "1 / 0")


def test_a_result_is_not_overwritten_unless_that_is_asked_for(runner: ModuleType, tmp_path: Path) -> None:
    comparison = compared(runner)
    runner.finish(comparison, tmp_path, replace=False)
    before = (tmp_path / "trial.json").read_bytes()
    with pytest.raises(SystemExit, match="--replace"):
        runner.need_room(tmp_path, "trial", replace=False)
    with pytest.raises(SystemExit, match="--replace"):
        runner.finish(comparison, tmp_path, replace=False)
    assert (tmp_path / "trial.json").read_bytes() == before
    runner.finish(comparison, tmp_path, replace=True)


def test_a_result_tells_machine_commit_command_every_run_and_the_ratio_in_pairs(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.finish(compared(runner, facts={"messages": 7}, notes=["A note."]), tmp_path, replace=False)
    found = json.loads((tmp_path / "trial.json").read_text("utf-8"))
    assert found["machine"]["cpu"] and found["machine"]["packages"]["numpy"]
    assert found["commit"] and found["command"].startswith("python benchmarks/")
    assert len(found["runs"]) == 4 and all(len(run["load"]) == 2 for run in found["runs"])
    theirs = found["summary"]["speed"]["theirs"]
    assert theirs["ours_over_theirs"] == {"min": 1.8, "median": 1.9, "max": 2.0}
    assert theirs["ours_better_in"] == theirs["pairs"] == 2
    text = (tmp_path / "trial.txt").read_text("utf-8")
    assert text == capsys.readouterr().out
    assert "ours better in all 2 pairs" in text and "messages: 7" in text and "A note." in text


def test_what_is_better_in_some_pairs_only_is_called_noise(runner: ModuleType) -> None:
    assert runner._verdict({"ours_better_in": 3, "pairs": 5}) == "within noise: ours better in 3 of 5"
    assert "WORSE" in runner._verdict({"ours_better_in": 0, "pairs": 5})


def test_the_generated_export_is_the_same_every_time_and_is_read_whole(
    runner: ModuleType, tmp_path: Path
) -> None:
    from import_against_chat_miner import ours
    from whatsapp_maker import write

    first, second = tmp_path / "WhatsApp Chat with A.txt", tmp_path / "WhatsApp Chat with B.txt"
    write(300, first)
    write(300, second)
    assert first.read_bytes() == second.read_bytes()
    assert ours(first).total() == 300
