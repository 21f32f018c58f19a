"""The template of an importer's package installs with pip, passes its own tests, and reads once enabled."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import afterself
from afterself.home.folder import Self

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "importer"


def run(site: Path, where: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder with what was installed into `site`."""
    source = str(Path(afterself.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(site), source)), "CI": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=where, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template, as a newcomer makes it."""
    folder = tmp_path_factory.mktemp("newcomer") / "importer"
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", ".*"))
    return folder


@pytest.fixture(scope="module")
def site(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip installed the template, without a network."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--target", str(folder), str(copied)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_its_own_tests_pass_with_the_conformance_kit(site: Path, copied: Path) -> None:
    done = run(site, copied, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist")
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0 and passed, done.stdout
    assert int(passed[1]) >= 14 and "skipped" not in done.stdout


def test_it_reads_an_export_once_it_is_enabled(site: Path, copied: Path, fresh_self: Self) -> None:
    def afterself_(*words: str) -> subprocess.CompletedProcess[str]:
        return run(site, copied, "-m", "afterself", "--self", str(fresh_self.path), *words)

    export = str(copied / "tests" / "exports" / "attic" / "later" / "attic-2024.log")
    assert json.loads(afterself_("plugins", "--json").stdout)["state"] == "not enabled"
    assert afterself_("plugins", "enable", "treehouse", "--yes").returncode == 0
    told = json.loads(afterself_("import", export, "--me", "Mila Ruiz", "--json").stdout)
    assert (told["new"], told["owner"]) == (6, ["Mila Ruiz"])
    assert sum(told["skipped"].values()) == 1
