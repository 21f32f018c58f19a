"""How many cores this process may use: not how many the machine has."""

from __future__ import annotations

import os
from pathlib import Path


def usable_cores() -> int:
    """Cores by affinity, and by the quota of the control group (containers) where there is one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = system_text("/sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdigit() and period.strip().isdigit():
        cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


def system_text(path: str) -> str:
    """What a file of /proc or /sys says; "" where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
