"""An embedding model of the owner's own, from a folder: a tiny one with random weights, made on the spot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from afterself.archive.store import Archive
from afterself.errors import ModelError
from afterself.memory.ask import Memory
from afterself.memory.chosen_embedder import embedder_at, embedder_or_built_in
from afterself.memory.embedder_folder import BATCH, EncoderEmbedder, OnnxEmbedder, open_embedder
from afterself.memory.embedding import static_embedder
from afterself.memory.index import Index, update
from afterself.memory.upkeep import keep_up
from afterself.policy import open_view
from tests.memory.archives import said, store

WORDS = "[PAD] [UNK] [CLS] [SEP] the boat dog barked sailed home at night".split()
WIDTH = 16


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny"
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    ).save_pretrained(folder)
    torch.manual_seed(1)
    shape = BertConfig(
        vocab_size=len(WORDS), hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    BertModel(shape, add_pooling_layer=False).save_pretrained(folder)
    return folder


def test_a_folder_of_an_encoder_gives_unit_vectors_that_padding_does_not_change(encoder: Path) -> None:
    embedder = open_embedder(encoder)
    assert isinstance(embedder, EncoderEmbedder)
    assert embedder.dimensions == WIDTH
    alone = embedder.embed(["the dog barked"])
    among = embedder.embed(["the boat sailed home at night", "the dog barked"])
    assert np.allclose(np.linalg.norm(among, axis=1), 1, atol=1e-5)
    assert np.allclose(alone[0], among[1], atol=1e-5)
    assert not np.allclose(among[0], among[1], atol=1e-3)


def test_texts_of_any_number_and_length_keep_their_order(encoder: Path) -> None:
    embedder = open_embedder(encoder)
    words = "the boat dog barked sailed home at night".split()
    texts = [" ".join(words[: 1 + (5 * n) % 8]) for n in range(2 * BATCH + 1)]
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.allclose(embedder.embed(texts), alone, atol=1e-5)
    assert embedder.embed([]).shape == (0, WIDTH)


def test_the_first_token_is_the_sentence_where_the_folder_says_so(encoder: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "first"
    shutil.copytree(encoder, folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    mean, first = (open_embedder(path).embed(["dog barked home"]) for path in (encoder, folder))
    assert not np.allclose(mean, first, atol=1e-3)


def test_the_owner_s_choice_is_kept_and_its_index_is_searched(encoder: Path, tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", [said(1, "the dog barked at night"), said(2, "the boat sailed home")])
    chosen = embedder_at(str(encoder))
    with Archive.writing(self_) as archive:
        assert update(archive, chosen, folder=str(encoder)) == 2
    assert keep_up(self_) == 0
    with open_view(self_, "retrieve") as view:
        assert view.retrieval.embedder_folder() == str(encoder)
        assert len(Index(view, chosen)) == 2
        assert len(Index(view, static_embedder())) == 0
        [(nearest, cosine)] = Index(view, chosen).nearest("the boat sailed home", 1)
        assert cosine == pytest.approx(1, abs=0.02)
        assert view.many([nearest])[nearest].text == "the boat sailed home"
        assert Memory(view).ask("Where did the boat sail?").hits[0].id == nearest


def test_words_are_found_when_the_folder_is_away(encoder: Path, tmp_path: Path) -> None:
    self_ = store(tmp_path / "self", [said(1, "the dog barked at night")])
    with Archive.writing(self_) as archive:
        update(archive, embedder_at(str(encoder)), folder=str(tmp_path / "unplugged"))
    assert embedder_or_built_in(str(tmp_path / "unplugged")) is static_embedder()
    assert keep_up(self_) == 0
    with open_view(self_, "retrieve") as view:
        assert [hit.text for hit in Memory(view).ask("Which dog barked?").hits] == ["the dog barked at night"]


def test_a_folder_without_a_model_or_with_a_broken_one_is_refused(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no embedding model"):
        open_embedder(tmp_path)
    import shutil

    shutil.copytree(encoder, tmp_path / "broken")
    (tmp_path / "broken/model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be read"):
        open_embedder(tmp_path / "broken")


def test_an_onnx_model_is_read_and_its_tokens_pooled(encoder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    import shutil

    folder = tmp_path / "onnx"
    folder.mkdir()
    shutil.copy(encoder / "tokenizer.json", folder)
    table = np.random.default_rng(1).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Gather", ["table", "input_ids"], ["tokens"])],
        "tiny",
        [onnx.helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["texts", "length"])],
        [onnx.helper.make_tensor_value_info("tokens", onnx.TensorProto.FLOAT, ["texts", "length", WIDTH])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    embedder = open_embedder(folder)
    assert isinstance(embedder, OnnxEmbedder)
    assert embedder.dimensions == WIDTH
    found = embedder.embed(["dog barked", "boat"])
    expected = np.stack([table[[6, 7]].mean(axis=0), table[5]])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
