"""One embedding architecture with random weights, by torch in float32 and by onnxruntime in int8: CPU time.

    python benchmarks/onnx_embedding.py [--pairs 5]

Both are opened by `memory.embedder_folder` from folders as an owner would name them: a BERT encoder of 6
layers, 384 wide (that of MiniLM), in safetensors, and the same exported to ONNX with its matrices quantised.
Texts are the chats that were written for this project, in batches of 32, one thread. Random weights say what
it costs and how near the vectors stay, not how good they are. onnx is installed for this alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from afterself.memory.embedder_folder import open_embedder
from english_chats import sentences
from this_machine import header


def make(folder: Path, texts: list[str]) -> tuple[Path, Path]:
    """The two folders: safetensors, and int8 ONNX."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    plain, small = folder / "float32", folder / "int8"
    small.mkdir(parents=True)
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=8000, special_tokens=special))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(plain)
    tokenizer.save(str(small / "tokenizer.json"))
    torch.manual_seed(0)
    model = BertModel(
        BertConfig(vocab_size=30_522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                   intermediate_size=1536, attn_implementation="eager"),
        add_pooling_layer=False,
    ).eval()  # fmt: skip
    model.save_pretrained(plain)
    names_in = ("input_ids", "attention_mask", "token_type_ids")

    class Encoder(torch.nn.Module):
        """Three tensors in, the tokens' vectors out: all that is traced."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
            read = self.model(input_ids=ids, attention_mask=mask, token_type_ids=kinds)
            tokens: torch.Tensor = read.last_hidden_state
            return tokens

    axes = {name: {0: "texts", 1: "tokens"} for name in (*names_in, "tokens_out")}
    whole = folder / "whole.onnx"
    example = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in names_in)
    torch.onnx.export(Encoder().eval(), example, str(whole), input_names=list(names_in), dynamic_axes=axes,
                      output_names=["tokens_out"], opset_version=17, dynamo=False)  # fmt: skip
    quantize_dynamic(str(whole), str(small / "model.onnx"), weight_type=QuantType.QInt8)
    return plain, small


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--texts", type=int, default=320)
    given = parser.parse_args()
    texts = sentences()[: given.texts]
    print(header())
    with tempfile.TemporaryDirectory() as folder:
        sides = [open_embedder(path) for path in make(Path(folder), sentences())]
    vectors = [side.embed(texts[:64]) for side in sides]  # also warms both up
    cosines = (vectors[0] * vectors[1]).sum(axis=1)
    spent: list[list[float]] = [[], []]
    for pair in range(given.pairs):
        for place in (0, 1) if pair % 2 == 0 else (1, 0):
            began = time.process_time()
            sides[place].embed(texts)
            spent[place].append((time.process_time() - began) * 1000 / len(texts))
    ratios = np.array(spent[0]) / np.array(spent[1])
    means = np.random.default_rng(0).choice(ratios, (10_000, len(ratios))).mean(axis=1)
    print(json.dumps({
        "texts": len(texts), "mean_characters": round(float(np.mean([len(one) for one in texts])), 1),
        "torch_float32_cpu_ms_a_text": [round(one, 3) for one in spent[0]],
        "onnx_int8_cpu_ms_a_text": [round(one, 3) for one in spent[1]],
        "ratio": {"pairs": len(ratios), "mean": round(float(ratios.mean()), 2),
                  "least": round(float(ratios.min()), 2),
                  "interval": [round(float(q), 2) for q in np.quantile(means, (0.025, 0.975))]},
        "cosine_of_both": {"n": len(cosines), "mean": round(float(cosines.mean()), 4),
                           "least": round(float(cosines.min()), 4)},
    }))  # fmt: skip


if __name__ == "__main__":
    main()
