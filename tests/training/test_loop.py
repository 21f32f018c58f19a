"""The loop's arithmetic: the schedule, when it measures, when it stops, what it keeps."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from afterself.datasets import Dataset, Example
from afterself.errors import TrainingError, UsageError
from afterself.home.cores import usable_cores
from afterself.training.device import Machine, cpu_has_bfloat16, machine
from afterself.training.loop import EARLY, Loop, bits_per_byte, plan_steps, rate_at, share_at
from afterself.training.options import Settings, TrainOptions, default_rate, settle
from afterself.training.stopping import Interrupted

PLAIN = Machine(torch.device("cpu"), "CPU", 1, bfloat16=False, memory=None)
SETTINGS = Settings("full", 2e-3, 3.0, 128, 0)


@pytest.fixture
def model(tiny_base: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()


def counting(start: int) -> Example:
    """Sixteen ids in a row, all but the first targets."""
    return Example(list(range(start, start + 16)), [False] + [True] * 15, "t", (), 30)


def dataset(validation: bool = True) -> Dataset:
    train = [counting(40 + n % 60) for n in range(60)]
    return Dataset(train, [counting(70), counting(90)] if validation else [], 128)


def test_the_rate_warms_up_and_stays() -> None:
    rates = [rate_at(step, 100, SETTINGS) for step in range(100)]
    assert rates[0] == pytest.approx(SETTINGS.rate / 6)
    assert rates[5:] == [SETTINGS.rate] * 95


def test_in_the_average_later_weights_count_more() -> None:
    average = 0.0
    for step in range(100):
        average += share_at(step, SETTINGS) * (step + 1 - average)
    assert average == pytest.approx(200 / 3), "of a hundred equal steps it stands after two thirds"
    assert share_at(500, replace(SETTINGS, average=0.0)) == 1, "only the last weights count"


def test_a_run_makes_the_average_and_not_its_last_step(model: Any) -> None:
    start = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    loop = Loop(model, dataset(validation=False), SETTINGS, PLAIN)
    passed: list[torch.Tensor] = []
    loop.after_step = lambda now: passed.append(now.trained["model.norm.weight"].detach().clone())
    state = loop.run()
    expected = start["model.norm.weight"]
    for step, weight in enumerate(passed):
        expected = torch.lerp(expected, weight, share_at(step, SETTINGS))
    assert state.best is None
    assert torch.allclose(loop.trained["model.norm.weight"], expected)
    assert not torch.equal(passed[-1], loop.trained["model.norm.weight"])


def test_measuring_changes_nothing_of_the_run(model: Any) -> None:
    loop = Loop(model, dataset(), SETTINGS, PLAIN)
    before = {name: weight.detach().clone() for name, weight in loop.trained.items()}
    loop.state.average["model.norm.weight"].fill_(3.0)
    with loop._averaged():
        assert torch.all(loop.trained["model.norm.weight"] == 3.0)
    assert all(torch.equal(weight, before[name]) for name, weight in loop.trained.items())
    assert torch.all(loop.state.average["model.norm.weight"] == 3.0)


def test_validation_is_measured_every_half_epoch() -> None:
    plan = plan_steps(dataset().train, SETTINGS)
    assert len(plan.evaluate_after) == 6 and max(plan.evaluate_after) == len(plan.steps)
    assert plan.tokens == 3 * 60 * 16


def test_half_an_epoch_can_be_trained() -> None:
    whole = plan_steps(dataset().train, Settings("full", 2e-3, 1.0, 128, 0))
    half = plan_steps(dataset().train, Settings("full", 2e-3, 0.5, 128, 0))
    assert len(half.steps) == (len(whole.steps) + 1) // 2


def test_the_best_weights_stay_in_the_model(model: Any) -> None:
    loop = Loop(model, dataset(), SETTINGS, PLAIN)
    state = loop.run()
    assert state.best is not None
    assert state.best.bits == min(e.bits for e in state.evaluations)
    now = bits_per_byte(model, loop.dataset.validation, 128, PLAIN)
    assert now == pytest.approx(state.best.bits, rel=1e-6)


def test_a_run_that_gets_worse_is_stopped_after_half_an_epoch_of_patience(model: Any) -> None:
    backwards = [Example(list(range(99 - n % 40, 83 - n % 40, -1)), counting(0).supervised, "t", (), 30)
                 for n in range(60)]  # fmt: skip
    loop = Loop(model, Dataset(backwards, [counting(40)], 128), Settings("full", 2e-3, 50.0, 128, 0), PLAIN)
    state = loop.run()
    assert state.step < len(loop.plan.steps)
    assert loop.progress.report().note.endswith(EARLY)
    assert len(state.evaluations) == state.evaluations.index(state.best) + 2  # type: ignore[arg-type]


def test_without_validation_all_epochs_are_trained(model: Any) -> None:
    loop = Loop(model, dataset(validation=False), SETTINGS, PLAIN)
    state = loop.run()
    assert state.step == len(loop.plan.steps) and state.best is None


def test_ctrl_c_ends_a_run_after_the_step_under_way_and_a_second_one_at_once(model: Any) -> None:
    loop = Loop(model, dataset(), SETTINGS, PLAIN)
    kept: list[int] = []
    loop.after_step = lambda now: os.kill(os.getpid(), signal.SIGINT) if now.state.step == 2 else None
    loop.before_stop = lambda now: kept.append(now.state.step)
    with pytest.raises(Interrupted):
        loop.run()
    assert kept == [2] and signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def twice(_: Loop) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

    loop.after_step = twice
    with pytest.raises(KeyboardInterrupt) as caught:
        loop.run()
    assert not isinstance(caught.value, Interrupted) and kept == [2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_run_outside_the_main_thread_leaves_ctrl_c_alone(model: Any) -> None:
    loop, met = Loop(model, dataset(), SETTINGS, PLAIN), []
    loop.after_step = lambda _: met.append(signal.getsignal(signal.SIGINT))
    running = threading.Thread(target=loop.run)
    running.start()
    running.join()
    assert set(met) == {signal.default_int_handler}


def test_divergence_stops_the_run_and_names_a_remedy(model: Any) -> None:
    with torch.no_grad():
        model.model.layers[0].mlp.down_proj.weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="diverged at step 1") as caught:
        Loop(model, dataset(), SETTINGS, PLAIN).run()
    assert "--rate 0.0005" in caught.value.remedy


def test_the_embedded_base_is_trained_whole_and_a_bigger_one_by_an_adapter() -> None:
    options = TrainOptions()
    small = settle(options, embedded=True, width=512, longest=1024, validated=True)
    big = settle(options, embedded=False, width=2048, longest=32768, validated=False)
    assert (small.method, small.rate, small.epochs, small.context) == ("full", 2e-3, 3.0, 512)
    assert (big.method, big.rate, big.epochs) == ("lora", pytest.approx(4e-4), 2.0)
    assert default_rate("lora", 256) == pytest.approx(3.2e-3)
    assert default_rate("full", 4096) == pytest.approx(3.125e-5)


@pytest.mark.parametrize("odd", [{"epochs": 0}, {"rate": 2.0}, {"method": "qlora"}])
def test_odd_options_are_refused(odd: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        TrainOptions(**odd)


def test_a_context_that_the_base_cannot_read_is_refused() -> None:
    with pytest.raises(UsageError, match="between 64 and 256"):
        settle(TrainOptions(context=512), embedded=False, width=64, longest=256, validated=True)


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be used on this machine"):
        machine("cuda:99")


def test_the_machine_is_described() -> None:
    found = machine("cpu")
    assert found.bfloat16 == cpu_has_bfloat16()
    assert found.threads >= 1 and usable_cores() >= 1
    assert found.memory is None or found.memory > 10_000_000
