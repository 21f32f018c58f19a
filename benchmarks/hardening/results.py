"""Raw results, one JSON object a line, under a first line that says when, where and of what they are.

A script that is started again with the same file goes on behind what is there already.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from afterself.training.device import cpu_name


def header(arguments: list[str]) -> dict[str, Any]:
    """Date, machine, versions, commit and command."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent
    ).stdout.strip()
    name = Path(sys.argv[0]).stem
    return {
        "date": f"{date.today()}", "machine": f"{platform.machine()}, {cpu_name()}, {os.cpu_count()} CPUs",
        "system": f"{platform.system()} {platform.release()}", "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1), "commit": commit,
        "command": " ".join(["python -m", f"benchmarks.hardening.{name}", *arguments]),
    }  # fmt: skip


class Lines:
    """The lines of a result file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.done = [json.loads(line) for line in lines[1:]]
        path.parent.mkdir(parents=True, exist_ok=True)
        self._append({"continued": header(sys.argv[1:])} if lines else header(sys.argv[1:]))

    def add(self, **facts: Any) -> dict[str, Any]:
        """Write one line and show it."""
        self.done.append(facts)
        self._append(facts)
        print(json.dumps(facts, ensure_ascii=False), flush=True)
        return facts

    def _append(self, facts: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts, ensure_ascii=False) + "\n")
