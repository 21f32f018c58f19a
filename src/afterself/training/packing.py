"""Examples -> rows of one length, several examples in a row, none of which sees another.

`pack` decides which examples share a row (best fit, longest first), `step_rows` which rows make a
step in which epoch: a pure function of the seed, so that a run can go on from its step number alone.
`collate` makes the tensors: ids, positions that begin anew with each example, the block-diagonal
causal mask, and where a token is predicted that is a target. The model is the business of `loop.py`.
"""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterself.datasets import Example

if TYPE_CHECKING:
    import torch

FEWEST_STEPS = 12
"""Steps that an epoch should have at least: a small set makes smaller steps."""

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as tensors, B rows of T tokens with n targets among them.

    `mask` [B, 1, T, T] is true where a token (row) sees another (column); `at` [n] are places in the
    flattened B*T that predict a target, `targets` [n] the ids they should predict.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    at: torch.Tensor
    targets: torch.Tensor
    tokens: int

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        tensors = (self.ids, self.positions, self.mask, self.at, self.targets)
        ids, positions, mask, at, targets = (tensor.to(device, non_blocking=True) for tensor in tensors)
        return Batch(ids, positions, mask, at, targets, self.tokens)


def pack(lengths: Sequence[int], capacity: int) -> list[Row]:
    """Rows of at most `capacity` tokens that hold each example once: each goes where it fits best."""
    rows: list[list[int]] = []
    by_room: dict[int, list[int]] = {}
    rooms: list[int] = []
    for n in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if lengths[n] > capacity:
            raise ValueError(f"an example of {lengths[n]} tokens does not fit into a row of {capacity}")
        found = bisect_left(rooms, lengths[n])
        if found == len(rooms):
            row, room = len(rows), capacity
            rows.append([])
        else:
            room = rooms[found]
            row = by_room[room].pop()
            if not by_room[room]:
                del by_room[room], rooms[found]
        rows[row].append(n)
        left = room - lengths[n]
        if left not in by_room:
            by_room[left] = []
            insort(rooms, left)
        by_room[left].append(row)
    return [tuple(row) for row in rows]


def step_rows(
    lengths: Sequence[int], *, context: int, tokens_per_step: int, seed: int, epoch: int
) -> list[list[Row]]:
    """The steps of an epoch, each a list of rows: shuffled, packed, about `tokens_per_step` tokens each.

    Few examples make shorter rows and smaller steps, so that an epoch still has `FEWEST_STEPS`.
    """
    if not lengths:
        return []
    rng = random.Random(f"{seed}/{epoch}")
    order = list(range(len(lengths)))
    rng.shuffle(order)
    capacity = min(context, max(max(lengths), -(-sum(lengths) // FEWEST_STEPS)))
    packed = pack([lengths[n] for n in order], capacity)
    rows = [tuple(order[n] for n in row) for row in packed]
    rng.shuffle(rows)
    size = max(1, min(tokens_per_step // capacity, len(rows) // FEWEST_STEPS))
    return [rows[k : k + size] for k in range(0, len(rows), size)]


def collate(examples: Sequence[Example], rows: Sequence[Row]) -> Batch:
    """The tensors of some rows, padded to the longest of them. Padding sees only itself."""
    import torch

    length = max(sum(len(examples[n].ids) for n in row) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    positions = torch.zeros(len(rows), length, dtype=torch.long)
    segments = torch.zeros(len(rows), length, dtype=torch.long)
    predicts = torch.zeros(len(rows), length, dtype=torch.bool)
    tokens = 0
    for r, row in enumerate(rows):
        start = 0
        for segment, n in enumerate(row, 1):
            example = examples[n]
            end = start + len(example.ids)
            ids[r, start:end] = torch.tensor(example.ids)
            positions[r, start:end] = torch.arange(end - start)
            segments[r, start:end] = segment
            # A token at k is a target when the place before it predicts it, within the same example.
            predicts[r, start : end - 1] = torch.tensor(example.supervised[1:], dtype=torch.bool)
            start = end
        tokens += start
    same = segments[:, :, None] == segments[:, None, :]
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    pad = (segments == 0)[:, :, None] | (segments == 0)[:, None, :]
    mask = (same & causal & ~pad) | torch.eye(length, dtype=torch.bool)
    at = predicts.flatten().nonzero().squeeze(1)
    return Batch(ids, positions, mask[:, None], at, ids.flatten()[at + 1], tokens)
