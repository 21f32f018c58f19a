"""Turns -> token ids with the vocabulary inside a GGUF: for chat, without torch or `tokenizers`.

llama.cpp's own tokenizer cannot be reached in process (the engine takes ids and gives text), so its
byte-level BPE is done here from the same merges. The ids are those of Hugging Face `tokenizers`
(`tokens.py`) and of llama.cpp itself; a property test holds the three together.
Splitting text into words: `qwen2_split.py`.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from afterself.archive.keys import storable
from afterself.errors import ModelError
from afterself.models.gguf_metadata import DAMAGED, Metadata, read_metadata
from afterself.models.gguf_vocab import NORMAL, NORMALIZER_KEY, USER_DEFINED
from afterself.models.qwen2_split import split_words
from afterself.models.tokens import TurnEncoder, no_turn_tokens
from afterself.models.turns import IM_END, IM_START

_NEVER = 1 << 62


def byte_alphabet() -> dict[int, str]:
    """Byte -> the printable character that stands for it in byte-level BPE (from GPT-2)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in shown]
    return {b: chr(b) for b in shown} | {b: chr(256 + n) for n, b in enumerate(rest)}


def _cached_floats(meta: Metadata, arch: str) -> int:
    """Numbers that the key-value cache holds for one token."""
    widths = meta.integer(f"{arch}.attention.key_length") + meta.integer(f"{arch}.attention.value_length")
    return meta.integer(f"{arch}.block_count") * meta.integer(f"{arch}.attention.head_count_kv") * widths


class LlamaTurnTokenizer(TurnEncoder):
    """The tokenizer of a GGUF file that `gguf_export.py` has written."""

    def __init__(self, gguf: Path | str) -> None:
        """Read the vocabulary; ModelError if it is not a Qwen2-style BPE or lacks the turn marks."""
        meta = read_metadata(Path(gguf))
        model, pre = meta.text("tokenizer.ggml.model"), meta.text("tokenizer.ggml.pre")
        if (model, pre) != ("gpt2", "qwen2"):
            raise ModelError(f"The tokenizer in {gguf} is {model}/{pre}; only gpt2/qwen2 is known here.")
        self._tokens = meta.strings("tokenizer.ggml.tokens")
        self._ids = {token: n for n, token in enumerate(self._tokens)}
        self._kinds = meta.integers("tokenizer.ggml.token_type")
        if len(self._kinds) != len(self._tokens):
            raise ModelError(f"{gguf} has tokens whose kind it does not tell.", remedy=DAMAGED)
        self._ranks = {merge: n for n, merge in enumerate(meta.strings("tokenizer.ggml.merges"))}
        self._nfc = meta.values.get(NORMALIZER_KEY) == "nfc"
        self._shown = byte_alphabet()
        self._bytes = {c: b for b, c in self._shown.items()}
        self._whole = [t for t, k in zip(self._tokens, self._kinds, strict=True) if k == USER_DEFINED]
        if IM_START not in self._ids or IM_END not in self._ids:
            raise no_turn_tokens(gguf)
        self.im_start, self.im_end = self._ids[IM_START], self._ids[IM_END]
        arch = meta.text("general.architecture")
        self.context = meta.integer(f"{arch}.context_length")
        self.cached_floats = _cached_floats(meta, arch)
        self.stops = {self.im_end, self._ids.get("<|endoftext|>", self.im_end)}
        self._word = lru_cache(maxsize=20_000)(self._merge)

    @property
    def vocab_size(self) -> int:
        """Number of ids, unused ones with them."""
        return len(self._tokens)

    @property
    def unspeakable(self) -> list[int]:
        """Ids that stand for no text and end no turn: special tokens, spares, unused rows."""
        spoken = (NORMAL, USER_DEFINED)
        return [n for n, kind in enumerate(self._kinds) if kind not in spoken and n not in self.stops]

    def encode_text(self, text: str) -> list[int]:
        """Token ids of plain text; whatever looks like a special token in it is text."""
        text = storable(text)
        ids: list[int] = []
        for part, whole in self._around_added(text):
            if whole:
                ids.append(self._ids[part])
                continue
            for word in split_words(unicodedata.normalize("NFC", part) if self._nfc else part):
                ids += self._word(word)
        return ids

    def _around_added(self, text: str) -> Iterator[tuple[str, bool]]:
        """Text cut at added tokens that are not special (Qwen has some): leftmost, then longest."""
        start = at = 0
        while self._whole and at < len(text):
            found = max((t for t in self._whole if text.startswith(t, at)), key=len, default="")
            if found:
                yield text[start:at], False
                yield found, True
                start = at = at + len(found)
            else:
                at += 1
        yield text[start:], False

    def _merge(self, word: str) -> tuple[int, ...]:
        """Byte-pair encoding of one word: the lowest-ranked neighbours merge first, leftmost first."""
        parts = [self._shown[b] for b in word.encode("utf-8")]
        while len(parts) > 1:
            pairs = [f"{a} {b}" for a, b in pairwise(parts)]
            best = min(pairs, key=lambda pair: self._ranks.get(pair, _NEVER))
            if best not in self._ranks:
                break
            n = pairs.index(best)
            parts[n : n + 2] = [parts[n] + parts[n + 1]]
        return tuple(self._ids[part] for part in parts)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids, special tokens shown as they are written, broken UTF-8 as U+FFFD."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        out = []
        for n in ids:
            token = self._tokens[n]
            if self._kinds[n] == NORMAL:
                out.append(decoder.decode(bytes(self._bytes[c] for c in token)))
            else:
                out.append(decoder.decode(b"", final=True) + token)
        return "".join(out) + decoder.decode(b"", final=True)
