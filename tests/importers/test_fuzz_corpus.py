"""What coverage-guided fuzzing kept is still read, or refused in one sentence, by every parser."""

from __future__ import annotations

import pytest
from benchmarks.hardening.fuzz_targets import TARGETS, check, importer_of, kept, seeds
from json_golden import FOREIGN
from test_foreign_fixtures import NOT_YET_READ


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_that_fuzzing_kept_breaks_its_parser(target: str) -> None:
    importer, inputs = importer_of(target), [*seeds(target), *kept(target).values()]
    assert inputs
    for data in inputs:
        check(importer, target, data)


def test_every_format_with_hand_written_exports_is_fuzzed() -> None:
    assert {name.split("/")[1] for name in FOREIGN} - {"git"} - NOT_YET_READ <= set(TARGETS)
