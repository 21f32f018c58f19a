"""`afterself forget` of an import, a conversation or a span of time: all of it goes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.forgetting import chat_of_anna, holding, id_of, records, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The self of Anna, who chats with Ben; the chat was exported twice."""
    return chat_of_anna(tmp_path)


def other(folder: Path, tmp_path: Path) -> None:
    """Import notes of two years beside the chat."""
    (tmp_path / "notes.jsonl").write_text(
        "".join(
            f'{{"conversation": "notes","time": "{year}-01-01", "author":"Anna", "text":"quagga {year}"}}\n'
            for year in (2018, 2019)
        )
    )
    assert run(folder, "import", tmp_path / "notes.jsonl", "--json").json["new"] == 2


def test_a_forgotten_import_is_nowhere_and_does_not_come_back(folder: Path, tmp_path: Path) -> None:
    other(folder, tmp_path)
    number = run(folder, "imports", "--json").lines[-1]["number"]
    dry = run(folder, "forget", "--import", number, "--dry-run", "--json").json
    assert len(dry["records"]) == 2 and dry["done"] is None and dry["receipt"] is None
    assert run(folder, "forget", "--import", number, "--yes").code == 0
    assert holding(folder, "quagga") == []
    assert run(folder, "import", tmp_path / "notes.jsonl", "--json").json["forgotten"] == 2
    assert holding(folder, "quagga") == []
    assert run(folder, "forget", "--import", "77", "--yes").code == 6


def test_a_forgotten_conversation_is_nowhere_and_the_others_stay(folder: Path, tmp_path: Path) -> None:
    other(folder, tmp_path)
    run(folder, "correct", id_of(folder, "2018"), "--text", "okapi", "--why", "pangolin")
    assert run(folder, "forget", "--thread", "notes", "--yes").code == 0
    assert holding(folder, "quagga", "okapi", "pangolin") == []
    assert len(records(folder)) == 7


def test_a_span_of_time_is_forgotten_in_every_conversation(folder: Path, tmp_path: Path) -> None:
    other(folder, tmp_path)
    span = ("--since", "2019-01-01", "--until", "2020-03-12T10:03")
    reached = run(folder, "forget", *span, "--yes", "--json").json["records"]
    assert len(reached) == 4
    left = {one["text"] for one in records(folder)}
    assert "quagga 2018" in left and "quagga 2019" not in left and "are you coming?" not in left
    assert holding(folder, "quagga 2019", "are you coming?") == []
