"""Each content word of a claim -> the word of its evidence that stands for it, and how surely.

In each record the claim rests on a *window*: up to three neighbouring sentences that hold most of it. A
word is found as itself, in another form, as a synonym, as its opposite (which turns the sense round), or
near in meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from afterself.memory.support.near import Nearness
from afterself.memory.support.reading import Word, sentences
from afterself.memory.support.synonyms import opposite, same

SAME, FORM, SYNONYM, OPPOSITE = 1.0, 0.9, 0.85, 0.7
NEAR_FROM = 0.45
"""Cosine from which a word counts as near in meaning."""
_WINDOW = 3
_PER_SENTENCE = 0.15
_SECOND = 0.8
"""What a second window must add."""
_STARTS_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Match:
    """A claim's word and what stands for it: None if nothing does. `turned`: the two are opposites."""

    word: Word
    by: Word | None
    strength: float
    turned: bool = False


@lru_cache(maxsize=100_000)
def _plain_strength(one: str, other: str) -> tuple[float, bool]:
    if one == other:
        return SAME, False
    if same(one, other):
        return SYNONYM, False
    if opposite(one, other):
        return OPPOSITE, True
    short, long = sorted((one, other), key=len)
    if len(short) >= _STARTS_ALIKE and long.startswith(short[: max(_STARTS_ALIKE, len(short) - 1)]):
        return FORM, False
    return 0.0, False


def match_word(word: Word, among: Sequence[Word], near: Nearness | None = None) -> Match:
    """The best stand-in for a word; of equal ones, one under as many negations."""
    best = Match(word, None, 0.0)
    best_key = (0.0, False)
    for other in among:
        strength, turned = _plain_strength(word.stem, other.stem)
        if not strength and near is not None and word.weight and other.weight:
            cosine = near.cosine(word.stem, other.stem)
            strength = 0.8 * cosine if cosine >= NEAR_FROM else 0.0
        agrees = (word.negated != other.negated) == turned
        if (strength, agrees) > best_key:
            best, best_key = Match(word, other, strength, turned), (strength, agrees)
    return best


def align(content: Sequence[Word], among: Sequence[Word], near: Nearness | None = None) -> list[Match]:
    """A match for every content word."""
    return [match_word(word, among, near) for word in content]


def covered(matches: Sequence[Match]) -> float:
    """The share of the words' weight that was found, by strength; 1 for no words."""
    total = sum(match.word.weight for match in matches)
    return sum(match.word.weight * match.strength for match in matches) / total if total else 1.0


def window_of(
    content: Sequence[Word],
    also: frozenset[str],
    words: list[Word],
    near: Nearness | None,
    places: frozenset[int] = frozenset(),
) -> list[Word]:
    """The neighbouring sentences that hold most of a claim, and others that hold much of the rest.

    `also` are folded names that speak for a place, `places` those of numbers that the claim has.
    """
    parts = sentences(words)
    matches = [align(content, part, near) for part in parts]
    names = [also & {word.folded for word in part} for part in parts]
    numbers = [places & {word.place for word in part} for part in parts]
    spans = [range(start, start + length) for length in range(1, _WINDOW + 1)
             for start in range(len(parts) - length + 1)]  # fmt: skip
    chosen: set[int] = set()
    held = [0.0] * len(content)
    named: frozenset[str] = frozenset()
    counted: frozenset[int] = frozenset()
    for least in (float("-inf"), _SECOND):
        best, best_gain = range(0), least
        for span in spans:
            gain = 0.5 * (
                len(frozenset().union(*(names[n] for n in span)) - named)
                + len(frozenset().union(*(numbers[n] for n in span)) - counted)
            ) - _PER_SENTENCE * len(span)
            for k, word in enumerate(content):
                strength = max(matches[n][k].strength for n in span)
                gain += word.weight * max(0.0, strength - held[k])
            if gain > best_gain:
                best, best_gain = span, gain
        chosen |= set(best)
        for n in best:
            held = [max(a, match.strength) for a, match in zip(held, matches[n], strict=True)]
            named, counted = named | names[n], counted | numbers[n]
    return [word for n in sorted(chosen) for word in parts[n]] if chosen else words
