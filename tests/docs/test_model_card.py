"""The embedded base's model card is the one that its files give, and holds what a reader must know."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.docs.pages import ROOT

CARD = ROOT / "docs/model-card.md"


def test_the_model_card_is_up_to_date() -> None:
    command = [sys.executable, ROOT / "docs/make_model_card.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_source_of_the_licence_file_and_every_opening_stands_in_it() -> None:
    text = CARD.read_text("utf-8")
    for line in (ROOT / "LICENSE-weights").read_text("utf-8").splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            assert f"| {line.split()[0]} |" in text
    for line in (ROOT / "pretraining/openings.jsonl").read_text("utf-8").splitlines():
        assert json.loads(line)["text"].replace("\n", " / ").replace("|", "\\|") in text
