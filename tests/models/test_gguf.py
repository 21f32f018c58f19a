"""What is written for llama.cpp computes what torch computes."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3ForCausalLM

from afterself.errors import ModelError
from afterself.models.gguf_export import export_gguf, read_config
from afterself.models.gguf_import import config_from_gguf, load_gguf
from afterself.models.gguf_lora import export_lora
from afterself.models.gguf_metadata import read_metadata
from afterself.models.safetensors_read import SafetensorsFolder
from tests.models.parity import largest_difference

SHAPE: dict[str, Any] = {
    "vocab_size": 600,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.15,
    "tie_word_embeddings": False,
    "eos_token_id": 2,
    "bos_token_id": None,
}


def load(folder: Path) -> Qwen3ForCausalLM:
    return Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def shaken(model: Any, seed: int = 3) -> Any:
    """As if it had been trained: every weight moved a little."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn(weight.shape, generator=generator))
    return model


@pytest.mark.parametrize(("dtype", "nats"), [("f32", 1e-3), ("f16", 0.05), ("q8_0", 0.6)])
def test_llama_cpp_gives_torchs_log_probabilities(
    tiny_base: Path, tmp_path: Path, dtype: Any, nats: float
) -> None:
    gguf = export_gguf(tiny_base, tmp_path / "base.gguf", dtype=dtype)
    assert largest_difference(load(tiny_base), gguf) < nats


def test_fine_tuned_weights_in_memory_give_torchs_log_probabilities(tiny_base: Path, tmp_path: Path) -> None:
    model = shaken(load(tiny_base))
    gguf = export_gguf(
        model.state_dict(),
        tmp_path / "full.gguf",
        dtype="f32",
        config=read_config(tiny_base),
        tokenizer_json=tiny_base / "tokenizer.json",
    )
    assert largest_difference(model, gguf) < 1e-3
    assert largest_difference(load(tiny_base), gguf) > 0.01


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize(
    ("config", "kind"), [(Qwen2Config, Qwen2ForCausalLM), (LlamaConfig, LlamaForCausalLM)]
)
def test_qwen2_and_llama_too(
    tiny_base: Path, tmp_path: Path, config: Callable[..., Any], kind: Callable[..., Any], tied: bool
) -> None:
    torch.manual_seed(11)
    model = shaken(kind(config(**{**SHAPE, "tie_word_embeddings": tied})).eval())
    model.save_pretrained(tmp_path)
    shutil.copy(tiny_base / "tokenizer.json", tmp_path)
    gguf = export_gguf(tmp_path, tmp_path / "other.gguf", dtype="f32")
    assert largest_difference(model, gguf) < 1e-3
    peft_folder = adapter(model, tmp_path / "peft", r=4, lora_alpha=8)
    lora = export_lora(peft_folder[1], tmp_path, tmp_path / "lora.gguf")
    assert largest_difference(peft_folder[0], gguf, lora) < 1e-3


def adapter(model: Any, folder: Path, **settings: Any) -> tuple[Any, Path]:
    """A PEFT model whose adapter changes something, and its saved folder."""
    torch.manual_seed(2)
    tuned = get_peft_model(model, LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM", **settings))
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name:
                weight.copy_(0.05 * torch.randn(weight.shape))
    tuned.eval().save_pretrained(folder)
    return tuned, folder


@pytest.mark.parametrize(
    "settings",
    [
        {"r": 4, "lora_alpha": 8},
        {"r": 8, "lora_alpha": 4, "use_rslora": True},
        {"r": 8, "lora_alpha": 16, "rank_pattern": {"q_proj": 2}, "alpha_pattern": {"down_proj": 64}},
    ],
)
def test_an_adapter_gives_torchs_log_probabilities(
    tiny_base: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    gguf = export_gguf(tiny_base, tmp_path / "base.gguf", dtype="f32")
    tuned, folder = adapter(load(tiny_base), tmp_path / "peft", **settings)
    lora = export_lora(folder, tiny_base, tmp_path / "lora.gguf")
    assert largest_difference(tuned, gguf, lora) < 1e-3
    assert largest_difference(load(tiny_base), gguf, lora) > 0.01


@pytest.mark.parametrize(("dtype", "rank", "nats"), [("q8_0", 32, 0.1), ("q8_0", 4, 0.1), ("f16", 4, 0.01)])
def test_a_small_form_of_an_adapter_is_smaller_and_gives_nearly_torchs_log_probabilities(
    tiny_base: Path, tmp_path: Path, dtype: Any, rank: int, nats: float
) -> None:
    gguf = export_gguf(tiny_base, tmp_path / "base.gguf", dtype="f32")
    tuned, folder = adapter(load(tiny_base), tmp_path / "peft", r=rank, lora_alpha=rank)
    whole = export_lora(folder, tiny_base, tmp_path / "whole.gguf")
    small = export_lora(folder, tiny_base, tmp_path / "small.gguf", dtype=dtype)
    assert small.stat().st_size < 0.75 * whole.stat().st_size
    assert largest_difference(load(tiny_base), gguf, small) > 2 * nats
    assert largest_difference(tuned, gguf, small) < nats


def test_an_adapter_that_llama_cpp_cannot_apply_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    _, folder = adapter(load(tiny_base), tmp_path / "peft", r=4, lora_alpha=8, use_dora=True)
    with pytest.raises(ModelError, match="use_dora"):
        export_lora(folder, tiny_base, tmp_path / "lora.gguf")
    assert not list(tmp_path.glob("*.gguf*"))


def test_bf16_and_sharded_weights_are_read_exactly(tiny_base: Path, tmp_path: Path) -> None:
    model = load(tiny_base).to(torch.bfloat16)
    model.save_pretrained(tmp_path, max_shard_size="100KB")
    shutil.copy(tiny_base / "tokenizer.json", tmp_path)
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    gguf = export_gguf(tmp_path, tmp_path / "bf16.gguf", dtype="f32")
    for name, weight in load_gguf(gguf).state_dict().items():
        assert torch.equal(weight, model.state_dict()[name].float()), name


@pytest.mark.parametrize("dtype", ["f32", "f16", "q8_0"])
def test_a_gguf_comes_back_as_the_same_model(tiny_base: Path, tmp_path: Path, dtype: Any) -> None:
    gguf = export_gguf(tiny_base, tmp_path / "base.gguf", dtype=dtype)
    back, original = load_gguf(gguf), load(tiny_base)
    tolerance = {"f32": 0.0, "f16": 1e-3, "q8_0": 1e-2}[dtype]
    for name, weight in original.state_dict().items():
        assert back.state_dict()[name].dtype == torch.float32
        assert torch.allclose(back.state_dict()[name], weight, rtol=0, atol=tolerance), name
    assert back.get_output_embeddings().weight is back.get_input_embeddings().weight
    for key in ("head_dim", "rms_norm_eps", "max_position_embeddings", "rope_parameters", "eos_token_id"):
        assert getattr(back.config, key) == pytest.approx(getattr(original.config, key)), key
    with torch.inference_mode():
        ids = torch.tensor([[1, 40, 50, 60, 70, 2]])
        assert torch.allclose(back(ids).logits, load_gguf(gguf)(ids).logits, atol=0)
        if dtype == "f32":
            assert torch.allclose(back(ids).logits, original(ids).logits, atol=1e-6)


def test_torch_and_llama_cpp_stand_on_the_same_q8_0_numbers(tiny_base: Path, tmp_path: Path) -> None:
    """Exported again as f32, the dequantised weights agree with torch as the originals do."""
    back = load_gguf(export_gguf(tiny_base, tmp_path / "q8.gguf", dtype="q8_0"))
    again = export_gguf(
        back.state_dict(),
        tmp_path / "again.gguf",
        dtype="q8_0",
        config=config_from_gguf(tmp_path / "q8.gguf"),
        tokenizer_json=tiny_base / "tokenizer.json",
    )
    for name, weight in load_gguf(again).state_dict().items():
        assert torch.allclose(weight, back.state_dict()[name], atol=1e-4), name


def test_the_file_says_how_turns_end_and_under_which_licence(tiny_base: Path, tmp_path: Path) -> None:
    path = tmp_path / "base.gguf"
    export_gguf(tiny_base, path, name="Example", license_id="CC-BY-4.0", license_link="https://example.org")
    values = read_metadata(path).values
    assert values["general.license"] == "CC-BY-4.0"
    assert values["general.name"] == "Example"
    assert values["tokenizer.ggml.eos_token_id"] == 2
    assert values["tokenizer.ggml.padding_token_id"] == 0
    assert values["tokenizer.ggml.add_bos_token"] is False
    assert values["tokenizer.ggml.pre"] == "qwen2"
    assert values["tokenizer.ggml.token_type"][:33] == [3] * 32 + [1]
    assert "<|im_start|>assistant\\n" in values["tokenizer.chat_template"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"normalizer": {"type": "NFKC"}}, "normaliser is NFKC"),
        ({"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False}}, "pre-tokenizer"),
        ({"post_processor": {"type": "TemplateProcessing"}}, "special tokens around"),
        ({"model": {"type": "WordPiece", "vocab": {}}}, "not BPE"),
    ],
)
def test_a_tokenizer_that_llama_cpp_would_not_follow_is_refused(
    tiny_base: Path, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    spec = json.loads((tiny_base / "tokenizer.json").read_text(encoding="utf-8"))
    odd = tmp_path / "tokenizer.json"
    odd.write_text(json.dumps(spec | change), encoding="utf-8")
    with pytest.raises(ModelError, match=reason):
        export_gguf(tiny_base, tmp_path / "base.gguf", tokenizer_json=odd)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "gpt2"},
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}},
        {"use_sliding_window": True},
        {"attention_bias": True},
    ],
)
def test_a_model_that_llama_cpp_would_compute_otherwise_is_refused(
    tiny_base: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ModelError, match="cannot be written as GGUF"):
        export_gguf(tiny_base, tmp_path / "base.gguf", config=read_config(tiny_base) | change)
    assert list(tmp_path.iterdir()) == []


def test_diverged_weights_are_refused_and_leave_no_file(tiny_base: Path, tmp_path: Path) -> None:
    state = load(tiny_base).state_dict()
    state["model.norm.weight"] = torch.full((64,), float("nan"))
    with pytest.raises(ModelError, match="diverged"):
        export_gguf(
            state,
            tmp_path / "nan.gguf",
            config=read_config(tiny_base),
            tokenizer_json=tiny_base / "tokenizer.json",
        )
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_are_refused_with_their_name(tiny_base: Path, tmp_path: Path) -> None:
    gguf = export_gguf(tiny_base, tmp_path / "base.gguf")
    whole = gguf.read_bytes()
    for size in (0, 3, 20, 2000, 9000):
        gguf.write_bytes(whole[:size])
        with pytest.raises(ModelError, match=r"base\.gguf"):
            read_metadata(gguf)
    folder = tmp_path / "model"
    shutil.copytree(tiny_base, folder)
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (b"", whole[:4], whole[:5000], b"\xff" * 100, whole[:-7]):
        weights.write_bytes(damaged)
        with pytest.raises(ModelError, match=r"model\.safetensors"):
            export_gguf(folder, tmp_path / "new.gguf")


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [-1, -4], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 0]},
        {"dtype": "F32", "shape": [4], "data_offsets": [-16, 0]},
        {"dtype": "F32", "shape": [], "data_offsets": [0, 2**70]},
        {"dtype": "F32", "shape": [4], "data_offsets": [0.0, "16"]},
    ],
)
def test_safetensors_that_lie_about_their_shapes_are_refused(tmp_path: Path, entry: dict[str, Any]) -> None:
    header = json.dumps({"a": entry}).encode()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
    with pytest.raises(ModelError, match=r"model\.safetensors") as caught:
        SafetensorsFolder(tmp_path)
    assert caught.value.remedy


def test_a_gguf_of_lists_in_lists_without_end_is_refused(tmp_path: Path) -> None:
    array = struct.pack("<IQ", 9, 1)
    head = struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<I", 9)
    (tmp_path / "deep.gguf").write_bytes(head + array * 20_000)
    with pytest.raises(ModelError, match=r"deep\.gguf") as caught:
        read_metadata(tmp_path / "deep.gguf")
    assert "backup" in caught.value.remedy


def test_the_same_weights_give_the_same_file(tiny_base: Path, tmp_path: Path) -> None:
    one, two = (export_gguf(tiny_base, tmp_path / name, name="x") for name in ("one.gguf", "two.gguf"))
    assert one.read_bytes() == two.read_bytes()


def test_rows_that_do_not_fill_a_block_fall_back_to_f16(tmp_path: Path) -> None:
    from afterself.models.gguf_export import quantization

    assert quantization((4, 64), "q8_0").name == "Q8_0"
    assert quantization((4, 65), "q8_0").name == "F16"
    assert quantization((64,), "q8_0").name == "F32"
