"""Token shards on the device -> training rows, half dialogue, half prose, from whatever has arrived.

The whole corpus is a few hundred megabytes: it lives on the device, and a step's rows are one
gather. The shard with the fewest passes is read next, so that one that arrives late catches up.
The only state is how many rows each shard has given: that is what a checkpoint keeps.
"""

from __future__ import annotations

import lzma
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from shape import NOT_A_TARGET
from shards import KINDS, read_shard


class Stream:
    """One kind of one shard: rows of `context + 1` tokens, in a new order each pass."""

    def __init__(self, name: str, tokens: np.ndarray, context: int, device: str) -> None:
        self.name, self.context, self.drawn = name, context, 0
        self.rows = (len(tokens) - 1) // context
        self.tokens = torch.from_numpy(tokens.astype(np.int16, copy=True)).to(device)
        self._order: tuple[int, Tensor] = (-1, torch.empty(0, dtype=torch.int64))

    @property
    def passes(self) -> float:
        """How often the stream has been read."""
        return self.drawn / self.rows

    def take(self, count: int, seed: tuple[int, ...]) -> Tensor:
        """The next rows, int16 [count, context + 1]."""
        starts = []
        while count:
            epoch, place = divmod(self.drawn, self.rows)
            if self._order[0] != epoch:
                order = np.random.default_rng((*seed, epoch)).permutation(self.rows) * self.context
                self._order = (epoch, torch.from_numpy(order))
            step = min(count, self.rows - place)
            starts.append(self._order[1][place : place + step])
            self.drawn += step
            count -= step
        first = torch.cat(starts).to(self.tokens.device, non_blocking=True)
        return self.tokens[first[:, None] + torch.arange(self.context + 1, device=first.device)]


class Rows:
    """The streams of a folder of shards; `look` takes in what has arrived since."""

    def __init__(self, folder: Path, context: int, device: str, seed: int, dialogue: float = 0.5) -> None:
        self.folder, self.context, self.device, self.seed = folder, context, device, seed
        self.shares = dict(zip(KINDS, (dialogue, 1 - dialogue), strict=True))
        self.streams: dict[str, list[Stream]] = {kind: [] for kind in KINDS}
        self.names: list[str] = []
        self._owed = dict.fromkeys(KINDS, 0.0)

    def arrived(self) -> list[str]:
        """Shards in the folder that are not loaded yet, in order of their names."""
        return sorted(p.name for p in self.folder.glob("shard-*.xz") if p.name not in self.names)

    def load(self, names: list[str]) -> None:
        """Take shards in; one that is not whole yet is left for later."""
        for name in names:
            try:
                found = read_shard(self.folder / name)
            except (EOFError, lzma.LZMAError):
                continue
            self.names.append(name)
            for kind in KINDS:
                stream = Stream(name, found[kind], self.context, self.device)
                if stream.rows:
                    self.streams[kind].append(stream)

    def next(self, count: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets, int64 [count, context] each; -100 where nothing is to be predicted.

        Both are contiguous: a compiled model would be compiled again for other strides.
        """
        blocks = []
        for kind in KINDS:
            if not self.streams[kind]:
                raise SystemExit(f"there is no whole shard in {self.folder}")
            self._owed[kind] += count * self.shares[kind]
        first = min(count, max(0, math.floor(self._owed[KINDS[0]] + 0.5)))
        for kind, number in zip(KINDS, (first, count - first), strict=True):
            self._owed[kind] -= number
            if number:
                stream = min(self.streams[kind], key=lambda s: s.passes)
                shard = int("0" + "".join(filter(str.isdigit, stream.name)))
                blocks.append(stream.take(number, (self.seed, shard, KINDS.index(kind))))
        block = torch.cat(blocks).to(torch.int64) & 0xFFFF
        ids = block & (NOT_A_TARGET - 1)
        targets = torch.where(block[:, 1:] >= NOT_A_TARGET, -100, ids[:, 1:])
        return ids[:, :-1].contiguous(), targets

    def state(self) -> dict[str, Any]:
        """Rows given by each stream, and the rounding that each kind is owed."""
        drawn = {kind: {s.name: s.drawn for s in streams} for kind, streams in self.streams.items()}
        return {"drawn": drawn, "owed": dict(self._owed)}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken; shards that were there then must be loaded."""
        self._owed = dict(state["owed"])
        for kind, streams in self.streams.items():
            for stream in streams:
                stream.drawn = state["drawn"][kind].get(stream.name, 0)

    def epochs(self) -> dict[str, float]:
        """Mean passes over what is here, by kind."""
        return {
            kind: round(sum(s.drawn for s in streams) / max(1, sum(s.rows for s in streams)), 3)
            for kind, streams in self.streams.items()
        }
