"""A byte-level BPE `tokenizer.json` -> the vocabulary fields of a GGUF.

Only tokenizers that llama.cpp splits exactly alike are let through: the Qwen2 split pattern, no
normaliser or NFC (which llama.cpp does not apply: `llama_tokens.py` does, told by a field of ours).
Everything else is refused here rather than discovered as wrong token ids later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterself.errors import ModelError
from afterself.models.tokens import no_turn_tokens
from afterself.models.turns import IM_END, IM_START

if TYPE_CHECKING:
    import gguf

QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
NORMALIZER_KEY = "afterself.tokenizer.normalizer"

CHATML_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id, their GGUF types, the merges in order, and the normaliser's name or ""."""

    tokens: list[str]
    types: list[int]
    merges: list[str]
    normalizer: str

    def write(self, writer: gguf.GGUFWriter) -> None:
        """Add the tokenizer fields, with `<|im_end|>` as the end and stock ChatML as the template."""
        ids = {token: n for n, token in enumerate(self.tokens)}
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("qwen2")
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.types)
        writer.add_token_merges(self.merges)
        writer.add_eos_token_id(ids[IM_END])
        if "<|endoftext|>" in ids:
            writer.add_bos_token_id(ids["<|endoftext|>"])
            writer.add_pad_token_id(ids["<|endoftext|>"])
        writer.add_add_bos_token(False)
        writer.add_chat_template(CHATML_TEMPLATE)
        if self.normalizer:
            writer.add_string(NORMALIZER_KEY, self.normalizer)


def read_vocabulary(tokenizer_json: Path, size: int) -> Vocabulary:
    """The vocabulary of a `tokenizer.json`, filled up with unused tokens to the model's `size`.

    Raises ModelError for a tokenizer that llama.cpp would not follow exactly.
    """
    try:
        spec = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The tokenizer {tokenizer_json} cannot be read: {error}") from None
    normalizer = _accept(spec, tokenizer_json)
    by_id = {n: token for token, n in spec["model"]["vocab"].items()}
    kinds = dict.fromkeys(by_id, NORMAL)
    for added in spec.get("added_tokens") or ():
        by_id[added["id"]] = added["content"]
        kinds[added["id"]] = CONTROL if added["special"] else USER_DEFINED
    if by_id and max(by_id) >= size:
        raise ModelError(f"{tokenizer_json} has ids up to {max(by_id)}, but the model knows only {size}.")
    if not {IM_START, IM_END} <= set(by_id.values()):
        raise no_turn_tokens(tokenizer_json)
    merges = [m if isinstance(m, str) else " ".join(m) for m in spec["model"]["merges"]]
    return Vocabulary(
        tokens=[by_id.get(n, f"[PAD{n}]") for n in range(size)],
        types=[kinds.get(n, UNUSED) for n in range(size)],
        merges=merges,
        normalizer=normalizer,
    )


def _accept(spec: dict[str, Any], path: Path) -> str:
    """The normaliser's name, or ModelError saying what in the tokenizer is not understood."""
    model, added = spec.get("model") or {}, spec.get("added_tokens") or ()
    normalizer = str((spec.get("normalizer") or {}).get("type", ""))
    odd = [key for key in ("dropout", "continuing_subword_prefix", "end_of_word_suffix") if model.get(key)]
    odd += [key for key in ("byte_fallback", "ignore_merges") if model.get(key)]
    reason = ""
    if model.get("type") != "BPE":
        reason = f"its model is {model.get('type')}, not BPE"
    elif not _is_qwen2(spec.get("pre_tokenizer")):
        reason = "its pre-tokenizer is not the Qwen2 one"
    elif normalizer not in ("", "NFC"):
        reason = f"its normaliser is {normalizer}"
    elif (spec.get("post_processor") or {}).get("type", "ByteLevel") != "ByteLevel":
        reason = "it puts special tokens around every text"
    elif odd:
        reason = f"it sets {', '.join(odd)}"
    elif any(not a["special"] and (a["lstrip"] or a["rstrip"] or a["single_word"]) for a in added):
        reason = "it has added tokens that swallow blanks"
    if reason:
        raise ModelError(
            f"The tokenizer {path} cannot be written as GGUF with the same token ids: {reason}.",
            remedy="Use the embedded base or a Qwen2, Qwen2.5 or Qwen3 model.",
        )
    return normalizer.lower()


def _is_qwen2(pre: dict[str, Any] | None) -> bool:
    if not pre or pre.get("type") != "Sequence" or len(pre.get("pretokenizers") or ()) != 2:
        return False
    split, level = pre["pretokenizers"]
    return (
        split.get("type") == "Split"
        and split.get("pattern") == {"Regex": QWEN2_SPLIT}
        and split.get("behavior") == "Isolated"
        and not split.get("invert")
        and level.get("type") == "ByteLevel"
        and not level.get("add_prefix_space")
        and not level.get("use_regex", True)
    )
