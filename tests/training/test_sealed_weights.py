"""Weights memorise, so an encrypted self keeps them, and everything on the way to them, encrypted."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path

import pytest

from afterself.errors import Damaged, ModelError
from afterself.home.folder import Self
from afterself.home.jobs import Progress, Report
from afterself.models.bases import resolve_base
from afterself.persona.engine import open_engine
from afterself.training import TrainOptions, current_weights, load_weights, train
from afterself.training.score import score
from afterself.training.weights import PERSONAL_FILES
from tests.conftest import PASSPHRASE
from tests.training.selves import OWNER, make_self, talk

FULL = TrainOptions(method="full", epochs=1, context=128, publish_anyway=True)
LORA = dataclasses.replace(FULL, method="lora")
PLAIN_MARKS = (
    b"GGUF",
    b"__metadata__",
    b"lm_head",
    b"lora_A",
    b"PK\x03\x04",
    b'"base_sha256"',
    OWNER.encode(),
)
REPLIES = [{"context": [{"author": "Anna", "text": "who baked bread tomorrow?"}], "text": "why, my dear"}]


def readable(folder: Path) -> list[tuple[Path, bytes]]:
    """Files of a folder in which something of the self can be read."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [(path, mark) for path in files for mark in PLAIN_MARKS if mark in path.read_bytes()]


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Self:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return make_self(
        tmp_path / "ida", talk("Anna", 60), allow=("archive", "train", "talk"), passphrase=PASSPHRASE
    )


@pytest.mark.parametrize("options", [FULL, LORA], ids=["full", "lora"])
def test_weights_of_an_encrypted_self_train_score_and_talk_as_plain_ones_and_nothing_can_be_read(
    sealed: Self, tiny_base: Path, tmp_path: Path, options: TrainOptions
) -> None:
    twin = make_self(tmp_path / "plain", talk("Anna", 60), allow=("archive", "train", "talk"))
    weights, plain = (train(one, str(tiny_base), options) for one in (sealed, twin))
    assert readable(sealed.path) == []
    assert list((tmp_path / "temporary").rglob("*")) == []
    opened = Self.open(sealed.path, PASSPHRASE)
    found = current_weights(opened)
    assert found == weights and found is not None
    names = {path.name for path in weights.path.iterdir()}
    assert names == {path.name for path in plain.path.iterdir()} and names & set(PERSONAL_FILES)
    (sealed_score,) = score({"a": opened}, REPLIES)
    (plain_score,) = score({"a": twin}, REPLIES)
    assert sealed_score == plain_score
    with open_engine(opened) as ours, open_engine(twin) as theirs:
        prompt = ours.tokenize("who baked bread")
        assert ours.next_logprobs(prompt, 5) == theirs.next_logprobs(prompt, 5)
        texts = ["".join(engine.generate(prompt, max_tokens=8, seed=1)) for engine in (ours, theirs)]
    assert texts[0] == texts[1]
    assert list((tmp_path / "temporary").rglob("*")) == []


def test_an_unfinished_run_of_an_encrypted_self_goes_on_and_its_checkpoint_cannot_be_read(
    sealed: Self, tiny_base: Path
) -> None:
    class Killed(BaseException):
        pass

    def stop(report: Report) -> None:
        if list((sealed.weights_dir / ".run").glob("*.pt")):
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("afterself.training.checkpoint.SECONDS", 0.0)
        patch.setattr("afterself.training.checkpoint.SHARE", 0)
        with pytest.raises(Killed):
            train(sealed, str(tiny_base), FULL, Progress(stop, interval=0))
    (path,) = (sealed.weights_dir / ".run").glob("*.pt")
    assert readable(sealed.path) == []
    told: list[str | None] = []
    train(sealed, str(tiny_base), FULL, confirm=lambda found: told.append(found.resumes) is None)
    assert told[0] is not None and not path.exists()


def test_weights_from_another_place_are_not_loaded(sealed: Self, tiny_base: Path) -> None:
    weights = train(sealed, str(tiny_base), FULL)
    manifest = json.loads(sealed.files.read_text(weights.path / "manifest.json"))
    assert manifest["id"] == weights.id
    (weights.path / "model.safetensors").write_bytes((weights.path / "model.gguf").read_bytes())
    with pytest.raises(Damaged):
        load_weights(weights, resolve_base(tiny_base))
    (weights.path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises((Damaged, ModelError)):
        current_weights(sealed)
