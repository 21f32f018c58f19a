"""Afterself: a digital self from what a person has written and said, on their own machine."""

from __future__ import annotations

import os

__version__ = "0.1.0"

# Nothing leaves the machine unless a command says so: every dependency's telemetry
# and hub access is off before any of them can be imported.
for _name, _value in {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TOKENIZERS_PARALLELISM": "false",
}.items():
    os.environ.setdefault(_name, _value)

# Threads of torch that wait for each other spin; where another program wants the core, the one that
# they wait for does not get it. Read when torch is loaded: benchmarks/results/waiting_threads.txt.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
