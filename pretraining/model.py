"""The network in plain PyTorch: Qwen3's decoder, with the parameter names of its Hugging Face folder.

Token ids go in, the summed cross-entropy of the targets comes out; a test holds it to transformers'
Qwen3ForCausalLM. Written out here so that training needs torch and numpy alone, runs on older and
newer releases, and compiles to one graph. It knows no cache and no generation: the product has those.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Norm(nn.Module):
    """Root-mean-square norm, computed in float32 (Zhang and Sennrich, 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6)
        return (self.weight * wide).to(x.dtype)


class Attention(nn.Module):
    """Causal attention with grouped queries, QK-norm and rotary positions (both halves rotated)."""

    def __init__(self, width: int, heads: int, kv_heads: int, size: int) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.size = heads, kv_heads, size
        self.q_proj = nn.Linear(width, heads * size, bias=False)
        self.k_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.v_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.o_proj = nn.Linear(heads * size, width, bias=False)
        self.q_norm, self.k_norm = Norm(size), Norm(size)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        rows, length, _ = x.shape

        def split(y: Tensor, heads: int) -> Tensor:
            return y.view(rows, length, heads, self.size)

        q = rotate(self.q_norm(split(self.q_proj(x), self.heads)), cos, sin).transpose(1, 2)
        k = rotate(self.k_norm(split(self.k_proj(x), self.kv_heads)), cos, sin).transpose(1, 2)
        v = split(self.v_proj(x), self.kv_heads).transpose(1, 2)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        if x.is_cuda:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            y = attend_in_blocks(q, k, v)
        out: Tensor = self.o_proj(y.transpose(1, 2).reshape(rows, length, self.heads * self.size))
        return out


def attend_in_blocks(q: Tensor, k: Tensor, v: Tensor, block: int = 128) -> Tensor:
    """Causal attention of [rows, heads, length, size] on CPU cores, `block` queries at a time.

    Plain products of bf16 matrices with the keys that these may see: half the time of the library's
    fused kernel there, most of it saved in the backward pass (LOG, 2026-11-22).
    """
    length = q.shape[-2]
    future = torch.full((block, block), -math.inf, dtype=q.dtype, device=q.device).triu(1)
    q = q * q.shape[-1] ** -0.5
    parts = []
    for start in range(0, length, block):
        end = min(start + block, length)
        scores = q[..., start:end, :] @ k[..., :end, :].mT
        here = scores[..., start:] + future[: end - start, : end - start]
        weights = torch.cat([scores[..., :start], here], dim=-1).softmax(-1)
        parts.append(weights @ v[..., :end, :])
    return torch.cat(parts, dim=-2)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of [rows, length, heads, size] (Su et al., 2021)."""
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((-second, first), dim=-1)
    return (x * cos + turned * sin).to(x.dtype)


class FeedForward(nn.Module):
    """SwiGLU (Shazeer, 2020)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Layer(nn.Module):
    def __init__(self, shape: dict[str, Any]) -> None:
        super().__init__()
        width = shape["hidden_size"]
        self.self_attn = Attention(
            width, shape["num_attention_heads"], shape["num_key_value_heads"], shape["head_dim"]
        )
        self.mlp = FeedForward(width, shape["intermediate_size"])
        self.input_layernorm, self.post_attention_layernorm = Norm(width), Norm(width)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class Decoder(nn.Module):
    def __init__(self, shape: dict[str, Any]) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape["vocab_size"], shape["hidden_size"])
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape["num_hidden_layers"]))
        self.norm = Norm(shape["hidden_size"])


class Model(nn.Module):
    """`shape` is the config.json of the folder (see shape.py). Embeddings and output are tied."""

    def __init__(self, shape: dict[str, Any], context: int) -> None:
        super().__init__()
        self.model = Decoder(shape)
        self.stream: torch.dtype | None = None  # bf16 on GPUs: memory traffic is the limit there
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                std = 0.02
                if name.endswith(("o_proj.weight", "down_proj.weight")):  # GPT-2: scaled by depth
                    std /= (2 * shape["num_hidden_layers"]) ** 0.5
                nn.init.normal_(parameter, std=std)
        size = shape["head_dim"]
        frequencies = shape["rope_parameters"]["rope_theta"] ** -(torch.arange(0, size, 2) / size)
        angles = torch.outer(torch.arange(context), frequencies).repeat(1, 2)[:, None, :]
        self.cos: Tensor
        self.sin: Tensor
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def hidden(self, ids: Tensor) -> Tensor:
        """Last hidden states of [rows, length] ids."""
        x = self.model.embed_tokens(ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        if self.stream is not None:
            x, cos, sin = x.to(self.stream), cos.to(self.stream), sin.to(self.stream)
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        out: Tensor = self.model.norm(x)
        return out

    def forward(self, ids: Tensor, targets: Tensor, chunk: int = 0) -> Tensor:
        """Summed cross-entropy in nats; targets of -100 do not count.

        With `chunk`, that many tokens' logits at a time, so that they stay in the cache of a CPU.
        """
        flat, wanted = self.hidden(ids).flatten(0, 1), targets.flatten()
        head = self.model.embed_tokens.weight
        total = flat.new_zeros((), dtype=torch.float32)
        for part, goal in zip(flat.split(chunk or len(flat)), wanted.split(chunk or len(flat)), strict=True):
            logits = F.linear(part, head).float()
            total = total + F.cross_entropy(logits, goal, ignore_index=-100, reduction="sum")
        return total
