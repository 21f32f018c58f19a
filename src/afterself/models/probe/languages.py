"""A base -> the bits it pays for the same sentences in twelve languages, and which of these it knows.

The sentences say the same in each language (written for this, after nobody's text). So the bits for all
of them can be compared between languages, whatever their letters take in UTF-8: Mielke et al., 2019,
“What kind of language is hard to language-model?”. A base does not know a language that costs it much
more than its best one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from afterself.models.scoring import bits_of

if TYPE_CHECKING:
    from afterself.models.tokens import HFTurnTokenizer

READS_TEXT = 3.0
"""Bits per byte of the best language above which a base knows none: a random one stands above."""
KNOWN_WITHIN = 1.5
"""Times the bits of the best language up to which a language counts as known."""
_UNSPACED = ("zh", "ja")


@dataclass(frozen=True, slots=True)
class Cost:
    """UTF-8 bytes of the sentences that are counted, and the bits that a base pays for them."""

    bytes: int
    bits: float

    @property
    def bits_per_byte(self) -> float:
        """The usual figure; between scripts compare `bits` instead."""
        return self.bits / self.bytes


@cache
def sentences() -> dict[str, list[str]]:
    """Language (ISO 639-1) -> the sentences, in the same order everywhere; the first is read, not counted."""
    file = resources.files("afterself.models.probe") / "languages.json"
    found: dict[str, list[str]] = json.loads(file.read_text("utf-8"))
    return found


def cost_of_languages(model: Any, tokenizer: HFTurnTokenizer) -> dict[str, Cost]:
    """What a torch model pays for each language; raises MissingExtra without torch."""
    examples, sizes = [], []
    for language, (first, *rest) in sentences().items():
        gap = "" if language in _UNSPACED else " "
        counted = "".join(gap + sentence for sentence in rest)
        read, paid = [*tokenizer.prefix, *tokenizer.encode_text(first)], tokenizer.encode_text(counted)
        examples.append(([*read, *paid], [False] * len(read) + [True] * len(paid)))
        sizes.append(len(counted.encode()))
    bits = bits_of(model, examples)
    return {name: Cost(size, paid) for name, size, paid in zip(sentences(), sizes, bits, strict=True)}


def known(costs: dict[str, Cost]) -> tuple[str, ...]:
    """The languages that a base knows, best first; none if it reads no language at all."""
    order = sorted(costs, key=lambda name: costs[name].bits)
    if not order or costs[order[0]].bits_per_byte > READS_TEXT:
        return ()
    most = KNOWN_WITHIN * costs[order[0]].bits
    return tuple(name for name in order if costs[name].bits <= most)
