"""A self that can talk: invented, trained in seconds, and always answering in the same burst."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.training import TrainOptions, train
from tests.training.selves import OWNER, START, make_self

BURST = ("well now", "the kettle is on", "the gate was open", "it rains", "mind the step")
"""What the owner of the tiny self answers to everything."""


def rows() -> list[dict[str, str]]:
    """Years of the same answer to Anna and Ben, and two things said to Anna that can be asked for."""
    said = []
    for day in range(60):
        at = START + timedelta(days=day)
        for contact in ("Anna Weiss", "Ben Schwarz"):
            lines = [(contact, "hello"), *((OWNER, message) for message in BURST)]
            for n, (author, text) in enumerate(lines):
                time = (at + timedelta(minutes=n)).isoformat()
                said.append({"conversation": contact, "time": time, "author": author, "text": text})
    for year, text in ((2018, "My boat is called Heron"), (2021, "I painted the boat \x1b[31mred\x1b[0m")):
        at = START.replace(year=year).isoformat()
        said.append({"conversation": "Anna Weiss", "time": at, "author": OWNER, "text": text})
    return said


@pytest.fixture(scope="session")
def talker(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """A self that may talk and has weights. Talking changes nothing in it."""
    self_ = make_self(tmp_path_factory.mktemp("talker") / "ida", rows(), allow=("archive", "train", "talk"))
    train(self_, str(tiny_base), TrainOptions(method="full", epochs=12, context=256))
    return self_
