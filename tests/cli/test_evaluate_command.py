"""`afterself evaluate` as a person runs it, and as a program reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from afterself.home.folder import Self
from afterself.training import TrainOptions, train
from tests.cli.command_line import afterself
from tests.training.selves import make_self, talk

OPTIONS = TrainOptions(method="full", epochs=0.5, context=128, publish_anyway=True)


@pytest.fixture(scope="module")
def ida(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Self:
    self_ = make_self(tmp_path_factory.mktemp("evaluate") / "ida", talk("Anna", 160))
    train(self_, str(tiny_base), OPTIONS)
    return self_


def test_evaluate_prints_figures_with_intervals_and_where_the_page_is(ida: Self) -> None:
    ran = afterself("--self", ida.path, "evaluate")
    assert ran.code == 0, ran.err
    assert "bits per byte under the bare base" in ran.out and "[" in ran.out
    assert "Fewer bits per byte is closer" in ran.out
    said = ran.out.replace("\n", " ")
    assert "written messages, 16 real ones beside)" in said or "real messages are fewer" in said
    assert str(ida.reports_dir / "likeness.html") in ran.out.replace("\n", "")
    assert "scoring under the weights" in ran.err


def test_too_few_replies_are_told_with_how_many_are_needed(ida: Self) -> None:
    ran = afterself("--self", ida.path, "evaluate", "--replies", 5)
    assert "5 held-out replies in" in ran.out and "needs at least 20 replies in 5 conversations" in ran.out
    assert "leave --replies out" in ran.out and "bits per byte under" not in ran.out
    assert "replies written" not in ran.err and "scoring" not in ran.err


def test_evaluate_speaks_json_with_the_documented_keys(ida: Self, tmp_path: Path) -> None:
    other = Path(shutil.copytree(ida.path, tmp_path / "twin"))
    found = afterself("--self", ida.path, "evaluate", "--against", other, "--replies", 20, "--json").json
    documented = (Path(__file__).parents[2] / "docs" / "likeness.md").read_text("utf-8")
    assert [key for key in found if f"`{key}`" not in documented] == []
    assert found["held_out"]["replies"] == 20
    assert found["identification"]["swap_bits_per_byte"]["twin"]["value"] == 0
    assert found["identification"]["accuracy"]["20"] == {
        "not_measurable": True,
        "replies": 20,
        "conversations": found["held_out"]["conversations"],
    }


def test_a_self_without_weights_is_told_to_train_and_one_is_not_told_apart_from_itself(
    fresh_self: Self, ida: Self
) -> None:
    untrained = afterself("--self", fresh_self.path, "evaluate")
    assert untrained.code == 7 and "train" in untrained.err
    alone = afterself("--self", ida.path, "evaluate", "--against", ida.path)
    assert alone.code == 2 and "itself" in alone.err
