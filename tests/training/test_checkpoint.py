"""Killed, refused, out of room: what a run under way promises, and what it leaves in the self."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterself.archive.store import Archive
from afterself.errors import SelfError, TrainingError
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.policy import open_view
from afterself.training import Preflight, TrainOptions, current_weights, require_weights, train
from afterself.training import checkpoint as checkpoint_module
from tests.training.conftest import BARELY
from tests.training.selves import make_self, talk

OPTIONS = TrainOptions(method="full", epochs=6, context=128)
PROGRAM = """
from afterself.cli import main
from afterself.training import checkpoint
checkpoint.SECONDS, checkpoint.SHARE = 0.0, 0
{before}
main()
"""


def start(self_: Self, base: Path, *more: str, before: str = "") -> subprocess.Popen[str]:
    """`afterself train` in a process of its own, writing its checkpoint after every step."""
    arguments = ["--self", str(self_.path), "train", "--base", str(base), "--yes", *more]
    options = ["--method", "full", "--epochs", "6", "--context", "128"]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(before=before), *arguments, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def kill_after(running: subprocess.Popen[str], seconds: float) -> str:
    """SIGKILL so long after training began; gives what had been told, "" if it was over by then."""
    told = until_it_begins(running)
    time.sleep(seconds)
    over = running.poll() is not None
    running.send_signal(signal.SIGKILL)
    running.communicate()
    return "" if over else told


def until_it_begins(running: subprocess.Popen[str]) -> str:
    """Read what is told before the first step."""
    assert running.stderr is not None
    told = ""
    for line in running.stderr:
        told += line
        if line.startswith("The base reads"):
            break
    return told


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every step."""
    monkeypatch.setattr(checkpoint_module, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoint_module, "SHARE", 0)


@pytest.fixture
def ida(tmp_path: Path) -> Self:
    return make_self(tmp_path / "ida", talk("Anna", 60))


class Stopped(Exception):
    """Raised by a test in the middle of a run, as a kill would end it."""


def stopped_at(self_: Self, base: Path, share: float, options: TrainOptions = OPTIONS) -> None:
    """Train until so much of the run is done."""

    def watch(report: Report) -> None:
        if report.stage.startswith("training") and report.total and report.done >= share * report.total:
            raise Stopped

    with pytest.raises(Stopped):
        train(self_, str(base), options, Progress(watch, interval=0))


def resumed(self_: Self, base: Path, options: TrainOptions = OPTIONS) -> tuple[Preflight, list[str]]:
    """Train to the end; gives the preflight and the names of the stages."""
    seen: list[Preflight] = []
    stages: list[str] = []
    train(
        self_,
        str(base),
        options,
        Progress(lambda report: stages.append(report.stage)),
        confirm=lambda told: seen.append(told) or True,  # type: ignore[func-returns-value]
    )
    return seen[0], stages


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_a_run_killed_at_random_points_ends_as_if_it_had_never_been_killed(
    ida: Self, tiny_base: Path
) -> None:
    unbroken = Self.open(Path(shutil.copytree(ida.path, ida.path.with_name("unbroken"))))
    running = start(unbroken, tiny_base)
    assert running.wait() == 0, running.communicate()[1]
    rng = random.Random(int(os.environ.get("AFTERSELF_KILL_SEED", "1")))
    killed = [kill_after(start(ida, tiny_base), rng.uniform(0.05, 1.2)) for _ in range(3)]
    assert sum(map(bool, killed)) >= 2
    assert current_weights(ida) is None or not all(killed)
    start(ida, tiny_base).communicate()
    one, other = require_weights(unbroken), require_weights(ida)
    assert one.bits_weights == pytest.approx(other.bits_weights, abs=1e-3)
    assert (one.tokens, one.settings["steps"]) == (other.tokens, other.settings["steps"])
    assert (one.path / "model.safetensors").read_bytes() == (other.path / "model.safetensors").read_bytes()
    assert [path.name for path in ida.weights_dir.iterdir()] == [other.id]


def test_it_says_that_it_goes_on_and_where_and_how_to_begin_anew(
    ida: Self, tiny_base: Path, often: None
) -> None:
    stopped_at(ida, tiny_base, 0.5)
    running = start(ida, tiny_base)
    _, told = running.communicate()
    assert "Resuming  the unfinished run of " in told and "after step " in told and "--fresh" in told
    assert "training on from step" in told and running.returncode == 0


def test_fresh_begins_anew(ida: Self, tiny_base: Path, often: None) -> None:
    stopped_at(ida, tiny_base, 0.5)
    told, stages = resumed(ida, tiny_base, TrainOptions(method="full", epochs=6, context=128, fresh=True))
    assert told.resumes is None and told.others == 0 and "training" in stages


def test_an_adapter_goes_on_too(ida: Self, tiny_base: Path, often: None) -> None:
    options = TrainOptions(method="lora", epochs=3, context=128)
    unbroken = Self.open(Path(shutil.copytree(ida.path, ida.path.with_name("unbroken"))))
    stopped_at(ida, tiny_base, 0.6, options)
    one, other = train(ida, str(tiny_base), options), train(unbroken, str(tiny_base), options)
    name = "adapter_model.safetensors"
    assert (one.path / name).read_bytes() == (other.path / name).read_bytes()


@pytest.mark.parametrize(
    "changed", [{"rate": 1e-3}, {"seed": 3}, {"epochs": 5}, {"exclude_threads": ("Ben",)}]
)
def test_a_checkpoint_of_other_settings_or_data_waits_and_is_told(
    tmp_path: Path, tiny_base: Path, often: None, changed: dict[str, object]
) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 40) + talk("Ben", 30))
    stopped_at(self_, tiny_base, 0.5)
    values = {"method": "full", "epochs": 6, "context": 128, "publish_anyway": True, **changed}
    told, _ = resumed(self_, tiny_base, TrainOptions(**values))  # type: ignore[arg-type]
    assert told.resumes is None and told.others == 1
    assert not (self_.weights_dir / ".run").exists()


def test_a_damaged_checkpoint_is_not_taken_up(ida: Self, tiny_base: Path, often: None) -> None:
    stopped_at(ida, tiny_base, 0.5)
    (path,) = (ida.weights_dir / ".run").glob("*.pt")
    whole = path.read_bytes()
    for damage in (whole[: len(whole) // 2], b"", b"not a checkpoint", whole[:-1000] + bytes(1000)):
        path.write_bytes(damage)
        told, _ = resumed_preflight(ida, tiny_base)
        assert told.resumes is None
    resumed(ida, tiny_base)
    assert current_weights(ida) is not None


def resumed_preflight(self_: Self, base: Path) -> tuple[Preflight, None]:
    """Only what would be told."""
    seen: list[Preflight] = []

    def decline(told: Preflight) -> bool:
        seen.append(told)
        return False

    with pytest.raises(TrainingError):
        train(self_, str(base), OPTIONS, confirm=decline)
    return seen[0], None


def test_what_is_forgotten_takes_the_checkpoint_that_learned_from_it(
    ida: Self, tiny_base: Path, often: None
) -> None:
    stopped_at(ida, tiny_base, 0.5)
    (old,) = (ida.weights_dir / ".run").glob("*.pt")
    with open_view(ida, "list") as view:
        record = next(iter(view.records())).id
    with Archive.writing(ida) as archive:
        archive.bury([record])
    stopped_at(ida, tiny_base, 0.1)
    assert not old.exists()


def test_a_checkpoint_is_private_and_holds_no_text_of_a_record(
    ida: Self, tiny_base: Path, often: None
) -> None:
    stopped_at(ida, tiny_base, 0.5)
    (path,) = files(ida.weights_dir)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    content = path.read_bytes()
    assert b"my dear" not in content and b"Anna" not in content


def test_ctrl_c_keeps_a_checkpoint_however_soon_it_comes(ida: Self, tiny_base: Path) -> None:
    ctrl_c = """
import os, signal
from afterself.training.loop import Loop
checkpoint.SECONDS = 1e9
step = Loop._step
def pressed(loop, rows):
    step(loop, rows)
    if loop.state.step == 3:
        os.kill(os.getpid(), signal.SIGINT)
Loop._step = pressed
"""
    running = start(ida, tiny_base, before=ctrl_c)
    _, told = running.communicate()
    assert running.returncode == 130, told
    *_, stopped, kept = told.splitlines()
    assert stopped == "Stopped. The same command goes on from here; with --fresh it begins anew."
    (checkpoint,) = files(ida.weights_dir)
    assert str(checkpoint) in kept and " MB in " in kept and "delete that file" in kept
    told_first, stages = resumed(ida, tiny_base)
    assert "after step 3 of" in (told_first.resumes or "") and "training on from step 3" in stages


def test_ctrl_c_while_the_weights_are_tried_loses_nothing_of_what_was_learned(
    ida: Self, tiny_base: Path
) -> None:
    ctrl_c = """
import os, signal
from afterself.training import run
checkpoint.SECONDS = 1e9
run.complaints = lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)
"""
    running = start(ida, tiny_base, before=ctrl_c)
    _, told = running.communicate()
    assert running.returncode == 130 and "The same command goes on from here" in told, told
    told_first, _ = resumed(ida, tiny_base)
    done, steps = re.findall(r"after step (\d+) of (\d+)", told_first.resumes or "")[0]
    assert done == steps


def test_a_self_is_trained_by_one_command_at_a_time(ida: Self, tiny_base: Path) -> None:
    def again(_: Preflight) -> bool:
        with pytest.raises(SelfError, match="Another command"):
            train(ida, str(tiny_base), BARELY)
        return True

    train(ida, str(tiny_base), BARELY, confirm=again)


@pytest.mark.parametrize("kilobytes", [50, 1200])
def test_a_full_disk_is_said_plainly_and_the_self_is_unharmed(
    ida: Self, tiny_base: Path, kilobytes: int
) -> None:
    limit = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n" \
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes} << 10, {kilobytes} << 10))"  # fmt: skip
    running = start(ida, tiny_base, before=limit)
    _, told = running.communicate()
    assert running.returncode in (6, 8), told
    assert "Traceback" not in told and ("cannot be written to" in told or "archive" in told)
    assert current_weights(ida) is None
    leftover = [path for path in files(ida.weights_dir) if path.suffix != ".pt"]
    assert leftover == []
    _, told = start(ida, tiny_base).communicate()
    assert current_weights(ida) is not None, told


def test_weights_no_better_than_the_base_stay_out_and_can_be_published_anyway(
    trained: Self, tiny_base: Path
) -> None:
    before = require_weights(trained)
    running = start(trained, tiny_base, "--rate", "1e-12")
    _, told = running.communicate()
    assert running.returncode == 8
    assert "were not published" in told and "no better than the base" in told and "--publish-anyway" in told
    assert require_weights(trained).id == before.id
    out, told = start(trained, tiny_base, "--rate", "1e-12", "--publish-anyway", "--json").communicate()
    assert "Resuming  the unfinished run" in told
    made = json.loads(out)
    assert require_weights(trained).id == made["weights"] != before.id
    assert any("no better than the base" in note for note in made["notes"])


def test_what_is_forgotten_while_it_is_learned_stops_the_run_and_nothing_of_it_is_left(
    ida: Self, tiny_base: Path, often: None
) -> None:
    forgotten: list[str] = []

    def forget(report: Report) -> None:
        if report.stage.startswith("training") and report.done and not forgotten:
            with open_view(ida, "list") as view:
                forgotten.append(next(iter(view.records())).id)
            with Archive.writing(ida) as archive:
                archive.forget(forgotten)

    with pytest.raises(TrainingError, match="forgotten or excluded meanwhile"):
        train(ida, str(tiny_base), OPTIONS, Progress(forget, interval=0))
    assert list(files(ida.weights_dir)) == []
