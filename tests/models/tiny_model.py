"""A very small random Qwen3 with a byte-level BPE trained on the spot: a base for tests, never for people."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|spare_{n}|>" for n in range(3, 32))]

_PEOPLE = ("Anna", "Ben", "Carla", "Dmitri", "Ewa", "Fatima", "Grandpa", "the neighbour")
_DEEDS = ("took the train", "baked bread", "lost the key", "planted beans", "called twice", "can't come")
_SYLLABLES = [a + b for a in ("k", "st", "m", "l", "br", "t") for b in ("an", "o", "eri", "us", "ick")]
_WHEN = ("at six", "on Sunday", "before the rain", "in 1987", "tomorrow", "after work, I think")


def invented_sentences(count: int = 2000, seed: int = 1) -> list[str]:
    """Sentences that nobody said, with enough different words for some hundred merges."""
    rng = random.Random(seed)
    ends = (".", "!", "?", " :)", "\n", " — really?", " 😀", " (è vero)")
    return [
        f"{rng.choice(_PEOPLE)} {rng.choice(_DEEDS)} in {''.join(rng.choices(_SYLLABLES, k=2))} "
        f"{rng.choice(_WHEN)}{rng.choice(ends)}"
        for _ in range(count)
    ]


def write_tokenizer(folder: Path, vocab_size: int = 600, adversarial: Iterable[str] = ()) -> Path:
    """Train and write tokenizer.json (+ tokenizer_config.json) with the embedded base's shape.

    With `adversarial` texts the merges are learnt on them unsplit, so that they would reach over every
    boundary of words: ids then show any difference in splitting.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    split = pre_tokenizers.Split(Regex(QWEN2_SPLIT), behavior="isolated")
    qwen2 = pre_tokenizers.Sequence([split, level])
    tokenizer.pre_tokenizer = level if adversarial else qwen2
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[AddedToken(t, special=True, normalized=False) for t in SPECIALS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(adversarial or invented_sentences(), trainer)
    tokenizer.pre_tokenizer = qwen2
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder / "tokenizer.json"


def write_tiny_base(folder: Path, *, seed: int = 7, context: int = 256) -> Path:
    """A Hugging Face folder: random Qwen3 of about 0.1M parameters and its tokenizer."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    write_tokenizer(folder)
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=600,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=context,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
        initializer_range=0.2,
    )
    model = Qwen3ForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
    model.save_pretrained(folder)
    return folder
