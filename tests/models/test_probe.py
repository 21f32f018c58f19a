"""What a base can do is measured, kept beside it, and told before somebody trains on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

from afterself.cli.commands import base_command  # noqa: F401
from afterself.cli.shell import app
from afterself.home.jobs import Progress
from afterself.models import bases
from afterself.models.bases import resolve_base
from afterself.models.chat_engine import ChatEngine
from afterself.models.llama_tokens import LlamaTurnTokenizer
from afterself.models.probe import kept_probe, probed
from afterself.models.probe.copying import PASSES_FROM, TRIALS, Copying, Trial, copying_of, judged, trials
from afterself.models.probe.languages import Cost, cost_of_languages, known, sentences
from afterself.models.tokens import HFTurnTokenizer


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(bases, "cache_folder", lambda: folder)
    monkeypatch.setattr("afterself.models.probe.report.cache_folder", lambda: folder)
    return folder


def test_the_embedded_base_knows_english_only_and_may_not_write_from_sources() -> None:
    found = kept_probe(resolve_base())
    assert found is not None, "python pretraining/probe.py after every new base"
    assert found.knows == ("en",)
    assert not found.grounded
    assert found.copying.trials == TRIALS


def test_what_the_embedded_base_pays_today_is_what_is_shipped() -> None:
    from afterself.models.bases import load_torch

    base = resolve_base()
    now = cost_of_languages(load_torch(base), HFTurnTokenizer(base.path))
    kept = kept_probe(base)
    assert kept is not None
    for language, cost in kept.languages.items():
        assert now[language].bytes == cost.bytes
        assert now[language].bits == pytest.approx(cost.bits, rel=1e-3)


def test_a_base_that_learnt_nothing_knows_nothing_and_is_probed_once(tiny_base: Path, cache: Path) -> None:
    base = resolve_base(tiny_base)
    assert kept_probe(base) is None
    reports = []
    found = probed(base, Progress(reports.append))
    assert found.knows == ()
    assert found.copying == Copying(TRIALS, 0, 0, 0)
    assert not found.grounded
    assert kept_probe(base) == found
    told = len(reports)
    assert probed(base, Progress(reports.append)) == found
    assert len(reports) == told


@pytest.mark.parametrize("damage", ["{", "[]", '{"version": 1}', '{"version": 99}'])
def test_a_damaged_or_older_result_is_none(tiny_base: Path, cache: Path, damage: str) -> None:
    base = resolve_base(tiny_base)
    (cache / "probes").mkdir(parents=True)
    (cache / "probes" / f"{base.sha256}.json").write_text(damage)
    assert kept_probe(base) is None


def test_a_language_is_known_by_its_cost_against_the_best_not_by_its_bytes() -> None:
    costs = {"en": Cost(500, 800), "zh": Cost(300, 900), "ru": Cost(900, 1700)}
    assert known(costs) == ("en", "zh")
    assert known({"en": Cost(500, 3000)}) == ()


def test_each_language_has_the_same_number_of_sentences() -> None:
    assert {len(texts) for texts in sentences().values()} == {9}
    assert len(sentences()) == 12


def test_a_reply_is_right_only_with_the_exact_quote_and_its_mark_and_nothing_else() -> None:
    trial = Trial(("…",), "The kettle stood in the shed.", 2)
    assert judged(trial.reply, trial) == (True, True, True)
    assert judged("“The kettle stood in the shed.” [2]", trial) == (True, True, True)
    assert judged('"The kettle stood in a shed." [2]', trial) == (False, True, False)
    assert judged('"The kettle stood in the shed." [1]', trial) == (True, False, False)
    assert judged('"The kettle stood in the shed." [2] [1]', trial) == (True, False, False)
    assert judged('It is rusty. "The kettle stood in the shed." [2]', trial) == (True, True, False)
    assert judged("", trial) == (False, False, False)


class Copier:
    """Answers as a base that can do it would, or always sets the same mark."""

    def __init__(self, mark: str | None = None) -> None:
        gguf = resolve_base().gguf
        assert gguf is not None
        self.tokenizer, self.n_ctx, self.mark = LlamaTurnTokenizer(gguf), 512, mark
        self.tokenize = self.tokenizer.encode_text

    def generate(self, ids: list[int], **_: object) -> Iterator[str]:
        asked = self.tokenizer.decode(ids).rsplit("<|im_start|>user\n", 1)[1].split("<|im_end|>")[0]
        *sources, question = asked.split("\n")
        thing = question.removeprefix("What is written about the ").removesuffix("?")
        (mark, quote) = next(one.split(" ", 1) for one in sources if thing in one)
        yield f'"{quote}" {self.mark or mark}'


@pytest.mark.parametrize(("mark", "passes"), [(None, True), ("[1]", False)])
def test_a_base_that_copies_and_cites_passes_and_one_that_guesses_marks_does_not(
    mark: str | None, passes: bool
) -> None:
    found = copying_of(cast("ChatEngine", Copier(mark)))
    assert found.copied == TRIALS
    assert found.passed == passes


def test_every_trial_has_one_source_that_answers() -> None:
    made = trials()
    assert made == trials()
    assert {trial.number for trial in made} == {1, 2, 3}
    for trial in made:
        thing = trial.asked[-1].removeprefix("What is written about the ").removesuffix("?")
        assert [f"[{trial.number}] {trial.quote}"] == [one for one in trial.asked[:-1] if thing in one]


def test_a_base_passes_only_if_the_interval_lies_above_the_mark() -> None:
    few, enough = Copying(60, 54, 54, 54), Copying(60, 55, 55, 55)
    assert few.interval[0] < PASSES_FROM <= enough.interval[0]
    assert (few.passed, enough.passed) == (False, True)


def test_the_command_tells_a_person_and_a_program() -> None:
    runner = CliRunner()
    told = runner.invoke(app, ["base"])
    assert told.exit_code == 0
    assert "English" in told.stdout and "not known" in told.stdout
    assert "facts are answered with pasted quotes" in told.stdout
    data = json.loads(runner.invoke(app, ["base", "--json"]).stdout)
    assert data["knows"] == ["en"] and data["grounded_prose"] is False
    assert set(data["copying"]) == {"trials", "copied", "cited", "right", "interval"}


def test_training_warns_of_a_language_that_a_probed_base_does_not_know(tiny_base: Path, cache: Path) -> None:
    from afterself.models.probe.report import Probe, keep
    from afterself.training.preflight import known_and_foreign

    base = resolve_base(tiny_base)
    assert known_and_foreign(["de", "sv"], base) == ((), [])
    costs = {"en": Cost(500, 800.0), "de": Cost(500, 2500.0)}
    keep(Probe(base.sha256, costs, Copying(60, 0, 0, 0)), cache / "probes" / f"{base.sha256}.json")
    assert known_and_foreign(["de", "en", "sv"], base) == (("en",), ["de"])
