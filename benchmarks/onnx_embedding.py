"""Three encoders with random weights, by torch in float32 and by onnxruntime in int8: CPU time, one thread.

    OMP_NUM_THREADS=1 python benchmarks/onnx_embedding.py [--pairs 7]

Both sides are opened by `memory.embedder_folder` from folders as an owner would name them: BERT in
safetensors (torch, SDPA attention, inference mode), and the same exported to ONNX, its matrices quantised.
Texts come one at a time, and in batches of like length, as the index reads them. Random weights say what it
costs and how near the vectors stay, not how good they are. onnx is installed for this alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from afterself.memory import embedder_folder
from afterself.memory.embedder_folder import open_embedder
from afterself.memory.embedding import Embedder
from english_chats import questions, sentences
from this_machine import header

SHAPES = ((6, 384, 1536), (12, 384, 1536), (12, 768, 3072))  # layers, width, width within
BATCHES = (32, 4)  # the index and sentence-transformers take 32; a few stay in a core's cache


def make(folder: Path, texts: list[str], shape: tuple[int, int, int]) -> tuple[Path, Path]:
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
    layers, width, within = shape
    model = BertModel(
        BertConfig(vocab_size=30_522, hidden_size=width, num_hidden_layers=layers,
                   num_attention_heads=12, intermediate_size=within, attn_implementation="eager"),
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


def alike(texts: list[str]) -> list[str]:
    """64 texts as in the batches of a large archive: 32 neighbours in length at each of two quartiles."""
    ordered = sorted(texts, key=len)
    middles = (len(ordered) // 4, 3 * len(ordered) // 4)
    return [text for middle in middles for text in ordered[middle - 16 : middle + 16]]


def cpu_ms(side: Embedder, calls: list[list[str]], batch: int) -> float:
    """CPU milliseconds a text."""
    embedder_folder.BATCH = batch
    began = time.process_time()
    for texts in calls:
        side.embed(texts)
    return (time.process_time() - began) * 1000 / sum(map(len, calls))


def ratio(above: list[float], below: list[float]) -> dict[str, object]:
    """The mean of the pairs' ratios, its bootstrap interval of 95 %, and the least."""
    ratios = np.array(above) / np.array(below)
    means = np.random.default_rng(0).choice(ratios, (10_000, len(ratios))).mean(axis=1)
    interval = [round(float(q), 2) for q in np.quantile(means, (0.025, 0.975))]
    least = round(float(ratios.min()), 2)
    return {
        "pairs": len(ratios),
        "mean": round(float(ratios.mean()), 2),
        "interval": interval,
        "least": least,
    }


def measure(sides: list[Embedder], pairs: int) -> dict[str, object]:
    """Both sides in turn, each use in each pair."""
    lines, asked = alike(sentences()), questions()
    asked = asked[:: len(asked) // 8][:8]
    uses = {"questions_one_at_a_time": ([[text] for text in asked], 1),
            "messages_one_at_a_time": ([[text] for text in lines[::8]], 1)}  # fmt: skip
    uses |= {f"messages_in_batches_of_{size}": ([lines[:32], lines[32:]], size) for size in BATCHES}
    vectors = [side.embed(lines) for side in sides]  # also warms both up
    cosines = (vectors[0] * vectors[1]).sum(axis=1)
    spent: dict[str, tuple[list[float], list[float]]] = {use: ([], []) for use in uses}
    for pair in range(pairs):
        for use, (calls, batch) in uses.items():
            for place in (0, 1) if pair % 2 == 0 else (1, 0):
                spent[use][place].append(cpu_ms(sides[place], calls, batch))
    found: dict[str, object] = {
        use: {"texts": sum(map(len, uses[use][0])), "torch_ms": [round(one, 2) for one in whole],
              "int8_ms": [round(one, 2) for one in small], "torch_over_int8": ratio(whole, small)}
        for use, (whole, small) in spent.items()
    }  # fmt: skip
    large, few = (spent[f"messages_in_batches_of_{size}"] for size in BATCHES)
    found["batches_of_32_over_batches_of_4"] = {
        "torch": ratio(large[0], few[0]),
        "int8": ratio(large[1], few[1]),
    }
    found["torch_in_32_over_int8_in_4"] = ratio(large[0], few[1])
    found["cosine"] = {"mean": round(float(cosines.mean()), 4), "least": round(float(cosines.min()), 4)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    given = parser.parse_args()
    print(header())
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            sides = [open_embedder(path) for path in make(Path(folder), sentences(), shape)]
        print(json.dumps({"layers_width_within": shape} | measure(sides, given.pairs)), flush=True)


if __name__ == "__main__":
    main()
