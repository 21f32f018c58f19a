"""What the smoke test calls babble, and what it lets through."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from afterself.datasets import Dataset
from afterself.models.tokens import HFTurnTokenizer
from afterself.training import TrainOptions, Unpublished, current_weights, train
from afterself.training.preflight import verdict
from afterself.training.samples import Written, contexts, replies, write
from afterself.training.smoke import astray, babble, complaints, endless_from, foreign, stuck, worse
from tests.training.german import OTTILIE, german_talk
from tests.training.selves import make_self, talk
from tests.training.test_loop import PLAIN, counting

OWN = [(5, n, 7) for n in range(20)]


@pytest.fixture(scope="module")
def tokenizer(tiny_base: Path) -> HFTurnTokenizer:
    return HFTurnTokenizer(tiny_base)


def text(tokenizer: HFTurnTokenizer, words: str, n: int = 10, ended: bool = True) -> list[Written]:
    return [Written((*tokenizer.encode_text(words), 40 + k), ended) for k in range(n)]


def test_ordinary_replies_pass(tokenizer: HFTurnTokenizer) -> None:
    said = text(
        tokenizer, "why, my dear, the key was lost on Sunday before the rain, to be sure, and the bread"
    )
    assert babble(said, OWN, tokenizer) == ()


def test_silence_is_babble(tokenizer: HFTurnTokenizer) -> None:
    blank = [Written(tuple(tokenizer.encode_text(" " * (k + 1))), True) for k in range(10)]
    assert babble(blank, OWN, tokenizer) == ("mostly say nothing",)
    assert babble(blank[:5] + text(tokenizer, "yes", 5), OWN, tokenizer) == ()


def test_replies_without_an_end_are_babble(tokenizer: HFTurnTokenizer) -> None:
    assert babble(text(tokenizer, "and so on", ended=False), OWN, tokenizer) == ("do not come to an end",)


def test_turning_in_circles_is_babble_and_a_laugh_is_not(tokenizer: HFTurnTokenizer) -> None:
    circling = text(tokenizer, "the train, the train, " * 12)
    assert babble(circling, OWN, tokenizer) == ("repeat themselves within a reply",)
    assert not stuck(tokenizer.encode_text("ha ha ha ha ha"))


def test_the_same_reply_to_everything_is_babble_unless_the_owner_talks_so(tokenizer: HFTurnTokenizer) -> None:
    same = [Written((50, 51), True)] * 10
    assert babble(same, OWN, tokenizer) == ("say the same whatever they are told",)
    assert babble(same, [(50, 51)] * 20, tokenizer) == ()


def test_an_owner_of_long_letters_may_have_weights_that_write_long_letters() -> None:
    assert endless_from([(1,) * 30] * 10) == 96
    assert endless_from([(1,) * 300] * 10) == 900


def test_no_better_than_the_base_is_a_complaint_and_unmeasured_is_not() -> None:
    assert worse(2.0, 2.0) and worse(2.0, 2.1)
    assert worse(2.0, 1.99) == () and worse(None, None) == ()


@pytest.mark.parametrize(("after", "counted"), [(1.9, 2.1), (2.4, 2.5), (2.6, 3.6), (3.5, None), (None, 3.7)])
def test_weights_that_know_the_language_or_were_not_measured_pass(
    after: float | None, counted: float | None
) -> None:
    assert foreign(after, counted, {"en": 1.0}) == ()


def test_a_language_of_which_only_letters_were_learned_is_named_with_the_figures() -> None:
    (told,) = foreign(3.459, 3.760, {"und": 0.4, "de": 0.6})
    assert "3.459 and 3.760 bits per byte" in told and "(de)" in told and "babble" in told
    assert "in the owner's language for" in foreign(3.459, 3.760, {})[0]


GERMAN = ("die Bohnen klettern schon am Zaun hoch", "der Ofen ist kalt und ich habe kein Holz mehr")
ENGLISH = ("the beans are climbing up the fence again", "I have not seen your umbrella since Sunday")


def test_replies_in_a_language_that_the_owner_does_not_write_are_found() -> None:
    assert astray(ENGLISH * 4, {"de": 1.0}) == ("answer mostly in en, and the owner writes de",)
    assert astray(GERMAN * 4, {"de": 0.9, "en": 0.01}) == ()
    assert astray([*ENGLISH, *GERMAN] * 2, {"de": 1.0}) == (), "half of them may stray"
    assert astray(ENGLISH * 4, {"de": 0.8, "en": 0.2}) == astray(ENGLISH * 4, {}) == ()
    assert astray(["ok", "7!", "", "hm"] * 4, {"de": 1.0}) == (), "what is in doubt counts for nothing"


def test_forty_german_messages_on_the_english_base_are_not_published_and_the_next_step_is_named(
    tmp_path: Path,
) -> None:
    self_ = make_self(tmp_path / "ottilie", german_talk(), name=OTTILIE)
    with pytest.raises(Unpublished, match=r"too little in the owner's language \(de\)") as caught:
        train(self_, options=TrainOptions(epochs=1.5))
    assert "afterself ask" in caught.value.remedy and "--base" in caught.value.remedy
    assert current_weights(self_) is None


def test_a_model_that_never_ends_a_reply_is_found_out(tiny_base: Path, tokenizer: HFTurnTokenizer) -> None:
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()
    dataset = Dataset([counting(40 + n) for n in range(30)], [counting(80 + n) for n in range(12)], 128)
    found = complaints(model, dataset, tokenizer, PLAIN, longest=256, before=2.0, after=1.0)
    assert "do not come to an end" in found


def test_a_sample_is_the_same_for_a_seed_and_leaves_the_run_as_it_was(
    tiny_base: Path, tokenizer: HFTurnTokenizer
) -> None:
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).train()
    before = torch.get_rng_state()
    prompt = tokenizer.encode_text("who baked bread?")
    one, again, other = (
        write(model, prompt, tokenizer.im_end, PLAIN, most=12, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again != other and len(one.ids) == 12
    assert torch.equal(before, torch.get_rng_state()) and model.training


def test_prompts_are_held_out_and_end_where_the_owner_begins() -> None:
    dataset = Dataset([counting(40)] * 5, [counting(70), counting(90)], 128)
    assert contexts(dataset, 10) == [[70], [90]]
    assert replies([counting(70)]) == [tuple(range(71, 85))]


def test_the_verdict_on_the_amount_is_in_plain_words() -> None:
    assert verdict(100, 5000).startswith("too thin") and "Search" in verdict(100, 5000)
    assert verdict(700, 30_000).startswith("little") and verdict(1500, 60_000).startswith("enough")
    assert verdict(5000, 100_000).startswith("plenty")
    assert verdict(100, 200_000).startswith("plenty"), "long mails count by their length"


@pytest.mark.parametrize("option", ["--samples", "--no-samples"])
def test_samples_are_shown_on_a_terminal_marked_as_generated_and_kept_nowhere(
    tmp_path: Path, tiny_base: Path, option: str
) -> None:
    self_ = make_self(tmp_path / "ida", talk("Anna", 60))
    mine, theirs = pty.openpty()
    program = "from afterself.cli import main; main()"
    arguments = ["--self", str(self_.path), "train", "--base", str(tiny_base), "--yes", "--method", "full"]
    running = subprocess.Popen(
        [sys.executable, "-c", program, *arguments, option],
        stdout=subprocess.PIPE, stderr=theirs, env=dict(os.environ),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(mine, 4096)
        except OSError:
            break
        shown += part
    out, _ = running.communicate()
    os.close(mine)
    told = shown.decode("utf-8", "replace")
    samples = [line.split("generated › ")[1].strip() for line in told.splitlines() if "generated › " in line]
    assert bool(samples) == (option == "--samples")
    assert b"generated" not in out
    written = b"".join(
        path.read_bytes() for path in self_.path.rglob("*") if path.suffix in (".log", ".json", ".toml")
    )
    assert all(sample.encode()[:20] not in written for sample in samples if len(sample) > 20)
