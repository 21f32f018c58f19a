"""Messages -> an interpolated Witten-Bell model over their bytes: the cheap reader that weights must beat.

Order 6: each byte is read after up to six bytes of its own message; a context seen n times with t
different bytes after it gives the share n / (n + t) to what was counted there and the rest to the
context one byte shorter, down to a uniform byte (Witten and Bell 1991; PPM-C without exclusion). It
knows nothing of conversations or of models. Everything is counted in sorted arrays, 1 MB in about a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from afterself.archive.keys import storable

ORDER = 6
"""Bytes of context; with the byte read they must fit into 64 bits."""

_MESSAGES = re.compile(r"\n(?! )")

Floats = np.ndarray[Any, np.dtype[np.float64]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]
Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class _Level:
    """Contexts of one length: how often each was seen, with how many different bytes, and with which."""

    contexts: Keys
    seen: Counts
    different: Counts
    grams: Keys
    gram_seen: Counts


class WittenBell:
    """A model of what is said in messages."""

    def __init__(self, messages: Iterable[str], order: int = ORDER) -> None:
        """Count the messages, each with the newline that ends it. `order` is 0 to 6 bytes of context."""
        history, _ = _grams(list(messages), ORDER)
        self.bytes = len(history)
        self._levels = [_level(history, length) for length in range(order + 1)]

    def probabilities(self, history: Keys) -> Floats:
        """The chance of each last byte of `history` after those before it."""
        chance = np.full(len(history), 1 / 256)
        for length, level in enumerate(self._levels):
            gram = _last(history, length + 1)
            place, known = _find(level.contexts, gram >> np.uint64(8))
            seen = np.where(known, level.seen[place], 0) if len(level.seen) else np.zeros(len(gram))
            different = np.where(known, level.different[place], 0) if len(level.seen) else seen
            at, found = _find(level.grams, gram)
            hits = np.where(found, level.gram_seen[at], 0) if len(level.gram_seen) else seen
            total = seen + different
            chance = np.where(total > 0, (hits + different * chance) / np.maximum(total, 1), chance)
        return chance


def bits(models: Sequence[WittenBell], turns: Sequence[str]) -> Floats:
    """Bits that each turn costs under the even mixture of the models, its last newline included.

    A turn of n UTF-8 bytes is read as n + 1 bytes, as `datasets.target_bytes` counts them; each message
    in it (a line, with what is indented below it) is read from its own beginning.
    """
    messages = [messages for turn in turns for messages in _MESSAGES.split(turn)]
    owner = np.repeat(np.arange(len(turns)), [len(_MESSAGES.split(turn)) for turn in turns])
    total: Floats = np.bincount(owner, _message_bits(models, messages), len(turns)).astype(float)
    return total


def _message_bits(models: Sequence[WittenBell], messages: Sequence[str]) -> Floats:
    history, owner = _grams(messages, ORDER)
    chance = sum((model.probabilities(history) for model in models), np.zeros(len(history))) / len(models)
    total: Floats = np.bincount(owner, -np.log2(chance), len(messages)).astype(float)
    return total


def _grams(messages: Sequence[str], order: int) -> tuple[Keys, Counts]:
    """For each byte, it and the `order` bytes before it as one number, and the message it is in.

    What stands before a message is newlines, so that its beginning is a context of its own.
    """
    texts = [storable(message).encode("utf-8", "replace") for message in messages]
    pad = b"\n" * order
    data = np.frombuffer(b"".join(pad + text + b"\n" for text in texts), np.uint8).astype(np.uint64)
    sizes = np.array([len(text) + 1 for text in texts], dtype=np.int64)
    whole = np.zeros(len(data), np.uint64)
    for back in range(order + 1):
        whole[back:] |= data[: len(data) - back] << np.uint64(8 * back)
    starts = np.cumsum(sizes + order) - sizes
    owner = np.repeat(np.arange(len(texts)), sizes)
    inside = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return whole[np.repeat(starts, sizes) + inside], owner


def _level(history: Keys, length: int) -> _Level:
    grams, gram_seen = np.unique(_last(history, length + 1), return_counts=True)
    contexts, first, different = np.unique(grams >> np.uint64(8), return_index=True, return_counts=True)
    seen = np.add.reduceat(gram_seen, first) if len(first) else gram_seen
    return _Level(contexts, seen, different, grams, gram_seen)


def _last(history: Keys, length: int) -> Keys:
    """The last `length` bytes of each."""
    return history if length == 8 else history & np.uint64((1 << 8 * length) - 1)


def _find(sorted_keys: Keys, wanted: Keys) -> tuple[Counts, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Where each wanted key would stand, and whether it is there."""
    if not len(sorted_keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return place, sorted_keys[place] == wanted
