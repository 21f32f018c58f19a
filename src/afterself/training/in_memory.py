"""A trained model -> the files that `save_pretrained` writes, but written where they are.

The safetensors library writes beside a file and renames: a link into memory (`Files.staged`) would
become a file on the disk. So for an encrypted self the tensors are serialised in memory and written
into the links; names, settings and tensors are those of the stock folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def save_full(model: Any, folder: Path) -> None:
    """config.json, generation_config.json and model.safetensors; tied tensors once."""
    model.config.save_pretrained(folder)
    if model.can_generate():
        model.generation_config.save_pretrained(folder)
    tied = set(getattr(model, "all_tied_weights_keys", None) or ())
    state = {name: tensor for name, tensor in model.state_dict().items() if name not in tied}
    _write(folder / "model.safetensors", state)


def save_adapter(model: Any, folder: Path) -> None:
    """adapter_config.json and adapter_model.safetensors of a PEFT model."""
    from peft import get_peft_model_state_dict

    (config,) = model.peft_config.values()
    for_training, config.inference_mode = config.inference_mode, True
    config.save_pretrained(folder)
    config.inference_mode = for_training
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    _write(folder / "adapter_model.safetensors", state)


def _write(path: Path, state: dict[str, Any]) -> None:
    from safetensors.torch import save

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    path.write_bytes(save(tensors, {"format": "pt"}))
