"""The archive has one way in and one way out; this looks at the code itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import afterself
from afterself.archive.database import open_archive

SOURCE = Path(afterself.__file__).parent
INSIDE = ("archive", "policy")
FOREIGN = {"importers/imessage_message.py"}  # their SQL is over another program's database
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in INSIDE)


def tables(folder: Path) -> set[str]:
    db = open_archive(folder / "archive.db")
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")}
    return {name for name in names if not name.startswith("sqlite_")}


def strings(tree: ast.AST) -> list[str]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_the_check_finds_sql_where_it_is_allowed(tmp_path: Path) -> None:
    pattern = sql(tables(tmp_path))
    text = (SOURCE / "policy" / "view.py").read_text("utf-8")
    assert any(pattern.search(string) for string in strings(ast.parse(text)))


def sql(names: set[str]) -> re.Pattern[str]:
    listed = "|".join(sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(FROM|JOIN|INTO|UPDATE|TABLE)\s+({listed})\b")


def test_no_module_outside_archive_and_policy_speaks_sql_over_the_tables(tmp_path: Path) -> None:
    pattern = sql(tables(tmp_path))
    guilty = [
        str(path.relative_to(SOURCE))
        for path in MODULES
        if path.relative_to(SOURCE).as_posix() not in FOREIGN
        if any(pattern.search(string) for string in strings(ast.parse(path.read_text("utf-8"))))
    ]
    assert guilty == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_module_outside_archive_and_policy_opens_the_archive(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {"open_archive", "afterself.archive.database"}
    private = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "_db" not in private or "archive" not in str(imported)
