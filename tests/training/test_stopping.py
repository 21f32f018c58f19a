"""Ctrl-C in training: heard at once, heeded when the step is complete."""

from __future__ import annotations

import signal

import pytest

from afterself.home.jobs import Progress, Report
from afterself.training.stopping import heeding_interrupts


def test_the_first_ctrl_c_is_said_to_be_heard_at_once_and_the_second_ends_the_run() -> None:
    told: list[Report] = []
    progress = Progress(told.append, interval=1e9)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            heeding_interrupts(lambda: progress.remark("stopping")) as wish,
        ):
            signal.raise_signal(signal.SIGINT)
            assert wish.asked and told[-1].note == "stopping"
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
