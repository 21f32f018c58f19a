"""The machine that trains: device, threads, number format and memory, as far as can be asked.

Linux is asked through /proc and /sys; elsewhere what cannot be known is None. Nothing here decides
what to do about it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterself.errors import UsageError
from afterself.home.cores import system_text, usable_cores

if TYPE_CHECKING:
    import torch

_M_MMAP_THRESHOLD = -3
_BF16_FLAGS = ("avx512_bf16", "amx_bf16", "bf16")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run happens. `memory` is what may still be used, in bytes, or None if unknown."""

    device: torch.device
    name: str
    threads: int
    bfloat16: bool
    memory: int | None


def machine(wanted: str | None = None) -> Machine:
    """The device asked for, else a CUDA GPU, else the CPU; sets torch's threads to the cores it may use."""
    import torch

    _give_back_large_blocks()
    threads = usable_cores()
    if "OMP_NUM_THREADS" not in os.environ and torch.get_num_threads() > threads:
        torch.set_num_threads(threads)
    try:
        device = torch.device(wanted or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UsageError(
            f"The device “{wanted}” cannot be used on this machine.", remedy="Leave --device out."
        ) from error
    if device.type == "cuda":
        return Machine(
            device,
            torch.cuda.get_device_name(device),
            torch.get_num_threads(),
            torch.cuda.is_bf16_supported(),
            int(torch.cuda.mem_get_info(device)[0]),
        )
    return Machine(device, cpu_name(), torch.get_num_threads(), cpu_has_bfloat16(), free_memory())


def _give_back_large_blocks() -> None:
    """Let glibc return freed tensors to the system.

    It learns to keep them, and since every step has other shapes, the process would grow to twice
    what it uses.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 8 << 20)


def cpu_has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 itself; emulated it would be slower than float32."""
    words = set(system_text("/proc/cpuinfo").split())
    return any(flag in words for flag in _BF16_FLAGS)


def cpu_name() -> str:
    """The model of the CPU, or just “CPU”."""
    for line in system_text("/proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model"):
            return value.strip()
    return "CPU"


def free_memory() -> int | None:
    """Bytes of memory that can be had without swapping, the control group's limit included."""
    free: int | None = None
    for line in system_text("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    limit, used = (
        system_text("/sys/fs/cgroup/memory.max").strip(),
        system_text("/sys/fs/cgroup/memory.current").strip(),
    )
    if limit.isdigit() and used.isdigit():
        left = int(limit) - int(used)
        free = left if free is None else min(free, left)
    return free
