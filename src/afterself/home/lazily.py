"""Public names of a package that are imported only when somebody asks for them (PEP 562).

A package re-exports its names in its `__init__`. Where that would load the whole package for one of
them, `lazily` gives the module a `__getattr__` that imports the name's own module at the first use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, names: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A module-level `__getattr__` for `package`: each of its modules with the names that it gives."""
    home = {name: module for module, given in names.items() for name in given}

    def get(name: str) -> Any:
        module = home.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get
