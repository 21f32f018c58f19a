"""Muon: momentum whose update is orthogonalised, for the matrices of a transformer.

Keller Jordan et al., 2024 (kellerjordan.github.io/posts/muon). Five Newton-Schulz steps in
bf16; matrices of one shape are stacked and treated together; the update is scaled to the
root-mean-square of AdamW's (0.2 * sqrt(longer side)), so that learning rates read alike.
Embeddings and norms do not belong here: they take AdamW.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import torch
import torch.distributed as dist
from torch import Tensor


def orthogonalise(stack: Tensor, steps: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrices of a [n, rows, columns] stack, approximately."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = stack.bfloat16()
    tall = x.size(-2) > x.size(-1)
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).to(stack.dtype)


def orthogonalise_by_rank(stack: Tensor) -> Tensor:
    """The same, each rank its share of the stack: with few tokens a step it is a fifth of the work."""
    if not dist.is_initialized():
        return orthogonalise(stack)
    rank, world = dist.get_rank(), dist.get_world_size()
    done = torch.zeros_like(stack)
    if rank < len(stack):
        done[rank::world] = orthogonalise(stack[rank::world])
    dist.all_reduce(done)
    return done


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; decoupled weight decay."""

    def __init__(
        self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.1
    ):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            shapes: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    shapes[tuple(p.shape)].append(p)
            for shape, members in shapes.items():
                updates = []
                for p in members:
                    buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    buffer.lerp_(p.grad, 1 - group["momentum"])
                    updates.append(p.grad.lerp(buffer, group["momentum"]))
                scale = 0.2 * max(shape) ** 0.5
                for p, update in zip(members, orthogonalise_by_rank(torch.stack(updates)), strict=True):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update, alpha=-group["lr"] * scale)
