"""A GGUF of ours (Qwen3; q8_0, f16 or f32) -> a transformers model in torch float32.

The embedded base ships as one q8_0 GGUF: training and scoring start from its dequantised weights, so
that all engines stand on the same numbers. Its tokenizer.json lies beside it.
The other direction is `gguf_export.py`; foreign GGUF files are not a goal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from afterself.errors import MissingExtra, ModelError
from afterself.models.gguf_export import TensorNames, need_gguf
from afterself.models.gguf_metadata import DAMAGED, Metadata, read_metadata

if TYPE_CHECKING:
    from transformers import Qwen3ForCausalLM

_KNOWN = {"F32", "F16", "Q8_0"}


def config_from_gguf(path: Path) -> dict[str, Any]:
    """The Hugging Face config of a Qwen3 GGUF; ModelError for another architecture or a damaged file."""
    meta = read_metadata(path)
    arch = meta.text("general.architecture")
    if arch != "qwen3":
        raise ModelError(f"{path} holds a {arch or 'nameless'} model; only Qwen3 files of ours are read.")
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": len(meta.strings("tokenizer.ggml.tokens")),
        "hidden_size": meta.integer("qwen3.embedding_length"),
        "intermediate_size": meta.integer("qwen3.feed_forward_length"),
        "num_hidden_layers": meta.integer("qwen3.block_count"),
        "num_attention_heads": meta.integer("qwen3.attention.head_count"),
        "num_key_value_heads": meta.integer("qwen3.attention.head_count_kv"),
        "head_dim": meta.integer("qwen3.attention.key_length"),
        "max_position_embeddings": meta.integer("qwen3.context_length"),
        "rms_norm_eps": meta.number("qwen3.attention.layer_norm_rms_epsilon"),
        "rope_parameters": {"rope_type": "default", "rope_theta": meta.number("qwen3.rope.freq_base")},
        "tie_word_embeddings": "output.weight" not in meta.tensors,
        "hidden_act": "silu",
        "attention_bias": False,
        "bos_token_id": None,
        "eos_token_id": meta.integer("tokenizer.ggml.eos_token_id"),
        "pad_token_id": _optional(meta, "tokenizer.ggml.padding_token_id"),
    }


def _optional(meta: Metadata, key: str) -> int | None:
    return meta.integer(key) if key in meta.values else None


def load_gguf(path: Path) -> Qwen3ForCausalLM:
    """The model in float32 on the CPU, in evaluation mode.

    Raises ModelError if a tensor is missing, of the wrong shape or of an unknown type; MissingExtra
    without torch, transformers and gguf.
    """
    package = need_gguf()
    try:
        import torch
        from transformers import Qwen3Config, Qwen3ForCausalLM
    except ImportError:
        raise MissingExtra("train", "Loading a model for training or scoring") from None
    settings = config_from_gguf(path)
    config = Qwen3Config(**{k: v for k, v in settings.items() if k not in ("architectures", "model_type")})
    config.architectures = settings["architectures"]
    with torch.device("meta"):
        model = Qwen3ForCausalLM(config)
    names = TensorNames(settings)
    try:
        arrays = {tensor.name: tensor for tensor in package.GGUFReader(path).tensors}
    except (ValueError, IndexError, KeyError) as error:
        raise ModelError(f"The GGUF file {path} cannot be read: {error}", remedy=DAMAGED) from None
    state = {}
    for name, wanted in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        tensor = arrays.get(names[name])
        if tensor is None or tensor.tensor_type.name not in _KNOWN:
            raise ModelError(f"{path} has no readable tensor {names[name]}.")
        rows = package.quants.dequantize(tensor.data, tensor.tensor_type)
        if rows.shape != tuple(wanted.shape):
            raise ModelError(f"The tensor {tensor.name} in {path} is of shape {rows.shape}.")
        state[name] = torch.from_numpy(np.array(rows, dtype=np.float32))
    model.load_state_dict(state, assign=True, strict=False)
    model.tie_weights()
    _rebuild_rotary(model, config)
    return model.eval()


def _rebuild_rotary(model: Any, config: Any) -> None:
    """Replace what was made on the meta device and is in no file: the rotary frequencies."""
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
