"""One self, trained once; tests that change it take a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.training import TrainOptions, train
from tests.training.selves import make_self, talk

QUICK = TrainOptions(method="full", epochs=3, context=128)
BARELY = TrainOptions(method="full", epochs=0.2, context=128, publish_anyway=True)


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    """A self with weights. Do not change it: take `trained`."""
    self_ = make_self(tmp_path_factory.mktemp("trained") / "ida", talk("Anna", 90) + talk("Ben", 60))
    train(self_, str(tiny_base), QUICK)
    return self_


@pytest.fixture
def trained(trained_once: Self, tmp_path: Path) -> Self:
    """A copy of the trained self."""
    return Self.open(Path(shutil.copytree(trained_once.path, tmp_path / "ida")))
