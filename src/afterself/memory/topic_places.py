"""The telling words of each period and where they stand -> topics: words of the same sittings.

A word joins the topic of a more telling one when most sittings that hold it hold the other as well. Two words
that mostly stand side by side are shown as a pair. Only numbers and ids are kept here, no text.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from afterself.memory.terms import Spelling, stems_in

TOPICS = 5  # of a period
WORDS = 4  # of a topic
FEWEST_DAYS = 3  # on which a topic's first word was said
TOGETHER = 0.5  # of the rarer word's sittings are the other's too: one topic
STANDS_FOR = 0.6  # of a word's records hold it in a pair: the pair is shown
TRIED = 40  # records of a topic that quotes are chosen from
Sitting = tuple[str, str]
"""A thread and a day."""


class Places:
    """Where the telling stems of all periods stand."""

    def __init__(self, telling: Mapping[str, Sequence[str]]) -> None:
        self._telling = telling
        self._wanted = frozenset(stem for stems in telling.values() for stem in stems)
        self._ids: list[str] = []
        self._whens: list[str] = []
        self._sittings: list[Sitting] = []
        self._records: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._pairs: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._spelling = Spelling()

    def see(self, id: str, sitting: Sitting, text: str, when: str) -> None:
        """Note where a record of a period holds telling stems."""
        stems = stems_in(text)
        held = self._wanted.intersection(stems)
        if not held:
            return
        for stem in held:
            self._records[stem].append(len(self._ids))
        self._ids.append(id)
        self._whens.append(when)
        self._sittings.append(sitting)
        here = {(a, b) for a, b in pairwise(stems) if a and b and a != b and (a in held or b in held)}
        self._pairs[when].update(here)
        self._spelling.see(text, held.union(stem for pair in here for stem in pair))

    def topics(self, when: str) -> list[tuple[str, ...]]:
        """The topics of a period as stems, the most telling first."""
        found: list[list[str]] = []
        sittings = {stem: self._sittings_of(stem, when) for stem in self._telling[when]}
        for stem in self._telling[when]:
            shares = [(_shared(sittings[stem], sittings[topic[0]]), -n) for n, topic in enumerate(found)]
            share, n = max(shares, default=(0.0, 0))
            if share >= TOGETHER:
                if len(found[-n]) < WORDS:
                    found[-n].append(stem)
            elif len(found) < TOPICS and len({day for _, day in sittings[stem]}) >= FEWEST_DAYS:
                found.append([stem])
        return [tuple(topic) for topic in found]

    def counts(self, stems: Sequence[str]) -> Counter[str]:
        """How many records of each period hold any of the stems."""
        return Counter(self._whens[n] for n in {n for stem in stems for n in self._records[stem]})

    def examples(self, stems: Sequence[str], when: str) -> list[str]:
        """Ids of some records of a period, those that hold most of the stems first."""
        held = Counter(n for stem in stems for n in self._records[stem] if self._whens[n] == when)
        best = sorted(held, key=lambda n: (-held[n], self._ids[n]))
        return [self._ids[n] for n in best[:TRIED]]

    def shown(self, stems: Sequence[str], when: str) -> tuple[str, ...]:
        """The stems as they are mostly written; a pair for words that mostly stand in it."""
        shown: list[str] = []
        told: set[str] = set()
        for stem in stems:
            if stem in told:
                continue
            pair = self._pair_of(stem, when)
            told.update(pair or (stem,))
            shown.append(" ".join(self._spelling.of(one) for one in pair or (stem,)))
        return tuple(shown)

    def _pair_of(self, stem: str, when: str) -> tuple[str, str] | None:
        records = sum(self._whens[n] == when for n in self._records[stem])
        pairs = [(count, pair) for pair, count in self._pairs[when].items() if stem in pair]
        count, pair = max(pairs, default=(0, None))
        return pair if count >= STANDS_FOR * records else None

    def _sittings_of(self, stem: str, when: str) -> set[Sitting]:
        return {self._sittings[n] for n in self._records[stem] if self._whens[n] == when}


def _shared(some: set[Sitting], others: set[Sitting]) -> float:
    """The share of the smaller set that the other holds too, 0 to 1."""
    return len(some & others) / min(len(some), len(others)) if some and others else 0.0
