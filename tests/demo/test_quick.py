"""`afterself demo --quick`: a conversation at once, with the weights that come with the package."""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from afterself.archive.store import list_artifacts
from afterself.demo.road import make, read_chats
from afterself.demo.shipped import SCRIPT, fits, read_shipped, take
from afterself.errors import ModelError
from afterself.home.folder import Self
from afterself.models.bases import resolve_base
from afterself.training.weights import load_weights
from tests.demo.conftest import play
from tests.persona.pseudo_terminal import PseudoTerminal

LIGHT = """
import sys
for name in ("torch", "transformers", "tokenizers", "peft", "gguf", "safetensors", "huggingface_hub"):
    sys.modules[name] = None
from afterself.cli import main
main()
"""
"""The command where the extra for training is not installed: importing any of it fails."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    """The folder, the output and the CPU-seconds of `demo --quick` in an installation without torch."""
    folder = tmp_path_factory.mktemp("quick") / "hester"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", LIGHT, "demo", "--quick", "--folder", str(folder), "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture
def hester(tmp_path: Path) -> Self:
    """Her self, imported and not trained."""
    self_ = make(tmp_path / "hester")
    read_chats(self_)
    return self_


def test_without_the_extra_for_training_she_is_imported_asked_and_talks(
    quick: tuple[Path, str, float],
) -> None:
    _, out, _ = quick
    assert "2,227 new messages" in " ".join(out.split())
    assert "the yellowest cat you ever saw" in " ".join(out.split())
    assert "Nothing about that was found in these records." in out
    assert out.count("[generated]") >= 3
    assert "afterself --self my-self new" in out


def test_a_conversation_is_there_well_within_a_minute_of_one_core(quick: tuple[Path, str, float]) -> None:
    assert quick[2] < 30


def test_search_and_talk_go_on_with_the_same_self(quick: tuple[Path, str, float]) -> None:
    folder = str(quick[0])
    out, err, code = play("--self", folder, "search", "Beeching")
    assert code == 0 and "Beeching" in out, err
    out, err, code = play("--self", folder, "talk", "--seed", "4", stdin="Good morning, Hester!\n")
    assert code == 0 and "[generated]" in out, err


def test_the_shipped_adapter_fits_the_embedded_base_and_is_small() -> None:
    shipped = read_shipped()
    assert shipped.base_sha256 == resolve_base().sha256, f"a new base needs a new adapter: python {SCRIPT}"
    assert shipped.adapter.stat().st_size <= 4_000_000
    assert shipped.facts["bits_weights"] < shipped.facts["bits_base"]


def test_the_shipped_adapter_fits_her_chats(hester: Self) -> None:
    weights, fresh = take(hester)
    assert fresh and weights.method == "lora"
    again, fresh = take(hester)
    assert again == weights and not fresh


def test_an_adapter_for_another_base_is_refused_and_the_script_is_named(hester: Self) -> None:
    with pytest.raises(ModelError, match="another embedded base") as refused:
        take(hester, replace(read_shipped(), base_sha256="0" * 64))
    assert SCRIPT in refused.value.remedy
    assert not list_artifacts(hester, "weights")


def test_a_damaged_or_missing_adapter_is_an_error_that_names_the_script(tmp_path: Path) -> None:
    shipped = read_shipped()
    (tmp_path / "adapter.gguf").write_bytes(shipped.adapter.read_bytes()[:-1] + b"x")
    for manifest in (None, "{}", (shipped.adapter.with_suffix(".json")).read_text()):
        if manifest is not None:
            (tmp_path / "adapter.json").write_text(manifest)
        with pytest.raises(ModelError, match="damaged") as refused:
            read_shipped(tmp_path)
        assert SCRIPT in refused.value.remedy


def test_what_was_forgotten_does_not_come_back_with_the_shipped_weights(hester: Self) -> None:
    take(hester)
    out, err, code = play("--self", str(hester.path), "records", "--json")
    assert code == 0, err
    record = next(
        line.split('"id": "')[1].split('"')[0] for line in out.splitlines() if "yellowest cat" in line
    )
    _, err, code = play("--self", str(hester.path), "forget", record, "--yes")
    assert code == 0, err
    _, err, code = play("demo", "--quick", "--folder", str(hester.path))
    assert code == ModelError.exit_code and "forgotten" in err


def test_shipped_weights_can_neither_be_measured_nor_stand_for_trained_ones(hester: Self) -> None:
    weights, _ = take(hester)
    assert not fits(weights, resolve_base())
    with pytest.raises(ModelError, match="cannot be measured"):
        load_weights(weights, resolve_base())


def test_options_that_contradict_each_other_are_told_apart(tmp_path: Path) -> None:
    for words in (
        ("--quick", "--again"),
        ("--quick", "--epochs", "1"),
        ("--person", "johnson", "--from", "x", "--quick"),
        ("--from", "x"),
        ("--person", "nobody"),
    ):
        _, err, code = play("demo", *words, cwd=tmp_path)
        assert code == 2 and "→" in err, words
    assert not list(tmp_path.iterdir())


def test_at_a_narrow_terminal_without_colour_it_plays_through_when_told_to_wait_for_nobody(
    tmp_path: Path,
) -> None:
    words = ("demo", "--quick", "--yes", "--seed", "3", "--folder", str(tmp_path / "hester"))
    with PseudoTerminal(*words, columns=40, home=tmp_path) as terminal:
        assert terminal.wait_for_end(200) == 0
        shown = terminal.plain(terminal.raw)
    assert "[generated]" in shown and "\x1b" not in shown
    assert max(len(line) for line in shown.splitlines() if "--folder" not in line and "/" not in line) <= 40


def test_at_a_terminal_the_visitor_talks_and_is_told_at_the_end_how_to_use_their_own_chats(
    tmp_path: Path,
) -> None:
    words = ("demo", "--quick", "--seed", "3", "--folder", str(tmp_path / "hester"))
    with PseudoTerminal(*words, columns=90, home=tmp_path) as terminal:
        terminal.wait_for("you › ", 200)
        terminal.press("/bye\r")
        assert "Your own chats" in terminal.wait_for("--me", 60)
        assert terminal.wait_for_end(60) == 0


def test_nobody_speaks_for_hester_who_is_dead(hester: Self) -> None:
    out, err, code = play("--self", str(hester.path), "remember", "She loved tea.")
    assert code == 2 and "--by NAME" in err and not out
    out, err, code = play("--self", str(hester.path), "remember", "She loved tea.", "--by", "Jonas")
    assert code == 0 and "It stays the words of Jonas" in out, err
