"""A figure in README or docs can be traced: it links to its raw output, and that to the script that made it.

Whoever writes a measured number into a page puts a link to benchmarks/results/… into the same paragraph,
list item or row of a table.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, WRITTEN, paragraphs, prose

MEASURED = re.compile(
    r"\d[\d.,]*\s*(?:bits? per byte|%|×|times (?:as|the)|CPU.?s\b|MB\b|GB\b|ms\b|tokens a second|tokens/s)"
    r"|(?:recall|F1|AUROC|hit@\d+)\D{0,20}\d"
)
RESULTS = ROOT / "benchmarks" / "results"


def test_the_pattern_finds_figures_and_leaves_other_numbers_alone() -> None:
    for text in ("1.67 bits per byte", "13 % less", "0.29 CPU s", "recall@5 of 0.7", "1.5× faster"):
        assert MEASURED.search(text), text
    for text in ("Python 3.11", "12,288 tokens", "20 to 500 turns", "within 30 minutes", "½ costs 1 bit"):
        assert not MEASURED.search(text), text


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_figure_links_to_its_raw_output(page: Path) -> None:
    loose = [part for part in paragraphs(page) if MEASURED.search(part) and "benchmarks/results/" not in part]
    assert loose == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_into_the_repository_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", prose(page)):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


def test_every_picture_and_every_result_has_its_script() -> None:
    scripts = [path.name for folder in ("benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")]
    for result in sorted(RESULTS.rglob("*")):
        if result.is_file() and result.suffix in (".txt", ".json", ".jsonl"):
            own = result.read_text("utf-8")
            made_by = [name for name in scripts if name in own or result.stem.startswith(Path(name).stem)]
            assert made_by or "$ " in own, f"{result.name} does not say how it was made"
    drawn = {"picture.svg": "make_picture.py", "tokens.svg": "make_figures.py"}
    for page in WRITTEN:
        for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", prose(page)):
            name = Path(picture).name
            assert any(name in (ROOT / "docs" / script).read_text("utf-8") for script in drawn.values()), name
