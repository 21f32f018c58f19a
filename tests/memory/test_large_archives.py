"""An archive so large that not every match is weighed answers as a small one does."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from afterself.memory.ask import Memory
from afterself.memory.collector import collector_at_rest
from afterself.memory.search import search
from afterself.policy import matching, open_view
from tests.memory.archives import store
from tests.memory.test_ask import read


def test_a_question_and_a_search_find_the_same_records_in_the_same_order_in_a_very_large_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    self_ = store(tmp_path / "self", [*read("chats.jsonl"), *read("friends.jsonl")])
    asked = [one["question"] for one in (*read("questions.jsonl"), *read("friends_questions.jsonl"))][::4]
    found = []
    for large in (10**9, 0):
        monkeypatch.setattr(matching, "LARGE", large)
        with open_view(self_, "retrieve") as view:
            memory = Memory(view)
            found.append([(memory.ask(text), search(view, text)) for text in asked])
    assert found[0] == found[1]
    assert len(asked) > 25


@pytest.mark.parametrize("at_work", [True, False])
def test_circular_garbage_is_collected_after_a_question_as_it_was_before(at_work: bool) -> None:
    before = gc.isenabled()
    (gc.enable if at_work else gc.disable)()
    try:
        with pytest.raises(KeyError), collector_at_rest():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() == at_work
    finally:
        (gc.enable if before else gc.disable)()
