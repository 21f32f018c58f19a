"""The built-in importers keep what the conformance kit asks of every importer, and their ids stay.

Each export of `foreign_fixtures/` that has a later one beside it is a case. `golden_keys/` holds the source
keys: they may never change, because a later export must find what an earlier one brought.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from json_golden import FOREIGN, golden, laid_out, options_of

from afterself.importers.registry import importers
from afterself.testing.cases import Case
from afterself.testing.contract import ImporterContract

KEYS = Path(__file__).parent / "golden_keys"
LATER = {
    name: f"{name.rpartition('/')[0]}/{golden(name)['after']}" for name in FOREIGN if "after" in golden(name)
}


OTHERWISE = {
    "foreign_fixtures/signal/signal-export": "the later one is of a contact who was renamed: it is aligned",
    "foreign_fixtures/wxr/blog": "the later one changes and adds nothing new",
}
"""Exports whose later one tells of something else; `test_foreign_fixtures` knows what."""


class TestBuiltIn(ImporterContract):
    """Every platform's own words for who and when differ; `test_foreign_fixtures` looks at those."""

    needs: ClassVar[frozenset[str]] = frozenset()
    mutations: ClassVar[int] = 25

    @classmethod
    def cases(cls) -> list[Case]:
        of = {one.source: one for one in importers()}
        return [
            Case(
                first.removeprefix("foreign_fixtures/").replace("/", "-"),
                of[first.split("/")[1]],
                partial(_laid_out, first),
                KEYS / f"{first.removeprefix('foreign_fixtures/').replace('/', '-')}.jsonl",
                options_of(first),
                None if first in OTHERWISE else partial(_laid_out, later),
            )
            for later, first in LATER.items()
            if first.split("/")[1] in of
        ]


def _laid_out(name: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return laid_out(name, folder)
