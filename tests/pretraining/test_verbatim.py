"""What sampled replies repeat of the corpus is counted as it should be."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.pretraining.toy import PRETRAINING, write_corpus

pytest.importorskip("zstandard")
sys.path.insert(0, str(PRETRAINING))


def test_words_in_the_order_of_the_corpus_are_found_and_reversed_they_are_not(
    tmp_path: Path,
) -> None:
    from contamination import words_of
    from corpus import documents, text_of
    from verbatim import LENGTHS, found_in, rates

    write_corpus(tmp_path)
    said = words_of(text_of(next(documents(tmp_path / "books.jsonl.zst"))))[3:28]
    found = found_in(tmp_path, [said, said[::-1], said[::-1], said[::-1]])
    for n in LENGTHS:
        assert found[n][0].all() and len(found[n][0]) == 26 - n
    assert not any(one.any() for one in found[8][1:])
    told = rates(found[8], np.array([1, 2]))
    assert told["of_replies"] == {"sampled": 0.5, "real": 0.0, "sampled_less_real_95": [0.0, 1.0]}


def test_replies_are_compared_at_the_same_length() -> None:
    from verbatim import cut

    assert cut([{"sampled": "One, two three", "real": "Four five"}]) == [(["one", "two"], ["four", "five"])]


def test_slurs_and_explicit_words_are_counted_by_reply() -> None:
    from verbatim import unwanted

    slur, explicit = codecs.decode("fyhg", "rot13"), codecs.decode("cbeab", "rot13")
    told = unwanted([f"a {slur} and a {slur}", f"{explicit}.", "Middlesex is a county"])
    assert (told["slurs"], told["explicit"]) == (1, 1)
    assert told["rot13"] == {"fyhg": 2, "cbeab": 1}
