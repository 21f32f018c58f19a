"""Fixtures that read a path, or text as a WhatsApp chat, without a self."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading import Read, read_source

from afterself.importers.contract import Options
from afterself.importers.source_view import SourceView


@pytest.fixture
def read() -> Callable[..., Read]:
    """Read a path; keywords are those of `Options`. The zone is UTC unless given."""

    def reading(path: Path, **options: object) -> Read:
        with SourceView.at(path) as source:
            return read_source(source, Options(**{"zone": "UTC", **options}))

    return reading


@pytest.fixture
def chat(tmp_path: Path, read: Callable[..., Read]) -> Callable[..., Read]:
    """Read text as a WhatsApp chat with Anna; `name` is the file's."""

    def reading(text: str, name: str = "WhatsApp Chat with Anna.txt", **options: object) -> Read:
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8"))
        return read(path, **options)

    return reading
