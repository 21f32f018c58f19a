"""How long a self takes from nothing to being ready to talk, and what it needs of memory.

    PYTHONPATH=src python benchmarks/talk_start.py SELF [--runs 7]

Each run is a fresh process in a warm file cache. “to the prompt” is what a person waits: the whole
command, from its start to `you ›` on a real pseudo-terminal. Python may keep its compiled files, as it
does for everybody; nothing of the self is changed but its audit.log.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from this_machine import header

# The stages of `Talk.open`, in its order, taken apart; the first mark is set before anything is imported.
_STAGES = """
import json, resource, sys, time
marks, began = [], time.perf_counter()
def mark(name):
    marks.append((name, time.perf_counter() - began, time.process_time()))
from pathlib import Path
from afterself.home.folder import Self
from afterself.persona.talk import Talk
from afterself.persona.engine import open_engine
from afterself.persona.listeners import header_for
from afterself.policy import open_view
mark("importing the package")
self_ = Self.open(Path(sys.argv[1])); view = open_view(self_, "retrieve")
mark("self and archive")
import xllamacpp
mark("importing llama.cpp")
engine = open_engine(self_)
mark("weights into the engine")
header_for(view)
mark("whom to talk to"); engine.close(); view.close()
print(json.dumps(marks))
"""
_OPEN = """
import json, resource, sys, time
began = time.perf_counter()
from pathlib import Path
from afterself.home.folder import Self
from afterself.persona.talk import Talk
imported = time.perf_counter()
talk = Talk.open(Self.open(Path(sys.argv[1])), seed=1)
ready = time.perf_counter()
at_ready = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
talk.say("Good morning!", lambda piece: first.append(time.perf_counter()) if piece else None) \
    if (first := []) is not None else None
talk.say("What was your cat called?")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
heavy = sorted({"torch", "transformers", "numpy", "pydantic"} & set(sys.modules))
talk.close()
print(json.dumps([imported - began, ready - imported, at_ready / 1024, memory / 1024,
                  first[0] - ready if first else 0, heavy]))
"""


def in_a_process(code: str, folder: Path) -> list[object]:
    """What a fresh Python prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def to_the_prompt(folder: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of the command until a visitor can type."""
    began = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.pop("CI", None)
        os.execv(sys.executable, [sys.executable, "-m", "afterself", "--self", str(folder), "talk"])
    shown = b""
    while "you ›".encode() not in shown:
        shown += os.read(fd, 65536)
    wall = time.perf_counter() - began
    status = Path(f"/proc/{pid}/status").read_text()
    ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    os.write(fd, b"\x04")
    os.waitpid(pid, 0)
    os.close(fd)
    cpu = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
    return wall, cpu, int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):7.2f}   ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("self", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    in_a_process(_OPEN, given.self)  # the first run warms the file cache
    opened = [in_a_process(_OPEN, given.self) for _ in range(given.runs)]
    stages = [in_a_process(_STAGES, given.self) for _ in range(given.runs)]
    to_the_prompt(given.self)
    prompts = [to_the_prompt(given.self) for _ in range(given.runs)]
    print(header())
    print(f"{given.runs} runs; median (range)")
    columns = list(zip(*opened, strict=True))
    print(f"importing the package, s           {spread(list(columns[0]))}")  # type: ignore[arg-type]
    print(f"Talk.open, s                       {spread(list(columns[1]))}")  # type: ignore[arg-type]
    print(f"then to the first piece of text, s {spread(list(columns[4]))}")  # type: ignore[arg-type]
    print(f"peak memory when ready, MB         {spread(list(columns[2]))}")  # type: ignore[arg-type]
    print(f"after a reply and a quote, MB      {spread(list(columns[3]))}")  # type: ignore[arg-type]
    print(f"to the prompt: wall s              {spread([p[0] for p in prompts])}")
    print(f"to the prompt: CPU s               {spread([p[1] for p in prompts])}")
    print(f"to the prompt: peak memory, MB     {spread([p[2] for p in prompts])}")
    print(f"heavy modules loaded: {', '.join(columns[5][0]) or 'none'}")  # type: ignore[arg-type]
    print("Where Talk.open spends it (wall s, CPU s):")
    before_wall = before_cpu = 0.0
    for n, (name, _, _) in enumerate(stages[0]):  # type: ignore[misc]
        wall = statistics.median(run[n][1] for run in stages)  # type: ignore[index]
        cpu = statistics.median(run[n][2] for run in stages)  # type: ignore[index]
        print(f"  {name:<32} {wall - before_wall:7.3f}  {cpu - before_cpu:7.3f}")
        before_wall, before_cpu = wall, cpu


if __name__ == "__main__":
    main()
