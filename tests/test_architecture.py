"""How the code is laid out is a promise too; this looks at the source and at what an import loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import afterself

SOURCE = Path(afterself.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
HEAVY = {"torch", "transformers", "tokenizers", "peft", "gguf", "safetensors", "xllamacpp", "huggingface_hub"}
NOT_FOR_HELP = HEAVY | {"numpy", "apsw", "Stemmer", "rich"}
NO_IDEA = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "core"}

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())


def at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: no function bodies, nothing for types alone."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in ("body", "orelse", "finalbody"):
                yield from at_import(getattr(node, name, []))


def imported(nodes: Iterator[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def length(function: ast.FunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    first = 1 if ast.get_docstring(function) else 0
    body = function.body[first:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@each_module
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@each_module
def test_a_file_has_one_idea_and_fits_one_sitting(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert [one.name for one in functions if length(one) > 60] == []
    assert not NO_IDEA & set(path.stem.split("_"))


@each_module
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    assert not HEAVY & imported(at_import(ast.parse(path.read_text("utf-8")).body))


def test_only_the_conformance_kit_needs_pytest() -> None:
    needing = {
        path.relative_to(SOURCE).parts[0]
        for path in MODULES
        if {"pytest", "hypothesis"} & imported(ast.walk(ast.parse(path.read_text("utf-8"))))  # type: ignore[arg-type]
        or "import afterself.testing" in path.read_text("utf-8")
        or "from afterself.testing" in path.read_text("utf-8")
    }
    assert needing == {"testing"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("afterself.cli.commands", NOT_FOR_HELP),
        ("afterself.memory.ask", HEAVY),
        ("afterself.persona.talk", HEAVY),
    ],
)
def test_what_a_command_does_not_need_is_not_loaded(module: str, unwanted: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted({unwanted!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_command_with_plain_options_starts_without_pydantic() -> None:
    program = (
        "import sys; from afterself.cli import main\n"
        "sys.argv = ['afterself', '--self', '/no', 'talk', '--to', 'x']\n"
        "try: main()\n"
        "except SystemExit as left: print(left.code, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False"], done.stderr
