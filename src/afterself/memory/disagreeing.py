"""Lines of a timeline -> pairs of the same person that tell the same thing of different times.

Two sentences are taken to tell the same where nearly all content words of the shorter one stand in the longer
one and make up half of it, dates and numbers left out; and “until 1999” is held against nothing but
another “until”. Nothing is decided between them and nothing is averaged: both are shown, and
the owner can say which one holds (`remember --corrects`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from afterself.memory.dates import dates_in
from afterself.memory.stop_words import FRAME_WORDS, LANGUAGES
from afterself.memory.timeline import Line
from afterself.memory.words import stems_of, words_of

SHARED = 0.75  # of the content words of the shorter sentence
HALF = 0.5  # of those of the longer one, where nothing is told that mostly happens once
FEWEST = 2  # content words that two sentences must share
ONCE = frozenset(stems_of(["born", "married", "wedding", "died", "retired", "divorced"]))
"""What mostly happens once: one such word is enough to share where little else is said."""
LITTLE = 3  # content words of the longer sentence
COMMON = 40  # sentences that may hold a word for it to bring two of them together
_EDGE = re.compile(r"\b(until|till|since|from|before|after|by)\b(?: \w+){0,3}? \d{4}\b", re.I)
_EMPTY = FRAME_WORDS.union(*(language.function_words for language in LANGUAGES[:1]))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two lines that cannot both be right if they tell of the same thing, the one said later first."""

    later: Line
    earlier: Line


def disagreeing(lines: Sequence[Line], person_of: Mapping[int, int]) -> list[Disagreement]:
    """The pairs among the lines, in the order of the time that the later one names.

    `person_of` gives the contact of an identity: two people of one name do not disagree with themselves.
    """
    content = [_content(line.text) for line in lines]
    found = []
    for one, other in sorted(_near(content)):
        a, b = lines[one], lines[other]
        if a.id == b.id or not _of_one(a, b, person_of):
            continue
        if a.when.startswith(b.when) or b.when.startswith(a.when):
            continue
        if _same(content[one], content[other]) and _edge(a.text) == _edge(b.text):
            a, b = sorted((a, b), key=lambda line: (line.said_at is not None, line.said_at, line.id))
            found.append(Disagreement(later=b, earlier=a))
    return found


def _of_one(a: Line, b: Line, person_of: Mapping[int, int]) -> bool:
    """Whether the same person said both, as far as it is known who did."""
    if a.is_owner or b.is_owner:
        return a.is_owner and b.is_owner
    one, other = (None if line.identity is None else person_of.get(line.identity) for line in (a, b))
    return one is not None and one == other


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences tell of the same thing, as far as their words tell."""
    shared, (shorter, longer) = one & other, sorted((len(one), len(other)))
    once = not shared.isdisjoint(ONCE)
    enough = len(shared) >= FEWEST or (longer <= LITTLE and once)
    return enough and len(shared) >= SHARED * shorter and (once or len(shared) >= HALF * longer)


def _edge(text: str) -> str:
    """Which end of a stretch of time the first year in a sentence is: “until”, “since”; "" for neither."""
    found = _EDGE.search(text)
    return "" if found is None else found[1].lower().replace("till", "until")


def _near(content: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Numbers of sentences that share a word which is not common."""
    holding: dict[str, list[int]] = defaultdict(list)
    for number, stems in enumerate(content):
        for stem in stems:
            holding[stem].append(number)
    return {
        pair for numbers in holding.values() if len(numbers) <= COMMON for pair in combinations(numbers, 2)
    }


def _content(text: str) -> frozenset[str]:
    return frozenset(stems_of(_words(text)))


def _words(text: str) -> Iterator[str]:
    of_dates = dates_in(text).words
    return (w for w in words_of(text) if w not in _EMPTY and w not in of_dates and not w.isdigit())
