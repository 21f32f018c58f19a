"""A base is found, pinned and loaded; nothing is fetched unasked."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from afterself.errors import ModelError
from afterself.models import bases
from afterself.models.bases import base_config, gguf_for, load_torch, resolve_base
from afterself.models.chat_engine import ChatEngine
from afterself.models.gguf_export import export_gguf
from afterself.models.gguf_lora import export_lora
from afterself.models.gguf_metadata import read_metadata
from tests.models.parity import largest_difference


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(bases, "cache_folder", lambda: folder)
    return folder


@pytest.fixture
def folder(tiny_base: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "model"
    shutil.copytree(tiny_base, copy)
    return copy


@pytest.fixture
def embedded(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "embedded"
    export_gguf(tiny_base, folder / "base.gguf", dtype="q8_0")
    shutil.copy(tiny_base / "tokenizer.json", folder)
    (folder / "card.json").write_text(json.dumps({"license": "CC-BY-SA-4.0"}), encoding="utf-8")
    monkeypatch.setattr(bases, "embedded_folder", lambda: folder)
    return folder


def test_without_a_name_it_is_the_embedded_base(embedded: Path) -> None:
    base = resolve_base()
    assert base == resolve_base("embedded")
    assert (base.kind, base.gguf, base.context) == ("embedded", embedded / "base.gguf", 256)
    assert base.license == "CC-BY-SA-4.0"
    assert gguf_for(base) == embedded / "base.gguf"
    assert base_config(base)["vocab_size"] == 600
    assert load_torch(base).config.hidden_size == 64


def test_an_installation_without_the_embedded_base_says_so(embedded: Path) -> None:
    (embedded / "base.gguf").unlink()
    with pytest.raises(ModelError, match="no embedded base") as caught:
        resolve_base()
    assert "--base" in caught.value.remedy


def test_a_folder_is_a_base_with_its_licence_and_context(folder: Path) -> None:
    (folder / "README.md").write_text(
        "---\nlanguage: en\nlicense: apache-2.0\n---\n# Model\n", encoding="utf-8"
    )
    base = resolve_base(str(folder))
    assert (base.id, base.kind, base.path) == (str(folder), "folder", folder)
    assert (base.license, base.context, base.gguf) == ("apache-2.0", 256, None)
    assert next(load_torch(base).parameters()).dtype == torch.float32
    assert base_config(base)["model_type"] == "qwen3"


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_the_hash_pins_weights_config_and_tokenizer(folder: Path, name: str) -> None:
    before = resolve_base(folder).sha256
    assert resolve_base(folder).sha256 == before
    changed = bytearray((folder / name).read_bytes())
    changed[-3] ^= 1
    (folder / name).write_bytes(changed)
    if name != "config.json":
        assert resolve_base(folder).sha256 != before
    else:
        (folder / name).write_text(json.dumps({"max_position_embeddings": 256}), encoding="utf-8")
        assert resolve_base(folder).sha256 != before


def test_another_file_of_the_same_size_and_time_has_another_hash(folder: Path) -> None:
    before, path = resolve_base(folder).sha256, folder / "model.safetensors"
    times, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    (folder / "other").write_bytes(content)
    (folder / "other").replace(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert resolve_base(folder).sha256 != before


def test_a_remembered_hash_is_the_computed_one(folder: Path, cache: Path) -> None:
    first = resolve_base(folder).sha256
    assert len(list((cache / "fingerprints").iterdir())) == 1
    shutil.rmtree(cache)
    assert resolve_base(folder).sha256 == first


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_an_incomplete_folder_is_refused_and_what_lacks_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        resolve_base(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{cut of"),
        ("config.json", b"[]"),
        ("config.json", b'{"model_type": "nobody-knows"}'),
        ("model.safetensors.index.json", b"{}"),
        ("model.safetensors", b""),
        ("model.safetensors", b"\x10" + bytes(200)),
    ],
)
def test_a_damaged_folder_is_refused_with_its_name_and_what_helps(
    folder: Path, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=folder.name) as caught:
        load_torch(resolve_base(folder))
    assert "again" in caught.value.remedy and "\n" not in caught.value.message


def test_weights_that_were_cut_off_in_the_download_are_refused(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_torch(resolve_base(folder))


def test_what_a_base_lacks_is_not_filled_with_random_numbers(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = folder / "model.safetensors"
    whole = load_file(weights)
    save_file({name: t for name, t in whole.items() if "layers.1.mlp" not in name}, weights, {"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 3 tensors \(model\.layers\.1\.mlp"):
        load_torch(resolve_base(folder))


def test_a_config_that_does_not_tell_how_far_a_base_reads_counts_as_1024(folder: Path) -> None:
    config = folder / "config.json"
    for told in ("null", "-1", '"far"'):
        config.write_text(re.sub(r'("max_position_embeddings": )\S+,', rf"\g<1>{told},", config.read_text()))
        assert resolve_base(folder).context == 1024


@pytest.mark.parametrize(
    "name",
    [
        "no-such-base",
        "./nowhere",
        "/nowhere/at all",
        "a/b/c",
        "../x",
        "owner/",
        "a/b..c",
        "a/b.git",
        "a/b--c",
    ],
)
def test_a_name_that_is_neither_folder_nor_hub_id_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="no base model"):
        resolve_base(name)


def test_a_hub_id_is_not_fetched_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def no_network(*_: Any) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    with pytest.raises(ModelError, match="nothing is fetched unasked") as caught:
        resolve_base("afterself-tests/no-such-model")
    assert "--allow-network" in caught.value.remedy


def test_with_leave_the_hub_is_asked_and_offline_mode_is_back_afterwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.errors import LocalEntryNotFoundError

    asked = []

    def hub(name: str, *, local_files_only: bool = False, allow_patterns: list[str]) -> str:
        if local_files_only:
            raise LocalEntryNotFoundError("not here")
        asked.append((name, constants.HF_HUB_OFFLINE, [p for p in allow_patterns if "bin" in p or "py" in p]))
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub)
    assert constants.HF_HUB_OFFLINE
    base = resolve_base("owner/name", allow_network=True)
    assert (base.id, base.kind, base.path) == ("owner/name", "hub", folder)
    assert asked == [("owner/name", False, [])]
    assert constants.HF_HUB_OFFLINE


def test_a_failed_fetch_is_one_sentence_and_offline_mode_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    from huggingface_hub import constants

    def hub(name: str, **_: Any) -> str:
        raise FileNotFoundError if _.get("local_files_only") else ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub)
    with pytest.raises(ModelError, match="could not be fetched: ConnectionError"):
        resolve_base("owner/name", allow_network=True)
    assert constants.HF_HUB_OFFLINE


def test_the_gguf_of_a_folder_is_made_once_and_chats(folder: Path, cache: Path) -> None:
    base = resolve_base(folder)
    gguf = gguf_for(base)
    assert gguf.parent == cache / "gguf"
    made = gguf.stat().st_mtime_ns
    assert gguf_for(base) == gguf
    assert gguf.stat().st_mtime_ns == made
    assert gguf_for(base, "f16") != gguf
    assert read_metadata(gguf).text("general.name") == str(folder)
    with ChatEngine(gguf, threads=1) as engine:
        assert "".join(engine.generate([1, 40], max_tokens=4, seed=1))
    assert sorted(p.suffix for p in gguf.parent.iterdir()) == [".gguf", ".gguf"]


def test_an_adapter_trained_on_the_embedded_base_chats_over_its_gguf(
    tiny_base: Path, embedded: Path, tmp_path: Path
) -> None:
    from peft import LoraConfig, get_peft_model

    export_gguf(tiny_base, embedded / "base.gguf", dtype="f32")
    base = resolve_base()
    tuned = get_peft_model(load_torch(base), LoraConfig(r=4, lora_alpha=8, target_modules="all-linear"))
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name:
                weight.copy_(0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
    tuned.eval().save_pretrained(tmp_path / "peft")
    lora = export_lora(tmp_path / "peft", base_config(base), tmp_path / "lora.gguf")
    assert largest_difference(tuned, gguf_for(base), lora) < 1e-3


def test_weights_as_pickles_or_with_code_are_not_loaded(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        resolve_base(folder)
