"""A PEFT LoRA folder -> a GGUF adapter that llama.cpp lays over the base at run time.

Reads adapter_config.json and adapter_model.safetensors. Names and the order of rows come from
`gguf_export.py`. Forms of LoRA that llama.cpp cannot apply are refused, not approximated.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from afterself.errors import ModelError
from afterself.home.sealed import writing_in_place
from afterself.models.gguf_export import (
    DType,
    TensorNames,
    architecture,
    need_gguf,
    permuted,
    quantization,
    read_config,
)
from afterself.models.safetensors_read import SafetensorsFolder

_TENSOR = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight$")


def export_lora(
    peft_folder: Path, base: Path | Mapping[str, Any], out: Path, *, dtype: DType = "f32"
) -> Path:
    """Write the adapter in `peft_folder` to `out`, atomically.

    `base` is the folder of the base model, or its config. With `dtype` q8_0, what does not fill blocks
    of 32 (side B where the rank does not) is f16. Raises ModelError for DoRA, trained embeddings or
    biases, or a tensor that the base does not have.
    """
    package = need_gguf()
    config = read_config(base) if isinstance(base, Path) else base
    lora = _read_adapter_config(peft_folder)
    tensors, names = SafetensorsFolder(peft_folder, "adapter_model"), TensorNames(config)
    alpha = float(lora["lora_alpha"])
    if alpha == 0:
        raise ModelError(f"The adapter {peft_folder} has lora_alpha 0: it would change nothing.")
    with writing_in_place(out) as part:
        writer = package.GGUFWriter(part, architecture(config))
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        for name in sorted(tensors):
            found = _TENSOR.match(name)
            if found is None:
                raise ModelError(f"The adapter tensor {name} is of a kind that llama.cpp cannot apply.")
            module, rows = found["module"] + ".weight", tensors[name].astype(np.float32)
            if found["side"] == "B":
                rank = rows.shape[1]
                # llama.cpp multiplies by alpha / rank; what PEFT scales otherwise goes into B.
                rows = permuted(rows * (_scale(lora, found["module"], rank) * rank / alpha), module, config)
            rows = np.ascontiguousarray(rows, dtype=np.float32)
            kind = quantization(rows.shape, dtype)
            writer.add_tensor(
                f"{names[module]}.lora_{found['side'].lower()}",
                package.quants.quantize(rows, kind),
                raw_dtype=kind,
            )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return out


def _read_adapter_config(folder: Path) -> dict[str, Any]:
    path = folder / "adapter_config.json"
    try:
        lora = json.loads(path.read_text(encoding="utf-8"))
        kind, alpha = lora["peft_type"], float(lora["lora_alpha"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The adapter settings {path} cannot be read: {error}") from None
    odd = [key for key in ("use_dora", "modules_to_save", "trainable_token_indices") if lora.get(key)]
    if lora.get("bias", "none") != "none":
        odd.append("bias")
    if lora.get("fan_in_fan_out"):
        odd.append("fan_in_fan_out")
    if kind != "LORA" or odd or not math.isfinite(alpha):
        raise ModelError(
            f"The adapter {folder} cannot be laid over a GGUF: {', '.join(odd) or kind}.",
            remedy="Merge it into full weights first, then export those.",
        )
    return dict(lora)


def _scale(lora: Mapping[str, Any], module: str, rank: int) -> float:
    """What PEFT multiplies B·A with for this module."""
    alpha = float(lora["lora_alpha"])
    for pattern, value in (lora.get("alpha_pattern") or {}).items():
        if re.match(rf"(.*\.)?({pattern})$", module):
            alpha = float(value)
            break
    return alpha / math.sqrt(rank) if lora.get("use_rslora") else alpha / rank
