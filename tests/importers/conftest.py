"""Fixtures that read a path, or text as a WhatsApp chat, without a self; or import a hand-written export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from json_golden import laid_out, options_of
from reading import Read, read_source

from afterself.home.folder import Self
from afterself.importers.contract import Options
from afterself.importers.ingest import ImportSummary, import_path
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


@pytest.fixture
def imported(request: Any, tmp_path: Path, fresh_self: Self) -> tuple[str, Path, ImportSummary]:
    """A hand-written export by its name: the name, where it was laid out, and what its import says."""
    name = request.param
    path = laid_out(name, tmp_path)
    return name, path, import_path(fresh_self, path, options_of(name))
