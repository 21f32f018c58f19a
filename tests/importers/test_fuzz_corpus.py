"""What coverage-guided fuzzing kept is still read, or refused in one sentence, by every parser."""

from __future__ import annotations

import pytest
from benchmarks.hardening.fuzz import TARGETS, check, importer_of, kept, seeds


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_that_fuzzing_kept_breaks_its_parser(target: str) -> None:
    importer, inputs = importer_of(target), [*seeds(target), *kept(target)]
    assert inputs
    for data in inputs:
        check(importer, target, data)
