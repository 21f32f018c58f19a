"""What of Afterself is installed: the program's own packages and each extra, with the command that adds it.

Versions are read from the packages' metadata; nothing is imported for it.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import afterself
from afterself.cli.doctor_checks import Check, broken, good, note

PART = "Installed"
ADDS = {
    "train": "training on your messages, scoring, bases from Hugging Face",
    "documents": "reading PDF files",
    "embed": "other models of meaning for questions, with `index --embedder`",
    "docs": "building the documentation",
    "pretrain": "making a base model from public texts",
    "dev": "the tests and their tools",
}
_FOR_DEVELOPERS = ("docs", "pretrain", "dev")
_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_BOUND = re.compile(r"\s*(>=|<=|==|!=|~=|>|<)\s*([\d.]+)")


def checks() -> Iterator[Check]:
    """The program, its packages, and its extras; those for developers only where one works with them."""
    yield good(PART, "afterself", f"{afterself.__version__} on Python {sys.version.split()[0]}, {sys.prefix}")
    wanted = requirements()
    yield _core(wanted.pop("", []))
    developing = _has_developers_tools(wanted)
    for extra, packages in wanted.items():
        if developing or extra not in _FOR_DEVELOPERS:
            yield _extra(extra, packages)


def _has_developers_tools(wanted: dict[str, list[str]]) -> bool:
    """Whether a package is installed that only the tests and their tools need."""
    usual = {line for extra, lines in wanted.items() if extra not in _FOR_DEVELOPERS for line in lines}
    tools = [_parsed(line)[0] for line in wanted.get("dev", []) if line not in usual]
    return any(version_of(name) for name in tools)


def requirements() -> dict[str, list[str]]:
    """Requirements by extra, "" for the program's own: as installed, else of the clone it runs from."""
    found: dict[str, list[str]] = {"": []}
    try:
        for line in metadata.requires("afterself") or []:
            extra = _EXTRA.search(line)
            found.setdefault(extra[1] if extra else "", []).append(line.split(";")[0].strip())
    except metadata.PackageNotFoundError:
        file = clone()
        if file is not None:
            project = tomllib.loads((file / "pyproject.toml").read_text("utf-8"))["project"]
            found = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: _flat(lines, found) for extra, lines in found.items()}


def _flat(lines: list[str], all_: dict[str, list[str]]) -> list[str]:
    """Requirements with “afterself[train]” replaced by what that extra requires."""
    flat: list[str] = []
    for line in lines:
        name, extras, *_ = _parsed(line)
        if name == "afterself":
            flat += [one for extra in extras.split(",") for one in _flat(all_.get(extra.strip(), []), all_)]
        else:
            flat.append(line)
    return list(dict.fromkeys(flat))


def _parsed(line: str) -> tuple[str, str, str]:
    found = _REQUIREMENT.match(line)
    return (found[1].lower(), found[2] or "", found[3] or "") if found else (line, "", "")


def clone() -> Path | None:
    """The folder of the clone that this runs from, or None for an installed package."""
    folder = Path(afterself.__file__).resolve().parents[2]
    return folder if (folder / "pyproject.toml").is_file() else None


def install_command(extra: str) -> str:
    """What to type to get an extra, in this environment."""
    folder = _editable() or clone()
    pip = f"{shlex.quote(sys.executable)} -m pip install --extra-index-url {_CPU_INDEX}"
    if folder is not None:
        where = shlex.quote(str(folder))
        return f"cd {where} && {pip} -c constraints.txt -e '.[{extra}]'"
    return f"{pip} 'afterself[{extra}]'"


def _editable() -> Path | None:
    try:
        told = metadata.distribution("afterself").read_text("direct_url.json")
        url = json.loads(told or "{}").get("url", "")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    folder = Path(str(url).removeprefix("file://"))
    return folder if url.startswith("file://") and (folder / "pyproject.toml").is_file() else None


def version_of(package: str) -> str | None:
    """The installed version, None if it is not there."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def fits(version: str, bounds: str) -> bool:
    """Whether a version lies within bounds such as “>=2.2,<3”. Suffixes (rc1, +cpu) are left aside."""
    have = _numbers(version)
    for sign, text in _BOUND.findall(bounds):
        want = _numbers(text)
        size = max(len(have), len(want))
        a, b = (tuple(list(v) + [0] * (size - len(v))) for v in (have, want))
        right = {
            ">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b, "==": a == b, "!=": a != b,
            "~=": a >= b and a[: max(1, len(want) - 1)] == b[: max(1, len(want) - 1)],
        }  # fmt: skip
        if not right[sign]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _sorted_out(packages: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Present with version, missing, and of a version that does not fit."""
    present, missing, odd = [], [], []
    for line in packages:
        name, _, bounds = _parsed(line)
        version = version_of(name)
        if version is None:
            missing.append(name)
        elif fits(version, bounds):
            present.append(f"{name} {version}")
        else:
            odd.append(f"{name} {version} (needs {bounds.strip()})")
    return present, missing, odd


def _core(packages: list[str]) -> Check:
    present, missing, odd = _sorted_out(packages)
    if missing or odd:
        return broken(
            PART, "its packages", "; ".join([*(f"{name} is missing" for name in missing), *odd]),
            f"Install it again: {install_command('train')}",
        )  # fmt: skip
    return good(PART, "its packages", ", ".join(present) or "not known")


def _extra(extra: str, packages: list[str]) -> Check:
    present, missing, odd = _sorted_out(packages)
    name, adds = f"extra “{extra}”", ADDS.get(extra, "")
    if odd:
        return broken(PART, name, "; ".join(odd), install_command(extra))
    if missing:
        had = f"; there is {', '.join(present)}" if present else ""
        what = f"{adds}. " if adds else ""
        return note(
            PART, name, f"not installed: {what}Missing {', '.join(missing)}{had}", install_command(extra)
        )
    return good(PART, name, (f"{adds}: " if adds else "") + ", ".join(present))
