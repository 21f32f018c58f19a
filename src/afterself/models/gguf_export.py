"""A Hugging Face model (folder or state dict) -> one GGUF file for llama.cpp.

Writes Qwen3, Qwen2 and Llama with a byte-level BPE tokenizer, as f32, f16 or q8_0, one tensor at a
time. Vocabulary: `gguf_vocab.py`; adapters: `gguf_lora.py`; the way back: `gguf_import.py`.
What llama.cpp would compute differently (scaled rotary embeddings, sliding windows, biases that it
does not know) is refused with ModelError.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from afterself.errors import MissingExtra, ModelError
from afterself.home.sealed import writing_in_place
from afterself.models.gguf_vocab import read_vocabulary
from afterself.models.json_object import read_object
from afterself.models.safetensors_read import SafetensorsFolder

if TYPE_CHECKING:
    import gguf

DType = Literal["f32", "f16", "q8_0"]
Array = np.ndarray[Any, Any]

ARCHITECTURES = {"qwen3": "qwen3", "qwen2": "qwen2", "llama": "llama"}
_FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7}


def export_gguf(
    weights: Path | Mapping[str, Any],
    out: Path,
    *,
    dtype: DType = "q8_0",
    config: Mapping[str, Any] | None = None,
    tokenizer_json: Path | None = None,
    name: str = "afterself",
    license_id: str = "",
    license_link: str = "",
) -> Path:
    """Write a model to `out`, atomically.

    `weights` is a Hugging Face folder (config.json, tokenizer.json, safetensors) or a state dict of
    torch tensors or arrays under Hugging Face names; a state dict needs `config` and `tokenizer_json`
    beside it, for a folder they replace its own. `license_id` is an SPDX expression.
    Raises ModelError for what cannot be written faithfully; MissingExtra without `gguf`.
    """
    package = need_gguf()
    if isinstance(weights, Path):
        config = read_config(weights) if config is None else config
        tokenizer_json = tokenizer_json or weights / "tokenizer.json"
        tensors: Mapping[str, Any] = SafetensorsFolder(weights)
    else:
        tensors = weights
    if config is None or tokenizer_json is None:
        raise ModelError("Weights in memory need the config and the tokenizer of their base beside them.")
    arch = architecture(config)
    vocabulary = read_vocabulary(tokenizer_json, int(config["vocab_size"]))
    with writing_in_place(out) as part:
        writer = package.GGUFWriter(part, arch)
        writer.add_type("model")
        writer.add_name(name)
        for value, add in ((license_id, writer.add_license), (license_link, writer.add_license_link)):
            if value:
                add(value)
        _add_shape(writer, config, arch)
        vocabulary.write(writer)
        writer.add_file_type(_FILE_TYPES[dtype])
        if dtype == "q8_0":
            writer.add_quantization_version(package.GGML_QUANT_VERSION)
        _write_tensors(writer, tensors, config, dtype)
    return out


def need_gguf() -> Any:
    """The `gguf` package, or MissingExtra."""
    try:
        import gguf
    except ImportError:
        raise MissingExtra("train", "Writing or reading GGUF weights") from None
    return gguf


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's config.json as a dictionary; ModelError if it is missing or damaged."""
    return read_object(folder / "config.json")


def architecture(config: Mapping[str, Any]) -> str:
    """The GGUF architecture of a config; ModelError if llama.cpp would compute another model."""
    kind = str(config.get("model_type"))
    rope = _rope(config)
    reason = ""
    if kind not in ARCHITECTURES:
        reason = f"the architecture {kind} is not one of {', '.join(ARCHITECTURES)}"
    elif rope.get("rope_type", rope.get("type", "default")) != "default":
        reason = "its rotary embedding is scaled"
    elif config.get("use_sliding_window"):
        reason = "it uses a sliding window"
    elif config.get("hidden_act", "silu") != "silu":
        reason = f"its activation is {config['hidden_act']}"
    elif config.get("attention_bias") and kind != "qwen2":
        reason = "its attention has biases"
    if reason:
        raise ModelError(
            f"This model cannot be written as GGUF: {reason}.",
            remedy="Use the embedded base or a Qwen2, Qwen2.5 or Qwen3 model.",
        )
    return ARCHITECTURES[kind]


def _rope(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rotary settings: transformers 5 keeps them together, older configs apart."""
    found = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return {"rope_theta": config.get("rope_theta", 10000.0), **found}


def head_size(config: Mapping[str, Any]) -> int:
    """Width of one attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _add_shape(writer: gguf.GGUFWriter, config: Mapping[str, Any], arch: str) -> None:
    heads = int(config["num_attention_heads"])
    writer.add_context_length(int(config["max_position_embeddings"]))
    writer.add_embedding_length(int(config["hidden_size"]))
    writer.add_block_count(int(config["num_hidden_layers"]))
    writer.add_feed_forward_length(int(config["intermediate_size"]))
    writer.add_head_count(heads)
    writer.add_head_count_kv(int(config.get("num_key_value_heads") or heads))
    writer.add_key_length(head_size(config))
    writer.add_value_length(head_size(config))
    writer.add_layer_norm_rms_eps(float(config["rms_norm_eps"]))
    writer.add_rope_freq_base(float(_rope(config)["rope_theta"]))
    writer.add_vocab_size(int(config["vocab_size"]))
    if arch == "llama":
        writer.add_rope_dimension_count(head_size(config))


class TensorNames:
    """Hugging Face tensor names -> GGUF names for one model."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        package = need_gguf()
        arch = {v: k for k, v in package.MODEL_ARCH_NAMES.items()}[architecture(config)]
        self._map = package.get_tensor_name_map(arch, int(config["num_hidden_layers"]))

    def __getitem__(self, name: str) -> str:
        found = self._map.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise ModelError(f"The tensor {name} has no place in a GGUF of this architecture.")
        return str(found)


def permuted(rows: Array, name: str, config: Mapping[str, Any]) -> Array:
    """Llama's q and k rows in the order of llama.cpp's rotary embedding; other tensors unchanged.

    Hugging Face rotates the halves of a head against each other, llama.cpp's "llama" architecture
    neighbouring pairs.
    """
    if config["model_type"] != "llama" or not name.endswith(("q_proj.weight", "k_proj.weight")):
        return rows
    heads = config["num_attention_heads"]
    if name.endswith("k_proj.weight"):
        heads = config.get("num_key_value_heads") or heads
    split = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return split.swapaxes(1, 2).reshape(rows.shape)


def as_array(tensor: Any) -> Array:
    """A torch tensor (of any device and float type) or array as float32."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().float().cpu().numpy()
    return np.ascontiguousarray(tensor, dtype=np.float32)


def _write_tensors(
    writer: gguf.GGUFWriter, tensors: Mapping[str, Any], config: Mapping[str, Any], dtype: DType
) -> None:
    package, names = need_gguf(), TensorNames(config)
    shape_of = tensors.shape if isinstance(tensors, SafetensorsFolder) else lambda n: tuple(tensors[n].shape)
    tied = config.get("tie_word_embeddings", False)
    plan = []
    for name in sorted(tensors):
        if name.endswith("rotary_emb.inv_freq") or (tied and name == "lm_head.weight"):
            continue
        kind = quantization(shape_of(name), dtype)
        block, width = package.GGML_QUANT_SIZES[kind]
        nbytes = int(np.prod(shape_of(name), dtype=np.int64)) // block * width
        writer.add_tensor_info(names[name], shape_of(name), np.dtype(np.float32), nbytes, raw_dtype=kind)
        plan.append((name, kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, kind in plan:
        rows = permuted(as_array(tensors[name]), name, config)
        if not np.isfinite(rows).all():
            raise ModelError(f"The tensor {name} holds values that are not numbers: the training diverged.")
        writer.write_tensor_data(package.quants.quantize(np.ascontiguousarray(rows), kind))
    writer.close()


def quantization(shape: tuple[int, ...], dtype: DType) -> gguf.GGMLQuantizationType:
    """Matrices in the wanted type (f16 where rows do not fill whole blocks), vectors in f32."""
    kinds = need_gguf().GGMLQuantizationType
    if len(shape) < 2 or dtype == "f32":
        return kinds.F32
    if dtype == "q8_0" and shape[-1] % 32 == 0:
        return kinds.Q8_0
    return kinds.F16
