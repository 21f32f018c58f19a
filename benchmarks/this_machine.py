"""What a figure was measured on: machine, load, versions and commit, as plain data for a result file.

No host name, user or path is taken down. What a system does not tell is left out. How runs are made
is the business of `runner.py`.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def machine(packages: Iterable[str] = ()) -> dict[str, Any]:
    """CPU, cores, memory in GiB, kernel, Python, and the versions of the packages that are installed."""
    return {
        "cpu": _line("/proc/cpuinfo", r"model name\s*:\s*(.+)") or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(int(_line("/proc/meminfo", r"MemTotal:\s*(\d+)") or 0) / 2**20, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: found for name in packages if (found := _version(name))},
    }


def load() -> float | None:
    """Processes that run or wait to run, averaged over the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def commit() -> str:
    """The commit that is measured, with a + if tracked files other than results differ from it."""
    head = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results")
    return head + "+" * bool(head and changed)


def described(found: dict[str, Any]) -> str:
    """The machine in one line, its packages in another."""
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    line = (
        f"{found['cpu']} ({found['architecture']}), {found['cores']} cores, {found['memory_gib']} GiB, "
        f"{found['kernel']}, Python {found['python']}"
    )
    return f"{line}\n{packages}" if packages else line


def header() -> str:
    """Date, commit, load and machine, as comment lines for a result that is kept as text."""
    return "\n".join(
        f"# {line}"
        for line in (
            f"{datetime.now(UTC).date().isoformat()}, commit {commit()}, load {load()}",
            *described(machine()).split("\n"),
        )
    )


def _line(path: str, pattern: str) -> str:
    try:
        found = re.search(pattern, Path(path).read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
