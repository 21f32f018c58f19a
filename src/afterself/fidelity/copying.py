"""Training messages -> an index that tells how much of a text was copied from them, word for word.

Three numbers for a set of messages: the share found whole in training, the share of characters inside a
verbatim run of at least 30, and the 95th percentile of the longest run. Real later words repeat
themselves a little too; what they show is the measure for generated ones, in `gate.py`. Runs are found
with rolling hashes of 64 bits over whole arrays: the time grows with the text, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from afterself.archive.keys import storable

SHORTEST_RUN = 15
"""Characters below which a repetition is everybody's phrase."""

LONG_RUN = 30
LONGEST_RUN = 200
"""Where counting stops: a run that long is a copy, however far it goes on."""

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
_MARK_SHIFT = np.uint64(40)

Keys = np.ndarray[Any, np.dtype[np.uint64]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Copied:
    """How much of some messages stands in training.

    `whole` of the `long` ones (of at least 15 characters) are there whole; `covered` of `characters`
    are inside a run of at least 30; `longest` is each message's longest run, 0 below 15.
    """

    messages: int
    long: int
    whole: int
    characters: int
    covered: int
    longest: tuple[int, ...]

    @property
    def exact(self) -> float:
        """Share of the longer messages that are found whole."""
        return self.whole / self.long if self.long else 0.0

    @property
    def cov30(self) -> float:
        """Share of the characters inside a run of at least 30."""
        return self.covered / self.characters if self.characters else 0.0

    @property
    def p95(self) -> int:
        """The run that 95 of 100 messages stay at or below, in characters."""
        ordered = sorted(self.longest)
        return ordered[max(0, -(-95 * len(ordered) // 100) - 1)] if ordered else 0


class CopyIndex:
    """Training messages, ready to be looked for."""

    def __init__(self, training: Iterable[str]) -> None:
        messages = [text for text in map(_plain, training) if len(text) >= SHORTEST_RUN]
        self._whole = frozenset(messages)
        self._text = _Text(sorted(self._whole))

    def look_up(self, messages: Sequence[str]) -> Copied:
        """How much of these messages stands in training."""
        texts = [text for text in map(_plain, messages) if text]
        long = [text for text in texts if len(text) >= SHORTEST_RUN]
        longest, covered = self._runs(texts)
        return Copied(
            messages=len(texts),
            long=len(long),
            whole=sum(text in self._whole for text in long),
            characters=sum(map(len, texts)),
            covered=covered,
            longest=tuple(longest),
        )

    def _runs(self, texts: Sequence[str]) -> tuple[list[int], int]:
        """The longest run of each text, and how many characters are inside long ones.

        A run of n + 1 characters begins where one of n does, on both sides: so the places still in
        question become fewer with every length.
        """
        looked = _Text(texts)
        here = looked.places(SHORTEST_RUN)
        there = self._text.places(SHORTEST_RUN)
        longest = np.zeros(len(texts), np.int64)
        inside = np.zeros(looked.length + 1, np.int64)
        for run in range(SHORTEST_RUN, LONGEST_RUN + 1):
            here, there = here[looked.room[here] >= run], there[self._text.room[there] >= run]
            ours, theirs = looked.hashes(here, run), self._text.hashes(there, run)
            maybe = _marked(ours)[theirs >> _MARK_SHIFT]
            there, theirs = there[maybe], theirs[maybe]
            common = np.intersect1d(ours, theirs)
            here, there = here[_among(ours, common)], there[_among(theirs, common)]
            if not len(here):
                break
            longest[looked.message[here]] = run
            if run == LONG_RUN:
                np.add.at(inside, here, 1)
                np.add.at(inside, here + run, -1)
        return longest.tolist(), int((np.cumsum(inside) > 0).sum())


class _Text:
    """Messages end to end as code points, with hashes of any run in them in one step."""

    def __init__(self, messages: Sequence[str]) -> None:
        sizes = np.array([len(text) for text in messages], dtype=np.int64)
        codes = np.frombuffer("".join(messages).encode("utf-32-le"), np.uint32).astype(np.uint64)
        self.length = len(codes)
        self.message: Places = np.repeat(np.arange(len(messages)), sizes)
        self.room: Places = np.repeat(np.cumsum(sizes), sizes) - np.arange(self.length)
        self._powers = _powers(_BASE, self.length)
        self._inverse = _powers(np.uint64(pow(int(_BASE), -1, 2**64)), self.length)
        self._sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((codes + 1) * self._powers)])

    def places(self, run: int) -> Places:
        """Where a run of so many characters fits into a message."""
        return np.flatnonzero(self.room >= run)

    def hashes(self, places: Places, run: int) -> Keys:
        """The hash of the `run` characters from each place on."""
        sums: Keys = (self._sums[places + run] - self._sums[places]) * self._inverse[places]
        return sums


def _powers(base: np.uint64, count: int) -> Keys:
    powers = np.full(count, base, np.uint64)
    powers[:1] = 1
    return np.multiply.accumulate(powers)


def _marked(keys: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A table over the upper bits of hashes: what is False there is none of the keys."""
    table = np.zeros(1 << 24, bool)
    table[keys >> _MARK_SHIFT] = True
    return table


def _among(keys: Keys, common: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of the keys are in the sorted `common`."""
    if not len(common):
        return np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(common, keys), len(common) - 1)
    found: np.ndarray[Any, np.dtype[np.bool_]] = common[place] == keys
    return found


def _plain(text: str) -> str:
    """The message as it is compared: line ends alike, blanks at both ends gone."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n").strip()
