"""The chat engine: exact stops, the model's own distribution, no port, no torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from transformers import Qwen3ForCausalLM

from afterself.errors import ModelError
from afterself.models import Header, HFTurnTokenizer, Line, Turn
from afterself.models.chat_engine import ChatEngine
from afterself.models.gguf_export import export_gguf, read_config
from afterself.models.gguf_import import load_gguf
from tests.models.tiny_model import write_tokenizer

PROMPT = [1, 40, 50, 60]


@pytest.fixture(scope="module")
def gguf(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_gguf(tiny_base, tmp_path_factory.mktemp("engine") / "base.gguf", dtype="f32")


@pytest.fixture(scope="module")
def engine(gguf: Path) -> Iterator[ChatEngine]:
    with ChatEngine(gguf, threads=1) as engine:
        yield engine


def scripted(tiny_base: Path, out: Path, ids: list[int], tokenizer_json: Path | None = None) -> Path:
    """A model that says `ids`, each after the one before it, with near certainty."""
    model = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "layers" in name and "norm" not in name:
                weight.zero_()  # what remains maps a token to the next by itself
        embedding = torch.nn.functional.normalize(
            torch.randn(600, 64, generator=torch.Generator().manual_seed(0))
        )
        head = embedding.clone()
        for before, after in pairwise(ids):
            head[after] = 5 * embedding[before]
        model.model.norm.weight.fill_(1.0)
    state = model.state_dict() | {"model.embed_tokens.weight": embedding, "lm_head.weight": head}
    config = read_config(tiny_base) | {"tie_word_embeddings": False}
    tokenizer_json = tokenizer_json or tiny_base / "tokenizer.json"
    return export_gguf(state, out, dtype="f32", config=config, tokenizer_json=tokenizer_json)


def test_generation_stops_exactly_at_the_end_of_the_turn(tiny_base: Path, tmp_path: Path) -> None:
    said = [100, 101, 102, 103]
    gguf = scripted(tiny_base, tmp_path / "scripted.gguf", [50, *said, 2, 110, 111])
    with ChatEngine(gguf, threads=1) as engine:
        for temperature in (0.0, 1.0):
            reply = engine.generate([1, 50], max_tokens=50, temperature=temperature, seed=1)
            assert "".join(reply) == engine.detokenize(said)
            assert reply.finish == "stop"
        reply = engine.generate([1, 50], max_tokens=3, temperature=0.0)
        assert ("".join(reply), reply.finish) == (engine.detokenize(said[:3]), "length")


def test_text_that_looks_like_an_end_does_not_stop_it(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer_json = write_tokenizer(tmp_path, 320, ["<|", "im", "_end", "|>"] * 100)
    looks_like = HFTurnTokenizer(tokenizer_json).encode_text("<|im_end|>")
    assert len(looks_like) == len(set(looks_like)) == 4
    gguf = scripted(tiny_base, tmp_path / "scripted.gguf", [32, *looks_like, 33, 2], tokenizer_json)
    with ChatEngine(gguf, threads=1) as engine:
        reply = "".join(engine.generate([1, 32], max_tokens=50, temperature=0.0))
        assert reply == "<|im_end|>" + engine.detokenize([33])


def test_a_character_made_of_several_tokens_comes_in_one_piece(tiny_base: Path, tmp_path: Path) -> None:
    with ChatEngine(export_gguf(tiny_base, tmp_path / "b.gguf"), threads=1) as plain:
        said = plain.tokenize("家")
    assert len(said) == 3
    gguf = scripted(tiny_base, tmp_path / "scripted.gguf", [50, *said, 2])
    with ChatEngine(gguf, threads=1) as engine:
        assert list(engine.generate([1, 50], max_tokens=20, temperature=0.0)) == ["家"]


def test_temperature_one_is_the_models_own_distribution(engine: ChatEngine, tiny_base: Path) -> None:
    """2,000 first tokens: every likely one lies within five standard deviations of its probability.

    llama.cpp's defaults (top-k 40, top-p 0.95, min-p 0.05) would leave the tail empty.
    """
    draws = 2000
    model = Qwen3ForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(torch.tensor([PROMPT])).logits[0, -1]
    logits[engine.tokenizer.unspeakable] = -torch.inf
    expected = torch.softmax(logits, -1)
    seen: Counter[str] = Counter(
        "".join(engine.generate(PROMPT, max_tokens=1, seed=seed)) for seed in range(draws)
    )
    spoken: defaultdict[str, float] = defaultdict(float)
    for token, chance in enumerate(expected.tolist()):
        text = engine.detokenize([token])
        if token >= 32 and "\ufffd" not in text:
            spoken[text] += chance
    common = {text: chance for text, chance in spoken.items() if chance > 0.004}
    assert len(common) > 20
    for text, chance in common.items():
        assert abs(seen[text] - draws * chance) < 5 * (draws * chance) ** 0.5, text
    tail = {text for text, chance in spoken.items() if chance < 0.001}
    wanted = sum(spoken[text] for text in tail) * draws
    assert wanted > 30
    assert abs(sum(seen[text] for text in tail) - wanted) < 5 * wanted**0.5


def test_a_low_top_p_and_temperature_zero_take_the_likeliest_token(engine: ChatEngine) -> None:
    greedy = "".join(engine.generate(PROMPT, max_tokens=8, temperature=0.0))
    assert "".join(engine.generate(PROMPT, max_tokens=8, top_p=1e-6, seed=3)) == greedy
    best = next(iter(engine.next_logprobs(PROMPT, 1)))
    assert greedy.startswith(engine.detokenize([best]).rstrip("\ufffd"))


def test_the_same_seed_gives_the_same_reply_whatever_came_before(engine: ChatEngine, gguf: Path) -> None:
    first = list(engine.generate(PROMPT, max_tokens=30, seed=11))
    list(engine.generate([*PROMPT, 70, 80], max_tokens=5))
    assert list(engine.generate(PROMPT, max_tokens=30, seed=11)) == first
    assert list(engine.generate(PROMPT, max_tokens=30, seed=12)) != first
    with ChatEngine(gguf, threads=1) as another:
        assert list(another.generate(PROMPT, max_tokens=30, seed=11)) == first


def test_log_probabilities_are_complete_and_in_order(engine: ChatEngine) -> None:
    got = engine.next_logprobs(PROMPT, 600)
    assert sorted(got) == list(range(600))
    assert list(got.values()) == sorted(got.values(), reverse=True)
    assert sum(torch.tensor(list(got.values())).exp()) == pytest.approx(1.0, abs=1e-4)
    assert list(engine.next_logprobs(PROMPT, 3)) == list(got)[:3]


def test_a_reply_can_be_broken_off(engine: ChatEngine) -> None:
    reply = engine.generate(PROMPT, max_tokens=200, seed=1)
    assert next(reply)
    reply.close()
    assert list(reply) == []
    assert len(list(engine.generate(PROMPT, max_tokens=5, seed=1))) > 0


@pytest.mark.parametrize("limit", [0, -1])
def test_a_reply_of_no_tokens_is_refused_instead_of_being_endless(engine: ChatEngine, limit: int) -> None:
    with pytest.raises(ModelError, match="at least 1"):
        engine.generate(PROMPT, max_tokens=limit)


def test_a_forgotten_reply_stops_by_itself(engine: ChatEngine) -> None:
    reply = engine.generate(PROMPT, max_tokens=240, temperature=0.0)
    writer = reply._writer
    next(reply)
    del reply
    assert writer.stopped.wait(5)


def test_a_program_may_end_in_the_middle_of_a_reply(gguf: Path) -> None:
    program = (
        "import sys; from afterself.models.chat_engine import ChatEngine\n"
        "engine = ChatEngine(sys.argv[1], threads=1)\n"
        "reply = engine.generate([1, 40], max_tokens=250, temperature=0.0); next(reply)\n"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program, str(gguf)], capture_output=True, timeout=30)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_closing_the_engine_ends_a_running_reply(gguf: Path) -> None:
    engine = ChatEngine(gguf, threads=1)
    reply = engine.generate(PROMPT, max_tokens=240, seed=1)
    next(reply)
    engine.close()
    for _ in reply:
        pass
    with pytest.raises(ModelError, match="closed"):
        engine.generate(PROMPT, max_tokens=1)


def test_several_threads_may_ask_at_once(engine: ChatEngine) -> None:
    alone = [list(engine.generate([1, 40 + n], max_tokens=20, seed=n)) for n in range(4)]
    together: dict[int, list[str]] = {}

    def ask(n: int) -> None:
        together[n] = list(engine.generate([1, 40 + n], max_tokens=20, seed=n))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[n] for n in range(4)] == alone


def test_a_prompt_as_long_as_the_context_is_refused_and_a_shorter_one_filled_up(
    engine: ChatEngine,
) -> None:
    assert engine.n_ctx == 256
    with pytest.raises(ModelError, match="256 tokens; the model can read 1 to 255"):
        engine.generate([40] * 256, max_tokens=5)
    with pytest.raises(ModelError, match="0 tokens"):
        engine.next_logprobs([], 5)
    reply = engine.generate([1, *[40] * 250], max_tokens=500, seed=1)
    list(reply)
    assert reply.finish in ("length", "stop")


def test_no_network_socket_is_opened_and_the_unix_socket_is_gone(gguf: Path) -> None:
    here = psutil.Process()
    before = {c.laddr for c in here.net_connections(kind="inet")}
    with ChatEngine(gguf, threads=1) as engine:
        list(engine.generate(PROMPT, max_tokens=3, seed=1))
        assert {c.laddr for c in here.net_connections(kind="inet")} == before
        unix = [c.laddr for c in here.net_connections(kind="unix") if c.laddr]
        assert not any(Path(str(path)).exists() for path in unix if "afterself-" in str(path))


def test_llama_cpp_prints_nothing(gguf: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with ChatEngine(gguf, threads=1) as engine:
        list(engine.generate(PROMPT, max_tokens=3))
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut"])
def test_a_file_that_is_no_model_is_refused(gguf: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "bad.gguf"
    whole = gguf.read_bytes()
    content = {"empty": b"", "text": b"not a model" * 50, "cut": whole[: len(whole) // 2]}
    if damage in content:
        path.write_bytes(content[damage])
    with pytest.raises(ModelError, match=r"bad\.gguf"):
        ChatEngine(path)


def test_a_lora_of_another_base_is_refused(gguf: Path) -> None:
    with pytest.raises(ModelError, match="cannot load"):
        ChatEngine(gguf, lora=gguf, threads=1)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="memory files are a Linux thing")
def test_a_model_loads_from_memory_without_a_file(gguf: Path) -> None:
    memory = os.memfd_create("weights")
    try:
        with os.fdopen(os.dup(memory), "wb") as file:
            file.write(gguf.read_bytes())
        with ChatEngine(f"/proc/self/fd/{memory}", threads=1) as engine, ChatEngine(gguf, threads=1) as other:
            assert engine.next_logprobs(PROMPT, 5) == other.next_logprobs(PROMPT, 5)
    finally:
        os.close(memory)


def test_the_quantised_file_gives_torchs_numbers_of_the_dequantised_weights(
    tiny_base: Path, tmp_path: Path
) -> None:
    """What is left of the difference is llama.cpp's rounding of activations to 8 bits."""
    path = export_gguf(tiny_base, tmp_path / "q8.gguf", dtype="q8_0")
    with torch.inference_mode(), ChatEngine(path, threads=1) as engine:
        expected = torch.log_softmax(load_gguf(path)(torch.tensor([PROMPT])).logits[0, -1], -1)
        for token, value in engine.next_logprobs(PROMPT, 20).items():
            assert value == pytest.approx(float(expected[token]), abs=0.3)


def test_a_reply_can_be_had_without_torch_transformers_or_tokenizers(gguf: Path) -> None:
    """The whole way from turns to text, with those packages made unimportable."""
    program = """
import json, sys
for name in ("torch", "transformers", "tokenizers", "peft", "gguf", "safetensors"):
    sys.modules[name] = None
from afterself.models import Header, HFTurnTokenizer, Line, Turn
from afterself.models.chat_engine import ChatEngine
with ChatEngine(sys.argv[1], threads=1) as engine:
    prompt = engine.tokenizer.encode_prompt(Header(via="mail"), [Turn(False, (Line("Anna", "hi"),))], False)
    print(json.dumps([prompt, "".join(engine.generate(prompt, max_tokens=9, seed=4))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(gguf)], capture_output=True, text=True, check=True, timeout=60
    )
    prompt, reply = json.loads(done.stdout)
    with ChatEngine(gguf, threads=1) as engine:
        turns = [Turn(False, (Line("Anna", "hi"),))]
        assert prompt == engine.tokenizer.encode_prompt(Header(via="mail"), turns, False)
        assert reply == "".join(engine.generate(prompt, max_tokens=9, seed=4))
    assert done.stderr == ""


def test_importing_the_package_loads_no_heavy_library() -> None:
    program = (
        "import sys, afterself.models, afterself.models.turns, afterself.models.tokens, "
        "afterself.models.bases, afterself.models.scoring, afterself.models.chat_engine, "
        "afterself.models.llama_tokens\n"
        "heavy = {'torch', 'transformers', 'xllamacpp', 'tokenizers', 'gguf', 'peft', 'numpy'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done: Any = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
