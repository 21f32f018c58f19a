"""One dial sets the size of the base: its depth. Everything else follows from it.

    depth 7   d 256  ff  704   8.3M parameters    8.8 MB as q8_0    what two cores make
    depth 8   d 512  ff 1280  28.3M parameters   30.1 MB as q8_0    the embedded base, one GPU

Qwen3 architecture (grouped-query attention, QK-norm, SwiGLU, tied embeddings), so that
transformers, PEFT, llama.cpp and vLLM load the result unchanged.
"""

from __future__ import annotations

from typing import Any

VOCABULARY = 12_288
NOT_A_TARGET = 0x8000  # the bit of a stored token that keeps it out of the loss
END_OF_TEXT, TURN_START, TURN_END = 0, 1, 2
SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|spare_{n}|>" for n in range(3, 32))]

_WIDTH = {2: 128, 4: 256, 7: 256, 8: 512}
_FEED_FORWARD = {128: 256, 256: 704, 512: 1280}


def config(depth: int, context: int = 1024) -> dict[str, Any]:
    """The config.json of a depth; `context` is the longest window in tokens."""
    width = _WIDTH[depth]
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": VOCABULARY,
        "hidden_size": width,
        "intermediate_size": _FEED_FORWARD[width],
        "num_hidden_layers": depth,
        "num_attention_heads": width // 64,
        "num_key_value_heads": max(1, width // 128),
        "head_dim": 64,
        "max_position_embeddings": context,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0},
        "tie_word_embeddings": True,
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "use_sliding_window": False,
        "initializer_range": 0.02,
        "rms_norm_eps": 1e-6,
        "bos_token_id": None,
        "eos_token_id": TURN_END,
        "pad_token_id": END_OF_TEXT,
        "dtype": "bfloat16",
    }


def parameters(depth: int) -> int:
    """Weights of the matrices and of the tied embeddings (norms are some thousands more)."""
    c = config(depth)
    d, inner, head = c["hidden_size"], c["intermediate_size"], c["head_dim"]
    attention = head * (2 * c["num_attention_heads"] + 2 * c["num_key_value_heads"])
    weights: int = depth * d * (attention + 3 * inner) + VOCABULARY * d
    return weights


def flops_per_token(depth: int, context: int) -> float:
    """Floating-point operations of one trained token: 6 a weight, and causal attention."""
    c = config(depth)
    return 6.0 * (parameters(depth) + depth * c["num_attention_heads"] * c["head_dim"] * context)
