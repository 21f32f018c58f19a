"""Makes plugins as pip leaves them in an environment: a module, and what its package says of itself."""

from __future__ import annotations

from pathlib import Path

IMPORTER = """
from afterself.archive.drafts import Locator, Person, RecordDraft, ThreadDraft
from afterself.importers.contract import Detection


class Knots:
    api = 1
    name = "Knots"
    version = "1"
    source = "knots"
    reads = "knotted strings (.knot)"
    kinds = frozenset(("message",))
    general = False

    def detect(self, source):
        found = tuple(name for name in source.names() if source.head(name).startswith(b"KNOTS"))
        return Detection(0.9 if found else 0.0, "knots", "", found)

    def open(self, source, options):
        for name in self.detect(source).members:
            yield ThreadDraft("string", "String", "note")
            with source.open(name) as stream:
                for number, line in enumerate(stream.read().splitlines()[1:]):
                    yield RecordDraft(
                        "string", line, line.decode(), "message", Person("mila", "Mila"), None, "none", "",
                        Locator(name, row=number), native_id=str(number),
                    )
"""
"""A module with an importer of a format that does not exist."""


def install(site: Path, code: str = IMPORTER, *, name: str = "knots", package: str = "knots-for-afterself",
            version: str = "1.0", given: str = "Knots") -> str:  # fmt: skip
    """Lay a package with one plugin into a folder of the import path; gives the name of its module."""
    module = f"{name}_module_{package.replace('-', '_')}_{version.replace('.', '_')}"
    site.mkdir(exist_ok=True)
    (site / f"{module}.py").write_text(code, "utf-8")
    for old in site.glob(f"{package.replace('-', '_')}-*.dist-info/*"):
        old.unlink()
    info = site / f"{package.replace('-', '_')}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nSummary: reads knotted strings\n",
        "utf-8",
    )
    (info / "entry_points.txt").write_text(f"[afterself.importers]\n{name} = {module}:{given}\n", "utf-8")
    for empty in site.glob("*.dist-info"):
        if not any(empty.iterdir()):
            empty.rmdir()
    return module
