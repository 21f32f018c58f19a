"""A folder with an embedding model -> an embedder that runs on this machine, from this folder alone.

Reads what sentence-transformers saves: an encoder of transformers with `modules.json` and a pooling, or the
same exported to `model.onnx` beside its `tokenizer.json`. Nothing is downloaded, and no code of the folder is
run. The name is the weights' hash: vectors of another model are never compared with these.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterself.errors import MissingExtra, ModelError
from afterself.memory.embedding import Embedder, unit

if TYPE_CHECKING:
    from afterself.memory.embedding import Vectors

BATCH = 32
LONGEST = 512  # tokens of a text that are read
_ONNX = ("model.onnx", "onnx/model.onnx")


def open_embedder(folder: Path) -> Embedder:
    """The embedder in a folder; ModelError if there is none, MissingExtra if what runs it is not
    installed.
    """
    if not (folder / "tokenizer.json").is_file() and not (folder / "config.json").is_file():
        raise ModelError(
            f"There is no embedding model in {folder}.",
            remedy="Give a folder that sentence-transformers saved, or model.onnx with its tokenizer.json.",
        )
    onnx = next((folder / name for name in _ONNX if (folder / name).is_file()), None)
    try:
        return OnnxEmbedder(folder, onnx) if onnx else EncoderEmbedder(folder)
    except ImportError as error:
        raise MissingExtra("embed" if onnx else "train", f"The embedding model in {folder}") from error
    except Exception as error:  # each library has errors of its own for a file that it cannot read
        raise ModelError(
            f"The embedding model in {folder} cannot be read ({type(error).__name__}).",
            remedy="Check that the folder is whole; --built-in goes back to the one that comes along.",
        ) from error


def _name(folder: Path, weights: Path) -> str:
    with weights.open("rb") as file:
        return f"{folder.name[:40]} {hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


def _pools_first_token(folder: Path) -> bool:
    """Whether the sentence is its first token's vector; otherwise it is the mean of all tokens'."""
    path = folder / "1_Pooling" / "config.json"
    return path.is_file() and bool(json.loads(path.read_text("utf-8")).get("pooling_mode_cls_token"))


def _pooled(tokens: Any, mask: Any, first: bool) -> Vectors:
    """Unit sentence vectors from token vectors [texts, tokens, dimensions] and their mask [texts, tokens]."""
    import numpy as np

    if first:
        return unit(np.asarray(tokens[:, 0], dtype=np.float32))
    weights = np.asarray(mask, dtype=np.float32)[:, :, None]
    total = (np.asarray(tokens, dtype=np.float32) * weights).sum(axis=1)
    return unit(total / np.maximum(weights.sum(axis=1), 1e-9))


def _by_length(texts: Sequence[str], read: Callable[[list[str]], Vectors], dimensions: int) -> Vectors:
    """The vectors of texts in their order, read in batches of like length, so that little is padding."""
    import numpy as np

    order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
    parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    if not parts:
        return np.zeros((0, dimensions), dtype=np.float32)
    vectors = np.concatenate([read([texts[n] for n in part]) for part in parts])
    return np.asarray(vectors[np.argsort(order)], dtype=np.float32)


class OnnxEmbedder:
    """An encoder exported to ONNX, on onnxruntime; a quantised one is several times as fast."""

    bag_of_words = False

    def __init__(self, folder: Path, weights: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.name = _name(folder, weights)
        options = onnxruntime.SessionOptions()
        threads = os.environ.get("OMP_NUM_THREADS", "")
        options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0  # as torch; 0: all cores
        self._session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()
        self._first = _pools_first_token(folder)
        self.dimensions = int(self._read(["a"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [texts, dimensions]."""
        return _by_length(texts, self._read, self.dimensions)

    def _read(self, texts: list[str]) -> Vectors:
        import numpy as np

        read = self._tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in read], dtype=np.int64)
        mask = np.array([one.attention_mask for one in read], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        out = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        return unit(out) if out.ndim == 2 else _pooled(out, mask, self._first)


class EncoderEmbedder:
    """An encoder in safetensors, on torch and transformers."""

    bag_of_words = False

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.name = _name(folder, folder / "model.safetensors")
        local = {"local_files_only": True, "trust_remote_code": False}
        self._tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        self._model = AutoModel.from_pretrained(folder, use_safetensors=True, **local).eval()
        self._first = _pools_first_token(folder)
        self.dimensions = int(self._model.config.hidden_size)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, float32 [texts, dimensions]."""
        return _by_length(texts, self._read, self.dimensions)

    def _read(self, texts: list[str]) -> Vectors:
        import torch

        read = self._tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        with torch.inference_mode():
            out = self._model(**read).last_hidden_state
        return _pooled(out.numpy(), read["attention_mask"].numpy(), self._first)
