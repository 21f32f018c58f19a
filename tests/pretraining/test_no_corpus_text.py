"""None of the corpus' text is in the repository; checked wherever the corpus lies beside it."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pretraining.toy import PRETRAINING

zstandard = pytest.importorskip("zstandard")
sys.path.insert(0, str(PRETRAINING))

ROOT = PRETRAINING.parent
CORPUS = Path(os.environ.get("AFTERSELF_SHARED") or ROOT.parent / "shared") / "corpus"
SHARE = 0.02
PIECE = 40_000
"""Characters of a document that are looked at; books are longer than everything else together."""


def sample() -> Iterator[str]:
    """Texts of some documents of every source, the held-out ones with them."""
    from corpus import text_of

    rng = random.Random(13)
    for path in sorted(CORPUS.glob("*.jsonl.zst")):
        with path.open("rb") as raw:
            reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw)
            for line in io.TextIOWrapper(reader, encoding="utf-8", newline="\n"):
                if rng.random() < SHARE and line.strip():
                    text = text_of(json.loads(line))
                    start = rng.randrange(max(1, len(text) - PIECE))
                    yield text[start : start + PIECE]


def tracked() -> Iterator[tuple[str, str]]:
    """Name and text of every file of the repository that is text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (raw := path.read_bytes())[:8192]:
            yield name, raw.decode("utf-8", "replace")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no clone: git does not know what is tracked")
def test_no_thirteen_words_of_the_corpus_stand_in_the_repository() -> None:
    from contamination import Protected, grams

    corpus = Protected(sample())
    assert len(corpus.hashes) > 100_000
    assert {name: shared for name, text in tracked() if (shared := corpus.overlap(grams(text)))} == {}
