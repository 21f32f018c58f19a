"""The demo, played once with the network cut; its self is read by many tests."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CUT = """
import sys
def cut(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise SystemExit(f"network used: {event}")
    if event in ("socket.connect", "socket.bind") and isinstance(args[1], tuple):
        raise SystemExit(f"network used: {event} {args[1]}")
sys.addaudithook(cut)
from afterself.cli import main
main()
"""


def without_network() -> list[str]:
    """A command prefix that leaves no network interface, where the system lets us."""
    prefix = ["unshare", "--net", "--map-root-user"]
    try:
        works = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    return prefix if works else []


@dataclass(frozen=True)
class Played:
    """A finished run of the command."""

    folder: Path
    out: str
    err: str
    code: int


def play(*words: str, stdin: str = "", cwd: Path | None = None) -> tuple[str, str, int]:
    """Run `afterself` with no way to a network; output, errors, exit code."""
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", CUT, *words],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
    )
    return done.stdout, done.stderr, done.returncode


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """`afterself demo` without a terminal, from nothing, offline; a fifth of a pass."""
    folder = tmp_path_factory.mktemp("demo") / "hester"
    return Played(folder, *play("demo", "--folder", str(folder), "--seed", "1", "--epochs", "0.2"))
