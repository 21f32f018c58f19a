"""The conformance kit for importers, as a pytest plugin: `pytest -p afterself.testing`.

A test class inherits `afterself.testing.contract.ImporterContract` and names an importer and a folder of
exports; each export is a case. Nothing of Afterself imports this package: pytest and hypothesis are needed
only by who writes importers (`pip install 'afterself[testing]'`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from afterself.testing.cases import Case


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-golden`: for an export that has no golden.jsonl yet, write what was read."""
    parser.getgroup("afterself").addoption(
        "--write-golden",
        action="store_true",
        help="Write golden.jsonl for exports that have none. Read every line of it before you commit it.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of a contract with each of its exports."""
    contract = sys.modules.get("afterself.testing.contract")  # whoever inherits it has imported it
    inherits = contract and metafunc.cls and issubclass(metafunc.cls, contract.ImporterContract)
    if inherits and metafunc.cls and "case" in metafunc.fixturenames:
        cases: list[Case] = metafunc.cls.cases()
        metafunc.parametrize("case", cases, ids=[one.name for one in cases])


@pytest.fixture
def write_golden(request: pytest.FixtureRequest) -> bool:
    """Whether goldens that are missing are to be written."""
    return bool(request.config.getoption("--write-golden"))
