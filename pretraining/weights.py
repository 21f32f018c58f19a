"""Weights on disk and on the road: the Hugging Face folder, checkpoints, one-byte copies, parts.

A folder is bf16 safetensors with config and tokenizer. For a slow or narrow road there is a copy
of one byte a weight (row-wise scale), half the size, good enough to continue from, and any file
travels as parts of at most 15 MiB with their sha256. Everything is written atomically.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

PART = 15 << 20


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves the old or the new one, never half of one."""
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as sink:
        torch.save(state, sink)
        sink.flush()
        os.fsync(sink.fileno())
    temporary.replace(path)


def save_folder(weights: dict[str, Tensor], config: dict[str, Any], tokenizer: Path, folder: Path) -> None:
    """A Hugging Face folder in bf16, replaced atomically."""
    from safetensors.torch import save_file

    fresh, old = folder.with_suffix(".part"), folder.with_suffix(".old")
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)
    fresh.mkdir(parents=True)
    tensors = {k: v.detach().to("cpu", torch.bfloat16).contiguous() for k, v in weights.items()}
    save_file(tensors, str(fresh / "model.safetensors"), metadata={"format": "pt"})
    (fresh / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (fresh / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def save_bytes(weights: dict[str, Tensor], path: Path, meta: dict[str, Any]) -> None:
    """One byte a weight of every matrix; `meta` says where training stood."""
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for name, value in weights.items():
        wide = value.detach().to("cpu", torch.float32)
        if wide.ndim == 2:
            scale = wide.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
            tensors[f"{name}.scale"] = scale
            wide = (wide / scale).round().to(torch.int8)
        tensors[name] = wide.contiguous()
    save_file(tensors, str(path), metadata={"format": "pt", "progress": json.dumps(meta)})


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights in float32 of a safetensors file, one-byte or not, and its progress ({} if none)."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        meta = json.loads((file.metadata() or {}).get("progress", "{}"))
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    scales = {name: found.pop(name) for name in list(found) if name.endswith(".scale")}
    return {n: v.float() * scales.get(f"{n}.scale", 1.0) for n, v in found.items()}, meta


def split(path: Path, out: Path, part: int = PART) -> None:
    """`path` as `NAME.00`, `NAME.01`, … in `out`, with `NAME.json` holding their sha256."""
    data = path.read_bytes()
    pieces = [data[start : start + part] for start in range(0, len(data), part)]
    for n, piece in enumerate(pieces):
        (out / f"{path.name}.{n:02d}").write_bytes(piece)
    listing = {"bytes": len(data), "sha256": [hashlib.sha256(piece).hexdigest() for piece in pieces]}
    (out / f"{path.name}.json").write_text(json.dumps(listing))


def join(listing: Path, out: Path) -> Path:
    """Put the parts beside `listing` (NAME.json) together as `out`/NAME; ValueError if one is damaged."""
    facts = json.loads(listing.read_text())
    name = listing.name.removesuffix(".json")
    whole = b""
    for n, wanted in enumerate(facts["sha256"]):
        piece = (listing.parent / f"{name}.{n:02d}").read_bytes()
        if hashlib.sha256(piece).hexdigest() != wanted:
            raise ValueError(f"{name}.{n:02d} is damaged: fetch it again")
        whole += piece
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(whole)
    return out / name
