"""What waiting threads cost a training run: torch's threads spinning (the default) against passive ones.

    PYTHONPATH=src python benchmarks/waiting_threads.py SELF [--threads 2] [--steps 4] [--runs 2]

Each run is a fresh process that trains the same steps of the self on the embedded base, in turns, with
OMP_WAIT_POLICY as given (“default”: the variable is taken away after Afterself has set it). Time is that
of the steps alone; nothing of the self is changed. Run it beside whatever else uses the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from datetime import date

_STEPS = """
import sys, time
from pathlib import Path
import afterself, os
if sys.argv[2] == "default":
    del os.environ["OMP_WAIT_POLICY"]
from afterself.home.folder import Self
from afterself.models.bases import load_torch, resolve_base
from afterself.training.device import machine
from afterself.training.loop import Loop
from afterself.training.options import TrainOptions, settle
from afterself.training.run import _dataset, prepare
base = resolve_base()
options = TrainOptions()
dataset = _dataset(Self.open(Path(sys.argv[1])), base, options)
import torch
torch.set_num_threads(int(sys.argv[3]))
settings = settle(options, embedded=True, width=256, longest=base.context, validated=False)
loop = Loop(prepare(load_torch(base), settings), dataset, settings, machine("cpu"))
loop._step(loop.plan.steps[0])
began, cpu = time.perf_counter(), time.process_time()
for n in range(int(sys.argv[4])):
    loop._step(loop.plan.steps[loop.state.step])
print([time.perf_counter() - began, time.process_time() - cpu])
"""


def measure(self_: str, policy: str, threads: int, steps: int) -> tuple[float, float]:
    """(wall, CPU) seconds of the steps in a fresh process."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OMP_")}
    command = [sys.executable, "-c", _STEPS, self_, policy, str(threads), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    wall, cpu = json.loads(done.stdout)
    return wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("self")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--runs", type=int, default=2)
    chosen = parser.parse_args()
    print(
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python "
        f"{platform.python_version()}; {chosen.steps} steps, {chosen.threads} threads, {chosen.runs} runs"
    )
    found: dict[str, list[tuple[float, float]]] = {"default": [], "PASSIVE": []}
    for _ in range(chosen.runs):
        for policy, times in found.items():
            times.append(measure(chosen.self, policy, chosen.threads, chosen.steps))
    for policy, times in found.items():
        for what, values in zip(("wall s", "CPU s"), zip(*times, strict=True), strict=True):
            listed = ", ".join(f"{value:.1f}" for value in values)
            print(f"{policy:8} {what:7} {statistics.median(values):6.1f}   ({listed})")


if __name__ == "__main__":
    main()
