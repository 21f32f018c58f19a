"""A Hugging Face folder's safetensors -> numpy arrays, one at a time and without torch.

Reads single files and sharded ones (`model.safetensors.index.json`); bfloat16, which numpy lacks, is
widened to float32. Knows nothing of architectures or GGUF. Format: the safetensors README.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from afterself.errors import ModelError
from afterself.models.gguf_metadata import DAMAGED
from afterself.models.json_object import shards_of

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_HEADER_LIMIT = 100_000_000


class SafetensorsFolder(Mapping[str, "np.ndarray[Any, Any]"]):
    """Tensor name -> float array, read from disk when asked for."""

    def __init__(self, folder: Path, stem: str = "model") -> None:
        """Open `<stem>.safetensors` or its shards in the folder; ModelError if missing or damaged."""
        self._where: dict[str, tuple[Path, str, tuple[int, ...], int, int]] = {}
        for path in _files(folder, stem):
            self._where.update(_header(path))

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor, without reading it."""
        return self._where[name][2]

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        path, kind, shape, start, count = self._where[name]
        raw = np.fromfile(path, dtype=_DTYPES[kind], count=count, offset=start)
        if kind == "BF16":
            raw = (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.reshape(shape)


def _files(folder: Path, stem: str) -> list[Path]:
    index = folder / f"{stem}.safetensors.index.json"
    if index.is_file():
        return [folder / name for name in shards_of(index)]
    single = folder / f"{stem}.safetensors"
    if not single.is_file():
        raise ModelError(
            f"There are no safetensors weights in {folder}.",
            remedy="Save the model in that format: model.save_pretrained(folder).",
        )
    return [single]


def _header(path: Path) -> dict[str, tuple[Path, str, tuple[int, ...], int, int]]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(_HEADER_LIMIT, size - 8):
                raise ValueError("its header is damaged")
            entries = json.loads(file.read(length))
        found = {}
        for name, entry in entries.items():
            if name == "__metadata__":
                continue
            kind, shape = entry["dtype"], tuple(int(n) for n in entry["shape"])
            begin, end = entry["data_offsets"]
            if kind not in _DTYPES:
                raise ValueError(f"{name} is of type {kind}, which is not a float type that is known here")
            count = math.prod(shape)
            if min(shape, default=0) < 0 or not 0 <= begin <= end <= size - 8 - length:
                raise ValueError(f"the data of {name} is cut off")
            if end - begin != count * np.dtype(_DTYPES[kind]).itemsize:
                raise ValueError(f"the data of {name} is not of its shape")
            found[name] = (path, kind, shape, 8 + length + begin, count)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"The weights {path} cannot be read: {error}", remedy=DAMAGED) from None
    return found
