"""The three tokenizers agree: Hugging Face's, ours on a GGUF, and llama.cpp's own."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from transformers import Qwen3ForCausalLM

from afterself.models import Header, HFTurnTokenizer, Line, Turn
from afterself.models.gguf_export import export_gguf, read_config
from afterself.models.gguf_vocab import QWEN2_SPLIT
from afterself.models.llama_tokens import LlamaTurnTokenizer
from afterself.models.qwen2_split import split_words
from tests.models.llama_socket import LlamaTokenizer
from tests.models.tiny_model import QWEN2_SPLIT as TRAINED_SPLIT
from tests.models.tiny_model import write_tokenizer

# fmt: off
ODD = [
    "Anna", " can't", "'S", "'LL", "'Ve", "'", "a", " before the rain", " in 19", "1987", "x_y", "!?", ". ",
    ":)", " ", "  ", "\n", "\r\n", "\r", "\t", "\v", "\f", "\u3000", "\xa0", "\x85", "\u2028", "\u1680",
    "\u200b", "\x00", "\x1c", "<|im_end|>", "<|im_start|>user\n", "<|spare_4|>", "<|endoftext|>", "<|", "|>",
    "é", "e\u0301", "\u0345", "中文", "〇", "שלום", "مرحبا", "٣", "ก\u0e33", "हिन्दी", "½", "Ⅷ", "²", "₂",
    "\U0001d7d8", "ﬀ", "İ", "ß", "ʰ", "😀", "👩\u200d👧", "🏳️\u200d🌈", "\U0001f1e9\U0001f1ea", "\ufffd",
    "\ufeff", "\ue000", "\U00031350", "\U0001e4f0",
]
# fmt: on
ENGLISH_LONG_S = "'\u017f"
odd_text = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=4)), max_size=8).map("".join)


@pytest.fixture(scope="module")
def folder(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base whose merges would reach over every boundary of words, and its GGUF."""
    folder = tmp_path_factory.mktemp("adversarial")
    rng = random.Random(0)
    texts = ["".join(rng.choices([*ODD, ENGLISH_LONG_S], k=rng.randint(1, 8))) for _ in range(6000)]
    texts += ["\u017fab"] * 2000
    write_tokenizer(folder, 2500, texts)
    state = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).state_dict()
    size = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size()
    state["model.embed_tokens.weight"] = state["model.embed_tokens.weight"].repeat(5, 1)[:size]
    config = read_config(tiny_base) | {"vocab_size": size}
    export_gguf(
        state, folder / "base.gguf", dtype="f16", config=config, tokenizer_json=folder / "tokenizer.json"
    )
    return folder


@pytest.fixture(scope="module")
def three(folder: Path) -> Iterator[tuple[HFTurnTokenizer, LlamaTurnTokenizer, LlamaTokenizer]]:
    gguf = folder / "base.gguf"
    with LlamaTokenizer(gguf) as native:
        yield HFTurnTokenizer(folder), LlamaTurnTokenizer(gguf), native


Three = tuple[HFTurnTokenizer, LlamaTurnTokenizer, LlamaTokenizer]


@settings(max_examples=400)
@given(text=odd_text)
def test_token_ids_are_equal_in_all_three(three: Three, text: str) -> None:
    face, ours, native = three
    ids = face.encode_text(text)
    assert ours.encode_text(text) == ids
    assert ours.decode(ids) == face.decode(ids) == text
    if ENGLISH_LONG_S not in text and "Cn" not in map(unicodedata.category, text):
        assert native.tokenize(text) == ids


@pytest.mark.parametrize("text", ODD)
def test_token_ids_are_equal_for_odd_pieces_alone_and_in_company(three: Three, text: str) -> None:
    face, ours, native = three
    for said in (text, f"a{text}b", f" {text} {text}\n{text}", f"1{text}'s{text}  {text}"):
        assert face.encode_text(said) == ours.encode_text(said) == native.tokenize(said)


def test_special_token_look_alikes_are_text_in_all_three(three: Three) -> None:
    for tokenizer in three[:2]:
        assert min(tokenizer.encode_text("a<|im_end|>\n<|im_start|>user\n<|spare_5|>")) >= 32
    assert three[2].tokenize("<|im_end|>", special=True) == [2]
    assert min(three[2].tokenize("<|im_end|>")) >= 32


def test_the_one_known_divergence_of_llama_cpp_is_still_there(three: Three) -> None:
    """An apostrophe and a long s is 's to Hugging Face, not to llama.cpp. Engines get ids, so it harms only
    foreign clients; when this fails, llama.cpp has been repaired and the exception above can go."""
    face, ours, native = three
    said = f"{ENGLISH_LONG_S}ab"
    assert ours.encode_text(said) == face.encode_text(said) != native.tokenize(said)


def test_examples_and_prompts_are_equal(three: Three) -> None:
    header = Header(to=(("Zoë 👩\u200d👧", "Tante; x"), ("山田", None)), via="whatsapp", language="de")
    turns = [
        Turn(False, (Line("Zoë", "a\r\nb<|im_end|>"),)),
        Turn(True, (Line("", "'ſure"), Line("", "\n ok"))),
    ]
    face, ours, _ = three
    assert face.encode_example(header, turns, True) == ours.encode_example(header, turns, True)
    assert face.encode_prompt(header, turns, True) == ours.encode_prompt(header, turns, True)
    assert (face.im_start, face.im_end, face.vocab_size) == (ours.im_start, ours.im_end, ours.vocab_size)


@settings(max_examples=300)
@given(text=odd_text)
def test_words_are_split_as_by_the_qwen2_pattern(text: str) -> None:
    pattern = pre_tokenizers.Split(Regex(QWEN2_SPLIT), behavior="isolated")
    assert list(split_words(text)) == [word for word, _ in pattern.pre_tokenize_str(text)]


def test_every_kind_of_character_is_split_as_by_the_qwen2_pattern() -> None:
    """Every 37th code point here; all of them were tried once, on Python 3.11, without a difference."""
    pattern = pre_tokenizers.Split(Regex(QWEN2_SPLIT), behavior="isolated")
    points = [*range(0x0, 0x300), *range(0x300, 0xD800, 37), *range(0xE000, 0x110000, 997)]
    for char in map(chr, points):
        text = f"a{char}b {char}1'{char} {char}\n{char}  {char}x"
        assert list(split_words(text)) == [word for word, _ in pattern.pre_tokenize_str(text)], hex(ord(char))


def test_the_pattern_that_is_trained_is_the_one_that_is_exported() -> None:
    assert TRAINED_SPLIT == QWEN2_SPLIT


def test_a_qwen_like_tokenizer_with_nfc_and_added_tokens_gives_the_same_ids(
    tiny_base: Path, tmp_path: Path
) -> None:
    """Qwen normalises to NFC and has added tokens such as <tool_call> that are not special."""
    tokenizer = Tokenizer.from_file(str(tiny_base / "tokenizer.json"))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    spec = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    for n, content in ((31, "<tool>"), (30, "<tool>s")):
        next(a for a in spec["added_tokens"] if a["id"] == n).update(content=content, special=False)
        spec["model"]["vocab"] = {
            content if i == n else token: i for token, i in spec["model"]["vocab"].items()
        }
    (tmp_path / "tokenizer.json").write_text(json.dumps(spec), encoding="utf-8")
    gguf = export_gguf(tiny_base, tmp_path / "q.gguf", tokenizer_json=tmp_path / "tokenizer.json")
    face, ours = HFTurnTokenizer(tmp_path), LlamaTurnTokenizer(gguf)
    for said in ("e\u0301 \u1100\u1161 Å", "x<tool>y<tool>s <tool", "<tool><|im_end|>", "<tool>"):
        assert ours.encode_text(said) == face.encode_text(said), said
    assert 31 in ours.encode_text("x<tool>y")
    with LlamaTokenizer(gguf) as native:
        assert native.tokenize("x<tool>y<tool>s") == ours.encode_text("x<tool>y<tool>s")
