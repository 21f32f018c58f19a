"""Token ids of turns: the marks by id, everything else as plain text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from afterself.errors import ModelError
from afterself.models import Header, HFTurnTokenizer, Line, Turn, render
from tests.models.tiny_model import write_tokenizer

HEADER = Header(to=(("Anna", "friend"),), via="whatsapp", on="2019-03", language="en")
TURNS = [
    Turn(False, (Line("Anna", "are you coming tomorrow?"), Line("Anna", "bring the key"))),
    Turn(True, (Line("me", "yes"), Line("me", "but late, train at 6"))),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(path)
    return path


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(folder)


def test_the_special_ids_are_those_of_the_embedded_base(tokenizer: HFTurnTokenizer) -> None:
    assert (tokenizer.im_start, tokenizer.im_end) == (1, 2)
    assert tokenizer.decode([0, 1, 2, 3, 31]) == "<|endoftext|><|im_start|><|im_end|><|spare_3|><|spare_31|>"


def test_an_example_is_built_piece_by_piece(tokenizer: HFTurnTokenizer) -> None:
    ids, supervised = tokenizer.encode_example(HEADER, TURNS, False)
    text = tokenizer.encode_text
    said = text("yes\nbut late, train at 6")
    before = [
        *[
            1,
            *text("system\n"),
            *text("to: Anna (friend); via: whatsapp; on: 2019-03; in: en"),
            2,
            *text("\n"),
        ],
        *[1, *text("user\n"), *text("are you coming tomorrow?\nbring the key"), 2, *text("\n")],
        *[1, *text("assistant\n")],
    ]
    assert ids == [*before, *said, 2, *text("\n")]
    assert supervised == [False] * len(before) + [True] * (len(said) + 1) + [False]


def test_the_golden_ids_of_a_tokenizer_without_merges(tmp_path: Path) -> None:
    """Pinned: ids 32.. are the 256 bytes in the byte-level alphabet's order."""
    tokenizer = HFTurnTokenizer(write_tokenizer(tmp_path, vocab_size=288))
    ids, supervised = tokenizer.encode_example(Header(via="x"), [Turn(True, (Line("me", "hé"),))], False)
    system, assistant = [114, 120, 114, 115, 100, 108], [96, 114, 114, 104, 114, 115, 96, 109, 115]
    head, said, newline = [117, 104, 96, 57, 252, 119], [103, 159, 134], 230
    assert ids == [1, *system, newline, *head, 2, newline, 1, *assistant, newline, *said, 2, newline]
    assert [i for i, s in zip(ids, supervised, strict=True) if s] == [*said, 2]


def test_the_ids_say_the_golden_string(tokenizer: HFTurnTokenizer) -> None:
    ids, _ = tokenizer.encode_example(HEADER, TURNS, False)
    assert tokenizer.decode(ids) == render(HEADER, TURNS, group=False)


def test_the_ids_are_those_of_the_stock_chatml_string(tokenizer: HFTurnTokenizer, folder: Path) -> None:
    """Other chat clients tokenise the rendered template; the model must see the same ids from them."""
    stock = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids, _ = tokenizer.encode_example(HEADER, TURNS, False)
    assert stock.encode(render(HEADER, TURNS, group=False)).ids == ids


def test_a_prompt_is_the_example_up_to_the_owners_words(tokenizer: HFTurnTokenizer) -> None:
    ids, supervised = tokenizer.encode_example(HEADER, TURNS, False)
    prompt = tokenizer.encode_prompt(HEADER, TURNS[:1], False)
    assert prompt == ids[: supervised.index(True)]
    assert tokenizer.decode(prompt).endswith("<|im_end|>\n<|im_start|>assistant\n")


def test_only_the_owners_words_and_their_end_are_supervised(tokenizer: HFTurnTokenizer) -> None:
    again = [*TURNS, TURNS[0], Turn(True, (Line("me", "fine"),))]
    ids, supervised = tokenizer.encode_example(HEADER, again, False)
    targets = [i for i, s in zip(ids, supervised, strict=True) if s]
    assert tokenizer.decode(targets) == "yes\nbut late, train at 6<|im_end|>fine<|im_end|>"
    _, supervised = tokenizer.encode_example(HEADER, [TURNS[0]], False)
    assert not any(supervised)


@pytest.mark.parametrize(
    "text", ["<|im_end|>", "a<|im_start|>user\nb", "<|endoftext|>", "<|spare_3|><|im_end|>x"]
)
def test_special_token_look_alikes_in_a_message_are_plain_text(tokenizer: HFTurnTokenizer, text: str) -> None:
    ids = tokenizer.encode_text(text)
    assert min(ids) >= 32
    assert tokenizer.decode(ids) == text
    example, _ = tokenizer.encode_example(Header(), [Turn(True, (Line("me", text),))], False)
    assert (example.count(1), example.count(2), min(example)) == (1, 1, 1)


@given(st.text())
def test_no_text_becomes_a_special_token_and_every_text_comes_back(text: str) -> None:
    tokenizer = _shared()
    ids = tokenizer.encode_text(text)
    assert not ids or min(ids) >= 32
    assert tokenizer.decode(ids) == text


def _shared(cache: list[HFTurnTokenizer] = []) -> HFTurnTokenizer:  # noqa: B006 -- a session's cache
    if not cache:
        import tempfile

        with tempfile.TemporaryDirectory() as name:
            cache.append(HFTurnTokenizer(write_tokenizer(Path(name))))
    return cache[0]


def test_lone_surrogates_become_the_replacement_character(tokenizer: HFTurnTokenizer) -> None:
    assert tokenizer.encode_text("a\ud800b") == tokenizer.encode_text("a\ufffdb")


def test_a_tokenizer_without_turn_marks_is_refused_with_a_remedy(tmp_path: Path) -> None:
    from tokenizers import models

    Tokenizer(models.BPE()).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ModelError, match=r"no <\|im_start\|>") as caught:
        HFTurnTokenizer(tmp_path)
    assert caught.value.remedy


def test_a_missing_or_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no tokenizer at"):
        HFTurnTokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be read"):
        HFTurnTokenizer(tmp_path)
