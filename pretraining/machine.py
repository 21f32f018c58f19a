"""What the run has under it: CPU cores, one GPU, or several under torchrun.

Decides precision, compilation and how ranks agree, and measures what a GPU gives in plain bf16
matrix products. Every rank holds the whole model and the whole optimiser: only gradients travel.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
import torch.distributed as dist

# Its functions take the default group of the moment at which they are imported, and the optimisers import
# them: before the group is made they get none, after it they would keep it, and its threads, alive at exit.
import torch.distributed.nn
from torch import Tensor


class Machine:
    """`device`, `rank` of `world`, and `matrix_rate` in bf16 FLOP/s (0 on CPU cores)."""

    def __init__(self, threads: int) -> None:
        self.rank, self.world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self.cuda = torch.cuda.is_available()
        self.device = "cpu"
        torch.set_num_threads(threads)
        if self.cuda:
            local = int(os.environ.get("LOCAL_RANK", "0"))
            torch.cuda.set_device(local)
            self.device = f"cuda:{local}"
            torch.set_float32_matmul_precision("high")
        if self.world > 1:
            dist.init_process_group("nccl" if self.cuda else "gloo")
        self.matrix_rate = measured_matrix_rate() if self.cuda else 0.0
        if self.cuda and self.rank == 0:
            print(f"{torch.cuda.get_device_name()}: {self.matrix_rate / 1e12:.0f} bf16 TFLOP/s", flush=True)

    def autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast("cuda" if self.cuda else "cpu", torch.bfloat16)

    def compiled(
        self, model: torch.nn.Module, micro: int, context: int, wanted: bool | None, backend: Any = "inductor"
    ) -> Callable[..., Tensor]:
        """The model, compiled where that pays (GPUs); as it is if compiling fails there."""
        if not (self.cuda if wanted is None else wanted):
            return model
        started = time.monotonic()
        chosen: Callable[..., Tensor] = torch.compile(model, dynamic=False, backend=backend)
        try:
            ids = torch.randint(0, 100, (micro, context), device=self.device)
            for _ in range(2):
                with self.autocast():
                    loss = chosen(ids, ids.clone(), 0 if self.cuda else 256)
                loss.backward()
            float(loss.detach())
        except Exception as error:  # whatever the compiler raises: slower is better than nothing
            print(f"not compiled: {type(error).__name__}: {str(error)[:300]}", flush=True)
            chosen = model
        model.zero_grad(set_to_none=True)
        print(f"ready to train after {time.monotonic() - started:.0f} s of compiling", flush=True)
        return chosen

    def average(self, gradients: list[Tensor], loss: Tensor) -> None:
        """Mean of gradients and loss over the ranks, in place."""
        if self.world == 1:
            return
        flat = torch.cat([g.flatten() for g in gradients] + [loss[None]])
        dist.all_reduce(flat)
        flat /= self.world
        place = 0
        for g in gradients:
            g.copy_(flat[place : place + g.numel()].view_as(g))
            place += g.numel()
        loss.copy_(flat[-1])

    def decide(self, spent: float, *flags: bool) -> tuple[Any, ...]:
        """What rank 0's clock says (share spent, then the flags), on every rank."""
        if self.world == 1:
            return (spent, *flags)
        said = torch.tensor([spent, *map(float, flags)], dtype=torch.float64, device=self.device)
        dist.broadcast(said, 0)
        return (float(said[0]), *(bool(flag) for flag in said[1:]))

    def agree(self, names: list[str]) -> list[str]:
        """Rank 0's list, on every rank."""
        if self.world > 1:
            box: list[Any] = [names]
            dist.broadcast_object_list(box, 0)
            names = box[0]
        return names

    def close(self) -> None:
        """Wait for the other ranks and end the threads that talk to them.

        A gloo thread that outlives this may free a tensor while the interpreter goes away: SIGABRT.
        """
        if self.world > 1:
            dist.barrier()
            dist.destroy_process_group()


def measured_matrix_rate(size: int = 8192, repeats: int = 10) -> float:
    """FLOP/s of a bf16 product of two random size x size matrices on the current GPU."""
    a, b = (torch.randn(size, size, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        a @ b
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(repeats):
        a @ b
    torch.cuda.synchronize()
    return 2.0 * size**3 * repeats / (time.perf_counter() - started)
