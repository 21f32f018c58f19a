"""Fixtures that several packages' tests share. Keep it small."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random Qwen3 with a tokenizer in the embedded base's shape (read only)."""
    from tests.models.tiny_model import write_tiny_base

    return write_tiny_base(tmp_path_factory.mktemp("tiny-base"))
